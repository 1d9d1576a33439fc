"""From pairs to stories: the same whatever came first, and no chains."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

from pipeline.stories.grouping import Told, group, pair

DAY = datetime(2026, 11, 20, tzinfo=UTC)
WEEK = timedelta(days=7)


def told(key: int, source: str, days: float = 0) -> Told:
    return Told(key=key, source=source, published=DAY + timedelta(days=days))


def test_a_story_has_one_voice_of_a_source() -> None:
    """Of two entries of one source the one that fits best joins, the other stays alone."""
    voices = [told(1, "poznan"), told(2, "dublin"), told(3, "dublin")]

    assert group(voices, {(1, 2): 0.5, (1, 3): 0.7}, within=WEEK) == [frozenset({1, 3})]


def test_the_order_of_arrival_does_not_matter() -> None:
    """The same voices and pairs in any order give the same stories."""
    voices = [told(1, "a"), told(2, "b"), told(3, "c"), told(4, "d")]
    pairs = {(1, 2): 0.5, (2, 3): 0.6, (1, 3): 0.5, (3, 4): 0.5}
    found = {
        tuple(group(some, dict(others), within=WEEK))
        for some in permutations(voices)
        for others in permutations(pairs.items())
    }

    assert found == {(frozenset({1, 2, 3}),)}


def test_a_chain_is_no_story() -> None:
    """One is like two and two like three; one and three having nothing in common, they are not all one."""
    voices = [told(1, "a"), told(2, "b"), told(3, "c")]

    assert group(voices, {(1, 2): 0.7, (2, 3): 0.6}, within=WEEK) == [frozenset({1, 2})]


def test_a_pair_may_be_missing_where_the_others_are_sure() -> None:
    """The average over all pairs decides."""
    voices = [told(1, "a"), told(2, "b"), told(3, "c")]

    assert group(voices, {(1, 2): 0.9, (2, 3): 0.9}, within=WEEK) == [frozenset({1, 2, 3})]


def test_no_story_lasts_longer_than_its_days() -> None:
    """First and last voice lie within the time, also where each is near to the next."""
    voices = [told(1, "a"), told(2, "b", 4), told(3, "c", 8)]
    pairs = {(1, 2): 0.9, (2, 3): 0.8, (1, 3): 0.8}

    assert group(voices, pairs, within=WEEK) == [frozenset({1, 2})]


def test_whoever_fits_nobody_is_in_no_story() -> None:
    """Single entries give no groups; a pair's name does not depend on who is asked first."""
    assert group([told(1, "a"), told(2, "b")], {}, within=WEEK) == []
    assert pair(2, 1) == pair(1, 2) == (1, 2)
