"""Where sentences end: ICU's rules (UAX 29, as in ICU4X), with missed ends added and wrong ones taken back.

    text | segment_sentences | ends it misses | merge: lower case, initials, abbreviations, ordinals, stray quotes

The abbreviations are data, one file per language in `abbreviations/`, and one for all (`common`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

from fxtranslate import discovery

_SECTIONS = frozenset({"never-final", "maybe-final", "goes-on", "before-ordinal", "begins"})
_COMMON = "common"
_OPENING = "([{„“”«»\"'‘‚‹›¿¡—–-"
_CLOSING_ONLY = re.compile(r"[\s\"'’”“»›)\]}.,;:!?…]+")
_CLOSING = re.compile(r"[»”)\]]+[.!?…,]*\s+")
# ICU takes a dash for a going on, and lower case too, even that of "'s Avonds"; it skips digits to see the case.
_STOP = r"(?:[”“\"’]|[\s\u00a0\u202f]?»)?[.!?…][”“»\"’]?\s+"
_MISSED = re.compile(
    rf"[^\W\d_]{{2}}{_STOP}(?=[–—-]\s?[^\W\d_]|['’][stn]\s[A-Z])|(?:[^\W\d_]{{3}}|[%)]|\d(?=[”“»\"])){_STOP}(?=\d)"
)
_CLITIC = re.compile(r"['’][stn]\s[A-Z]")
_ORDINAL = re.compile(r"\d{1,2}\.")
_INITIALS = re.compile(r"[^\W\d_]\.(?:-[^\W\d_]\.)?")  # J. and J.-P.
_ELISION = re.compile(r"[^\W\d_]{1,5}['’](?=\w)")  # l’ing., all’avv.
_WORD = re.compile(r"\w+")
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[ivxIVX]{1,5}|[a-z])[.)]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abbreviations:
    """What the data files say. What is written in lower case matches any case."""

    never_final: frozenset[str] = frozenset()  # a sentence does not end here: "plkst."
    never_final_ends: tuple[str, ...] = ()  # nor after what ends so: "*str."
    maybe_final: frozenset[str] = (
        frozenset()
    )  # it may, unless a number or one of the words below follows: "g."
    goes_on: frozenset[str] = frozenset()  # such words, and those that follow a number with a dot: "november"
    goes_on_stems: tuple[str, ...] = ()  # and beginnings of them: "novem*"
    before_ordinal: frozenset[str] = frozenset()  # words before a number with a dot that is no end: "der 3."
    begins: frozenset[str] = (
        frozenset()
    )  # words that begin a sentence where a name or a noun would go on: "The"
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
    """The abbreviations of a language code, with those that all languages share."""
    code = re.split("[-_]", language.strip(), maxsplit=1)[0].lower()
    entries: dict[str, list[str]] = {section: [] for section in _SECTIONS}
    for name in (_COMMON, code):
        file = files("pipeline.translate") / "abbreviations" / f"{name}.txt"
        if name.isalpha() and file.is_file():
            for section, entry in read(file.read_text(encoding="utf-8"), file.name):
                entries[section].append(entry)
    return _abbreviations(entries)


def read(text: str, name: str) -> Iterator[tuple[str, str]]:
    """The entries of a data file with their sections: `[section]` lines, one entry a line, `#` comments."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        entry = " ".join(line.partition("#")[0].split())
        if entry.startswith("["):
            section = entry.strip("[]")
        if entry and section not in _SECTIONS:
            raise ValueError(
                f"{name}, line {number}: expected one of the sections {', '.join(sorted(_SECTIONS))}"
            )
        if entry and not entry.startswith("["):
            yield section, entry


def _abbreviations(entries: dict[str, list[str]]) -> Abbreviations:
    goes_on = [word.lower() for word in entries["goes-on"]]
    return Abbreviations(
        never_final=frozenset(each for each in entries["never-final"] if not each.startswith("*")),
        never_final_ends=tuple(each[1:] for each in entries["never-final"] if each.startswith("*")),
        maybe_final=frozenset(entries["maybe-final"]),
        goes_on=frozenset(word for word in goes_on if not word.endswith("*")),
        goes_on_stems=tuple(word[:-1] for word in goes_on if word.endswith("*")),
        before_ordinal=frozenset(word.lower() for word in entries["before-ordinal"]),
        begins=frozenset(entries["begins"]),
        inner=frozenset(
            sides
            for section in ("never-final", "maybe-final")
            for each in entries[section]
            for sides in _sides(each)
        ),
    )


def _sides(entry: str) -> Iterator[tuple[str, str]]:
    words = entry.lower().split()
    return ((" ".join(words[:cut]), words[cut]) for cut in range(1, len(words)))


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
    first = _WORD.match(following)
    if first and first[0] in abbreviations.begins and _may_end(tail):
        return False
    if word[0].isupper() and _INITIALS.fullmatch(word):
        return True
    if _ORDINAL.fullmatch(word):
        return _listed_word(following, abbreviations) or (
            len(tail) > 1 and tail[-2].lower() in abbreviations.before_ordinal
        )
    return _abbreviated(tail, following, abbreviations)


def _may_end(tail: list[str]) -> bool:
    """A grade or a state (A., U.S.), or a measure (at 5 p.m.): what a sentence may well end in, other than titles."""
    return tail[-1].isupper() or (len(tail) > 2 and tail[-2][-1].isdigit())


def _goes_on(after: str) -> bool:
    """No sentence begins in lower case, but for the Dutch "'s Avonds"."""
    return after.lstrip(_OPENING + " ")[:1].islower() and not _CLITIC.match(after)


def _listed_word(following: str, abbreviations: Abbreviations) -> bool:
    match = _WORD.match(following.lower())
    word = match[0] if match else ""
    return word in abbreviations.goes_on or word.startswith(abbreviations.goes_on_stems)


def _abbreviated(tail: list[str], following: str, abbreviations: Abbreviations) -> bool:
    """Whether the last one to three words are an abbreviation that does not end the sentence here."""
    goes_on = following[:1].isdigit() or _listed_word(following, abbreviations)
    for count in range(1, min(len(tail), 3) + 1):
        words = _ELISION.sub("", " ".join(tail[-count:]).lstrip(_OPENING), count=1)
        if words.lower().endswith(abbreviations.never_final_ends):
            return True
        forms = {words, words.lower()}
        if forms & abbreviations.never_final or (goes_on and forms & abbreviations.maybe_final):
            return True
        lower = following.lower()
        if any(left == words.lower() and lower.startswith(right) for left, right in abbreviations.inner):
            return True
    return False
