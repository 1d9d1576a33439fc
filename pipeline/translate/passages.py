"""Paragraphs in another language than their entry: copied where a reader has that language, else translated out of it.

Pure: what the collect stage noted of a revision, and the sentences of its document.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pipeline.records import Pair, Suggestion
from pipeline.translate.segments import Document

COPY = "copy"  # the origin of a sentence that stands in the reader's language already


def foreign(document: Document, passages: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The sentences that stand in these passages, with their language."""
    texts = [(_spaced(passage["text"]), str(passage["language"])) for passage in passages]
    found = {}
    for segment in document.segments if texts else ():
        sentence = _spaced(segment.text)
        language = next((language for text, language in texts if sentence in text), "")
        if language:
            found[segment.text] = language
    return found


def pairs(
    document: Document, pair: Pair, spoken: Mapping[str, str], serves: Callable[[Pair], bool]
) -> dict[str, Pair]:
    """The direction of each sentence to translate. Out of a third language only where that pair is served."""
    found = {}
    for segment in document.segments:
        own = Pair(spoken.get(segment.text, pair.source), pair.target)
        if own.source != own.target:
            found[segment.text] = own if own == pair or serves(own) else pair
    return found


def copies(document: Document, target: str, spoken: Mapping[str, str]) -> dict[str, Suggestion]:
    """The sentences that are in the target language already, as they are."""
    return {
        segment.text: Suggestion(text=segment.text, origin=COPY, raw=segment.text)
        for segment in document.segments
        if spoken.get(segment.text) == target
    }


def _spaced(text: str) -> str:
    return " ".join(text.split())
