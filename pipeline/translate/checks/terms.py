"""Are the termbase's words used, and which names were left as they are?"""

import re
from collections.abc import Iterable, Iterator

from pipeline.records import FindingData, TermData
from pipeline.translate.checks.base import INFO, OPEN, WARN, UnitForCheck, found
from pipeline.translate.names import LOCATIVE, entity_of
from pipeline.translate.stems import words_of
from pipeline.translate.terms import is_used, occurrences

_NAME = re.compile(
    r"(?<=[a-zāčēģīķļņšūžąęėįųłśźćńóéèêàâîôûçäöüßñáíúășțë0-9,;:] )([A-ZÀ-ÖØ-ÞĀ-Ž][^\W\d_]{2,})(?![\w.])"
)
_TRANSCRIBING = frozenset({"lv"})
_UNINFLECTED = frozenset({"en", "nl", "fr", "es", "it", "pt"})  # a noun that is replaced keeps its form
_WITHIN = {"en": {"in"}, "de": {"in"}, "nl": {"in"}, "es": {"en"}, "pl": {"w", "we"}, "ro": {"în"}}
_PREPOSITION = 3  # letters at most; behind one the case is not for us to choose


class Glossary:
    """A term of the source asks for its translation, in any inflection."""

    id = "glossary"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        for term in unit.terms:
            if term.name or term.forbidden or not _place(term, unit):
                continue
            if not is_used(term, unit.target, unit.pair.target):
                yield found(self, f"{term.source}: {term.source if term.keep else term.target} is asked for")


class Forbidden:
    """A word that must not be used for this source."""

    id = "forbidden"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        for term in unit.terms:
            if not term.forbidden or not _place(term, unit):
                continue
            span = next(occurrences(term, (term.target, *term.forms), unit.target, unit.pair.target), None)
            if span:
                word = unit.target[slice(*span)]
                better = _preferred(term, word, unit)
                fix = _replaced(unit.target, span, better) if better else None
                yield found(self, f"{word} is not to be used for {term.source}", span=span, fix=fix)


class Names:
    """Partner cities have a name in each language. Latvian writes all names by their sound and inflects them."""

    id = "names"
    severity = INFO

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        known: set[str] = set()
        for term in unit.terms:
            place = _place(term, unit) if term.name else None
            if place is None:
                continue
            known.update(word.text for word in words_of(unit.source[slice(*place)]))
            if not is_used(term, unit.target, unit.pair.target):
                yield self._missing(term, place, unit)
        if unit.pair.target in _TRANSCRIBING:
            yield from self._kept(unit, known)

    def _missing(self, term: TermData, place: tuple[int, int], unit: UnitForCheck) -> FindingData:
        own = (term.source, *term.source_forms)
        span = next(occurrences(term, own, unit.target, unit.pair.target), None)
        better = _name_for(term, place, span, unit) if span else None
        return found(
            self,
            f"{term.source}: {term.target} is asked for",
            span=span,
            fix=_replaced(unit.target, span, better) if span and better else None,
            severity=INFO if term.minor else WARN,
        )

    def _kept(self, unit: UnitForCheck, known: set[str]) -> Iterator[FindingData]:
        for name in dict.fromkeys(_NAME.findall(unit.source)):
            if name in known or name.isupper():
                continue
            match = re.search(rf"(?<![\w.@/#-]){re.escape(name)}(?![\w@/]|\.\w)", unit.target)
            if match and not OPEN.search(unit.target[: match.start()]):
                yield found(self, f"{name} stands as in the source", span=match.span())


def _place(term: TermData, unit: UnitForCheck) -> tuple[int, int] | None:
    """Where the term first stands in the source."""
    return next(occurrences(term, (term.source, *term.source_forms), unit.source, unit.pair.source), None)


def _replaced(text: str, span: tuple[int, int], word: str) -> str:
    start, end = span
    if text[start].isupper():
        word = word[0].upper() + word[1:]
    return text[:start] + word + text[end:]


def _preferred(forbidden: TermData, word: str, unit: UnitForCheck) -> str | None:
    """The word to use instead, in the same form; None where that cannot be told."""
    rows = [
        term
        for term in unit.terms
        if term.source == forbidden.source and not (term.forbidden or term.keep or term.name)
    ]
    if len(rows) != 1:
        return None
    wrong, right = ((each.target, *each.forms) for each in (forbidden, rows[0]))
    places = [n for n, form in enumerate(wrong) if form.lower() == word.lower()]
    if len(places) != 1:
        return None
    if len(wrong) == len(right):
        return right[places[0]]
    return right[0] if unit.pair.target in _UNINFLECTED and places[0] == 0 else None


def _name_for(
    term: TermData, place: tuple[int, int], span: tuple[int, int], unit: UnitForCheck
) -> str | None:
    """The name in the form that the place asks for, where there is but one, or the source says "in" it."""
    entity = entity_of(term)
    if entity is None or term.minor:
        return None
    name = entity.names[unit.pair.target]
    if len(name.forms) == 1 and (unit.pair.target in _UNINFLECTED or not name.cases):
        return name.forms[0]
    before = list(words_of(unit.target[: span[0]]))
    if before and len(before[-1].text) <= _PREPOSITION:
        return None
    return name.cases.get(LOCATIVE) if _is_within(term, place, unit) else None


def _is_within(term: TermData, place: tuple[int, int], unit: UnitForCheck) -> bool:
    """Whether the source speaks of being in the city: by its case, or by the word before it."""
    entity = entity_of(term)
    written = unit.source[slice(*place)]
    cases = entity.names[unit.pair.source].cases if entity else {}
    fitting = {case for case, form in cases.items() if form.lower() == written.lower()}
    if unit.pair.source == "lt":
        return fitting == {LOCATIVE}
    before = list(words_of(unit.source[: place[0]]))
    within = bool(before) and before[-1].text.lower() in _WITHIN.get(unit.pair.source, ())
    return within and (not cases or LOCATIVE in fitting or unit.pair.source != "pl")
