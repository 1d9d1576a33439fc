"""The language an entry is written in: told from its words, not from its address nor from what its feed claims. Pure."""

import re

from pipeline.languages import LANGUAGES, identify
from pipeline.records import EntryData

_TAG = re.compile(r"<[^>]*>|&[#\w]+;")
_ADDRESS = re.compile(r"\S*(?:://|www\.|@)\S*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ENOUGH = 12  # words; a headline of names misleads
_SURE = 0.95
_LOOKED_AT = 3_000  # characters


def language_of(entry: EntryData, expected: str) -> str:
    """`expected`, the source's own language, unless the words are surely in another one we can tell."""
    if expected not in LANGUAGES:
        return expected
    markup = f"{entry.title} . {entry.content or entry.summary}"[: 4 * _LOOKED_AT]
    text = _ADDRESS.sub(" ", _TAG.sub(" ", markup))[:_LOOKED_AT]
    if len(_WORD.findall(text)) < _ENOUGH:
        return expected
    guess = identify(text)
    return guess.language if guess.probability > _SURE else expected
