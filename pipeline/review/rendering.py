"""The two texts side by side: blocks of HTML that belong together, and what stands in a sentence besides words.

Pure. What comes out is as clean as what went in: fields are cleaned when they are collected.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from lxml import html

from pipeline.translate.pieces import Kind, Piece, Run, Tag, escape
from pipeline.translate.segments import Document, parse

PLAIN = frozenset({"title", "image_alt"})
FIELDS = ("title", "summary", "content", "image_alt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph, list or picture of the source with its translation; HTML."""

    field: str
    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inline:
    """A link or an image in a sentence: it is laid onto the translation by itself."""

    kind: str  # link or image
    text: str  # the words of the link, the image's own text
    address: str


class Fields(Protocol):
    """A revision, as far as its text goes."""

    title: str
    summary: str
    content: str

    @property
    def image(self) -> Mapping[str, str] | None: ...


def fields_of(revision: Fields) -> dict[str, str]:
    """The fields of a revision that are translated, in reading order."""
    return {
        "title": revision.title,
        "summary": revision.summary,
        "content": revision.content,
        "image_alt": (revision.image or {}).get("alt", ""),
    }


def document_of(fields: Mapping[str, str], language: str) -> Document:
    """The fields as the translate stage cuts them."""
    return parse(dict(fields), language, plain=PLAIN)


def blocks(source: Mapping[str, str], target: Mapping[str, str]) -> tuple[Block, ...]:
    return tuple(
        each for name in FIELDS for each in _field_blocks(name, source.get(name, ""), target.get(name, ""))
    )


def inlines(document: Document) -> dict[str, tuple[Inline, ...]]:
    """What stands in each sentence, by its text."""
    found: dict[str, tuple[Inline, ...]] = {}
    for _name, pieces in document.fields:
        for piece in pieces:
            if isinstance(piece, Run):
                for text, each in _of_run(piece):
                    if each not in found.get(text, ()):
                        found[text] = (*found.get(text, ()), each)
    return found


def _field_blocks(name: str, source: str, target: str) -> Iterator[Block]:
    if not source and not target:
        return
    if name in PLAIN:
        yield Block(field=name, source=escape(source), target=escape(target))
        return
    left, right = _top(source), _top(target)
    if len(left) != len(right):
        left, right = [source], [target]
    for one, other in zip(left, right, strict=True):
        yield Block(field=name, source=one, target=other)


def _top(markup: str) -> list[str]:
    """The outermost elements, and the text between them."""
    if not markup.strip():
        return []
    root = html.fragment_fromstring(markup, create_parent="div")
    found = [escape(root.text)] if root.text and root.text.strip() else []
    for node in root:
        found.append(html.tostring(node, encoding="unicode", with_tail=False))
        if node.tail and node.tail.strip():
            found.append(escape(node.tail))
    return found


def _of_run(run: Run) -> Iterator[tuple[str, Inline]]:
    for sentence in run.prose.sentences:
        for element in run.elements:
            start, end = max(element.start, sentence.start), min(element.end, sentence.end)
            if element.kind is Kind.LINK and start < end:
                yield (
                    sentence.text,
                    Inline(kind="link", text=run.prose.text[start:end], address=_value(element.tag, "href")),
                )
        for point in run.points:
            if sentence.start <= point.offset <= sentence.end:
                yield from ((sentence.text, each) for each in _images(point.pieces))


def _images(pieces: tuple[Piece, ...]) -> Iterator[Inline]:
    for piece in pieces:
        if isinstance(piece, Tag) and piece.name == "img":
            yield Inline(kind="image", text=_value(piece, "alt"), address=_value(piece, "src"))


def _value(tag: Tag, name: str) -> str:
    value = dict(tag.attributes).get(name, "")
    return value if isinstance(value, str) else value.text
