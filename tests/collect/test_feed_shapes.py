"""Feeds in every shape of twenty-five years, declared and delivered wrongly: the stories are found all the same."""

import codecs
import json

import pytest

from pipeline.collect.clean import clean_entry
from pipeline.collect.readers import READERS
from pipeline.errors import ReadError
from pipeline.records import EntryData, FeedData

URL = "https://city.example/news/feed.xml"
ITEM = "<item><guid>g1</guid><title>Žąsų Ģērbonis</title><link>https://city.example/1</link><description>Ķīlis</description></item>"
POLISH = ITEM.replace("Žąsų Ģērbonis", "Zażółć gęślą jaźń").replace("Ķīlis", "Łódź żółta")
JSON = {
    "version": "https://jsonfeed.org/version/1.1",
    "items": [{"id": "g1", "title": "Žąsų Ģērbonis", "content_text": "Ķīlis"}],
}


def rss(items: str = ITEM, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    return f'{declaration}<rss version="2.0"><channel><title>C</title>{items}</channel></rss>'


def read(body: bytes | str, content_type: str = "") -> FeedData:
    raw = body.encode() if isinstance(body, str) else body
    return READERS["feed"](raw, url=URL, content_type=content_type)


def cleaned(body: bytes | str, content_type: str = "") -> list[EntryData]:
    return [clean_entry(entry, base_url=URL) for entry in read(body, content_type).entries]


@pytest.mark.parametrize(
    "body",
    [
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/"><channel/><item><title>A</title><link>https://x.example/a</link></item></rdf:RDF>',
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:s="http://purl.org/rss/1.0/"><s:item r:about="https://x.example/a"><s:title>A</s:title><s:link>https://x.example/a</s:link></s:item></r:RDF>',
        '<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://x.example/rss.dtd"><rss version="0.91"><channel><item><title>A</title><link>https://x.example/a</link></item></channel></rss>',
        '<rss version="2.0" xmlns="http://backend.userland.com/rss2"><channel><item><title>A</title><link>https://x.example/a</link></item></channel></rss>',
        "<rss><channel/><item><title>A</title><link>https://x.example/a</link></item></rss>",
        "<RSS><CHANNEL><ITEM><TITLE>A</TITLE><LINK>https://x.example/a</LINK></ITEM></CHANNEL></RSS>",
        '<CHANNEL HREF="https://x.example/"><ITEM HREF="https://x.example/a"><TITLE>A</TITLE><LINK>https://x.example/a</LINK></ITEM></CHANNEL>',
        '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><title>A</title><link rel="alternate" href="https://x.example/a"/></entry></feed>',
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>A</a:title><a:link href="https://x.example/a"/></a:entry></a:feed>',
        '<feed><entry><title>A</title><link href="https://x.example/a"/></entry></feed>',
        '<entry xmlns="http://www.w3.org/2005/Atom"><title>A</title><link href="https://x.example/a"/></entry>',
        "<answer><status>ok</status><rss><channel><item><title>A</title><link>https://x.example/a</link></item></channel></rss></answer>",
    ],
)  # fmt: skip
def test_every_format(body: str) -> None:
    """RSS from 0.9 on, CDF, Atom from 0.3 on, with any prefix, wrapped into a service's own answer, or one entry alone."""
    assert [(entry.title, entry.url) for entry in read(body).entries] == [("A", "https://x.example/a")]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (rss().encode("windows-1257"), "text/xml; charset=utf-8"),
        (rss(declaration='<?xml version="1.0"?>').encode("windows-1257"), ""),
        (rss().encode("windows-1257"), "text/xml; charset=windows-1257"),
        (rss(declaration='<?xml version="1.0" encoding="iso-8859-1"?>').encode(), ""),
        (rss(declaration='<?xml version="1.0" encoding="utf-16"?>').encode(), ""),
        (rss().encode("utf-16"), "text/xml"), (rss(declaration="").encode("utf-16-be"), ""), (rss().encode("utf-32"), ""),
        (codecs.BOM_UTF8 * 2 + rss().encode(), ""), (("\n\n \ufeff" + rss()).encode(), "text/html"),
        (("<br />\n<b>Warning</b>: foo() in <b>/www</b> on line <b>3</b><br />\n" + rss()).encode(), "text/html"),
        (json.dumps(JSON, ensure_ascii=False).encode(), "text/html"), (json.dumps(JSON, ensure_ascii=False).encode("utf-16"), ""),
        (json.dumps(JSON).encode("utf-16-le"), ""), (b"\n" + codecs.BOM_UTF8 + json.dumps(JSON).encode(), "application/xml"),
    ],
)  # fmt: skip
def test_every_delivery(body: bytes, content_type: str) -> None:
    """Whatever charset and kind the server, the declaration and the first bytes claim, the letters are right."""
    assert [(entry.guid, entry.title) for entry in cleaned(body, content_type)] == [("g1", "Žąsų Ģērbonis")]


@pytest.mark.parametrize("charset", ["iso-8859-2", "windows-1250"])
def test_a_charset_that_only_the_program_claims(charset: str) -> None:
    """Signs in the middle of words say that Latin 1 was not meant; letters that could be meant are left alone."""
    latin1 = '<?xml version="1.0" encoding="iso-8859-1"?>'
    polish = cleaned(rss(POLISH, latin1).encode(charset))
    danish = cleaned(
        rss(ITEM.replace("Žąsų Ģērbonis", "Øre, æble, år og 2½"), latin1).encode("iso-8859-1", "replace")
    )

    assert [(entry.title, entry.summary) for entry in polish] == [("Zażółć gęślą jaźń", "Łódź żółta")]
    assert danish[0].title == "Øre, æble, år og 2½"


def test_letters_of_another_charset_among_good_ones() -> None:
    """One field of a database that was never converted costs no letter, and is told."""
    feed = read(rss().replace("Ķīlis", "Ķīlis CAFE").encode().replace(b"CAFE", b"caf\xe9"))

    assert feed.entries[0].summary == "Ķīlis café"
    assert feed.warnings[0] == "some characters are not utf-8; they are read as cp1252"


def test_markup_that_nobody_escaped() -> None:
    """A tag without an end in one story does not swallow the next."""
    items = "<item><guid>1</guid><title>A</title><description>one<br>two &amp; <img src=x.jpg><p>three</description></item>"
    first, second = cleaned(rss(items + ITEM))

    assert (first.guid, first.title, second.guid, second.summary) == ("1", "A", "g1", "Ķīlis")
    assert first.summary == 'one<br>two &amp; <img src="https://city.example/news/x.jpg" alt=""><p>three</p>'


def test_sections_within_sections() -> None:
    """CDATA inside CDATA leaves its words and no marks."""
    entry = cleaned(
        rss("<item><title>T</title><description><![CDATA[a <![CDATA[b]]> c]]></description></item>")
    )[0]

    assert entry.summary == "a b c"


@pytest.mark.parametrize(
    ("items", "titles"),
    [
        ([("x", "/1", "A"), ("x", "/2", "B")], ["A", "B"]),  # one id for all
        ([("", "/", "A"), ("", "/", "B")], ["A", "B"]),  # the home page for all
        ([("", "/news", "A"), ("", "/news", "B"), ("", "/news", "C")], ["A", "B", "C"]),  # the list for all
        ([("x", "/1", "A"), ("x", "/1", "A, corrected")], ["A"]),
        ([("x", "/1", "A"), ("x", "/1?from=rss", "A")], ["A"]),
        ([("x", "/sport/1", "A"), ("x", "/news/1", "A")], ["A"]),
    ],
)  # fmt: skip
def test_ids_that_stand_twice(items: list[tuple[str, str, str]], titles: list[str]) -> None:
    """Programs that give one id or one address to every story lose none of them; one story twice is one."""
    rows = "".join(
        f"<item>{f'<guid>{guid}</guid>' if guid else ''}<link>https://city.example{path}</link><title>{title}</title></item>"
        for guid, path, title in items
    )
    entries = read(rss(rows)).entries

    assert [entry.title for entry in entries] == titles
    assert len({entry.guid for entry in entries}) == len(titles)


@pytest.mark.parametrize(
    ("inside", "url"),
    [
        ("<guid>17</guid>", ""), ("<guid>https://city.example/17</guid>", "https://city.example/17"),
        ('<guid isPermaLink="false">https://city.example/17</guid>', ""), ("<guid>17</guid><link>/17</link>", "https://city.example/17"),
    ],
)  # fmt: skip
def test_an_id_is_an_address_only_where_it_is_one(inside: str, url: str) -> None:
    """An entry that would lead to "17" leads nowhere."""
    assert read(rss(f"<item><title>A</title>{inside}</item>")).entries[0].url == url


def test_a_feed_that_breaks_off_in_its_only_entry() -> None:
    """Half a story is more than none, and the next whole answer corrects it; of several the last is left for that."""
    one, two = rss(ITEM)[:-45], rss(ITEM.replace("g1", "g0") + ITEM)[:-45]

    assert [entry.guid for entry in read(one).entries] == ["g1"]
    assert [entry.guid for entry in read(two).entries] == ["g0"]
    assert "its only entry may lack its end" in " ".join(read(one).warnings)


def test_json_with_line_ends_in_its_texts() -> None:
    """Against the grammar, and harmless."""
    assert read('{"items": [{"id": "1", "title": "one\ntwo"}]}').entries[0].title == "one two"


@pytest.mark.parametrize(
    "body", ["", "<html><body><rss/></body></html>", "<opml><body/></opml>", "callback({})", "[]", '{"items": 1}', "%PDF-1.7", "\x1f\x8b\x08"],
)  # fmt: skip
def test_what_is_no_feed(body: str) -> None:
    """Pages, other formats and nothing at all are told, in words."""
    with pytest.raises(ReadError):
        read(body)
