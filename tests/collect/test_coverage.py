"""Drift: what raises the alarm, what does not, and what ends it."""

from datetime import UTC, date, datetime

from pipeline.collect.coverage import Coverage, after
from pipeline.records import EntryData, Image

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)
WHOLE = EntryData(
    guid="1", title="T", published=NOW, content="<p>x</p>", image=Image(url="https://x.example/i.png")
)
BARE = EntryData(guid="2", title="T", content="<p>x</p>")


def polled(*polls: list[EntryData], known: Coverage | None = None, **options: bool) -> Coverage:
    coverage = known or Coverage()
    for entries in polls:
        coverage = after(coverage, entries, total=len(entries), today=TODAY, **options)
    return coverage


def test_a_field_that_all_had_and_none_has() -> None:
    """Dates and images gone from every entry: said once, with the day since which."""
    known = polled([WHOLE] * 5)
    later = after(known, [BARE] * 4, total=4, today=TODAY)
    still = after(later, [BARE], total=1, today=date(2026, 11, 25))

    assert known.note == ""
    assert later.lost == ("date", "image")
    assert still.note.startswith("drift since 2026-11-20: no date and no image any more")


def test_entries_read_one_by_one_add_up() -> None:
    """A source that gives one new article a day is noticed on the third."""
    coverage = polled([WHOLE] * 5, [BARE], [BARE])

    assert coverage.lost == ()
    assert polled([BARE], known=coverage).lost == ("date", "image")


def test_a_field_that_only_some_have_may_be_missing() -> None:
    """Half the entries have no image anyway."""
    known = polled([WHOLE, BARE, BARE, WHOLE])

    assert polled([BARE] * 10, known=known).lost == ()


def test_the_alarm_ends_when_the_field_is_back() -> None:
    """One entry with a date is enough."""
    assert polled([WHOLE] * 5, [BARE] * 5, [WHOLE]).note == ""


def test_nothing_any_more() -> None:
    """An answer without entries, where there were some; not where that is normal; over when they are back."""
    gone = polled([WHOLE] * 5, [])

    assert "no entries any more (5 before)" in gone.note
    assert polled([WHOLE] * 5, [], may_be_empty=True).note == ""
    assert polled([]).note == ""
    assert polled([WHOLE], known=gone).note == ""


def test_known_pages_prove_nothing() -> None:
    """Entries that came from memory were not read: they neither raise nor end an alarm."""
    known = polled([WHOLE] * 5, [BARE] * 3)

    assert after(known, [], total=5, today=TODAY).lost == known.lost
