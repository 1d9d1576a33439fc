"""Windows of words in a translation: which is most like given words, and lies as it should to the others."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rapidfuzz.distance import Indel

DISTANCE_COST = 0.12  # for the whole length of the sentence
_SHORT = 4  # letters; "no" and "a" are words of many languages, so they may look copied when they are not
_BEST = 12  # candidates worth trying for one mark
# Beyond these, a search for the most alike would take too long; what is there word for word is found.
_MOST_COMPARED = 10_000  # marks times words of the target
_LONGEST_COMPARED = 400  # characters
_MOST_MARKS = 400  # in a sentence; one with more is a list that was not marked as one
_WORD = re.compile(r"\w+")
_LABEL = re.compile(r"\s?:(?=\s|$)")
_QUOTES = "\"“”„«»‟'’‘‚"


class Window(NamedTuple):
    start: int
    end: int

    def holds(self, other: "Window") -> bool:
        return self.start <= other.start and other.end <= self.end

    def misses(self, other: "Window") -> bool:
        return other.end <= self.start or self.end <= other.start

    def moved(self, by: int) -> "Window":
        return Window(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A range of the source sentence; each range once.

    A link is never lost, so more is tried for it; a `hinted` mark is worth a translation of its own.
    """

    window: Window
    link: bool = False
    hinted: bool = True
    verbatim: bool = False


class Sheet:
    """One sentence, its translation, and the windows found so far."""

    def __init__(self, source: str, target: str, marks: Sequence[Mark], placed: dict[int, Window]) -> None:
        self.source = source
        self.target = target
        self.marks = marks
        self.placed = placed
        lower = target.lower()
        self._lower = lower if len(lower) == len(target) else target
        self._words = [Window(*match.span()) for match in _WORD.finditer(target)]
        self._labels = list(_LABEL.finditer(source)), list(_LABEL.finditer(target))
        self._crowded = len(marks) * len(self._words) > _MOST_COMPARED

    @property
    def hopeless(self) -> bool:
        return len(self.marks) > _MOST_MARKS

    def words(self, n: int) -> str:
        return self.source[slice(*self.marks[n].window)]

    def left(self) -> list[int]:
        return [n for n in range(len(self.marks)) if n not in self.placed]

    def looks_foreign(self, n: int) -> bool:
        """Whether the words, found in the translation, are most likely copied and not a word of its own."""
        text = self.words(n)
        return len(text) >= _SHORT or not text.isalpha() or not text.islower()

    def place_outright(self) -> None:
        """Places that need no search."""
        for n in self.left():
            for window in (self._whole(n), self._label(n), self._part(n)):
                if window and window.start < window.end and self._fits(n, window):
                    self.placed[n] = window
                    break

    def place(self, marks: Iterable[int], hints: Mapping[int, str | None], floor: float) -> None:
        """Best first: links before the rest, then by score, then longer before shorter.

        A mark without a hint is looked for in its own words.
        """
        found = [
            (not self.marks[n].link, -score, window.start - window.end, n, window)
            for n in marks
            if n not in self.placed
            for score, window in self._candidates(n, hints.get(n, self.words(n)) or "", floor)
        ]
        for *_, n, window in sorted(found):
            if n not in self.placed and self._fits(n, window):
                self.placed[n] = window

    def _fits(self, n: int, window: Window) -> bool:
        """Windows lie to one another as their marks do."""
        mark = self.marks[n].window
        for k, other in self.placed.items():
            of_other = self.marks[k].window
            if mark.holds(of_other):
                fits = window.holds(other)
            elif of_other.holds(mark):
                fits = other.holds(window)
            else:
                fits = window.misses(other)
            if not fits:
                return False
        return True

    def _whole(self, n: int) -> Window | None:
        """A mark over all words of the sentence is one over all words of the translation."""
        start, end = self.marks[n].window
        if _WORD.search(self.source, 0, start) or _WORD.search(self.source, end):
            return None
        first, last = (self._words[0].start, self._words[-1].end) if self._words else (0, len(self.target))
        return Window(first if start else 0, last if end < len(self.source) else len(self.target))

    def _label(self, n: int) -> Window | None:
        """Words up to the first colon, as in "Where: Town Hall"."""
        start, end = self.marks[n].window
        ours, theirs = self._labels
        if not ours or len(ours) != len(theirs) or _WORD.search(self.source, 0, start):
            return None
        if end == ours[0].start():
            return Window(0, theirs[0].start())
        return Window(0, theirs[0].end()) if end == ours[0].end() else None

    def _part(self, n: int) -> Window | None:
        """A part of a word, in a word that was copied: the 2 in "CO2"."""
        start, end = self.marks[n].window
        for match in _WORD.finditer(self.source):
            if match.start() <= start and end <= match.end() and match.span() != (start, end):
                copies = [word for word in self._words if self.target[slice(*word)] == match[0]]
                at = min(copies, key=lambda word: self._distance(n, word), default=None)
                return Window(start, end).moved(at.start - match.start()) if at else None
        return None

    def _candidates(self, n: int, hint: str, floor: float) -> list[tuple[float, Window]]:
        wanted = hint.strip().lower()
        if not _WORD.search(wanted):
            scored = self._same(wanted)
        elif self._crowded or len(wanted) > _LONGEST_COMPARED:
            scored = self._nearest(n, _trimmed(wanted))
        else:
            scored = self._similar(_trimmed(wanted), floor)
        near = ((score - DISTANCE_COST * self._distance(n, window), window) for score, window in scored)
        best = sorted((each for each in near if each[0] >= floor), reverse=True)[:_BEST]
        return [(score, self._with_edges(n, window)) for score, window in best]

    def _nearest(self, n: int, wanted: str) -> Iterator[tuple[float, Window]]:
        """The same words, next to where the mark stands in its sentence."""
        about = len(self.target) * self.marks[n].window.start // len(self.source)
        for at in {self._lower.find(wanted, about), self._lower.rfind(wanted, 0, about + len(wanted))} - {-1}:
            yield 1.0, Window(at, at + len(wanted))

    def _similar(self, wanted: str, floor: float) -> Iterator[tuple[float, Window]]:
        """Windows of whole words that are like the wanted ones."""
        shortest, longest = len(wanted) * floor / (2 - floor), len(wanted) * (2 - floor) / floor
        for n, first in enumerate(self._words):
            for last in self._words[n:]:
                length = last.end - first.start
                if length > longest:
                    break
                if length < shortest:
                    continue
                score = Indel.normalized_similarity(
                    wanted, self._lower[first.start : last.end], score_cutoff=floor
                )
                if score:
                    yield score, Window(first.start, last.end)

    def _same(self, signs: str) -> Iterator[tuple[float, Window]]:
        """Signs without words are found as they are or not at all."""
        if signs:
            for match in re.finditer(re.escape(signs), self.target):
                yield 1.0, Window(*match.span())

    def _distance(self, n: int, window: Window) -> float:
        """Between the middles, as parts of the whole."""
        mark = self.marks[n].window
        return abs(sum(mark) / (2 * len(self.source)) - sum(window) / (2 * len(self.target)))

    def _with_edges(self, n: int, window: Window) -> Window:
        """As many signs around the words as the mark has: its quotes, its brackets, its stop."""
        text = self.words(n)
        words = list(_WORD.finditer(text))
        if not words:
            return window
        start, end = window
        for sign in reversed(text[: words[0].start()]):
            start -= start > 0 and _alike(sign, self.target[start - 1])
        for sign in text[words[-1].end() :]:
            end += end < len(self.target) and _alike(sign, self.target[end])
        return Window(start, end)


def _trimmed(text: str) -> str:
    words = list(_WORD.finditer(text))
    return text[words[0].start() : words[-1].end()]


def _alike(sign: str, other: str) -> bool:
    """The same sign, or another kind of quote."""
    return (sign == other and not sign.isspace()) or (sign in _QUOTES and other in _QUOTES)
