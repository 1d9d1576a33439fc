"""RSS, Atom, JSON Feed and OPML: valid by their rules, readable by other programs, equal for equal input."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from typing import Any

import feedparser
import nh3
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds import atom, jsonfeed, opml, rss
from feeds.plain import one_line
from feeds.records import ChannelForFeed, Label, NetworkForFeed, Scope
from pipeline.records import Enclosure, Image
from tests.feeds import rules, w3c
from tests.feeds.samples import NETWORK, NOON, channel, item, many_kinds

Render = Callable[[ChannelForFeed, NetworkForFeed], bytes]
FORMATS: list[Any] = [
    pytest.param(rss.render, lambda document: rules.rss_faults(document) + w3c.messages(document), id="rss"),
    pytest.param(
        atom.render, lambda document: rules.atom_faults(document) + w3c.messages(document), id="atom"
    ),
    pytest.param(jsonfeed.render, rules.json_faults, id="json"),
]
Faults = Callable[[bytes], list[str]]


@pytest.mark.parametrize(("render", "faults"), FORMATS)
def test_every_kind_of_item_is_valid(render: Render, faults: Faults) -> None:
    """Whatever an item holds, the document keeps every rule of its format."""
    assert faults(render(channel(), NETWORK)) == []


@pytest.mark.parametrize(("render", "faults"), FORMATS)
@pytest.mark.parametrize("language", ["lv", "pl", "en", "xx"])
def test_every_scope_and_language_is_valid(render: Render, faults: Faults, language: str) -> None:
    """Cities, topics and empty channels are valid too, also in a language without a catalogue."""
    for scope, key in opml.channels(NETWORK):
        assert faults(render(channel(language=language, scope=scope, key=key), NETWORK)) == []
        assert (
            faults(render(channel([], scope=scope, key=key, withdrawn=()), replace(NETWORK, hubs=()))) == []
        )


@pytest.mark.parametrize(("render", "faults"), FORMATS)
def test_equal_channels_give_equal_bytes(render: Render, faults: Faults) -> None:
    """Neither the clock nor the order in which items are handed over reaches the bytes."""
    assert render(channel(), NETWORK) == render(channel(many_kinds()[::-1]), NETWORK)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(title=st.text(), name=st.text())
def test_any_text_survives_every_format(title: str, name: str) -> None:
    """Any string at all gives valid documents, and XML and JSON carry the same title."""
    composed = channel([item(title=title, author=name, categories=(name,), original_title=name)])
    documents = [render(composed, NETWORK) for render in (rss.render, atom.render, jsonfeed.render)]

    assert [
        rules.rss_faults(documents[0]),
        rules.atom_faults(documents[1]),
        rules.json_faults(documents[2]),
    ] == [[], [], []]
    shown = json.loads(documents[2])["items"][0]["title"]
    assert shown.replace("\u2060", "") == (
        one_line(title).replace("\u2060", "") or "Tramvaji kursē no pirmdienas."
    )
    assert not re.search("<[A-Za-z/!?]", shown)
    assert rules.parse(documents[0]).findtext("channel/item/title") == shown
    assert rules.parse(documents[1]).findtext(f"{rules.ATOM}entry/{rules.ATOM}title") == shown


@pytest.mark.parametrize("render", [rss.render, atom.render])
def test_feedparser_reads_back_what_was_written(render: Render) -> None:
    """A common reader finds the id, the page, the title, the dates and the text of each item."""
    composed = channel([item(), item(2)])
    parsed = feedparser.parse(render(composed, NETWORK))

    assert not parsed.bozo
    assert parsed.feed.title == "Cities of change – Visu pilsētu ziņas"
    assert parsed.feed.link == "https://news.example.org/wire/lv/"
    for read, written in zip(parsed.entries, composed.items, strict=True):
        assert (read.id, read.title) == (written.id, written.title)
        assert read.link == f"https://news.example.org/wire/lv/news/{written.public_id}/"
        assert read.published_parsed[:6] == written.published.utctimetuple()[:6]
        assert written.content_html in read.content[0].value


@pytest.mark.parametrize("render", [rss.render, atom.render, jsonfeed.render])
@pytest.mark.parametrize("label", list(Label))
def test_label_and_original_are_visible_in_each_item(render: Render, label: Label) -> None:
    """The reader's own language says who stands behind the words, and a link leads to the original."""
    words = {
        Label.MACHINE: "Mašīntulkojums. Oriģināls (poļu valodā): ",
        Label.EDITED: "Mašīntulkojums ar redaktora labojumiem. Oriģināls (poļu valodā): ",
        Label.REVIEWED: "Redaktora pārbaudīts tulkojums: Ilze. Oriģināls (poļu valodā): ",
        Label.ORIGINAL: "Oriģinālteksts. Avots: ",
    }
    document = render(channel([item(label=label, editor="Ilze")]), NETWORK)
    text = unescape(document.decode()).replace('\\"', '"')

    link = '<a href="https://www.poznan.example/news/1" hreflang="pl">Poznań, www.poznan.example</a>.'
    assert words[label] + link in text


@pytest.mark.parametrize("label", list(Label))
def test_label_is_readable_by_machines(label: Label) -> None:
    """Each format has the label's public word beside its scheme."""
    composed = channel([item(label=label)])
    scheme = "https://news.example.org/wire/terms/label/"

    in_rss = rules.parse(rss.render(composed, NETWORK)).find("channel/item/category")
    assert (in_rss.get("domain"), in_rss.text) == (scheme, label.value)
    in_atom = rules.parse(atom.render(composed, NETWORK)).find(f"{rules.ATOM}entry/{rules.ATOM}category")
    assert (in_atom.get("scheme"), in_atom.get("term")) == (scheme, label.value)
    in_json = json.loads(jsonfeed.render(composed, NETWORK))["items"][0]["_ccnet"]
    assert (in_json["about"], in_json["label"]) == (scheme, label.value)


def test_untranslated_text_is_said_to_be_so() -> None:
    """An item in another language than its channel is marked in words and in every format's language field."""
    composed = channel([item(label=Label.ORIGINAL, language="pl")])
    document = rules.parse(rss.render(composed, NETWORK))

    assert document.findtext(f"channel/item/{rules.DC}language") == "pl"
    assert '<div lang="pl">' in (document.findtext(f"channel/item/{rules.CONTENT}encoded") or "")
    assert "Oriģinālteksts poļu valodā, nav tulkots" in (document.findtext("channel/item/description") or "")
    assert rules.parse(atom.render(composed, NETWORK)).find(f"{rules.ATOM}entry").get(rules.XML_LANG) == "pl"
    assert json.loads(jsonfeed.render(composed, NETWORK))["items"][0]["language"] == "pl"


def test_rss_names_its_hubs_and_itself() -> None:
    """WebSub needs the hub beside the feed's own address; feedgen writes neither hub."""
    document = rules.parse(rss.render(channel(), NETWORK))
    links = [(one.get("rel"), one.get("href")) for one in document.iterfind(f"channel/{rules.ATOM}link")]

    assert links == [
        ("self", "https://news.example.org/wire/lv/all.rss"),
        ("hub", "https://hub.example.org/"),
        ("hub", "https://hub2.example.org/"),
    ]


def test_rss_description_is_html_that_shows_text() -> None:
    """Markup characters in a summary stay words when a reader shows the description as HTML."""
    composed = channel([item(summary_html="<p>if a &lt; b &amp;&amp; c</p>")])
    description = rules.parse(rss.render(composed, NETWORK)).findtext("channel/item/description") or ""

    assert description == "if a &lt; b &amp;&amp; c [Mašīntulkojums]"


def test_rss_carries_origin_licence_and_editor() -> None:
    """Dublin Core fields say whose text it is, under which terms, and who answers for the translation."""
    composed = channel([item(2, **_reviewed())])
    entry = rules.parse(rss.render(composed, NETWORK)).find("channel/item")

    assert entry.findtext(f"{rules.DC}creator") == "Rennes"
    assert dict(entry.find(f"{rules.ATOM}link").attrib) == {
        "href": "https://www.poznan.example/news/1",
        "rel": "via",
        "hreflang": "pl",
    }
    assert entry.findtext(f"{rules.DC}rights") == "https://licences.example/by/4.0/"
    assert entry.findtext(f"{rules.DC}contributor") == "Ilze Kalniņa"
    assert (entry.find("source").get("url"), entry.findtext("source")) == (
        "https://rennes.example/",
        "Rennes",
    )


def _reviewed() -> dict[str, Any]:
    reviewed = many_kinds()[1]
    return {"label": reviewed.label, "editor": reviewed.editor, "source": reviewed.source}


def test_image_stands_in_all_four_places_with_its_alt_text() -> None:
    """Readers look for pictures in different places: the text, an enclosure, media:content, media:thumbnail."""
    picture = Image(url="https://www.poznan.example/p.png", alt="Tilts & upe")
    entry = rules.parse(rss.render(channel([item(image=picture)]), NETWORK)).find("channel/item")

    encoded = entry.findtext(f"{rules.CONTENT}encoded") or ""
    assert encoded.startswith('<p><img src="https://www.poznan.example/p.png" alt="Tilts &amp; upe"></p>')
    assert dict(entry.find("enclosure").attrib) == {"url": picture.url, "length": "0", "type": "image/png"}
    content = entry.find(f"{rules.MEDIA}content")
    assert (content.get("url"), content.get("medium")) == (picture.url, "image")
    assert content.findtext(f"{rules.MEDIA}description") == "Tilts & upe"
    assert entry.find(f"{rules.MEDIA}thumbnail").get("url") == picture.url


@pytest.mark.parametrize(
    "written",
    ["https://x.example/ą.png", "https://x.example/%C4%85.png", "https://x.example/ą.png?a=1&amp;b=2"],
)
def test_image_that_the_text_shows_is_not_shown_twice(written: str) -> None:
    """However the text writes the picture's address, it is recognised."""
    content = f'<p><img src="{written}" alt=""> vārdi</p>'
    composed = channel([item(image=Image(url=unescape(written)), content_html=content)])

    assert json.loads(jsonfeed.render(composed, NETWORK))["items"][0]["content_html"].count("<img") == 1


def test_atom_links_keep_their_relations() -> None:
    """The page, the original and each enclosure are told apart, with type and length: feedgen loses all three."""
    plan = Enclosure(url="https://www.poznan.example/plan.pdf", type="application/pdf", length=1234)
    entry = rules.parse(atom.render(channel([item(enclosures=(plan,))]), NETWORK)).find(f"{rules.ATOM}entry")
    links = {one.get("rel"): dict(one.attrib) for one in entry.iterfind(f"{rules.ATOM}link")}

    assert links["alternate"]["href"] == "https://news.example.org/wire/lv/news/1/"
    assert (links["via"]["href"], links["via"]["hreflang"]) == ("https://www.poznan.example/news/1", "pl")
    assert links["enclosure"] == {
        "href": plan.url,
        "rel": "enclosure",
        "type": "application/pdf",
        "length": "1234",
    }


def test_atom_says_what_was_withdrawn() -> None:
    """A withdrawn entry leaves a tombstone, which counts as a change of the feed."""
    root = rules.parse(atom.render(channel([]), NETWORK))
    gone = root.find(f"{rules.TOMBSTONE}deleted-entry")

    assert dict(gone.attrib) == {
        "ref": "tag:news.example.org,2026:lv/99",
        "when": "2026-11-18T12:00:00+00:00",
    }
    assert root.findtext(f"{rules.ATOM}updated") == "2026-11-18T12:00:00+00:00"


def test_opml_lists_every_feed() -> None:
    """One file for each language, and one for all, that any reader imports."""
    for language in ("", "lv"):
        document = opml.render(NETWORK, language)
        assert rules.opml_faults(document) + w3c.opml_messages(document) == []
    addresses = [
        one.get("xmlUrl") for one in rules.parse(opml.render(NETWORK)).iterfind("body/outline/outline")
    ]

    assert len(addresses) == len(NETWORK.languages) * (len(opml.channels(NETWORK)) + 1)
    assert "https://news.example.org/wire/lv/all.bilingual.rss" in addresses
    assert "https://news.example.org/wire/lv/topic/transport.rss" in addresses
    assert (Scope.CITY, "rennes") in opml.channels(NETWORK)


def test_a_plain_text_is_written_so_that_nobody_takes_it_for_markup() -> None:
    """`&` and `<` of titles, names and categories as hexadecimal references; addresses and HTML as ever."""
    composed = channel([item(title="R&amp;D < Q&A>", author="A & B", categories=("x<1",))])
    in_rss, in_atom = (render(composed, NETWORK) for render in (rss.render, atom.render))

    title = b"R&#x26;amp;D &#x3C; Q&#x26;A&gt;</title>"
    assert title in in_rss
    assert title in in_atom
    assert b"<name>A &#x26; B</name>" in in_atom
    assert b"<category>x&#x3C;1</category>" in in_rss
    assert b"a=1&amp;amp;b=2" in in_rss
    assert rules.parse(in_rss).findtext("channel/item/title") == "R&amp;D < Q&A>"


@pytest.mark.parametrize(
    "title", ["<script>alert(1)</script>", "</b> a <!-- b", "<img src=x onerror=alert(1)>"]
)
def test_a_title_that_spells_markup_is_none_even_to_readers_that_look_for_it(title: str) -> None:
    """Some readers show titles as HTML: an invisible sign parts what would be a tag, and nothing else is changed."""
    composed = channel([item(title=title)])
    documents = [render(composed, NETWORK) for render in (rss.render, atom.render)]
    found = rules.parse(documents[0]).findtext("channel/item/title") or ""

    assert found.replace("\u2060", "") == title
    assert nh3.clean(found, tags={"b", "img"}).count("&lt;") == title.count("<")
    assert [w3c.messages(document) for document in documents] == [[], []]


def test_entries_of_one_second_have_stamps_of_their_own() -> None:
    """Cities that date by days give many entries one time; Atom's stamps differ, and do not move with their place."""
    same = [replace(item(number), published=NOON, updated=NOON) for number in range(1, 60)]
    stamps = [
        [one.text for one in rules.parse(atom.render(channel(some), NETWORK)).iterfind("{*}entry/{*}updated")]
        for some in (same, same[10:])
    ]

    assert len(set(stamps[0])) == len(same)
    assert set(stamps[1]) < set(stamps[0])
    assert {one[:20] for one in stamps[0]} == {"2026-11-18T12:00:00."}


@pytest.mark.parametrize(
    ("faults", "document"),
    [
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace(b"18 Nov 2026", b"01 Jan 1970")),
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace(b"Tilts p", b"&amp;amp; p")),
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace(b"Tilts p", b"&lt;a p")),
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace("ā".encode(), b"\xc2\x92")),
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace(b"/news/1", b"/news[1]")),
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace(b"&lt;/p&gt;", b"")),
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace(b"&lt;p&gt;", b"&lt;p style='x'&gt;")),
        (w3c.messages, rss.render(channel([item()]), NETWORK).replace(b"&lt;p&gt;", b"&lt;iframe&gt;")),
        (
            w3c.messages,
            atom.render(channel([item()]), NETWORK).replace(b"poznan.example/</id>", b"poznan.example</id>"),
        ),
        (w3c.messages, atom.render(channel([item()]), NETWORK).replace(b":lv/1<", b":lv/[1]<")),
        (w3c.opml_messages, opml.render(NETWORK).replace(b"</title>", b"</title><docs>x</docs>")),
        (w3c.opml_messages, opml.render(NETWORK).replace(b' type="rss"', b"")),
        (rules.rss_faults, rss.render(channel([item()]), NETWORK).replace(b"+0000", b"CET")),
        (rules.rss_faults, rss.render(channel([item()]), NETWORK).replace(b'isPermaLink="false"', b"")),
        (
            rules.atom_faults,
            atom.render(channel([item()]), NETWORK)
            .replace(b'rel="via"', b'rel="alternate"')
            .replace(b'hreflang="pl"', b'hreflang="lv"'),
        ),
        (
            rules.atom_faults,
            atom.render(channel([item()]), NETWORK).replace(b"tag:news.example.org,2026:lv/1<", b"one two<"),
        ),
        (
            rules.json_faults,
            jsonfeed.render(channel([item()]), NETWORK).replace(
                b'"date_modified":"2026', b'"date_modified":"26'
            ),
        ),
        (rules.json_faults, jsonfeed.render(channel([item()]), NETWORK).replace(b"content_html", b"content")),
    ],
)
def test_the_rules_notice_a_broken_document(faults: Faults, document: bytes) -> None:
    """The checks above would fail if the documents were wrong."""
    assert faults(document) != []
