"""Where sentences end: ICU's rules (UAX 29, as in ICU4X), with missed ends added and wrong ones taken back.

    text | segment_sentences | ends it misses | merge: lower case, initials, abbreviations, ordinals, stray quotes

The abbreviations are data, one file per language in `abbreviations/`; a language without one has ICU's rules
and the general ones.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from fxtranslate import discovery

_SECTIONS = frozenset({"never-final", "maybe-final", "after-ordinal"})
_OPENING = "([{„“”«»\"'‘‚‹›¿¡—–-"
_CLOSING_ONLY = re.compile(r"[\s\"'’”“»›)\]}.,;:!?…]+")
_CLOSING = re.compile(r"[»”)\]]+[.!?…,]*\s+")
# ICU takes a dash for a going on, and skips digits to see whether lower case follows.
_MISSED = re.compile(
    r"(?<=[^\W\d_]{2}[.!?…])[”“»\"’]?\s+(?=[–—-]\s?[^\W\d_])|(?<=[^\W\d_]{4}[.!?…])[”“»\"’]?\s+(?=\d)"
)
_ORDINAL = re.compile(r"\d{1,2}\.")
_WORD = re.compile(r"\w+\.?")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[ivxIVX]{1,5}|[a-z])[.)]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abbreviations:
    """A language's data file. What is written in lower case matches any case."""

    never_final: frozenset[str] = frozenset()  # a sentence does not end here: "plkst."
    maybe_final: frozenset[str] = frozenset()  # it may, unless a number or one of the words below follows: "g."
    after_ordinal: frozenset[str] = frozenset()  # words that follow a number with a dot: "november"
    after_ordinal_stems: tuple[str, ...] = ()  # and beginnings of such words: "novem*"
    inner: frozenset[tuple[str, str]] = frozenset()  # the two sides of each space in "z. B."


def split(text: str, language: str) -> Iterator[tuple[int, int]]:
    """The sentences of one block of text, as offsets; what lies between them is white space."""
    abbreviations = load(language)
    start = end = 0
    for next_start, next_end in _pieces(text):
        if end > start and not _joined(text[start:end], text[next_start:next_end], abbreviations):
            yield start, end
            start = next_start
        elif end == start:
            start = next_start
        end = next_end
    if end > start:
        yield start, end


@lru_cache
def load(language: str) -> Abbreviations:
    """The abbreviations of a language code; none where there is no file."""
    code = re.split("[-_]", language.strip(), maxsplit=1)[0].lower()
    file = files("pipeline.translate") / "abbreviations" / f"{code}.txt"
    if not code.isalpha() or not file.is_file():
        return Abbreviations()
    return read(file.read_text(encoding="utf-8"), file.name)


def read(text: str, name: str) -> Abbreviations:
    """A data file: `[section]` lines, one entry a line, `#` starts a comment."""
    sections: dict[str, list[str]] = {section: [] for section in _SECTIONS}
    at = ""
    for number, line in enumerate(text.splitlines(), 1):
        entry = " ".join(line.partition("#")[0].split())
        if entry.startswith("["):
            at = entry.strip("[]")
        if not entry:
            continue
        if at not in sections:
            raise ValueError(f"{name}, line {number}: expected one of the sections {sorted(_SECTIONS)}")
        if not entry.startswith("["):
            sections[at].append(entry)
    dotted = sections["never-final"] + sections["maybe-final"]
    follow = [word.lower() for word in sections["after-ordinal"]]
    return Abbreviations(
        never_final=frozenset(sections["never-final"]),
        maybe_final=frozenset(sections["maybe-final"]),
        after_ordinal=frozenset(word for word in follow if not word.endswith("*")),
        after_ordinal_stems=tuple(word[:-1] for word in follow if word.endswith("*")),
        inner=frozenset(sides for entry in dotted for sides in _sides(entry)),
    )


def _sides(entry: str) -> Iterator[tuple[str, str]]:
    words = entry.split()
    for cut in range(1, len(words)):
        yield " ".join(words[:cut]), words[cut]


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Stretches between all possible ends: ICU's, and those it does not see."""
    starts = {match.end() for match in _MISSED.finditer(text)}
    starts.update(_after_closing(text, start) for start in _icu(text))
    bounds = [0, *sorted(starts - {0, len(text)}), len(text)]
    for start, next_start in pairwise(bounds):
        if piece := text[start:next_start].strip():
            begin = text.index(piece, start)
            yield begin, begin + len(piece)


def _icu(text: str) -> Iterator[int]:
    """Where ICU's sentences start, in a text whose white space is plain spaces."""
    at = 0
    for piece in discovery.segment_sentences(text):
        start = text.index(piece, at)
        at = start + len(piece)
        yield start


def _after_closing(text: str, start: int) -> int:
    """A closing quote set off by spaces, as in French, belongs to the sentence before."""
    match = _CLOSING.match(text, start)
    return match.end() if match else start


def _joined(before: str, after: str, abbreviations: Abbreviations) -> bool:
    """Whether the end that ICU sees between two pieces is none."""
    if _CLOSING_ONLY.fullmatch(after) or _ENUMERATOR.fullmatch(before) or _goes_on(after):
        return True
    tail = before[-40:].split()
    if not tail[-1].endswith("."):
        return False
    word = tail[-1].lstrip(_OPENING)
    following = after.lstrip(_OPENING)
    if len(word) == 2 and word[0].isupper():  # an initial
        return True
    if _ORDINAL.fullmatch(word):
        return _follows_ordinal(following, abbreviations)
    return _abbreviated(tail, following, abbreviations)


def _goes_on(after: str) -> bool:
    """No sentence begins in lower case, but for "'s Avonds" and "iPhone"."""
    letters = after.lstrip(_OPENING + " ")
    if not letters[:1].islower() or letters[1:2].isupper():
        return False
    return not (after[0] in "'’‘" and letters[1:2] == " " and letters[2:3].isupper())


def _follows_ordinal(following: str, abbreviations: Abbreviations) -> bool:
    match = _WORD.match(following.lower())
    word = match[0] if match else ""
    known = word in abbreviations.after_ordinal or word.rstrip(".") in abbreviations.after_ordinal
    return known or word.startswith(abbreviations.after_ordinal_stems)


def _abbreviated(tail: list[str], following: str, abbreviations: Abbreviations) -> bool:
    """Whether the last one to three words are an abbreviation that does not end the sentence here."""
    dated = following[:1].isdigit() or _follows_ordinal(following, abbreviations)
    first = following.partition(" ")[0]
    for count in range(1, min(len(tail), 3) + 1):
        words = " ".join(tail[-count:]).lstrip(_OPENING)
        forms = {words, words.lower()}
        if forms & abbreviations.never_final or (dated and forms & abbreviations.maybe_final):
            return True
        if any((form, first) in abbreviations.inner for form in forms):
            return True
    return False
