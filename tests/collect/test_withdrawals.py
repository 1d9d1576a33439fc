"""What counts as a whole list, and how pages are asked for: without a site."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.gather import Gathered
from pipeline.collect.sieve import Same
from pipeline.collect.withdrawals import Missing, ask, listing, missing_from
from pipeline.config import Source as SourceConfig
from pipeline.errors import FetchError
from pipeline.models import Entry
from pipeline.records import EntryData, FeedData
from tests.builders import NOW, entry


def recipe(**changes: Any) -> SourceConfig:
    return SourceConfig(key="poznan", name="P", language="pl", url="https://poznan.example/", **changes)


def listed(*days: int, dated: bool = True) -> FeedData:
    return FeedData(
        entries=tuple(
            EntryData(guid=f"poznan-{day}", published=NOW - timedelta(days=day) if dated else None)
            for day in days
        )
    )


def lost(found: Gathered, settings: SourceConfig, present: set[int]) -> list[Missing]:
    made = listing(found, settings, frozenset(present), before=3)
    return missing_from([made] if made else [], NOW)


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize(
    ("found", "changes", "expected"),
    [
        (Gathered(feed=listed(1, 3)), {}, [2]),
        (Gathered(feed=listed(1, 2)), {}, [3]),  # shorter than before
        (Gathered(feed=listed(1, 3, dated=False)), {}, [2]),
        (Gathered(feed=listed(1, 2, 4)), {}, [3]),
        (Gathered(feed=listed(1, 2, 4, dated=False)), {}, []),
        (Gathered(feed=listed(1, 3), unfinished=True), {}, []),
        (Gathered(feed=listed()), {}, []),
        (Gathered(feed=listed()), {"may_be_empty": True}, [1, 2, 3]),
        (Gathered(feed=listed(1, 2)), {"list": {"pages": 3}}, []),
    ],
)
def test_only_a_whole_list_says_that_something_is_missing(
    found: Gathered, changes: dict[str, Any], expected: list[int]
) -> None:
    """Holes between dates, or a shorter list; not what waits to be read, nor what later pages may hold."""
    rows = {day: entry(day) for day in (1, 2, 3)}
    present = {rows[day].pk for day in rows if f"poznan-{day}" in {each.guid for each in found.feed.entries}}

    gone = lost(found, recipe(**changes), present)

    assert [url.rsplit("/", 1)[-1] for each in gone for url in each.pages.values()] == list(
        map(str, expected)
    )


@pytest.mark.usefixtures("sqlite_store")
def test_an_entry_without_an_address_cannot_be_asked_for() -> None:
    """It stays."""
    rows = [entry(day) for day in (1, 2, 3)]
    Entry.objects.update(url="")

    assert not lost(Gathered(feed=listed(1, 3)), recipe(), {rows[0].pk, rows[2].pk})


@pytest.mark.usefixtures("sqlite_store")
def test_lists_of_many_sources_are_looked_through_together() -> None:
    """Each loses its own: by its own dates, by its own length, and with what it held back as unchanged."""
    rows = {
        key: {day: entry(day, source=key) for day in (1, 2, 3)} for key in ("poznan", "dublin", "riga", "old")
    }
    Entry.objects.filter(source_id="old").update(published=NOW - timedelta(days=400))
    same = {"x": Same("", rows["dublin"][1].pk, int((NOW - timedelta(days=1)).timestamp()))}
    found = {
        "poznan": Gathered(feed=listed(1, 3)),  # a hole
        "dublin": Gathered(feed=listed(3), same=same),  # a hole beside what was held back
        "riga": Gathered(feed=listed(1, 2, dated=False)),  # shorter
        "old": Gathered(feed=listed(1, 2, 3)),  # whole: what is older has scrolled out
    }
    present = {"poznan": (1, 3), "dublin": (1, 3), "riga": (1, 2), "old": ()}
    listings = [
        listing(
            each,
            recipe().model_copy(update={"key": key}),
            frozenset(rows[key][day].pk for day in present[key]),
            before=3,
        )
        for key, each in found.items()
    ]

    gone = missing_from([each for each in listings if each], NOW)

    assert {each.source_key: list(each.pages) for each in gone} == {
        "poznan": [rows["poznan"][2].pk],
        "dublin": [rows["dublin"][2].pk],
        "riga": [rows["riga"][3].pk],
    }


def test_one_file_is_asked_for_once() -> None:
    """The parts of a PDF share an address: one question answers for all."""
    asked = []

    def fetch(request: FetchRequest) -> FetchResult:
        asked.append(request.url)
        raise FetchError("gone", code="http", status=410)

    lost = Missing(source_key="poznan", pages={1: "https://x.org/a.pdf", 2: "https://x.org/a.pdf"})

    assert ask(fetch, threading.Event(), lost) == {1: True, 2: True}
    assert asked == ["https://x.org/a.pdf"]


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("http", 404, {1: True, 2: True}),
        ("http", 403, {1: False, 2: False}),
        ("robots", None, {1: False, 2: False}),
        ("timeout", None, {1: False, 2: False}),
        ("blocked", 404, {}),
        ("dns", None, {}),
    ],
)
def test_only_gone_is_gone(code: str, status: int | None, expected: dict[int, bool]) -> None:
    """A bot wall or a dead host says nothing of a page, not even that it was asked for."""

    def fetch(_request: FetchRequest) -> FetchResult:
        raise FetchError("no", code=code, status=status)

    lost = Missing(source_key="poznan", pages={1: "https://x.org/1", 2: "https://x.org/2"})

    assert ask(fetch, threading.Event(), lost) == expected


def test_a_stop_ends_the_questions() -> None:
    """Nothing is asked for after it."""
    stop = threading.Event()
    stop.set()
    lost = Missing(source_key="poznan", pages={1: "https://x.org/1"})

    assert ask(lambda _request: pytest.fail("asked"), stop, lost) == {}
