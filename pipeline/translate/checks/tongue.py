"""Is the target in the target language, all of it?"""

import re
from collections.abc import Iterable

from pipeline.languages import LANGUAGES, Guess, identify
from pipeline.records import FindingData
from pipeline.translate.checks.base import BLOCK, OPEN, UnitForCheck, found

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_UPPER = "".join(letter for letter in map(chr, range(ord("A"), 0x250)) if letter.isupper())
_LOWER = re.compile(rf"(?<![\w@#./-])[^\W\d_{_UPPER}][^\W\d_]*(?:['’-][^\W\d_]+)*(?![\w@/])")
# Addresses, hosts, paths, file names, tags: they come back unchanged in every language.
_ADDRESS = re.compile(r"(?<!\S)\S*(?:@|://|www\.|#\w|\w[./\\:_=&]+\w)\S*")
_MIN_WORDS = 4
_SURE, _SURE_OF_HALF = 0.8, 0.98
_COPIED = 0.8  # share of the source's common words that return unchanged
_SHORT_WORD = 3
_RUN = 4  # words
_FEWEST = 2  # common words
_HEADLINE = 5  # words


class Untranslated:
    """The source given back. Names and addresses may well return unchanged; common words may not."""

    id = "untranslated"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.pair.source == unit.pair.target or not _shares_words(unit):
            return
        if self._is_copy(unit) and not _may_stay(unit):
            yield found(self, "the source's words, unchanged", span=(0, len(unit.target)))
            return
        run = _copied_run(unit.source, unit.target)
        if run and not _may_stay(unit):
            yield found(self, "this part is still the source's", span=run)

    def _is_copy(self, unit: UnitForCheck) -> bool:
        common = [word for word in _lower_words(unit.source) if len(word) >= _SHORT_WORD]
        if unit.source.strip() == unit.target.strip() and (len(common) == 2 or _is_headline_in(unit)):
            return True
        theirs = set(_lower_words(unit.target))
        copied = sum(word in theirs for word in common)
        return len(common) > 2 and copied / len(common) >= _COPIED and len(theirs) <= 2 * len(set(common))


class WrongLanguage:
    """The whole, or one half, is in another of the network's languages."""

    id = "wrong-language"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.pair.target not in LANGUAGES:
            return
        words = list(_LOWER.finditer(unit.target))
        middle = len(words) // 2
        halves = [(half, _guess(half)) for half in (words[:middle], words[middle:])]
        if all(
            guess and guess.language == unit.pair.target and guess.probability > _SURE for _, guess in halves
        ):
            return  # then the whole is, too
        text = _ADDRESS.sub(" ", unit.target)
        if len(_WORD.findall(text)) < _MIN_WORDS:
            return
        guess = identify(text)
        if guess.language != unit.pair.target and guess.probability > _SURE:
            if guess.language != unit.pair.source and _is_foreign(unit):
                return
            yield found(self, f"this looks like {guess.language}", span=(0, len(unit.target)))
            return
        for half, part in halves:
            if part and part.language != unit.pair.target and part.probability > _SURE_OF_HALF:
                span = half[0].start(), half[-1].end()
                yield found(self, f"this part looks like {part.language}", span=span)
                return


def _shares_words(unit: UnitForCheck) -> bool:
    """Whether common words stand in both: where there are hardly any, nothing was copied."""
    if unit.source.strip() == unit.target.strip():
        return True
    words = {*_WORD.findall(unit.source)} & {*_WORD.findall(unit.target)}
    return sum(1 for word in words if word.islower()) >= _FEWEST


def _is_headline_in(unit: UnitForCheck) -> bool:
    """Words Written Like Names, but enough of them to tell their language."""
    if len(_WORD.findall(unit.source)) < _HEADLINE:
        return False
    guess = identify(unit.source.lower())
    return guess.language == unit.pair.source and guess.probability > _SURE


def _copied_run(source: str, target: str) -> tuple[int, int] | None:
    """Where the target goes on word by word like the source, in common words, outside quotation marks."""
    if len({*source.split()} & {*target.split()}) < _RUN - 2:
        return None
    ours = " " + " ".join(_WORD.findall(_ADDRESS.sub(" ", source))) + " "
    words = list(_WORD.finditer(_ADDRESS.sub(lambda match: " " * len(match[0]), target)))
    for start in range(len(words) - _RUN + 1):
        run = words[start : start + _RUN]
        phrase = [match[0] for match in run]
        if (
            sum(word.islower() for word in phrase) < _RUN - 1
            or sum(len(word) > _SHORT_WORD for word in phrase) < 2
        ):
            continue
        if f" {' '.join(phrase)} " in ours and (
            source == target or not OPEN.search(target[: run[0].start()])
        ):
            return run[0].start(), run[-1].end()
    return None


def _is_foreign(unit: UnitForCheck) -> bool:
    """Is the source itself in a third language: a quotation, a motto?"""
    guess = identify(unit.source)
    return guess.language not in {unit.pair.source, unit.pair.target} and guess.probability > _SURE


def _may_stay(unit: UnitForCheck) -> bool:
    """The source is foreign, or in the target's language already: a site that quotes its neighbours."""
    if _is_foreign(unit):
        return True
    guess = identify(unit.source)
    is_ours = guess.language == unit.pair.target and guess.probability > _SURE_OF_HALF
    return is_ours and len(_WORD.findall(unit.source)) >= _MIN_WORDS


def _guess(half: list[re.Match[str]]) -> Guess | None:
    return identify(" ".join(match[0] for match in half)) if len(half) >= _MIN_WORDS else None


def _lower_words(text: str) -> list[str]:
    return [match[0] for match in _LOWER.finditer(_ADDRESS.sub(" ", text)) if match[0].islower()]
