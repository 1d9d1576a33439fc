"""Pure: by which words a sentence is found again, and how much two sentences are alike."""

import re
from collections.abc import Mapping
from zlib import crc32

from rapidfuzz import fuzz, process
from rapidfuzz.distance import Indel

from pipeline.records import Pair

_WORD = re.compile(r"\w+")
_TOKEN = re.compile(r"\w+|[^\w\s]")
_KEPT = 5  # letters of a word: what an inflected language changes stands mostly behind them
_NEARLY = 0.99  # the most that a text can reach which is not the very same
_SHORTLIST = 40


def index_words(pair: Pair, text: str) -> dict[str, str]:
    """The words of a text by the keys under which the memory's index holds them.

    A key is a hash of direction and beginning of the word: no letter that a database's own search might
    cut or read as an operator, and a direction's words stand apart from the same words of another one.
    """
    words = _WORD.findall(text.lower())
    return {f"{crc32(f'{pair} {word[:_KEPT]}'.encode()):x}": word for word in words}


def length_window(text: str, floor: float) -> tuple[int, int]:
    """How long a text can be at least and at most that is as alike as `floor`."""
    return int(len(text) * floor / (2 - floor)), int(len(text) * (2 - floor) / floor) + 1


def likeness(one: str, other: str) -> float:
    """0 to 1: half for the beginnings of words in their order, half for the letters: an ending costs little."""
    if one == other:
        return 1.0
    words = Indel.normalized_similarity(_beginnings(one), _beginnings(other))
    return min((words + fuzz.ratio(one, other) / 100) / 2, _NEARLY)


def _beginnings(text: str) -> list[str]:
    return [token[:_KEPT] for token in _TOKEN.findall(text.lower())]


def most_alike(text: str, others: Mapping[int, str], *, limit: int, floor: float) -> list[tuple[int, float]]:
    """(key, likeness) of those at least as alike as `floor`, the best first.

    Letters choose a shortlist, because comparing them is fast; the words decide.
    """
    loose = (
        max(floor - (1 - floor), 0.0) * 100
    )  # where the words are all right, letters alone may be so far off
    short = process.extract(text, others, scorer=fuzz.ratio, limit=_SHORTLIST, score_cutoff=loose)
    scored = [(key, likeness(text, other)) for other, _score, key in short]
    good = [(key, score) for key, score in scored if score >= floor]
    return sorted(good, key=lambda each: (-each[1], each[0]))[:limit]
