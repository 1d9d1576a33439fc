"""Readers with a recipe: pages, JSON, XML, sitemaps, WordPress, and the feeds a home page names."""

import json
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.collect.readers import api, discover, listing, sitemap, wordpress, xmlpaths
from pipeline.collect.readers.jsonpaths import values
from pipeline.errors import ReadError
from pipeline.recipes import ListRecipe
from pipeline.records import Image

URL = "https://city.example/news/"
WARSAW = ZoneInfo("Europe/Warsaw")


def page(body: str) -> bytes:
    return f"<!doctype html><html><head><meta charset='utf-8'></head><body>{body}</body></html>".encode()


def test_a_listing_by_selectors() -> None:
    """Title, link, glued date, teaser, lazy image and tags are found; the next page too."""
    body = page(
        '<div class="i"><h3><a href="/a?utm_source=x">Ponte <b>nuovo</b></a></h3><p class="d">Comunicato stampa24 Febbraio 2026</p>'
        '<p class="t">Si <i>apre</i>.</p><img src="data:," data-src="/p.jpg" alt="x"><u>Strade</u><u>Ponti</u></div>'
        '<div class="i"></div><a class="next" href="?page=2">2</a>'
    )
    recipe = ListRecipe(
        items=".i", date=".d", summary=".t", image="img", categories="u", next=".next", pages=2
    )

    found = listing.read(body, url=URL, recipe=recipe, zone=ZoneInfo("Europe/Rome"))
    entry = found.feed.entries[0]

    assert (entry.title, entry.url) == ("Ponte nuovo", "https://city.example/a")
    assert entry.published == datetime(2026, 2, 23, 23, 0, tzinfo=UTC)
    assert entry.summary == "<p>Si <i>apre</i>.</p>"
    assert entry.image == Image(url="https://city.example/p.jpg")
    assert entry.categories == ("Strade", "Ponti")
    assert found.following == ("https://city.example/news/?page=2",)
    assert found.feed.warnings == ("1 rows hold neither a title nor a link",)


def test_attributes_say_it_better_than_words() -> None:
    """`datetime` wins over the printed date; `@name` takes any attribute; an item may be the link itself."""
    body = page(
        '<a class="c" href="x" data-id="7"><b>Tytuł</b><time datetime="2026-11-20T08:00:00+01:00">wczoraj</time></a>'
    )
    recipe = ListRecipe(items="a.c", title="b", date="time", id="@data-id")

    entry = listing.read(body, url=URL, recipe=recipe).feed.entries[0]

    assert (entry.guid, entry.title, entry.url) == ("7", "Tytuł", "https://city.example/news/x")
    assert entry.published == datetime(2026, 11, 20, 7, 0, tzinfo=UTC)


def test_a_listing_by_addresses_alone() -> None:
    """What stands around each link that fits gives title and date, as far as no other article does."""
    body = page(
        '<ul><li><a href="/n/one-1.html"><img src="a.png"></a><span>19.11.2026</span><span>45</span><a href="/n/one-1.html">First story</a></li>'
        '<li><a href="/n/two-2.html"><h4>Second story</h4><p>Words</p></a><time>18 listopada 2026</time></li>'
        '<li><a href="/about.html">About</a></li></ul>'
    )
    recipe = ListRecipe(match=r"/n/.*-\d+\.html", id_pattern=r"-(\d+)\.html")

    entries = listing.read(body, url=URL, recipe=recipe).feed.entries

    assert [(entry.guid, entry.title) for entry in entries] == [("1", "First story"), ("2", "Second story")]
    assert [entry.published and entry.published.day for entry in entries] == [19, 18]


def test_pages_by_number() -> None:
    """Where the address of the next page is known, no link is needed; counting may begin at 0."""
    recipe = ListRecipe(items="a", next="?page={page}", first_page=0, pages=3)

    found = listing.read(page('<a href="x">x</a>'), url="https://city.example/n", recipe=recipe)

    assert found.following == ("https://city.example/n?page=1", "https://city.example/n?page=2")


def test_old_charsets_are_read_as_the_page_declares_them() -> None:
    """A page in ISO-8859-2 that says so in its head."""
    body = '<html><head><meta charset="iso-8859-2"></head><body><a href="x">Żółta łódź</a></body></html>'

    found = listing.read(body.encode("iso-8859-2"), url=URL, recipe=ListRecipe(items="a"))

    assert found.feed.entries[0].title == "Żółta łódź"


@pytest.mark.parametrize("body", [b"", b"\x00\x01\x02", b"<!-- nothing -->"])
def test_what_is_no_page_is_an_error_or_empty(body: bytes) -> None:
    """Nonsense gives no entries and no other exception than ours."""
    try:
        found = listing.read(body, url=URL, recipe=ListRecipe(items="a"))
    except ReadError:
        return
    assert found.feed.entries == ()


def test_json_by_paths() -> None:
    """Paths reach into tables and lists; a template makes the link; plain text becomes paragraphs."""
    document = {
        "result": {
            "list": [
                {
                    "uuid": 12,
                    "name": "Allerta &amp; parchi",
                    "when": "2026-11-20",
                    "path": {"alias": "/n/12"},
                    "tags": [{"n": "Meteo"}, {"n": "Parchi"}],
                    "text": "Uno < due\n\nTre",
                    "html": "<p>Sì</p>",
                }
            ],
            "more": "http://city.example/api?p=1",
        }
    }
    recipe = ListRecipe(
        items="result.list", id="uuid", title="name", date="when", link="https://city.example{path.alias}",
        categories="tags.*.n", summary="text", content="html", next="result.more",
    )  # fmt: skip

    found = api.read(json.dumps(document).encode(), url="https://city.example/api", recipe=recipe)
    entry = found.feed.entries[0]

    assert (entry.guid, entry.title, entry.url) == ("12", "Allerta & parchi", "https://city.example/n/12")
    assert entry.categories == ("Meteo", "Parchi")
    assert entry.summary == "<p>Uno &lt; due</p><p>Tre</p>"
    assert entry.content == "<p>Sì</p>"
    assert found.following == ("https://city.example/api?p=1",)


def test_a_template_without_its_value_is_no_link() -> None:
    """Half an address would lead somewhere else."""
    body = json.dumps([{"t": "x"}]).encode()

    entry = api.read(body, url=URL, recipe=ListRecipe(title="t", link="https://h.example{p}")).feed.entries[0]

    assert entry.url == ""
    assert entry.guid.startswith("urn:sha256:")


@pytest.mark.parametrize(
    ("body", "reason"), [(b"<html>", "is not JSON"), (b'{"error": "no route"}', "It begins: keys error")]
)
def test_another_answer_than_json_with_the_place_is_named(body: bytes, reason: str) -> None:
    """The reason says what came instead."""
    with pytest.raises(ReadError, match=reason):
        api.read(body, url=URL, recipe=ListRecipe(items="data"))


def test_dotted_paths() -> None:
    """Numbers take one member, * all, a name reaches into every member of a list; what is not there is nothing."""
    document = {"a": [{"b": 1}, {"b": 2}, 3], "t": {"x": {"n": 5}, "y": {"n": 6}}}

    assert values(document, "a.b") == [1, 2]
    assert values(document, "a.1.b") == [2]
    assert values(document, "t.*.n") == [5, 6]
    assert values(document, "a.9.b") == values(document, "z.z") == []
    assert values(document, "") == [document]


def test_xml_by_paths() -> None:
    """Poznań's service: CDATA, local time without a zone, an attribute; namespaces do not matter."""
    body = """<?xml version="1.0"?><r xmlns="urn:x"><days><news nr="7"><title>Tytuł</title><date>2026-07-01 08:15:00</date>
    <lead><![CDATA[Lead & więcej]]></lead><body><![CDATA[<p>Treść</p>]]></body><photo file="/p.jpg"/><url>/n/7.html</url></news></days></r>"""
    recipe = ListRecipe(
        items="days/news", id="@nr", title="title", date="date", summary="lead", content="body", image="photo@file", link="url"
    )  # fmt: skip

    entry = xmlpaths.read(
        body.encode(), url="https://www.poznan.example/ws", recipe=recipe, zone=WARSAW
    ).feed.entries[0]

    assert (entry.guid, entry.title, entry.url) == ("7", "Tytuł", "https://www.poznan.example/n/7.html")
    assert entry.published == datetime(2026, 7, 1, 6, 15, tzinfo=UTC)
    assert entry.summary == "<p>Lead &amp; więcej</p>"
    assert entry.content == "<p>Treść</p>"
    assert entry.image == Image(url="https://www.poznan.example/p.jpg")


def test_xml_that_is_a_page_is_named() -> None:
    """A service that is down often answers with a page."""
    with pytest.raises(ReadError, match="web page"):
        xmlpaths.read(b"<html><body><p>x</p></body></html>", url=URL, recipe=ListRecipe(items="news"))


def test_a_news_sitemap() -> None:
    """Newest first, with title, date, language, keywords and picture."""
    body = b"""<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
    <url><loc>https://city.example/a</loc><news:news><news:publication><news:name>x</news:name><news:language>lt</news:language></news:publication><news:publication_date>2026-11-18</news:publication_date><news:title>A</news:title></news:news></url>
    <url><loc>https://city.example/b</loc><lastmod>2026-11-20T09:00:00Z</lastmod><news:news><news:title>B &amp; C</news:title><news:keywords>Tram, Bus</news:keywords></news:news><image:image><image:loc>/i.png</image:loc></image:image></url>
    <url><loc>javascript:x()</loc></url></urlset>"""

    newest, older = sitemap.read(body, url="https://city.example/s.xml", recipe=ListRecipe()).feed.entries

    assert (newest.title, newest.categories) == ("B & C", ("Tram", "Bus"))
    assert newest.image == Image(url="https://city.example/i.png")
    assert (older.title, older.language) == ("A", "lt")


def test_an_index_of_sitemaps_leads_to_the_newest() -> None:
    """As many as the recipe has pages, by their date."""
    rows = "".join(
        f"<sitemap><loc>https://city.example/{day}.xml</loc><lastmod>2026-11-{day}</lastmod></sitemap>"
        for day in (10, 20, 15)
    )

    found = sitemap.read(f"<sitemapindex>{rows}</sitemapindex>".encode(), url=URL, recipe=ListRecipe(pages=2))

    assert found.following == ("https://city.example/20.xml", "https://city.example/15.xml")


def test_xml_that_is_no_sitemap_is_named() -> None:
    """A feed in its place, for example."""
    with pytest.raises(ReadError, match="begins with <rss>"):
        sitemap.read(b"<rss/>", url=URL, recipe=ListRecipe())


def test_wordpress() -> None:
    """The service's own names; times in UTC; the id is the one that the feed of the same site gives."""
    post = {
        "guid": {"rendered": "https://city.example/?p=9"},
        "link": "https://city.example/blog/messe/",
        "date_gmt": "2026-11-20T08:00:00",
        "modified_gmt": "2026-11-20T09:00:00",
        "title": {"rendered": "Auf der Messe &#8211; acht Partner*innen"},
        "content": {"rendered": "<p>Text.</p>"},
        "excerpt": {"rendered": "<p>Kurz.</p>"},
        "_embedded": {
            "author": [{"name": "Presse"}],
            "wp:featuredmedia": [{"source_url": "https://city.example/m.jpg"}],
            "wp:term": [[{"name": "Wirtschaft"}], [{"name": "Messe"}]],
        },
    }

    found = wordpress.read(json.dumps([post]).encode(), url=URL, recipe=ListRecipe(), zone=WARSAW)
    entry = found.feed.entries[0]

    assert (entry.guid, entry.title) == (
        "https://city.example/?p=9",
        "Auf der Messe – acht Partner*innen",
    )
    assert entry.published == datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
    assert (entry.author, entry.categories) == ("Presse", ("Wirtschaft", "Messe"))
    assert entry.image == Image(url="https://city.example/m.jpg")
    assert wordpress.address("https://city.example/").startswith("https://city.example/wp-json/wp/v2/posts?")
    assert wordpress.address("https://city.example/wp-json/x") == "https://city.example/wp-json/x"


def test_discovery_prefers_what_the_page_declares() -> None:
    """The declared feeds, that of the comments last; without any, links that look like feeds."""
    head = (
        '<link rel="alternate" type="application/rss+xml" href="/comments/feed/">'
        '<link rel="alternate" type="application/atom+xml;charset=utf-8" href="a.xml"><link rel="alternate" hreflang="en" href="/en">'
    )
    linked = '<a href="/kontakt">x</a><a href="/rss.xml">RSS</a><a href="https://city.example/feed/">Feed</a>'

    assert discover.feeds(page(head + linked), url=URL) == (
        "https://city.example/news/a.xml",
        "https://city.example/comments/feed/",
    )
    assert discover.feeds(page(linked), url=URL) == (
        "https://city.example/rss.xml",
        "https://city.example/feed/",
    )
