"""Is the target in the target language, all of it?"""

import re
from collections.abc import Iterable

from pipeline.records import FindingData
from pipeline.translate.checks.base import BLOCK, UnitForCheck, found
from pipeline.translate.languages import LANGUAGES, identify

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LOWER = re.compile(r"(?<![\w@#./-])[^\W\d_A-ZÀ-ÖØ-ÞĀŽ](?:[^\W\d_]|['’-](?=[^\W\d_]))*(?![\w@/])")
_ADDRESS = re.compile(r"\S*(?:@|://|www\.)\S*")
_MIN_WORDS = 4
_SURE, _SURE_OF_HALF = 0.8, 0.98
_COPIED = 0.8  # share of the source's common words that return unchanged
_SHORT_WORD = 3


class Untranslated:
    """The source given back. Names and addresses may well return unchanged; common words may not."""

    id = "untranslated"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.pair.source == unit.pair.target:
            return
        common = [word for word in _lower_words(unit.source) if len(word) >= _SHORT_WORD]
        if len(common) < 3:
            if len(common) == 2 and unit.source.strip() == unit.target.strip():
                yield found(self, "the same as the source", span=(0, len(unit.target)))
            return
        theirs = set(_lower_words(unit.target))
        copied = sum(word in theirs for word in common)
        if copied / len(common) >= _COPIED and len(theirs) <= 2 * len(set(common)) and not _is_foreign(unit):
            yield found(self, f"{copied} of {len(common)} common words are still the source's")


class WrongLanguage:
    """The whole, or one half, is in another of the network's languages."""

    id = "wrong-language"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.pair.target not in LANGUAGES:
            return
        text = _ADDRESS.sub(" ", unit.target)
        if len(_WORD.findall(text)) < _MIN_WORDS:
            return
        guess = identify(text)
        if guess.language != unit.pair.target and guess.probability > _SURE:
            if guess.language != unit.pair.source and _is_foreign(unit):
                return
            yield found(self, f"this looks like {guess.language}", span=(0, len(unit.target)))
            return
        words = list(_LOWER.finditer(unit.target))
        middle = len(words) // 2
        for half in (words[:middle], words[middle:]):
            language = _other_language(half, unit.pair.target)
            if language:
                yield found(self, f"this part looks like {language}", span=(half[0].start(), half[-1].end()))
                return


def _is_foreign(unit: UnitForCheck) -> bool:
    """Is the source itself in a third language: a quotation, a motto?"""
    guess = identify(unit.source)
    return guess.language not in {unit.pair.source, unit.pair.target} and guess.probability > _SURE


def _other_language(half: list[re.Match[str]], target: str) -> str | None:
    if len(half) < _MIN_WORDS:
        return None
    guess = identify(" ".join(match[0] for match in half))
    return guess.language if guess.language != target and guess.probability > _SURE_OF_HALF else None


def _lower_words(text: str) -> list[str]:
    return [match[0] for match in _LOWER.finditer(_ADDRESS.sub(" ", text)) if match[0].islower()]
