"""Which texts are one story: from the likeness of pairs to groups. Pure, and the same whatever came first.

Pairs | the surest first | joined where the whole groups fit
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product

from pipeline.stories.similarity import STILL_ALIKE

Pairs = Mapping[
    tuple[int, int], float
]  # by the two keys, the smaller one first; pairs that are no story are absent


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry as it counts for grouping."""

    key: int
    source: str
    published: datetime


def group(told: Iterable[Told], pairs: Pairs, *, within: timedelta) -> list[frozenset[int]]:
    """The stories: groups of two and more, each voice of another source, all published within the time given."""
    by_key = {each.key: each for each in told}
    groups: dict[int, tuple[Told, ...]] = {key: (each,) for key, each in by_key.items()}
    for one, other in sorted(pairs, key=lambda pair: (-pairs[pair], pair)):
        mine, theirs = groups[one], groups[other]
        if mine is not theirs and _fit(mine, theirs, pairs, within):
            joined = (*mine, *theirs)
            groups |= {each.key: joined for each in joined}
    found = {frozenset(each.key for each in members) for members in groups.values() if len(members) > 1}
    return sorted(found, key=sorted)


def pair(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def _fit(mine: Sequence[Told], theirs: Sequence[Told], pairs: Pairs, within: timedelta) -> bool:
    """A chain of likenesses is no story: on average each must be like each."""
    together = (*mine, *theirs)
    if len({each.source for each in together}) < len(together):
        return False
    dates = [each.published for each in together]
    if max(dates) - min(dates) > within:
        return False
    scores = [pairs.get(pair(one.key, other.key), 0.0) for one, other in product(mine, theirs)]
    return sum(scores) / len(scores) >= STILL_ALIKE
