"""Is the target as long as a translation of the source should be, and does it go round in circles?"""

import re
from collections.abc import Iterable

from pipeline.records import FindingData
from pipeline.translate.checks.base import BLOCK, WARN, UnitForCheck, found

_WORD = re.compile(r"[^\W_]+")
_JUDGED_FROM = 20  # characters; below, any ratio happens
_LONG_FROM = 60
_LOW, _HIGH = 0.5, 2.0
_LOW_OF_SHORT, _HIGH_OF_SHORT = 0.45, 2.5  # headlines are spelled out, or not
_CUT = 0.72  # below this and without the source's end, something was left out
_CHARACTER_LOOP = re.compile(r"(?=\S{6})(\S{1,8}?)\1{5,}")
_NUMBERS_IN_A_ROW = 3  # 1 000 000 000
_MAX_RUN = 8  # words in a repeated phrase


class Empty:
    id = "empty"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.source.strip() and not unit.target.strip():
            yield found(self, "there is no translation")


class LengthRatio:
    """Much too long or much too short, in characters."""

    id = "length-ratio"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        ratio = _ratio(unit)
        is_long = len(unit.source.strip()) >= _LONG_FROM
        low, high = (_LOW, _HIGH) if is_long else (_LOW_OF_SHORT, _HIGH_OF_SHORT)
        if ratio is not None and not low <= ratio <= high:
            yield found(self, f"{ratio:.1f} times as long as the source")


class Omission:
    """Short, and it stops where no sentence stops: the end was left out. Or fewer sentences than there were."""

    id = "omission"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        ratio = _ratio(unit)
        if ratio is None or ratio >= _CUT:
            return
        if _stops(unit.source) and not _stops(unit.target):
            yield found(self, "the end of the source seems to be missing")


class Repetition:
    """A phrase said over and over, more often in a row than in the source: the engine is in a loop."""

    id = "repetition"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        loop = _CHARACTER_LOOP.search(unit.target)
        if loop and loop[1].isalpha() and not _CHARACTER_LOOP.search(unit.source):
            yield found(self, f"{loop[1]} is repeated", span=loop.span())
            return
        run = _longest_run(unit.target)
        if run is None:
            return
        size, times, span = run
        ours = _longest_run(unit.source)
        if times > (ours[1] + 1 if ours else 1) and not (times == 2 and _repeats_itself(unit.source)):
            yield found(self, f"{size} word(s) repeated {times} times", span=span)


def _ratio(unit: UnitForCheck) -> float | None:
    ours, theirs = len(unit.source.strip()), len(unit.target.strip())
    return theirs / ours if ours >= _JUDGED_FROM else None


def _stops(text: str) -> bool:
    return re.search(r"[.!?…][\s\"“”„«»'’)\]]*$", text) is not None


def _longest_run(text: str) -> tuple[int, int, tuple[int, int]] | None:
    """(words, times, where) of the phrase that follows itself most often; None where none does often enough."""
    plain = [word.lower() for word in _WORD.findall(text)]
    same = _same_after(plain)
    best: tuple[int, int, int] | None = None
    for size in range(1, min(_MAX_RUN, len(plain) // 2) + 1):
        # So many words, at the least, are the same as those a phrase further on.
        if same[size] < size * (_often(size) - 1):
            continue
        for start, times in _runs(plain, size):
            if times >= _often(size) and (best is None or times > best[1]):
                best = size, times, start
    if best is None:
        return None
    size, times, start = best
    spans = [match.span() for match in _WORD.finditer(text)]
    return size, times, (spans[start][0], spans[start + size * times - 1][1])


def _same_after(words: list[str]) -> list[int]:
    """How many words are the same as the word one, two … further on."""
    same = [0] * (_MAX_RUN + 1)
    if len(set(words)) == len(words):
        return same
    last: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places = last.setdefault(word, [])
        for each in places:
            if place - each <= _MAX_RUN:
                same[place - each] += 1
        places.append(place)
        del places[:-_MAX_RUN]
    return same


def _repeats_itself(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    triples = list(zip(words, words[1:], words[2:], strict=False))
    return len(set(triples)) < len(triples)


def _runs(words: list[str], size: int) -> Iterable[tuple[int, int]]:
    """Where a phrase of this many words begins to repeat, and how often it stands in a row."""
    start = 0
    while start + 2 * size <= len(words):
        times = 1
        phrase = words[start : start + size]
        while words[start + times * size : start + (times + 1) * size] == phrase:
            times += 1
        if times > (1 if any(word.isalpha() for word in phrase) else _NUMBERS_IN_A_ROW):
            yield start, times
            start += size * (times - 1)
        start += 1


def _often(size: int) -> int:
    return 3 if size < 3 else 2
