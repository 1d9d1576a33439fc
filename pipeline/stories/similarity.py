"""Do two texts tell of one event? By the names and numbers they share, and by their rarer words. Pure.

Two texts of one topic share most of their words: the market, the budget, the works on the line. What tells two events
apart is who, where and how many. So both counts: the likeness of all words, and that of the names and numbers alone.
In doubt two stories stay two: taking them for one hides news, the other way shows it twice.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipeline.stories.words import NAME, NUMBER, PLACE, Sketch

# Tuned on the pairs of tests/stories/samples.py; `./do bench stories` prints what they give.
ALIKE = 0.47  # from here two texts tell one story; near misses reach 0.43
STILL_ALIKE = 0.40  # of two that stand in one story already: what surrounds them may change a little
SHARED = 1.5  # rare names and numbers in common: one name alone, or a few round figures, is chance
# Vectors know topics, not events: the nearest near miss reaches 0.94, the farthest true pair 0.92. So they only lower
# what is asked of the words; of two languages they are all there is, beside the names and numbers that both write alike.
CLOSE = 0.915
CLOSE_ACROSS = 0.87
CLOSE_ANCHORS = 0.36
_PRIOR = 50  # texts that are supposed beside those at hand, so that the weights do not depend on a quiet week
_ROUND = 12  # numbers up to here stand in any text: hours, months, "ten"
_DAYS = 31
_YEARS = range(1990, 2040)
_LETTERS_ACROSS = 4  # of a name in two languages: Poznań, Poznaņa, Poznanią


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """How rare each term is among the texts of some days."""

    texts: int
    having: Mapping[str, int]

    def of(self, term: str) -> float:
        return _kind(term) * self._rarity(term)

    def shared(self, term: str) -> float:
        """What a name or number that two texts share counts; little where every third text has it."""
        return _count(term) * self._rarity(term) / math.log((self.texts + _PRIOR) / 2)

    def _rarity(self, term: str) -> float:
        return max(0.0, math.log((self.texts + _PRIOR) / (self.having.get(term, 0) + 1)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """`words`: of all terms, `anchors`: of names and numbers alone, both 0 to 1; `shared`: how many of these."""

    words: float
    anchors: float
    shared: float

    @property
    def score(self) -> float:
        return math.sqrt(self.words * self.anchors) if self.shared >= SHARED else 0.0


def weigh(sketches: Iterable[Sketch]) -> Weights:
    having: Counter[str] = Counter()
    texts = 0
    for each in sketches:
        having.update(each.terms.keys())
        texts += 1
    return Weights(texts=texts, having=having)


def likeness(one: Sketch, other: Sketch, weights: Weights) -> Likeness:
    """Of two texts; of two languages only what both write alike is compared."""
    mine, theirs = (one.terms, other.terms)
    if one.language != other.language:
        mine, theirs = _across(mine), _across(theirs)
    first, second = (
        {term: _weight(term, count, weights) for term, count in each.items()} for each in (mine, theirs)
    )
    common = [term for term in first if term in second and _is_anchor(term)]
    return Likeness(
        words=_cosine(first, second),
        anchors=_cosine(_anchors(first), _anchors(second)),
        shared=sum(weights.shared(term) for term in common),
    )


def one_story(found: Likeness, near: float | None, *, one_language: bool, together: bool = False) -> float:
    """How surely two texts tell one story; 0 where they do not.

    `near`: the closeness of their vectors, where there are any. `together`: they stand in one story already.
    """
    if found.shared < SHARED:
        return 0.0
    if one_language and found.score >= (STILL_ALIKE if together else ALIKE):
        return found.score
    least = CLOSE if one_language else CLOSE_ACROSS
    if near is None or near < least or found.anchors < CLOSE_ANCHORS:
        return 0.0
    return max(ALIKE, found.score)


def closeness(one: bytes, other: bytes) -> float:
    """The cosine of two vectors of signed bytes."""
    first, second = memoryview(one).cast("b").tolist(), memoryview(other).cast("b").tolist()
    product = sum(one * other for one, other in zip(first, second, strict=True))
    return product / (math.hypot(*first) * math.hypot(*second))


def anchors(sketch: Sketch) -> dict[str, float]:
    """The names and numbers by which texts find one another, in any language, with what each counts as shared."""
    return {term: _count(term) for term in _across(sketch.terms)}


def _is_anchor(term: str) -> bool:
    return term[0] in (NAME, NUMBER, PLACE)


def _count(term: str) -> float:
    """How much a shared name or number counts, if it is rare."""
    return 0.5 if term[0] == PLACE else min(1.0, _kind(term))


def _kind(term: str) -> float:
    if term[0] == NAME:
        return 2.0
    if term[0] != NUMBER:
        return 1.0
    number = int(term[1:12])
    if number <= _ROUND or number in _YEARS:
        return 0.3
    return 0.6 if number <= _DAYS else 1.6


def _weight(term: str, count: int, weights: Weights) -> float:
    return weights.of(term) * (1 + math.log(count) / 2)


def _anchors(terms: Mapping[str, float]) -> dict[str, float]:
    return {term: weight for term, weight in terms.items() if _is_anchor(term)}


def _across(terms: Mapping[str, int]) -> Counter[str]:
    """Numbers, and names without accents and endings: what is left of a text in any language."""
    found: Counter[str] = Counter()
    for term, count in terms.items():
        if term[0] in (NUMBER, PLACE):
            found[term] += count
        elif term[0] == NAME:
            letters = unicodedata.normalize("NFD", term)
            found[
                "".join(each for each in letters if not unicodedata.combining(each))[: 1 + _LETTERS_ACROSS]
            ] += count
    return found


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    lengths = math.hypot(*one.values()) * math.hypot(*other.values())
    return (
        sum(weight * other[term] for term, weight in one.items() if term in other) / lengths
        if lengths
        else 0.0
    )
