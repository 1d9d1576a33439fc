"""One run of inline text being gathered: text, elements opened and closed, points.

White space is collapsed as a browser does it, over the borders of elements too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from pipeline.translate.pieces import (
    Element,
    Kind,
    Piece,
    Point,
    Prose,
    Run,
    Splitter,
    Tag,
    collapse,
    end_tag,
    escape,
    prose,
)

_DEEPEST = 50  # elements in elements; what lies deeper is no emphasis any reader sees
_WORD = re.compile(r"\w+")


@dataclass(slots=True, kw_only=True)
class _Open:
    """An inline element whose end tag has not come."""

    tag: Tag
    kind: Kind
    order: int
    start: int
    points: int  # how many points stood before it
    closed: bool = False


class RunBuilder:
    """Gathers a run; when it is finished, the next one begins with the elements still open."""

    def __init__(self, split: Splitter) -> None:
        self._split = split
        self._open: list[_Open] = []
        self._orders = 0
        self._start()

    def _start(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._solid = 0  # where the last character that is no white space ends
        self._elements: list[Element] = []
        self._points: list[Point] = []
        for element in self._open:
            element.start = element.points = 0

    def add(self, text: str | None) -> None:
        words = collapse(text or "")
        if self._length > self._solid:  # it ends in white space already
            after = words.lstrip()
            if len(after) < len(words) and self._points and self._points[-1].offset == self._length:
                self._points[-1] = replace(self._points[-1], space=words[0])
            words = after
        if words:
            self._text.append(words)
            self._length += len(words)
            if solid := len(words.rstrip()):
                self._solid = self._length - len(words) + solid

    def add_point(self, *pieces: Tag | str) -> None:
        self._add_point(Point(offset=self._length, pieces=pieces, inside=frozenset()))

    def open(self, tag: Tag, kind: Kind) -> None:
        if kind is Kind.LINK:
            self._leave_link()
        self._orders += 1
        self._open.append(
            _Open(
                tag=tag,
                kind=kind,
                order=self._orders,
                start=self._length,
                points=len(self._points),
                closed=kind is not Kind.LINK and len(self._open) >= _DEEPEST,
            )
        )

    def close(self) -> None:
        self._end(self._open[-1])
        self._open.pop()

    def finish(self, *, translate: bool) -> Iterator[Piece]:
        """The run, if there is more to it than white space."""
        for element in reversed(self._open):
            self._end(element)
        text = "".join(self._text)
        if self._solid or self._points:
            yield self._run(text, translate=translate)
        elif text:
            yield escape(text)
        self._start()

    def _run(self, text: str, *, translate: bool) -> Run:
        ordered = sorted(self._elements, key=lambda element: element.order)
        ranges = tuple(_trimmed(element, text) for element in ordered)
        kept = [element for element in ranges if element.kind is Kind.VERBATIM]
        whole = prose(text, self._split, translate=translate)
        return Run(_copied(whole, kept) if kept else whole, ranges, tuple(self._points))

    def _leave_link(self) -> None:
        """A link cannot stand in a link: the outer one ends where the inner one starts, as in HTML."""
        links = [n for n, each in enumerate(self._open) if each.kind is Kind.LINK and not each.closed]
        for element in reversed(self._open[links[0] :] if links else []):
            self._end(element)
            element.closed = True

    def _end(self, element: _Open) -> None:
        if element.closed:
            return
        if self._solid > element.start:
            tag, kind, start, order = element.tag, element.kind, element.start, element.order
            self._elements.append(Element(tag=tag, kind=kind, start=start, end=self._solid, order=order))
        elif len(self._points) > element.points:
            self._wrap(element)
        elif element.kind is Kind.LINK:
            pieces = element.tag, end_tag(element.tag)
            self._add_point(Point(offset=self._length, pieces=pieces, inside=frozenset()), element)

    def _wrap(self, element: _Open) -> None:
        """An element that holds points only is a point with them inside, and the spaces between them."""
        inner = self._points[element.points :]
        del self._points[element.points :]
        start = at = inner[0].offset
        held: list[Tag | str] = []
        for point in inner:
            held += [" "] if point.offset > at else []
            held += [*point.pieces, point.space]
            at = point.offset
        last = held.pop() or self._length > at
        self._text = ["".join(self._text)[:start]]
        self._length = start
        pieces = element.tag, *held, end_tag(element.tag)
        self._add_point(Point(offset=start, pieces=pieces, inside=frozenset()), element)
        self.add(" " if last else "")

    def _add_point(self, point: Point, but: _Open | None = None) -> None:
        inside = frozenset(each.order for each in self._open if not each.closed and each is not but)
        self._points.append(replace(point, inside=inside))


def _copied(whole: Prose, kept: list[Element]) -> Prose:
    """Sentences that stand in verbatim elements altogether are not translated."""
    inside = [range(element.start, element.end) for element in kept]
    words = [match.start() for match in _WORD.finditer(whole.text)]
    free = [at for at in words if not any(at in each for each in inside)]
    return Prose(
        whole.text,
        tuple(
            replace(each, translatable=each.translatable and any(each.start <= at < each.end for at in free))
            for each in whole.sentences
        ),
    )


def _trimmed(element: Element, text: str) -> Element:
    """The element without white space at its start; its end has none."""
    start = element.end - len(text[element.start : element.end].lstrip())
    if start == element.start:
        return element
    return replace(element, start=start)
