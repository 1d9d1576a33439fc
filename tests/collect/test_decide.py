"""Decisions about entries: new, changed, unchanged, flickering, missing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.collect.decide import (
    FLICKER_LIMIT,
    Changed,
    Decision,
    EntryForCollect,
    Flickering,
    New,
    Unchanged,
    content_hash,
    decide,
    missing,
)
from pipeline.records import Enclosure, EntryData, Image

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
FOUND = EntryData(
    guid="1", url="https://x.org/1", title="Jauns tramvajs", content="<p>Rīt</p>", updated=EARLIER
)
SAME = EntryForCollect(content_hash=content_hash(FOUND), updated=EARLIER, changed_at=EARLIER)
OTHER = replace(SAME, content_hash="other")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (None, New()),
        (SAME, Unchanged()),
        (replace(SAME, updated=EARLIER - timedelta(days=1)), Unchanged()),
        (OTHER, Changed("edited", silent=True)),
        (replace(OTHER, updated=None), Changed("corrected")),
        (replace(OTHER, updated=EARLIER - timedelta(minutes=1)), Changed("corrected")),
        (replace(OTHER, updated=NOW), Changed("edited", silent=True)),
        (replace(SAME, withdrawn=True), Changed("returned")),
        (replace(OTHER, silent_changes=FLICKER_LIMIT), Flickering()),
        (replace(OTHER, silent_changes=FLICKER_LIMIT, updated=None), Changed("corrected")),
        (
            replace(OTHER, silent_changes=FLICKER_LIMIT, changed_at=NOW - timedelta(days=1)),
            Changed("edited", silent=True),
        ),
    ],
)
def test_decide(known: EntryForCollect | None, expected: Decision) -> None:
    """Words decide, the source's stamp explains, and what changes at every fetch is slowed to once a day."""
    assert decide(FOUND, known, now=NOW) == expected


def test_dates_do_not_change_the_hash() -> None:
    """Sources that restamp their entries at every fetch cause no revision."""
    assert content_hash(replace(FOUND, updated=NOW, published=NOW, guid="2")) == content_hash(FOUND)


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Cits"}, {"content": "<p>Parīt</p>"}, {"summary": "s"}, {"url": "https://x.org/2"}, {"author": "A"},
        {"categories": ("c",)}, {"image": Image(url="https://x.org/i.png")}, {"language": "lv"},
        {"enclosures": (Enclosure(url="https://x.org/a.pdf"),)},
    ],
)  # fmt: skip
def test_every_visible_field_changes_the_hash(change: dict[str, object]) -> None:
    """Whatever a reader of the entry would see is part of its hash."""
    assert content_hash(replace(FOUND, **change)) != content_hash(FOUND)  # type: ignore[arg-type]


def test_the_hash_is_the_same_in_every_version() -> None:
    """A new version of the program must not take every stored entry for a changed one."""
    expected = "1bafa36fdee1fcb01f5a818d6a360400a0df6ea9e0fde9f6b32a622316d82709"

    assert content_hash(FOUND) == expected


def test_missing_entries_are_holes_not_what_scrolled_out() -> None:
    """Only an entry newer than the oldest one still listed is missing."""
    listed = [NOW - timedelta(days=days) for days in (1, 5)]
    absent = [(2, NOW - timedelta(days=3)), (4, NOW - timedelta(days=9))]

    assert missing(listed, absent) == (2,)


def test_undated_listings_say_nothing_about_what_is_missing() -> None:
    """Without every date there is no telling a hole from the end of the list."""
    assert missing([None], [(1, NOW)]) == ()
    assert missing([NOW - timedelta(days=1), None], [(1, NOW)]) == ()
    assert missing([], [(1, NOW)]) == ()


def test_a_new_address_alone_is_a_move() -> None:
    """Nothing a reader would read has changed; it counts towards flickering, as links may be signed."""
    there = replace(FOUND, url="https://x.org/2", updated=NOW)
    known = replace(SAME, url=FOUND.url)

    assert decide(there, known, now=NOW) == Changed("moved", silent=True)
    assert decide(replace(there, title="Cits"), known, now=NOW) == Changed("corrected")


def test_a_list_that_became_shorter_lost_its_last_ones() -> None:
    """As many as it is shorter by, the newest first, holes among them."""
    listed = [NOW - timedelta(days=days) for days in (1, 5)]
    absent = [(5, NOW - timedelta(days=9)), (4, NOW - timedelta(days=7)), (2, NOW - timedelta(days=3))]

    assert missing(listed, absent, before=3) == (2,)
    assert missing(listed, absent, before=4) == (2, 4)
    assert missing([None], absent, before=2) == (2,)
