"""What changed between two texts, by words, as data; and two changes of one text merged. Pure."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, takewhile
from typing import Literal

Kind = Literal["equal", "insert", "delete"]
Piece = tuple[Kind, str]

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_LONGEST = 5  # words of a replacement that may be a term
_CHARACTERS = 120
_MOST_PAIRS = 250_000  # of equal words, one of either text: some tenth of a second


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """Words that stand where others stood."""

    before: str
    after: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces of both texts in order: those in both, those that left, those that came."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found: list[Piece] = []
    for tag, start, end, new_start, new_end in _steps(old, new):
        if tag == "equal":
            found.append(("equal", "".join(old[start:end])))
            continue
        if end > start:
            found.append(("delete", "".join(old[start:end])))
        if new_end > new_start:
            found.append(("insert", "".join(new[new_start:new_end])))
    return tuple(found)


def replacements(before: str, after: str) -> Iterator[Replacement]:
    """Whole words put in the place of others, a few at most: what a glossary could have known."""
    old, new = before.split(), after.split()
    for tag, start, end, new_start, new_end in _steps(old, new):
        if tag != "replace" or max(end - start, new_end - new_start) > _LONGEST:
            continue
        each = Replacement(before=_bare(old[start:end]), after=_bare(new[new_start:new_end]))
        if each.before and each.after and each.before != each.after and _is_wordy(each):
            yield each


def merge(base: str, mine: str, theirs: str) -> str | None:
    """Both changes of `base` in one text; None where they touch the same words."""
    if theirs in {mine, base}:
        return mine
    if mine == base:
        return theirs
    words = _WORDS.findall(base)
    own, other = (_changes(words, _WORDS.findall(text)) for text in (mine, theirs))
    changes = sorted({*own, *other})
    for former, latter in pairwise(changes):
        if latter[0] <= former[1]:  # beside one another is too near: neither knew of the other
            return None
    for start, end, new in reversed(changes):
        words[start:end] = new
    return "".join(words)


def _changes(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    return [
        (start, end, tuple(new[new_start:new_end]))
        for tag, start, end, new_start, new_end in _steps(old, new)
        if tag != "equal"
    ]


def _steps(old: Sequence[str], new: Sequence[str]) -> Iterable[tuple[str, int, int, int, int]]:
    """As SequenceMatcher has them; of texts that would keep it busy for minutes, what stands between equal ends."""
    counts = Counter(new)
    if sum(counts[word] for word in old) <= _MOST_PAIRS:
        return SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    head = _alike(old, new)
    tail = _alike(reversed(old[head:]), reversed(new[head:]))
    return _one_step(len(old), len(new), head, tail)


def _one_step(old: int, new: int, head: int, tail: int) -> Iterator[tuple[str, int, int, int, int]]:
    """Lengths of two texts and of their equal ends, as steps."""
    if head:
        yield "equal", 0, head, 0, head
    if head + tail < max(old, new):
        yield "replace", head, old - tail, head, new - tail
    if tail:
        yield "equal", old - tail, old, new - tail, new


def _alike(old: Iterable[str], new: Iterable[str]) -> int:
    """How many words are the same from the start on."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))


def _bare(words: Sequence[str]) -> str:
    return " ".join(words).strip(" .,;:!?()[]\"'„“”‘’«»–—-")


def _is_wordy(each: Replacement) -> bool:
    """Numbers and mere punctuation are no terms; nor is a change of case at the start of a sentence."""
    return (
        all(any(map(str.isalpha, text)) and len(text) <= _CHARACTERS for text in (each.before, each.after))
        and each.before.casefold() != each.after.casefold()
    )
