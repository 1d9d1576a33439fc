"""Are the termbase's words used, and which names were left as they are?"""

import re
from collections.abc import Iterable
from functools import lru_cache

from pipeline.records import FindingData
from pipeline.translate.checks.base import INFO, OPEN, WARN, UnitForCheck, found

_ENDING = 2  # letters of a word that a case may change
_MIN_STEM = 3
_NAME = re.compile(
    r"(?<=[a-zāčēģīķļņšūžąęėįųłśźćńóéèêàâîôûçäöüßñáíúășțë0-9,;:] )([A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]{2,})(?![\w.])"
)
_TRANSCRIBING = frozenset({"lv"})


class Glossary:
    """A term of the source asks for its translation, in any inflection."""

    id = "glossary"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        for term in unit.terms:
            if term.forbidden or not _occurs(term.source, unit.source, exact=term.keep):
                continue
            wanted = term.source if term.keep else term.target
            if not any(_occurs(form, unit.target, exact=term.keep) for form in (wanted, *term.forms)):
                yield found(self, f"{term.source}: {wanted} is asked for")


class Forbidden:
    """A word that must not be used for this source."""

    id = "forbidden"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        for term in unit.terms:
            if not term.forbidden or not _occurs(term.source, unit.source, exact=False):
                continue
            for form in (term.target, *term.forms):
                match = _pattern(form, exact=False).search(unit.target)
                if match:
                    yield found(self, f"{match[0]} is not to be used for {term.source}", span=match.span())
                    break


class Names:
    """Latvian writes names by their sound and inflects them: one kept as in the source deserves a look."""

    id = "names"
    severity = INFO

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.pair.target not in _TRANSCRIBING:
            return
        for name in dict.fromkeys(_NAME.findall(unit.source)):
            match = re.search(rf"(?<![\w.@/#-]){re.escape(name)}(?![\w@/]|\.\w)", unit.target)
            if match and not name.isupper() and not OPEN.search(unit.target[: match.start()]):
                yield found(self, f"{name} stands as in the source", span=match.span())


def _occurs(term: str, text: str, *, exact: bool) -> bool:
    return bool(term) and _pattern(term, exact=exact).search(text) is not None


@lru_cache(maxsize=4096)
def _pattern(term: str, *, exact: bool) -> re.Pattern[str]:
    """The term's words in a row, each with any ending; those to be kept as they are, letter by letter."""
    if exact:
        return re.compile(rf"(?<!\w){re.escape(term)}(?!\w)")
    words = [re.escape(_stem(word)) + r"\w{0,5}" for word in term.split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", re.IGNORECASE)


def _stem(word: str) -> str:
    return word[: max(_MIN_STEM, len(word) - _ENDING)] if len(word) > _MIN_STEM else word
