"""Pure: which terms of the termbase a text holds, and whether a translation uses a term.

Terms are found in any inflection: by the forms that are written out, by a form that ends in *, and, but for
names and words that stay as they are, by stem. Own terms come before the shipped names.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from pipeline.records import Hints, Pair, TermData, TermPair
from pipeline.translate.names import names_of
from pipeline.translate.stems import Word, stem, words_of

_GAP = re.compile(r"[\s'’‘\-–./]{0,3}")  # between two words of a term
_BEGINNING = "*"
_PREFIX = 3  # letters by which open forms are looked up
_COMPOUND_FROM = 4  # letters of a stem that may end a longer word


@dataclass(frozen=True, slots=True)
class Place:
    """A term where it stands in a text."""

    term: TermData
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Form:
    """One way in which a term may be written."""

    words: tuple[str, ...]  # as compared: small letters, or stems, or to the letter
    manner: str  # exact, stem, name, letter
    is_open: bool  # the last word may go on

    def fits(self, text: str, words: Sequence[Word], at: int, language: str) -> int | None:
        """Where the form ends, if it begins at this word."""
        last = at + len(self.words) - 1
        if last >= len(words):
            return None
        for n, wanted in enumerate(self.words):
            word = words[at + n]
            if n and not _GAP.fullmatch(text, words[at + n - 1].end, word.start):
                return None
            found = _key(word.text, self.manner, language)
            if found != wanted and not (self.is_open and n == last - at and found.startswith(wanted)):
                return None
        if self.manner == "name" and not any(word.text[0].isupper() for word in words[at : last + 1]):
            return None
        return words[last].end


def _key(word: str, manner: str, language: str) -> str:
    if manner == "stem":
        return stem(word, language)
    return word if manner == "letter" else word.lower()


@lru_cache(maxsize=16_384)
def _form(written: str, manner: str, language: str) -> _Form | None:
    is_open = written.endswith(_BEGINNING)
    words = tuple(_key(word.text, manner, language) for word in words_of(written))
    return _Form(words, manner, is_open) if words else None


def _manners(written: str, term: TermData) -> tuple[str, ...]:
    """How a form is compared: letter by letter, as a name with its capitals, as it is, or by stem."""
    if term.keep:
        return ("letter",)
    if term.name:
        return ("exact",) if written.islower() else ("name",)
    return ("exact",) if written.endswith(_BEGINNING) else ("exact", "stem")


def _forms(written: Iterable[str], term: TermData, language: str) -> Iterator[_Form]:
    for each in written:
        for manner in _manners(each, term):
            form = _form(each, manner, language)
            if form:
                yield form


class TermIndex:
    """The terms of one direction, ready to be found in texts. Safe to share between threads."""

    def __init__(self, pair: Pair, own: Iterable[TermData] = ()) -> None:
        self._language = pair.source
        self._closed: dict[str, list[tuple[_Form, TermData]]] = {}
        self._open: dict[str, list[tuple[_Form, TermData]]] = {}
        self._has_stems = False
        self.has_kept = False  # whether any term is to stay as it is written
        rows = tuple(own)
        mine = {form.lower() for term in rows for form in (term.source, *term.source_forms)}
        for term in (*rows, *(each for each in names_of(pair) if each.source.lower() not in mine)):
            self._add(term)
            self.has_kept |= term.keep

    def _add(self, term: TermData) -> None:
        for form in _forms((term.source, *term.source_forms), term, self._language):
            first = form.words[0]
            self._has_stems |= form.manner == "stem"
            if form.is_open and len(form.words) == 1:
                self._open.setdefault(first[:_PREFIX], []).append((form, term))
            else:
                self._closed.setdefault(first, []).append((form, term))

    def find(self, text: str) -> tuple[Place, ...]:
        """Every term with its first place; not those that stand only within a longer one."""
        if not self._closed and not self._open:
            return ()
        words = list(words_of(text))
        places: dict[TermData, Place] = {}
        for at, word in enumerate(words):
            for form, term in self._candidates(word.text):
                end = form.fits(text, words, at, self._language)
                known = places.get(term)
                if end is not None and (known is None or (known.start, known.end) == (word.start, end)):
                    places[term] = Place(term, word.start, end)
        return tuple(sorted(_outermost(places.values()), key=lambda place: place.start))

    def _candidates(self, word: str) -> Iterator[tuple[_Form, TermData]]:
        small = word.lower()
        keys = (word, small, stem(word, self._language)) if self._has_stems else (word, small)
        for key in dict.fromkeys(keys):
            yield from self._closed.get(key, ())
        yield from self._open.get(small[:_PREFIX], ())


@cache
def shipped(pair: Pair) -> TermIndex:
    """The names alone that come with the newswire."""
    return TermIndex(pair)


def _outermost(places: Iterable[Place]) -> list[Place]:
    every = list(places)
    return [
        place
        for place in every
        if place.term.forbidden
        or place.term.name
        or not any(
            other.start <= place.start
            and place.end <= other.end
            and other.end - other.start > place.end - place.start
            and not other.term.name
            for other in every
        )
    ]


def occurrences(
    term: TermData, written: Iterable[str], text: str, language: str
) -> Iterator[tuple[int, int]]:
    """Where one of the forms stands in the text, in its own or, where that counts, in another inflection."""
    words = list(words_of(text))
    forms = tuple(_forms(written, term, language))
    for at, word in enumerate(words):
        ends = [end for form in forms if (end := form.fits(text, words, at, language)) is not None]
        if ends:
            yield word.start, max(ends)


def is_used(term: TermData, text: str, language: str) -> bool:
    """Whether a translation has the term's word."""
    wanted = (term.source,) if term.keep else (term.target, *term.forms)
    if any(True for _ in occurrences(term, wanted, text, language)):
        return True
    if term.keep or term.name:
        return False
    return any(_ends_a_compound(each, text, language) for each in wanted)


def _ends_a_compound(written: str, text: str, language: str) -> bool:
    """The term as the last part of a longer word: a vice-president is a president, in one word in most languages."""
    words = tuple(words_of(written))
    part = stem(words[0].text, language) if len(words) == 1 else ""
    return len(part) >= _COMPOUND_FROM and any(
        stem(word.text, language).endswith(part) for word in words_of(text)
    )


def hints_of(terms: Iterable[TermData], examples: Sequence[tuple[str, str]] = ()) -> Hints:
    """What an engine is told: one row for each source word, with what must not stand for it."""
    rows: dict[str, list[TermData]] = {}
    for term in terms:
        rows.setdefault(term.source, []).append(term)
    return Hints(
        terms=tuple(
            TermPair(
                source=source,
                target=next((each.target for each in group if not each.forbidden and not each.keep), ""),
                forbidden=tuple(each.target for each in group if each.forbidden),
                keep=any(each.keep for each in group),
            )
            for source, group in rows.items()
        ),
        examples=tuple(examples),
    )


def digest(hints: Hints) -> str:
    """What identifies the terms that an engine was told; empty for none."""
    if not hints.terms:
        return ""
    rows = sorted([term.source, term.target, *term.forbidden, str(term.keep)] for term in hints.terms)
    return hashlib.blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()
