"""Sentences for the memory's benchmark: made-up words with the frequencies of a language, in a few hundred frames."""

import bisect
import random
from collections.abc import Iterator
from itertools import accumulate

_ONSETS = [*"bcdfghklmnprstvz", "st", "tr", "pl", "kr"]
_VOWELS = [*"aeiou", "ai", "ei"]
_ENDS = ["", *"snrtl"]
_COMMON = [
    "the",
    "of",
    "in",
    "and",
    "to",
    "a",
    "for",
    "on",
    "with",
    "is",
    "at",
    "by",
    "from",
    "that",
    "was",
    "its",
]
_WORDS, _FRAMES = 60_000, 400
_RARER = 50  # flattens the top of the frequencies: the most frequent content word is one in five hundred
EDITS = ("swap", "drop", "add", "inflect")


def vocabulary(chance: random.Random) -> list[str]:
    found: set[str] = set()
    while len(found) < _WORDS:
        syllables = chance.choice((1, 2, 2, 3, 3, 4))
        stem = "".join(chance.choice(_ONSETS) + chance.choice(_VOWELS) for _ in range(syllables))
        found.add(stem + chance.choice(_ENDS))
    words = sorted(found)
    chance.shuffle(words)
    return words


def sentences(count: int, seed: int = 1) -> Iterator[str]:
    """The same ones for the same seed."""
    chance = random.Random(seed)
    words = vocabulary(chance)
    weights = list(accumulate(1 / (rank + _RARER) for rank in range(len(words))))
    frames = [
        [chance.choice(_COMMON) if chance.random() < 0.4 else "" for _ in range(chance.randint(5, 24))]
        for _ in range(_FRAMES)
    ]
    for _ in range(count):
        text = [
            word or words[bisect.bisect(weights, chance.random() * weights[-1])]
            for word in chance.choice(frames)
        ]
        if chance.random() < 0.3:
            text.insert(chance.randrange(len(text)), str(chance.randint(1, 2030)))
        yield f"{' '.join(text).capitalize()}."


def edited(text: str, kind: str, chance: random.Random) -> str:
    """As a partner's editor changes a sentence: one word in eight, or the ending of each longer word."""
    words = text.removesuffix(".").split()
    for _ in range(max(1, len(words) // 8)):
        place = chance.randrange(len(words))
        if kind == "swap":
            words[place] = f"new{chance.randrange(1_000_000)}"
        elif kind == "drop" and len(words) > 3:
            words.pop(place)
        elif kind == "add":
            words.insert(place, f"new{chance.randrange(1_000_000)}")
    if kind == "inflect":
        words = [word[:-1] + chance.choice(("a", "em", "ou")) if len(word) > 3 else word for word in words]
    return f"{' '.join(words)}."
