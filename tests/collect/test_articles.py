"""Articles of a list: fetched once, asked again now and then, their faults their own; further pages of the list."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.gather import Gathered, Visit, first_request, gather
from pipeline.collect.visited import GIVEN_UP_AFTER
from pipeline.config import Source
from pipeline.errors import FetchError, ReadError

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
BASE = "https://city.example"


@dataclass
class Web:
    """Pages by path. A page is its HTML, or the error that it answers with."""

    pages: dict[str, Any]
    asked: list[FetchRequest] = field(default_factory=list)
    etag: str = ""

    def fetch(self, request: FetchRequest) -> FetchResult:
        self.asked.append(request)
        page = self.pages.get(
            request.url.removeprefix(BASE), FetchError("it answered 404", code="http", status=404)
        )
        if isinstance(page, FetchError):
            raise page
        if request.etag and request.etag == self.etag:
            return FetchResult(status=304, url=request.url)
        body = (
            page if isinstance(page, bytes) else f"<!doctype html><html><body>{page}</body></html>".encode()
        )
        return FetchResult(status=200, url=request.url, body=body, etag=self.etag)

    @property
    def paths(self) -> list[str]:
        return [request.url.removeprefix(BASE) for request in self.asked]


def source(*, article: dict[str, Any] | None = None, reader: str = "listing", **recipe: Any) -> Source:
    data: dict[str, Any] = {
        "key": "city",
        "name": "City",
        "language": "it",
        "url": f"{BASE}/list",
        "reader": reader,
        "list": {"items": "li", "date": "i", **recipe} if reader == "listing" else recipe,
        "article": {"content": "article", **article} if article is not None else None,
    }
    return Source.model_validate(data)


def rows(*names: str) -> str:
    return "".join(f'<li><a href="/{name}">Titolo {name}</a><i>18.11.2026</i></li>' for name in names)


def story(name: str, more: str = "") -> str:
    return f"<article><h1>Titolo {name}</h1><p>Testo {name}.{more}</p></article>"


def poll(web: Web, recipe: Source, before: Gathered | None = None, *, later: float = 0.0) -> Gathered:
    visit = Visit(
        source=recipe,
        fetch=web.fetch,
        now=NOW + timedelta(hours=later),
        before=before.visited if before else {},
        unfinished=bool(before and before.unfinished),
    )
    web.asked.clear()
    return gather(visit, web.fetch(first_request(recipe)))


def contents(found: Gathered) -> list[str]:
    return [entry.content for entry in found.feed.entries]


def test_an_article_is_fetched_once() -> None:
    """The second poll takes it from memory, whole; a new one is fetched."""
    web = Web({"/list": rows("a"), "/a": story("a"), "/b": story("b")})
    recipe = source(article={})
    first = poll(web, recipe)
    web.pages["/list"] = rows("b", "a")
    second = poll(web, recipe, first, later=1)

    assert contents(first) == ["<p>Testo a.</p>"]
    assert web.paths == ["/list", "/b"]
    assert contents(second) == ["<p>Testo b.</p>", "<p>Testo a.</p>"]
    assert [entry.guid for entry in second.fresh] == ["city.example/b"]


def test_a_change_in_the_list_is_a_reason_to_look() -> None:
    """Another title in the list: the page is read anew, without validators."""
    web = Web({"/list": rows("a"), "/a": story("a")}, etag='"1"')
    recipe = source(article={})
    first = poll(web, recipe)
    web.pages = {"/list": rows("a").replace("Titolo a", "Titolo A"), "/a": story("a", " Di più.")}
    second = poll(web, recipe, first, later=1)

    assert contents(second) == ["<p>Testo a. Di più.</p>"]
    assert web.asked[1].etag == ""


def test_a_known_page_is_asked_again_after_its_time() -> None:
    """With its validators; what it then says, or 304, counts."""
    web = Web({"/list": rows("a"), "/a": story("a")}, etag='"1"')
    recipe = source(article={"recheck": 24})
    first = poll(web, recipe)
    early = poll(web, recipe, first, later=23)
    assert web.paths == ["/list"]
    same = poll(web, recipe, early, later=25)
    assert web.asked[1].etag == '"1"'
    assert contents(same) == contents(first)
    web.etag, web.pages["/a"] = '"2"', story("a", " Corretto.")
    corrected = poll(web, recipe, same, later=50)

    assert contents(corrected) == ["<p>Testo a. Corretto.</p>"]


def test_only_so_many_in_one_run() -> None:
    """The others wait, unpublished, and come with the next runs, also from pages further down the list."""
    web = Web(
        {
            "/list": rows("a", "b") + '<a class="n" href="/list2">2</a>',
            "/list2": rows("c"),
            **{f"/{name}": story(name) for name in "abc"},
        }
    )
    recipe = source(article={"limit": 2}, next=".n", pages=2)
    first = poll(web, recipe)
    second = poll(web, recipe, first)

    assert contents(first) == ["<p>Testo a.</p>", "<p>Testo b.</p>"]
    assert first.unfinished
    assert any("1 articles wait" in warning for warning in first.feed.warnings)
    assert len(second.feed.entries) == 3
    assert not second.unfinished


def test_one_article_at_fault_does_not_harm_the_others() -> None:
    """It is a warning; the entry waits, and after some failures goes out as the list has it."""
    web = Web({"/list": rows("a", "b"), "/a": FetchError("it answered 500", code="http", status=500), "/b": story("b")})  # fmt: skip
    recipe = source(article={})
    found: Gathered | None = None
    for _ in range(GIVEN_UP_AFTER):
        assert found is None or contents(found) == ["<p>Testo b.</p>"]
        found = poll(web, recipe, found)

    assert found is not None
    assert [entry.title for entry in found.feed.entries] == ["Titolo a", "Titolo b"]
    assert any("/a: it answered 500" in warning for warning in found.feed.warnings)
    assert not found.unfinished


def test_a_known_article_stays_while_its_page_fails() -> None:
    """What was read once is not lost."""
    web = Web({"/list": rows("a"), "/a": story("a")})
    recipe = source(article={"recheck": 0})
    found = poll(web, recipe)
    web.pages["/a"] = FetchError("it answered 500", code="http", status=500)
    for _ in range(GIVEN_UP_AFTER + 1):
        found = poll(web, recipe, found)

    assert contents(found) == ["<p>Testo a.</p>"]


@pytest.mark.parametrize("code", ["held", "blocked"])
def test_a_host_that_wants_no_more_is_left_alone(code: str) -> None:
    """After its refusal no further article is asked for in this run, and none counts as failed."""
    web = Web({"/list": rows("a", "b", "c"), "/a": FetchError("wait", code=code, retry_after=60)})
    found = poll(web, source(article={}))

    assert web.paths == ["/list", "/a"]
    assert found.unfinished
    assert all(page.failures == 0 for page in found.visited.values())


def test_what_robots_txt_forbids_goes_out_as_the_list_has_it() -> None:
    """It will not change by waiting."""
    web = Web({"/list": rows("a"), "/a": FetchError("robots.txt forbids", code="robots")})

    assert [entry.title for entry in poll(web, source(article={})).feed.entries] == ["Titolo a"]


def test_the_article_says_what_the_list_does_not() -> None:
    """Title, author and image by selectors; blocks are removed; the list's date stands where the page has none."""
    page = (
        "<div class='ck'>cookie</div><main><h1>Titolo intero</h1><p class='m'>Pubblicato: <time>19 novembre 2026</time>"
        " Modificato: <b>20 novembre 2026</b></p><span class='w'>Ufficio stampa</span><p>Testo.</p><img data-src='/i.jpg' alt='Un ponte'>"
        "<section><h2>Altre notizie</h2></section></main>"
    )
    web = Web({"/list": rows("a", "b"), "/a": page, "/b": "<main><p>Solo testo.</p></main>"})
    recipe = source(
        article={"title": "h1", "author": ".w", "image": "main img", "content": "main", "remove": [".ck", "section", ".m"]}
    )  # fmt: skip
    first, second = poll(web, recipe).feed.entries

    assert (first.title, first.author) == ("Titolo intero", "Ufficio stampa")
    assert first.image is not None
    assert (first.image.url, first.image.alt) == (f"{BASE}/i.jpg", "Un ponte")
    assert "Altre notizie" not in first.content
    assert "Testo." in first.content
    assert second.published == datetime(2026, 11, 18, tzinfo=UTC)
    assert second.title == "Titolo b"


def test_two_dates_on_one_line() -> None:
    """Two dates on one line: the first is that of publication, the other that of the change."""
    page = "<article><p class='m'>Gepubliceerd: 19 november 2026 Laatste wijziging: <b>20 november 2026</b></p><p>Tekst.</p></article>"
    web = Web({"/list": rows("a"), "/a": page})
    entry = poll(web, source(article={"date": ".m", "updated": ".m b"})).feed.entries[0]

    assert entry.published == datetime(2026, 11, 19, tzinfo=UTC)
    assert entry.updated == datetime(2026, 11, 20, tzinfo=UTC)
    assert entry.content == "<p>Tekst.</p>"


def test_a_missing_text_is_said() -> None:
    """A selector that finds nothing is a warning with its words."""
    found = poll(Web({"/list": rows("a"), "/a": "<p>x</p>"}), source(article={"content": ".gone"}))

    assert any("no text at '.gone'" in warning for warning in found.feed.warnings)


def test_a_cut_title_is_taken_from_the_page() -> None:
    """A list that shortens titles with dots."""
    web = Web({"/list": rows("a").replace("Titolo a", "Un titolo mol…"), "/a": "<article><h1>Un titolo molto lungo</h1><p>x</p></article>"})  # fmt: skip

    assert poll(web, source(article={})).feed.entries[0].title == "Un titolo molto lungo"


def test_pages_go_on_down_to_what_is_known() -> None:
    """The first poll reads as many as the recipe allows, the next only the first; a page at fault ends it there."""
    web = Web(
        {
            f"/list{page}": rows(f"n{page}") + f'<a class="n" href="/list{page + 1}">x</a>'
            for page in (2, 3, 4)
        }
        | {"/list": rows("n1") + '<a class="n" href="/list2">x</a>'}
    )
    recipe = source(next=".n", pages=3)
    first = poll(web, recipe)
    assert web.paths == ["/list", "/list2", "/list3"]
    poll(web, recipe, first)
    assert web.paths == ["/list"]
    del web.pages["/list2"]
    broken = poll(web, recipe)

    assert len(first.feed.entries) == 3
    assert len(broken.feed.entries) == 1
    assert any("page 2 of the list" in warning for warning in broken.feed.warnings)


def test_a_linked_newsletter_becomes_its_entries() -> None:
    """The page is the list, the file is read once; each part is an entry with the file."""
    from tests.collect.test_pdf import PAGES, newsletter

    web = Web({"/list": '<a href="/n.pdf">Nieuwsbrief</a><a href="/x">x</a>', "/n.pdf": newsletter(*PAGES)})
    recipe = source(reader="pdf", split="page")
    first = poll(web, recipe)
    second = poll(web, recipe, first)

    assert [entry.title for entry in first.feed.entries] == ["Meer groen langs de kust", "Bus rijdt vaker"]
    assert web.paths == ["/list"]
    assert second.feed.entries == first.feed.entries


def test_a_newsletter_without_a_page() -> None:
    """The address may be that of the file."""
    from tests.collect.test_pdf import PAGES, newsletter

    found = poll(Web({"/list": newsletter(*PAGES)}), source(reader="pdf"))

    assert [entry.title for entry in found.feed.entries] == ["Meer groen langs de kust"]


FEED = b'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title><item><guid>1</guid><title>A</title></item></channel></rss>'


def test_a_home_page_leads_to_its_feed() -> None:
    """The first feed that can be read is taken, and its address is said, so that the page is not asked again."""
    head = "<link rel=alternate type='application/rss+xml' href='/gone.xml'><link rel=alternate type='application/rss+xml' href='/feed.xml'>"
    web = Web({"/list": head, "/feed.xml": FEED}, etag='"f"')
    found = poll(web, source(reader="auto"))
    straight = poll(Web({"/list": FEED}), source(reader="auto"))

    assert (found.address, [entry.guid for entry in found.feed.entries]) == (f"{BASE}/feed.xml", ["1"])
    assert found.answer is not None
    assert found.answer.etag == '"f"'
    assert (straight.address, len(straight.feed.entries)) == ("", 1)


def test_a_home_page_without_a_feed_says_so() -> None:
    """With the reader that would do."""
    with pytest.raises(ReadError, match="use the reader listing"):
        poll(Web({"/list": "<p>x</p>"}), source(reader="auto"))


def test_articles_of_a_feed() -> None:
    """A feed with teasers only can have its articles read too."""
    feed = FEED.replace(b"<guid>1</guid>", f"<guid>1</guid><link>{BASE}/a</link>".encode())
    web = Web({"/list": feed, "/a": story("a")})
    found = poll(web, source(reader="feed", article={}))

    assert contents(found) == ["<p>Testo a.</p>"]


def test_sitemaps_take_their_titles_from_the_articles() -> None:
    """An index leads to the newest sitemap; other sections are left out by their address."""
    web = Web(
        {
            "/list": f"<sitemapindex><sitemap><loc>{BASE}/s.xml</loc></sitemap></sitemapindex>".encode(),
            "/s.xml": f"<urlset><url><loc>{BASE}/news/a</loc><lastmod>2026-11-18</lastmod></url><url><loc>{BASE}/about</loc></url></urlset>".encode(),
            "/news/a": story("a"),
        }
    )
    found = poll(web, source(reader="sitemap", match="/news/", article={}))

    assert [entry.title for entry in found.feed.entries] == ["Titolo a"]


def test_a_service_asked_by_post() -> None:
    """The body goes out as JSON, on every page."""
    web = Web({"/list": b'{"e": [{"t": "A", "u": "/a"}]}', "/list?p=2": b'{"e": [{"t": "B", "u": "/b"}]}'})
    recipe = source(reader="api", items="e", title="t", link="u", post='{"q": 1}', next="?p={page}", pages=2)
    found = poll(web, recipe)

    assert {(request.method, request.body, request.content_type) for request in web.asked} == {
        ("POST", b'{"q": 1}', "application/json")
    }
    assert [entry.title for entry in found.feed.entries] == ["A", "B"]


def test_a_stop_leaves_articles_for_the_next_run() -> None:
    """Nothing more is fetched once the run is to end."""
    web = Web({"/list": rows("a"), "/a": story("a")})
    recipe = source(article={})
    visit = Visit(source=recipe, fetch=web.fetch, now=NOW, stopped=lambda: True)
    found = gather(visit, web.fetch(first_request(recipe)))

    assert web.paths == ["/list"]
    assert found.unfinished


def test_articles_elsewhere_are_not_fetched() -> None:
    """A feed's link to another host stays a link; a page of ours that leads elsewhere is a fault of that article."""
    feed = FEED.replace(b"<guid>1</guid>", b"<guid>1</guid><link>https://other.example/a</link>")
    web = Web({"/list": feed})
    away = Web({"/list": rows("a"), "/a": story("a")})
    moved = poll(away, source(article={}), None)
    recipe = source(article={})

    def fetch(request: FetchRequest) -> FetchResult:
        answer = away.fetch(request)
        return replace(answer, url="https://consent.example/") if request.url.endswith("/a") else answer

    found = gather(Visit(source=recipe, fetch=fetch, now=NOW), fetch(first_request(recipe)))

    assert [entry.title for entry in poll(web, source(reader="feed", article={})).feed.entries] == ["A"]
    assert web.paths == ["/list"]
    assert len(moved.feed.entries) == 1
    assert any("another host, consent.example" in warning for warning in found.feed.warnings)


def test_pages_to_be_asked_again_do_not_push_each_other_out() -> None:
    """More are due than a run may fetch: the others stay as they are known, and nothing waits."""
    web = Web({"/list": rows("a", "b"), "/a": story("a"), "/b": story("b")}, etag='"1"')
    first = poll(web, source(article={"recheck": 0}))
    second = poll(web, source(article={"recheck": 0, "limit": 1}), first, later=1)

    assert web.paths == ["/list", "/a"]
    assert contents(second) == contents(first)
    assert not second.unfinished
