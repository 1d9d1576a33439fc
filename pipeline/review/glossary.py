"""The glossary beside a sentence: which terms stand in it, and where; what corrections have in common. Pure."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipeline.records import Pair, TermData
from pipeline.review.records import TermHit
from pipeline.translate.terms import TermIndex

_SHORTEST = 4  # letters of words that may be a term
_LONGEST = 6  # words


@lru_cache(maxsize=64)
def index_of(pair: Pair, own: tuple[TermData, ...]) -> TermIndex:
    """The termbase of a direction with the shipped names, made once for as long as it stays the same."""
    return TermIndex(pair, own)


def hits(index: TermIndex, source: str) -> tuple[TermHit, ...]:
    """The terms in a source sentence, in the order of their places."""
    return tuple(
        TermHit(
            source=place.term.source,
            target=place.term.source if place.term.keep else place.term.target,
            start=place.start,
            end=place.end,
            forbidden=place.term.forbidden,
            keep=place.term.keep,
            note=place.term.note,
        )
        for place in index.find(source)
    )


def terms_in(index: TermIndex, source: str) -> tuple[TermData, ...]:
    """The same for the checks."""
    return tuple(place.term for place in index.find(source))


def common_words(sources: Sequence[str]) -> str:
    """The longest run of words that all the sources share: what a repeated correction is probably about."""
    if not sources:
        return ""
    split = [re.findall(r"\w+", text) for text in sources]
    folded = [f" {' '.join(words).casefold()} " for words in split]
    first = split[0]
    runs = (
        " ".join(first[start:end])
        for start in range(len(first))
        for end in range(start + 1, min(start + _LONGEST, len(first)) + 1)
    )
    shared = [run for run in runs if all(f" {run.casefold()} " in text for text in folded)]
    best = max(shared, key=len, default="")
    return best if len(best) >= _SHORTEST else ""
