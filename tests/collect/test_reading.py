"""Sources without a feed in the store: read once, unchanged by memory, and the alarm when a site is rebuilt."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipeline.collect import stage
from pipeline.collect.reading import opened
from pipeline.config import Config
from pipeline.models import Entry, Revision, Source
from pipeline.summary import SourceLine
from tests.builders import config
from tests.collect.test_stage import Page, rss, site

pytestmark = pytest.mark.usefixtures("store")


def row(number: int, day: int = 18) -> str:
    return f'<li><a href="/{number}">Tytuł {number}</a><i>{day}.11.2026</i></li>'


def page(body: str) -> Page:
    return Page(f"<!doctype html><html><body>{body}</body></html>")


def story(number: int, more: str = "") -> Page:
    return page(
        f"<article><h1>Tytuł {number}</h1><p>Treść {number} z <a href='/x?utm_source=y'>linkiem</a>.{more}</p><img src='/{number}.png'></article>"
    )


def settings(base: str, **changes: Any) -> Config:
    source: dict[str, Any] = {
        "key": "poznan",
        "name": "Poznań",
        "language": "pl",
        "url": base + "/list",
        "reader": "listing",
        "timezone": "Europe/Warsaw",
        "list": {"items": "li", "date": "i"},
        "article": {"content": "article"},
        **changes,
    }
    fetch = {"allow": ["127.0.0.1"], "timeout": 3, "robots": False}
    return config(source=[source], fetch=fetch, publish={"pictures": "link"})


def polled(config: Config) -> SourceLine:
    return stage.run(config)[0]


def test_a_listing_is_stored_and_known_articles_are_unchanged() -> None:
    """The second poll fetches the new article only, and makes no revision of the known ones."""
    pages = {"/list": page(row(1) + row(2)), "/1": story(1), "/2": story(2), "/3": story(3)}
    with site(pages) as base:
        first = polled(settings(base))
        pages["/list"] = page(row(3, 19) + row(1) + row(2))
        second = polled(settings(base))

    assert (first.new, first.note) == (2, "")
    assert (second.new, second.changed, second.unchanged) == (1, 0, 2)
    assert [len(pages[f"/{number}"].asked) for number in (1, 2, 3)] == [1, 1, 1]
    assert Revision.objects.count() == 3
    entry = Entry.objects.get(guid__endswith="/1")
    assert entry.published == datetime(2026, 11, 17, 23, 0, tzinfo=UTC)
    assert entry.current is not None
    assert f'<a href="{base}/x">linkiem</a>' in entry.current.content


def test_a_correction_in_the_article_is_found_though_the_list_is_the_same() -> None:
    """Once its time has come the list is read in full, and each page asked whether it changed."""
    pages = {"/list": page(row(1)), "/1": story(1)}
    pages["/list"].headers["ETag"] = '"same"'
    with site(pages) as base:
        polled(settings(base))
        pages["/1"] = story(1, " Poprawione.")
        early = polled(settings(base))
        kept = Source.objects.get()
        kept.reading["pages"] = {key: value | {"at": 0} for key, value in kept.reading["pages"].items()}
        kept.save()
        late = polled(settings(base))

    assert (early.note, early.changed) == ("not modified", 0)
    assert late.changed == 1


def test_articles_beyond_the_limit_come_with_the_next_poll_of_the_same_list() -> None:
    """That the list did not change does not hold them back."""
    pages = {"/list": page(row(1) + row(2)), "/1": story(1), "/2": story(2)}
    pages["/list"].headers["ETag"] = '"same"'
    with site(pages) as base:
        recipe = settings(base, article={"content": "article", "limit": 1})
        first, second, third = polled(recipe), polled(recipe), polled(recipe)

    assert (first.new, first.note) == (1, "1 articles wait for the next run")
    assert (second.new, second.unchanged) == (1, 1)
    assert third.note == "not modified"


def test_another_recipe_reads_every_page_anew() -> None:
    """What a selector missed is not kept."""
    pages = {"/list": page(row(1)), "/1": story(1)}
    with site(pages) as base:
        polled(settings(base))
        line = polled(settings(base, article={"content": "article p"}))

    assert line.changed == 1
    assert len(pages["/1"].asked) == 2


def test_entries_that_left_the_store_are_read_again() -> None:
    """Memory without its entries is no memory."""
    pages = {"/list": page(row(1)), "/1": story(1)}
    with site(pages) as base:
        polled(settings(base))
        Entry.objects.update(current=None)
        Revision.objects.all().delete()
        Entry.objects.all().delete()
        pages["/list"] = page(row(1) + "<p>x</p>")
        line = polled(settings(base))

    assert line.new == 1


def test_a_rebuilt_site_raises_the_alarm_until_it_is_mended() -> None:
    """No entries at all: the note stands on the line of every run, also when nothing changed."""
    pages = {"/list": page(row(1) + row(2) + row(3))} | {f"/{number}": story(number) for number in (1, 2, 3)}
    with site(pages) as base:
        polled(settings(base))
        pages["/list"] = page("<div>Nowa strona</div>")
        gone, still = polled(settings(base)), polled(settings(base))
        mended = polled(settings(base, list={"items": "div", "title": ".", "link": "a"}))

    assert gone.error is None
    assert "it holds no entries any more (3 before)" in gone.note
    assert still.note.startswith("drift since")
    assert "drift" not in mended.note


def test_a_lost_field_raises_the_alarm() -> None:
    """Feeds too: every entry had a date, now none has."""
    dated = "<pubDate>Mon, 16 Nov 2026 08:00:00 +0100</pubDate>"
    items = [f"<item><guid>{n}</guid><title>T{n}</title>%s</item>" for n in range(4)]
    pages = {"/list": Page(rss(*(item % dated for item in items)))}
    with site(pages) as base:
        feed = settings(base, reader="feed", list={}, article=None)
        polled(feed)
        pages["/list"] = Page(rss(*(item % "" for item in items)))
        line = polled(feed)

    assert "no date any more, which all its entries had" in line.note


def test_a_discovered_feed_is_asked_directly_from_then_on() -> None:
    """The home page is asked once; after a fault of the feed it is asked again."""
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    item = "<item><guid>1</guid><title>T</title></item>"
    pages = {"/list": page(link), "/feed.xml": Page(rss(item), headers={"ETag": '"1"'})}
    with site(pages) as base:
        auto = settings(base, reader="auto", list={}, article=None)
        first, second = polled(auto), polled(auto)
        pages["/feed.xml"].status = 500
        pages["/feed.xml"].headers.clear()
        broken = polled(auto)
        again = polled(auto)

    assert (first.new, second.note) == (1, "not modified")
    assert broken.error is not None
    assert again.error is not None
    assert [len(pages["/list"].asked), len(pages["/feed.xml"].asked)] == [2, 4]


def test_memory_is_opened_with_the_entries_of_the_store() -> None:
    """A page's entries come back as they were read, but for what the store does not keep."""
    pages = {"/list": page(row(1)), "/1": story(1)}
    with site(pages) as base:
        polled(settings(base))

    known = next(iter(opened(Source.objects.get()).pages.values()))

    assert [entry.title for entry in known.entries] == ["Tytuł 1"]
    assert datetime.now(UTC) - datetime.fromtimestamp(known.at, UTC) < timedelta(minutes=1)
