"""An entry's fields to plain sentences, with the markup remembered.

    field | pieces (fragments) | sentences | segments and anchors

The markup never touches the text: `markup.rebuild` lays it onto the translations afterwards.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from pipeline.translate.fragments import read
from pipeline.translate.pieces import Piece, Prose, Run, Tag, collapse, encodable, prose
from pipeline.translate.projection import anchor
from pipeline.translate.sentences import split


@dataclass(frozen=True, slots=True)
class SegmentData:
    """One plain sentence to translate; `ordinal` counts within its field."""

    field: str
    ordinal: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The fields as pieces, and what there is to translate in them, in reading order.

    `anchors` are the inline texts that `rebuild` may ask for.
    """

    fields: tuple[tuple[str, tuple[Piece, ...]], ...]
    segments: tuple[SegmentData, ...]
    anchors: frozenset[str]


def parse(
    fields: Mapping[str, str], language: str, *, plain: frozenset[str] = frozenset({"title"})
) -> Document:
    """The document that `fields` make: HTML fragments in `language`, those in `plain` without markup."""
    cut = partial(split, language=language)
    pieces = tuple(
        (name, (prose(collapse(text), cut),) if name in plain else read(text, language, cut))
        for name, text in ((name, encodable(text)) for name, text in fields.items())
    )
    return Document(
        fields=pieces,
        segments=tuple(segment for name, each in pieces for segment in _segments(name, each)),
        anchors=frozenset(text for _, each in pieces for text in _anchors(each)),
    )


def proses(piece: Piece) -> Iterator[Prose]:
    """All that is to be read in a piece; of a run first the text, then what its tags and points say."""
    if isinstance(piece, Prose):
        yield piece
    elif isinstance(piece, Tag):
        yield from (value for _, value in piece.attributes if isinstance(value, Prose))
    elif isinstance(piece, Run):
        yield piece.prose
        for element in piece.elements:
            yield from proses(element.tag)
        for point in piece.points:
            for part in point.pieces:
                yield from proses(part)


def _segments(name: str, pieces: Iterable[Piece]) -> Iterator[SegmentData]:
    texts = (
        sentence.text
        for piece in pieces
        for words in proses(piece)
        for sentence in words.sentences
        if sentence.translatable
    )
    return (SegmentData(name, ordinal, text) for ordinal, text in enumerate(texts))


def _anchors(pieces: Iterable[Piece]) -> Iterator[str]:
    for run in pieces:
        if not isinstance(run, Run):
            continue
        for sentence in run.prose.sentences:
            for element in run.elements if sentence.translatable else ():
                start, end = max(element.start, sentence.start), min(element.end, sentence.end)
                if start < end and (text := anchor(run.prose.text[start:end])):
                    yield text
