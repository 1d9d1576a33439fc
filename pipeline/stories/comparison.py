"""Texts of some days compared with one another, those that changed with all others. Pure.

Index of names and numbers | pairs that share enough of them | likeness | groups
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from pipeline.stories.grouping import Told, group, pair
from pipeline.stories.similarity import SHARED, anchors, closeness, likeness, one_story, weigh
from pipeline.stories.words import Sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One text, ready to be compared."""

    told: Told
    sketch: Sketch
    story: int | None = None  # in which it stands until now
    vector: bytes | None = None


class Comparison:
    """Holds the texts that may be compared. Knows no store."""

    def __init__(self, texts: Iterable[Compared], *, within: timedelta) -> None:
        self._texts = {each.told.key: each for each in texts}
        self._within = within
        self._weights = weigh(each.sketch for each in self._texts.values())
        self._scores: dict[tuple[int, int], float] = {}
        self._having: dict[str, list[int]] = defaultdict(list)
        for key, each in self._texts.items():
            for term in anchors(each.sketch):
                self._having[term].append(key)

    def stories(self, fresh: Collection[int]) -> tuple[frozenset[int], list[frozenset[int]]]:
        """All that the fresh ones touch, and the groups in it; whoever is in no group tells no story with others."""
        touched = self._touched(fresh)
        pairs = {
            pair(one, other): score
            for one in touched
            for other in self._candidates(one)
            if one < other and other in touched and (score := self._score(one, other))
        }
        told = [self._texts[key].told for key in sorted(touched)]
        return touched, group(told, pairs, within=self._within)

    def _touched(self, fresh: Collection[int]) -> frozenset[int]:
        """The fresh ones, what fits them, and all that stand in a story.

        The stories of these days are looked at again because what seemed rare may turn out to stand in every text.
        """
        partners = {other for one in fresh for other in self._candidates(one) if self._score(one, other)}
        told = {key for key, each in self._texts.items() if each.story is not None}
        return frozenset({*fresh, *partners, *told})

    def _candidates(self, key: int) -> Iterator[int]:
        """Those of other sources and the same days with enough names and numbers in common."""
        own = self._texts[key].told
        common: dict[int, float] = defaultdict(float)
        for term, weight in anchors(self._texts[key].sketch).items():
            for other in self._having[term]:
                common[other] += weight
        for other, weight in common.items():
            told = self._texts[other].told
            near = abs(told.published - own.published) <= self._within
            if weight >= SHARED and near and told.source != own.source:
                yield other

    def _score(self, key: int, other: int) -> float:
        known = pair(key, other)
        if known not in self._scores:
            self._scores[known] = self._compare(self._texts[key], self._texts[other])
        return self._scores[known]

    def _compare(self, one: Compared, other: Compared) -> float:
        return one_story(
            likeness(one.sketch, other.sketch, self._weights),
            closeness(one.vector, other.vector) if one.vector and other.vector else None,
            one_language=one.sketch.language == other.sketch.language,
            together=one.story is not None and one.story == other.story,
        )
