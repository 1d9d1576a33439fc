"""Pure: whether what a service gave can be a translation of what it was asked.

Answers are taken for text only, never for instructions; a text that fails here is asked for again alone, or fails.
The checks look at quality afterwards; here is what no quality could explain.
"""

import re
from collections.abc import Sequence
from itertools import combinations
from statistics import median_low

_WORD = re.compile(r"[^\W\d_]{2,}")
_BROKEN = re.compile("[\ufffd\ud800-\udfff]")  # read in a wrong encoding, or half of a character
_TAG = re.compile(r"</?[a-z][a-z0-9]{0,15}(?:\s[^<>]*)?/?>", re.IGNORECASE)
_ANCHOR = re.compile(r"\d+|[^\W\d_]{3,}")
_ECHO_WORDS = 4  # a shorter text may well read the same in both languages: names, titles of works
_JUDGED_FROM = 24  # characters; below, any ratio happens
_SHORTEST, _LONGEST = 0.35, 3.0  # times the source
_CUT = 0.72  # below this, and without the full stop that the source has
_OUTGROWN = 1.7  # times the usual ratio of lengths in the same answer
_FAR = 0.12  # how much better another's answer must fit
_SEVERAL = 0.3  # of an answer in doubt, and all of it is
_MARGIN = 0.02  # how much better two answers must fit when changed over: measured, see docs/engines.md
_STEM = 4  # letters that a word and its cousin in another language have in common


def fault_of(text: str, answer: str) -> tuple[str, str] | None:
    """The code and the words of what is wrong with one answer; None where nothing is."""
    if not answer.strip():
        return "empty", f"no translation of {text[:60]!r}"
    if is_echo(text, answer):
        return "echo", f"the text came back as it was: {text[:60]!r}"
    if words := _foreign_matter(text, answer) or _misfit(text, answer):
        return "garbled", f"{words} {text[:60]!r}"
    return None


def _foreign_matter(text: str, answer: str) -> str:
    if len(_BROKEN.findall(answer)) > len(_BROKEN.findall(text)):
        return "letters that nobody can read:"
    return "markup where there was none:" if _TAG.search(answer) and not _TAG.search(text) else ""


def _misfit(text: str, answer: str) -> str:
    """Much too long or too short, or cut."""
    ratio = len(answer) / max(len(text), 1)
    # A short text may grow much, but not into what a model says of itself.
    too_long = len(answer) > _LONGEST * max(len(text), _JUDGED_FROM)
    if too_long or (len(text) >= _JUDGED_FROM and ratio < _SHORTEST):
        return f"an answer {ratio:.1f} times as long as"
    if len(text) >= _JUDGED_FROM and ratio < _CUT and _stops(text) and not _stops(answer):
        return "the end is missing:"
    return ""


def is_echo(text: str, answer: str) -> bool:
    """The source text itself, in words that should have changed."""
    words = _WORD.findall(text.casefold())
    return len(words) >= _ECHO_WORDS and words == _WORD.findall(answer.casefold())


def misplaced(texts: Sequence[str], answers: Sequence[str]) -> frozenset[int]:
    """Places whose answers seem to belong to other texts: a service that mixes up or merges its segments.

    Judged by what languages share: numbers, names, the beginnings of learned words, and length. Who is named here
    wrongly is asked for once more, alone; that is all it costs. Several in one answer put all of it in doubt.
    """
    ours, theirs = [_anchors(text) for text in texts], [_anchors(answer) for answer in answers]
    fit = [[_likeness(own, other) for other in theirs] for own in ours]
    wrong = _outgrown(texts, answers)
    for one, other in combinations(range(len(texts)), 2):
        kept, changed = fit[one][one] + fit[other][other], fit[one][other] + fit[other][one]
        if changed > kept + _MARGIN:
            wrong |= {one, other}
        wrong |= {one} if fit[one][other] > fit[one][one] + _FAR else set()
        wrong |= {other} if fit[other][one] > fit[other][other] + _FAR else set()
    return frozenset(range(len(texts)) if len(wrong) > max(2, _SEVERAL * len(texts)) else wrong)


def _outgrown(texts: Sequence[str], answers: Sequence[str]) -> set[int]:
    """Places whose answers are far longer than their neighbours' lead to expect: two segments in one."""
    ratios = [len(answer) / max(len(text), 1) for text, answer in zip(texts, answers, strict=True)]
    usual = median_low(ratios) if ratios else 1.0
    return {
        place
        for place, ratio in enumerate(ratios)
        if len(texts[place]) >= _JUDGED_FROM and ratio > _OUTGROWN * usual
    }


def _anchors(text: str) -> tuple[frozenset[str], int]:
    return frozenset(word.casefold()[:_STEM] for word in _ANCHOR.findall(text)), len(text)


def _likeness(ours: tuple[frozenset[str], int], theirs: tuple[frozenset[str], int]) -> float:
    """0 to 1: shared anchors, and a little for the length."""
    (words, length), (others, size) = ours, theirs
    shared = 2 * len(words & others) / (len(words) + len(others)) if words and others else 0.0
    longest = max(length, size)
    return 0.8 * shared + 0.2 * (min(length, size) / longest if longest else 1.0)


def _stops(text: str) -> bool:
    return re.search(r"[.!?…][\s\"“”„«»'’)\]]*$", text) is not None
