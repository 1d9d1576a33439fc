"""Which items stand in a channel, and what it is called."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.compose import Caps, choose, compose
from feeds.records import Label, Scope, WithdrawnForFeed
from tests.feeds.samples import NETWORK, NOON, POZNAN, RENNES, channel, item


def test_newest_first_and_equal_dates_by_id() -> None:
    """The order is one and the same, whatever the order of the rows."""
    same = NOON - timedelta(days=1)
    items = [item(3, published=same), item(9), item(2, published=same), item(1)]

    assert [one.public_id for one in choose(items, Caps())] == ["1", "9", "2", "3"]


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    hours=st.lists(st.integers(0, 30), max_size=30), total=st.integers(0, 12), per_source=st.integers(0, 5)
)
def test_caps_hold_and_keep_the_newest(hours: list[int], total: int, per_source: int) -> None:
    """No cap is broken, none is used too early, and what a cap drops is older than what it keeps."""
    sources = (POZNAN, RENNES)
    items = [
        item(number, published=NOON - timedelta(hours=hour), source=sources[hour % 2])
        for number, hour in enumerate(hours, start=1)
    ]
    chosen = choose(items, Caps(total=total, per_source=per_source))

    possible = 0
    for source in sources:
        own = [one for one in items if one.source == source]
        kept = [one for one in chosen if one.source == source]
        allowed = min(len(own), per_source) if per_source else len(own)
        possible += allowed
        assert len(kept) <= allowed
        dropped = [one.published for one in own if one not in kept]
        assert not dropped or not kept or max(dropped) <= min(one.published for one in kept)
    assert len(chosen) == (min(total, possible) if total else possible)


def test_updated_is_the_newest_change_and_never_the_clock() -> None:
    """A channel's date is that of its newest change; one that never held anything has a fixed date."""
    assert channel([item(2), item(1)], withdrawn=()).updated == item(1).updated
    assert channel([], withdrawn=()).updated == datetime(2000, 1, 1, tzinfo=UTC)


def test_titles_speak_the_readers_language() -> None:
    """All, city and topic channels are named for a Latvian, a Pole and a reader without a catalogue."""
    assert channel().title == "Cities of change – Visu pilsētu ziņas"
    assert channel(language="pl", scope=Scope.CITY, key="rennes").title == "Cities of change – Rennes"
    assert channel(scope=Scope.TOPIC, key="transport").heading == "Satiksme"
    assert channel(language="pl", scope=Scope.TOPIC, key="transport").heading == "Transport"
    assert channel(scope=Scope.TOPIC, key="unknown").heading == "unknown"
    assert channel(language="xx").heading == "News of all cities"


def test_paths_are_the_published_contract() -> None:
    """The addresses that readers subscribed to: they never move."""
    assert channel().path == "lv/all"
    assert channel(scope=Scope.CITY, key="poznan").path == "lv/city/poznan"
    assert channel(scope=Scope.TOPIC, key="transport").path == "lv/topic/transport"
    assert channel(scope=Scope.CITY, key="poznan").home_url == "https://news.example.org/wire/lv/city/poznan/"


def test_an_entry_that_came_back_is_not_called_withdrawn() -> None:
    """RFC 6721: a tombstone beside its living entry would make readers delete it."""
    gone = [WithdrawnForFeed(id=item(number).id, when=NOON) for number in (1, 2)]

    assert [one.id for one in channel([item(1)], withdrawn=gone).withdrawn] == [item(2).id]


def test_composed_items_are_tidied() -> None:
    """Characters that no XML may hold are gone before any format sees them."""
    composed = compose([replace(item(), title="a\x00b\ud800\n c")], language="lv", network=NETWORK)

    assert composed.items[0].title == "ab c"
    assert composed.items[0].label is Label.MACHINE
