"""The feed reader on feeds in the shapes that cities publish, from the well-kept to the broken."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pipeline.collect.readers import READERS
from pipeline.collect.readers import feed as reader
from pipeline.errors import ReadError
from pipeline.records import Enclosure, FeedData, Image

DATA = Path(__file__).parent / "data"
URL = "https://miasto.example.org/rss.xml"


def read(name: str, url: str = URL) -> FeedData:
    return READERS["feed"]((DATA / name).read_bytes(), url=url, zone=ZoneInfo("Europe/Warsaw"))


def rss(items: str, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    return f'{declaration}<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_rss_with_modules() -> None:
    """RSS 2.0 with content, Dublin Core and Media RSS gives every field, addresses absolute, titles plain."""
    feed = read("city_rss.xml")
    entry = feed.entries[0]

    assert (feed.title, feed.language, feed.updated) == ("Miasto & rzeka", "pl", at("2026-11-03T09:00"))
    assert (entry.guid, entry.title, entry.author) == ("most-101", "Nowy most & stara kładka", "Ewa Przykład")
    assert entry.url == "https://miasto.example.org/aktualnosci/most,101.html?utm_source=rss"
    assert (entry.published, entry.updated) == (at("2026-11-03T08:30"), None)
    assert entry.categories == ("Transport", "Rzeka & port")
    assert entry.summary == "Most otwarto we wtorek."
    assert entry.content.startswith('<p>Most otwarto <a href="/plan">we wtorek</a>.</p>')
    assert entry.image == Image(url="https://miasto.example.org/m/large.jpg")
    assert entry.enclosures == (
        Enclosure(url="https://miasto.example.org/pliki/plan.pdf", type="application/pdf"),
    )


def test_rss_without_ids_dates_or_titles() -> None:
    """The link's canonical form stands in for the id, the words for the link; dates without a zone are the source's."""
    linked, bare, dated = read("city_rss.xml").entries[1:]

    assert linked.url == "https://miasto.example.org/aktualnosci/102.html"
    assert linked.guid == "miasto.example.org/aktualnosci/102.html"
    assert linked.title == "Bez identyfikatora: 5 < 6"
    assert linked.published == at("2026-11-02T07:00")
    assert (linked.summary, linked.content) == ("", "<p>Tylko treść.</p>")
    assert bare.guid.startswith("urn:sha256:")
    assert (bare.title, bare.url, bare.published) == ("", "", None)
    assert dated.url == dated.guid == "https://miasto.example.org/aktualnosci/103.html"
    assert dated.author == ""


def test_rss_faults_are_told() -> None:
    """What was left out or could not be read is said in plain words, and the newer of two twins is kept."""
    feed = read("city_rss.xml")

    assert len(feed.entries) == 4
    assert feed.warnings == (
        "1 dates could not be read, such as 'wczoraj wieczorem'",
        "1 entries left out: their ids stand in the feed twice",
        "2 entries have no date",
    )


def test_made_ids_are_stable() -> None:
    """The same bytes read again give the same ids."""
    assert read("city_rss.xml") == read("city_rss.xml")


def test_atom() -> None:
    """Atom's text, html and xhtml constructs, xml:base and xml:lang."""
    feed = read("stad_atom.xml", "https://stad.example.org/feed")
    entry = feed.entries[0]

    assert (feed.title, feed.language) == ("Stad & haven", "nl")
    assert (entry.title, entry.url) == ("De nieuwe brug", "https://stad.example.org/nieuws/brug")
    assert entry.author == "Jan Voorbeeld, Els Voorbeeld"
    assert entry.categories == ("Verkeer",)
    assert entry.summary == "<p>De brug is open &amp; vrij.</p><p>Ook voor fietsers.</p>"
    assert '<a href="https://cdn.example.org/a/plan">' in entry.content
    assert 'src="https://cdn.example.org/a/brug.jpg"' in entry.content
    assert (entry.published, entry.updated) == (at("2026-11-01T08:00"), at("2026-11-03T08:00"))
    assert entry.enclosures == (
        Enclosure(url="https://stad.example.org/nieuws/brug.mp3", type="audio/mpeg", length=1234),
    )


def test_atom_entries_in_other_languages_and_forms() -> None:
    """An entry's own language counts before the feed's; HTML that says it is text is still HTML."""
    _, english, untyped = read("stad_atom.xml", "https://stad.example.org/feed").entries

    assert (english.language, english.title) == ("en", "The council's <budget>")
    assert english.content == "<p>Open <b>data</b></p>"
    assert (untyped.language, untyped.content) == ("nl", "<p>Toch HTML</p>")


def test_rdf() -> None:
    """RSS 1.0, whose items stand beside the channel."""
    feed = read("old_rdf.xml")
    entry = feed.entries[0]

    assert (feed.title, feed.language) == ("Stadt", "de")
    assert (entry.guid, entry.title) == ("https://stadt.example.org/1", "Straßenbahn fährt wieder")
    assert (entry.published, entry.categories) == (at("2026-11-03T06:00"), ("Verkehr",))


def test_a_comment_ahead_may_speak_of_document_types() -> None:
    body = b"<!-- made by <!DOCTYPE-free> tools --><rss><channel><item><title>News</title></item></channel></rss>"
    assert [entry.title for entry in reader.read(body, url=URL).entries] == ["News"]


def test_broken_xml_is_repaired() -> None:
    """Noise in front, stray ampersands, HTML entities, undeclared prefixes and missing ends cost no entry."""
    feed = read("broken_rss.xml")
    first, second = feed.entries

    assert feed.title == "Pilsēta & upe – ziņas"
    assert first.title.startswith("Tirgus laukums & ")
    assert first.url == "https://pilseta.example.org/zinas?id=1&lang=lv"
    assert first.published == at("2026-11-02T23:00")
    assert "<b>rīt</b>" in first.summary
    assert second.title == "Otrais ieraksts"
    assert "repaired" in feed.warnings[0]


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ("windows-1257", "cp1257", "Šķūņu iela, Žagarė"), ("iso-8859-2", "iso8859-2", "Łódź, Święto"),
        ("iso-8859-2", "cp1250", "Łódź „Święto”"), ("windows-1250", "cp1250", "Poznań – Żabikowo"),
        ("iso-8859-1", "cp1252", "Köln – „Straße“"), ("utf-16", "utf-16", "Rīga"), ("iso-8859-2", "utf-8", "Poznań"),
        ("no-such-charset", "utf-8", "Poznań"), ("iso-8859-13", "cp1257", "Žiemą „čia”"),
        ("utf-16", "utf-16-le", "Rīga"), ("iso-2022-jp", "iso2022-jp", "大阪"), ("utf-8", "utf-8-sig", "Rīga"),
    ],
)  # fmt: skip
def test_charsets(declared: str, encoding: str, text: str) -> None:
    """The declared charset is used unless the bytes show another; a Windows page under an ISO name is seen."""
    declaration = f'<?xml version="1.0" encoding="{declared}"?>'
    body = rss(f"<item><title>{text}</title></item>", declaration).decode().encode(encoding)

    assert reader.read(body, url=URL).entries[0].title == text


def test_the_servers_charset_is_used_where_the_document_has_none() -> None:
    """Without a declaration the Content-Type decides; without either the page that fits the network's languages best."""
    body = "<rss version='2.0'><channel><item><title>Łódź</title></item></channel></rss>"

    served = reader.read(body.encode("iso8859-2"), url=URL, content_type="text/xml; charset=ISO-8859-2")
    guessed = reader.read(body.encode("iso8859-2") + b"<!-- \x9d -->", url=URL)

    assert served.entries[0].title == guessed.entries[0].title == "Łódź"
    assert "are read as iso8859-2" in guessed.warnings[0]


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("AT&amp;amp;T", "AT&T"), ("&lt;b&gt;Fett&lt;/b&gt;&lt;br&gt;neu", "Fett neu"), ("&amp;quot;Hi&amp;quot;", '"Hi"'),
        ("<![CDATA[Tom & Jerry &ndash; 5 < 6]]>", "Tom & Jerry – 5 < 6"), ("a\n\t b", "a b"), ("<b>Real</b> tags", "Real tags"),
        ("5 &lt; 6 &gt; 4", "5 < 6 > 4"),
    ],
)  # fmt: skip
def test_titles_are_plain_text(title: str, expected: str) -> None:
    """Markup, entities and doubly escaped entities all end as plain text."""
    assert reader.read(rss(f"<item><title>{title}</title></item>"), url=URL).entries[0].title == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "not XML"), (b"   ", "not XML"), (b"plain text", "not XML"), (b"\x89PNG\r\n\x1a\n\x00\x00", "not XML"),
        (b"<!doctype html><html><body><p>Hi</body></html>", "web page"), (b"<urlset><url/></urlset>", "begins with <urlset>"),
        (b'{"items": 5}', "not a JSON Feed"), (b"[1, 2]", "not a JSON Feed"), (b'{"items": [', "not JSON"),
        (b"[" * 100_000, "not JSON"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_an_expected_error(body: bytes, words: str) -> None:
    """Everything that is not a feed ends as ReadError with the reason."""
    with pytest.raises(ReadError) as caught:
        READERS["feed"](body, url=URL)

    assert words in str(caught.value)


def test_an_empty_feed_is_a_feed() -> None:
    """No entries is an answer, not an error."""
    assert reader.read(rss(""), url=URL).entries == ()


def test_long_feeds_are_cut_at_their_old_end() -> None:
    """Over the limit the newest entries stay, whether they stand first or last."""
    items = [
        f"<item><guid isPermaLink='false'>{day}</guid><pubDate>2026-10-{day:02d}</pubDate></item>"
        for day in range(1, 11)
    ]

    oldest_first = reader.read(rss("".join(items)), url=URL, max_entries=3)
    newest_first = reader.read(rss("".join(reversed(items))), url=URL, max_entries=3)

    assert {entry.guid for entry in oldest_first.entries} == {"8", "9", "10"}
    assert {entry.guid for entry in newest_first.entries} == {"8", "9", "10"}
    assert newest_first.warnings == ("7 of 10 entries left out: more than 3",)


def test_json_feed() -> None:
    """JSON Feed is told by its first byte, whatever it is served as; wrong types inside it are passed over."""
    feed = read("ville.json", "https://ville.example.org/feed.json")
    first, second, third = feed.entries

    assert (feed.title, feed.language) == ("Ville & métropole", "fr")
    assert (first.guid, first.title, first.url) == (
        "17",
        "Le marché & la place",
        "https://ville.example.org/actualites/17",
    )
    assert (first.published, first.updated) == (at("2026-11-03T07:00"), at("2026-11-03T09:00"))
    assert (first.author, first.categories, first.summary) == (
        "Anne Exemple",
        ("Marché",),
        "<p>Ouvert mardi.</p>",
    )
    assert first.image == Image(url="https://ville.example.org/i/17.jpg")
    assert first.enclosures == (
        Enclosure(url="https://ville.example.org/plan.pdf", type="application/pdf", length=1234),
    )
    assert (second.url, second.author) == ("https://autre.example.org/18", "Luc")
    assert second.content == "<p>Une ligne &lt;b&gt;<br>une autre</p><p>un paragraphe</p>"
    assert third.guid.startswith("urn:sha256:")
    assert feed.warnings == ("1 dates could not be read, such as 'demain'", "2 entries have no date")


def test_an_id_that_is_no_address_stays_as_the_feed_says_it() -> None:
    """A feed that moves to another address keeps its ids, so nothing comes back as new."""
    body = b"<rss version='2.0'><channel><item><guid>item 7</guid><title>T</title></item></channel></rss>"

    guids = {
        reader.read(body, url=url).entries[0].guid for url in ("http://a.example/x", "https://b.example/y")
    }

    assert guids == {"item 7"}


@pytest.mark.parametrize(
    "cut",
    ["<title>The council met on da", "<title>The council met on day 17</title><description>The mayor op"],
)
def test_an_entry_cut_in_the_middle_is_left_out(cut: str) -> None:
    """Half an entry is no correction of the whole one; the entries before it are whole and stay."""
    whole = "<item><guid>16</guid><title>Day 16</title><description>All of it.</description></item>"
    body = f"<rss version='2.0'><channel><title>x</title>{whole}<item><guid>17</guid>{cut}".encode()

    found = reader.read(body, url="https://city.example/feed")

    assert [entry.guid for entry in found.entries] == ["16"]
    assert any("ends in the middle" in warning for warning in found.warnings)
