"""Pure: words without their inflection, as far as finding a term again asks for it.

A light stemmer for each language, from a data file: endings and the letters that alternate before them.
Exact comparison finds a quarter of the terms in a Latvian text; see the figures in docs/architecture.md.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "endings.toml"
_SHORTEST = 3  # letters of a stem
_ALTERNATING = 3  # letters at the end of a stem that are folded
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text with its place."""

    text: str
    start: int
    end: int


def words_of(text: str) -> Iterator[Word]:
    return (Word(match[0], *match.span()) for match in _WORD.finditer(text))


@lru_cache(maxsize=65_536)
def stem(word: str, language: str) -> str:
    """What the forms of a word have in common; the word in small letters where the language has no data."""
    word = word.lower()
    rules = _rules().get(language)
    if rules is None or len(word) <= _SHORTEST:
        return word
    endings, folds = rules
    for size in range(min(5, len(word) - _SHORTEST), 0, -1):
        if word[-size:] in endings:
            word = word[:-size]
            break
    head, tail = word[:-_ALTERNATING], word[-_ALTERNATING:]
    for letters, plain in folds:
        tail = tail.replace(letters, plain)
    return head + tail


@cache
def _rules() -> dict[str, tuple[frozenset[str], tuple[tuple[str, str], ...]]]:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        language: (
            frozenset(rules["endings"]),
            tuple(sorted(rules["folds"].items(), key=lambda each: -len(each[0]))),
        )
        for language, rules in data.items()
    }
