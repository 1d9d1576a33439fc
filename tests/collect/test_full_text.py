"""Full text for sources with a feed: the article's page where the feed has a teaser only, once, and never unasked."""

import json
from html import escape
from typing import Any

import pytest

from pipeline.collect.gather import first_request
from pipeline.collect.visited import Visited, restore
from pipeline.config import Source
from tests.collect.test_articles import BASE, Web, contents, poll

TEASER = "<p>Il ponte riapre lunedì.</p>"
LONG = (
    "<p>" + "Il ponte sul canale riapre lunedì mattina dopo sei mesi di lavori, dice il Comune. " * 8 + "</p>"
)
PAGE = f"<div class='menu'><a href='/'>Home</a></div><article><h1>Titolo</h1>{LONG}</article>"


def rss(*items: str) -> bytes:
    space = 'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    return f'<?xml version="1.0"?><rss version="2.0" {space}><channel><title>x</title>{"".join(items)}</channel></rss>'.encode()


def item(name: str, *, link: str = "", teaser: str = TEASER, content: str = "") -> str:
    whole = f"<content:encoded>{escape(content)}</content:encoded>" if content else ""
    return (
        f"<item><guid>{name}</guid><title>Titolo {name}</title><link>{BASE}/{link or name}</link>"
        f"<description>{escape(teaser)}</description>{whole}</item>"
    )


def source(reader: str = "feed", **article: Any) -> Source:
    data: dict[str, Any] = {
        "key": "city",
        "name": "City",
        "language": "it",
        "url": f"{BASE}/list",
        "reader": reader,
    }
    return Source.model_validate({**data, "article": article})


POSTS = [{"id": 7, "link": f"{BASE}/a", "date_gmt": "2026-11-18T08:00:00", "title": {"rendered": "Titolo a"},
          "excerpt": {"rendered": TEASER}, "content": {"rendered": ""}}]  # fmt: skip
JSON_FEED = {"version": "https://jsonfeed.org/version/1.1", "title": "x",
             "items": [{"id": "a", "url": f"{BASE}/a", "title": "Titolo a", "summary": "Il ponte riapre lunedì."}]}  # fmt: skip


@pytest.mark.parametrize(
    ("reader", "answer"),
    [
        ("feed", rss(item("a"))), ("auto", rss(item("a"))), ("jsonfeed", json.dumps(JSON_FEED).encode()),
        ("feed", json.dumps(JSON_FEED).encode()), ("wordpress", json.dumps(POSTS).encode()),
    ],
)  # fmt: skip
def test_a_teaser_gets_its_article(reader: str, answer: bytes) -> None:
    """Whatever the feed is made of; the teaser stays the summary. Without the table nothing is fetched."""
    recipe = source(reader)
    web = Web({first_request(recipe).url.removeprefix(BASE): answer, "/a": PAGE})
    entry = poll(web, recipe).feed.entries[0]

    assert web.paths[1:] == ["/a"]
    assert entry.content.count("riapre lunedì mattina") == 8
    assert entry.summary.startswith("<p>Il ponte")
    assert len(poll(web, recipe.model_copy(update={"article": None})).feed.entries) == 1
    assert web.paths[1:] == []


def test_a_page_is_read_once() -> None:
    """The second poll remembers the text and asks for nothing but the feed."""
    web = Web({"/list": rss(item("a")), "/a": PAGE})
    first = poll(web, source())
    second = poll(web, source(), first, later=1)

    assert web.paths == ["/list"]
    assert contents(second) == contents(first)


@pytest.mark.parametrize(
    ("content", "article", "fetched"),
    [
        (LONG, {}, False), ("<p>Il ponte riapre lunedì mattina, per tutti.</p>", {}, False), (TEASER, {}, True),
        (LONG.replace("</p>", "…</p>"), {}, True), (LONG.replace("</p>", " [&hellip;]</p>"), {}, True), (LONG, {"content": "article"}, True),
    ],
)  # fmt: skip
def test_a_feed_with_whole_texts_is_left_as_it_is(
    content: str, article: dict[str, Any], fetched: bool
) -> None:
    """Only a cut text, or one that says no more than the summary, is a reason to fetch; or a selector for the text."""
    web = Web({"/list": rss(item("a", content=content)), "/a": PAGE})
    poll(web, source(**article))

    assert (web.paths == ["/list", "/a"]) is fetched


def test_a_whole_text_that_changes_in_the_feed_is_taken() -> None:
    """Corrections of a full text come with the feed."""
    web = Web({"/list": rss(item("a", content=LONG))})
    first = poll(web, source())
    web.pages["/list"] = rss(item("a", content=LONG.replace("lunedì", "martedì")))
    second = poll(web, source(), first, later=1)

    assert "martedì" in contents(second)[0]
    assert [entry.guid for entry in second.fresh] == ["a"]
    assert [entry.guid for entry in first.fresh] == ["a"]


def test_two_entries_of_one_page() -> None:
    """The same address under two ids is fetched once, and both have the text."""
    web = Web({"/list": rss(item("a"), item("b", link="a?utm_source=rss")), "/a": PAGE})
    found = poll(web, source())

    assert web.paths == ["/list", "/a"]
    assert [entry.guid for entry in found.feed.entries] == ["a", "b"]
    assert len(set(contents(found))) == 1


def test_the_same_bytes_are_not_read_again() -> None:
    """A server without validators sends the page anew: its digest says that nothing changed."""
    web = Web({"/list": rss(item("a")), "/a": PAGE})
    first = poll(web, source(recheck=1))
    second = poll(web, source(recheck=1), first, later=2)
    web.pages["/a"] = PAGE.replace("sei mesi", "sette mesi")
    third = poll(web, source(recheck=1), second, later=4)

    assert web.paths == ["/list", "/a"]
    assert second.fresh == ()
    assert contents(second) == contents(first)
    assert "sette mesi" in contents(third)[0]


def test_what_is_remembered_survives_the_store() -> None:
    """The digest of the page is part of what is kept, and may be missing in what an older version kept."""
    page = Visited(listed="1", body="2").as_json()
    older = {key: value for key, value in page.items() if key != "body"}

    assert restore("city", {"a": page})["a"].body == "2"
    assert restore("city", {"a": older})["a"].listed == "1"


def test_only_so_many_in_one_run() -> None:
    """The others wait for the next run rather than go out as teasers."""
    web = Web({"/list": rss(*map(item, "abc")), **{f"/{name}": PAGE for name in "abc"}})
    first = poll(web, source(limit=2))
    second = poll(web, source(limit=2), first)

    assert (len(first.feed.entries), first.unfinished) == (2, True)
    assert (len(second.feed.entries), second.unfinished) == (3, False)


def test_pages_of_other_hosts_are_named() -> None:
    """They are not fetched; the teaser goes out, with a word about it."""
    web = Web({"/list": rss(item("a").replace(BASE, "https://other.example"))})
    found = poll(web, source())

    assert web.paths == ["/list"]
    assert len(found.feed.entries) == 1
    assert any("other hosts such as other.example" in warning for warning in found.feed.warnings)


def test_a_wall_leaves_the_teaser() -> None:
    """What says less than the feed is not the article."""
    web = Web(
        {"/list": rss(item("a", teaser=LONG)), "/a": "<h1>Accedi</h1><p>Accedi per continuare a leggere.</p>"}
    )
    found = poll(web, source())

    assert contents(found) == [""]
    assert any("shorter than the summary" in warning for warning in found.feed.warnings)
