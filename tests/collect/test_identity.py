"""Entries known under another guid: told by address and words, and never two that stand beside one another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from rapidfuzz import fuzz

from pipeline.collect.identity import WORD_ALIKE, Likeness, address, likeness, near_duplicate, recognise
from pipeline.records import EntryData

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = (
    "<p>The new tram line to the river opens on Saturday. Trams run every ten minutes from six in the morning.</p>"
    "<p>The first rides are free, and the mayor will drive the first one as far as the bridge.</p>"
)
TRAM = EntryData(
    guid="1",
    url="https://city.example/news/tram",
    title="New tram line opens",
    content=TEXT,
    published=NOW - DAY,
)
MOVED = replace(TRAM, guid="2", url="https://city.example/2026/11/tram-line")
# Words that tell two stories apart, in the ten languages and Portuguese, as they stand in titles.
CALENDAR = """
Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February June July September November December
pirmdien otrdien trešdien ceturtdien piektdien sestdien svētdien jūnijs jūlijs septembris oktobris novembris decembris
poniedziałek wtorek środa czwartek piątek sobota niedziela czerwca lipca września października listopada grudnia
pirmadienis antradienis trečiadienis ketvirtadienis penktadienis šeštadienis sekmadienis birželio liepos rugsėjo
Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag Juni Juli September Oktober November Dezember
maandag dinsdag woensdag donderdag vrijdag zaterdag zondag juni juli september oktober november december
lundi mardi mercredi jeudi vendredi samedi dimanche juin juillet septembre octobre novembre décembre
lunes martes miércoles jueves viernes sábado domingo junio julio septiembre octubre noviembre diciembre
lunedì martedì mercoledì giovedì venerdì sabato domenica giugno luglio settembre ottobre novembre dicembre
luni marți miercuri joi vineri sâmbătă duminică iunie iulie septembrie octombrie noiembrie decembrie
segunda terça quarta quinta sexta sábado domingo junho julho setembro outubro novembro dezembro
"""


def like(entry: EntryData) -> Likeness:
    return likeness(entry, NOW)


def known_as(found: EntryData, *known: EntryData) -> list[int]:
    """The places among `known` of those that `found` is taken for."""
    same = recognise({"new": like(found)}, {place: like(each) for place, each in enumerate(known)})
    return list(same.values())


@pytest.mark.parametrize(
    "change",
    [
        {"guid": "2"},
        {"guid": "2", "url": "http://www.city.example/news/tram/?utm_source=rss"},
        {"guid": "2", "title": "A tram to the river", "published": NOW},
        {"guid": "2", "content": "<p>Cancelled.</p>", "published": NOW},
        {"guid": "2", "title": "Cancelled", "content": "<p>No trams.</p>"},
    ],
)
def test_one_address_is_one_entry(change: dict[str, object]) -> None:
    """Another guid at the same address, with the same date, title or text, is the same entry."""
    assert known_as(replace(TRAM, **change), TRAM) == [0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Road works in Mill Street", "Library closed for holidays"),
        ("Air quality on 12 November", "Air quality on 13 November"),
    ],
)
def test_bulletins_that_share_an_address_are_many(one: str, other: str) -> None:
    """An address whose text is another one each day identifies nothing."""
    before = replace(TRAM, title=one, content=f"<p>{one}.</p>")
    after = replace(TRAM, guid="2", title=other, content=f"<p>{other}.</p>", published=NOW)

    assert known_as(after, before) == []


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"published": NOW + DAY},
        {"published": None},
        {"title": "NEW TRAM LINE: opens!"},
        {"title": "New tram lines opens"},
        {"content": TEXT.replace("free,", "free of charge,")},
        {"content": f"<div class='text'>{TEXT}</div>"},
    ],
)
def test_moved_or_published_anew_it_is_the_same(change: dict[str, object]) -> None:
    """Guid and address are new, days may have passed, words may be mended: title and text say which one it is."""
    assert known_as(replace(MOVED, **change), TRAM) == [0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [
        {"title": "New tram line closes"},
        {"title": "New tram line opens late"},
        {"title": "New tram line 3 opens"},
        {"title": ""},
        {"content": TEXT.replace("ten minutes", "10 minutes")},
        {
            "content": "<p>Another text under the same title, as long as it must be to be compared by its words.</p>"
        },
        {"content": ""},
        {"published": NOW + 4 * DAY},
    ],
)
def test_in_doubt_they_are_two(change: dict[str, object]) -> None:
    """Another word in the title, another number, another text, no text, or too long ago."""
    assert known_as(replace(MOVED, **change), TRAM) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(("one", "other"), [("Monday", "Tuesday"), ("Tuesday", "Thursday"), ("9", "16")])
def test_a_series_stays_a_series(one: str, other: str) -> None:
    """Council meetings under one title but for the day, with one text, are different meetings."""
    meeting = replace(TRAM, title=f"Council meeting on {one}")
    next_one = replace(MOVED, title=f"Council meeting on {other}", published=NOW)

    assert known_as(next_one, meeting) == []


@pytest.mark.parametrize("words", [line.casefold().split() for line in CALENDAR.strip().splitlines()])
def test_no_two_days_or_months_are_alike(words: list[str]) -> None:
    """In no language does the threshold take one day or month for a misspelling of another."""
    assert max(fuzz.ratio(one, other) for one, other in combinations(words, 2)) < WORD_ALIKE


def test_short_texts_must_be_equal() -> None:
    """Of a few words nothing may differ."""
    short = replace(TRAM, content="<p>On Saturday.</p>")

    assert known_as(replace(MOVED, content="<p>On <b>Saturday</b></p>"), short) == [0]
    assert known_as(replace(MOVED, content="<p>On Sunday.</p>"), short) == []


def test_headlines_without_text_need_the_same_date() -> None:
    """A title alone is proof enough where it says something and its date is the same to the second."""
    bare = replace(TRAM, content="")

    assert known_as(replace(MOVED, content=""), bare) == [0]
    assert known_as(replace(MOVED, content="", published=NOW), bare) == []
    assert known_as(replace(MOVED, content="", title="Notice"), replace(bare, title="Notice")) == []


def test_messages_without_title_need_the_same_text() -> None:
    """To the word, and enough of them."""
    bare = replace(TRAM, title="")

    assert known_as(replace(MOVED, title=""), bare) == [0]
    assert known_as(replace(MOVED, title="", content=f"{TEXT} Come!"), bare) == []
    assert known_as(replace(MOVED, title="", content="Tak."), replace(bare, content="Tak.")) == []


def test_entries_of_one_answer_are_never_one() -> None:
    """Two that are alike become one old entry and one new one; the address of several identifies none of them."""
    twins = {
        "a": like(MOVED),
        "b": like(replace(TRAM, guid="3", url="https://x.example/3")),
    }
    assert recognise(twins, {7: like(TRAM)}) == {"a": 7}

    other = like(replace(TRAM, guid="4", title="Cancelled", content="<p>No trams.</p>"))
    assert recognise({"a": other}, {7: like(TRAM)}, taken=[other.address]) == {}
    assert recognise({"a": other, "b": other}, {7: like(TRAM)}) == {}


def test_of_several_the_nearest_in_time_is_taken() -> None:
    """The one that was published last is the one that moved."""
    older = replace(TRAM, url="https://city.example/old", published=NOW - 3 * DAY)

    assert known_as(replace(MOVED, published=NOW), older, TRAM) == [1]


def test_an_entry_without_words_is_like_no_other() -> None:
    """Nothing equals nothing, but says nothing."""
    bare = like(EntryData(guid="1", published=NOW))

    assert not near_duplicate(bare, bare)
    assert recognise({"a": bare}, {1: bare}) == {}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://www.city.example/a/?utm_medium=rss", "city.example/a"),
        ("https://city.example/a#xtor=RSS-1", "city.example/a"),
        ("https://city.example/?id=5", "city.example?id=5"),
        ("https://city.example/paper.pdf#page=2", ""),
        ("https://city.example/", ""),
        ("", ""),
    ],
)
def test_addresses_that_identify(url: str, expected: str) -> None:
    """Pages of one file, home pages and nothing are nobody's own address."""
    assert address(url) == expected
