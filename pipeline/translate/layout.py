"""A run's translated sentences in a row, with its elements and points in their new places.

lines | relocate links without a place | join | spans that nest | spots for the points
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from pipeline.translate.pieces import Element, Kind, Point, Run, Sentence
from pipeline.translate.projection import Hints, anchor, clean
from pipeline.translate.windows import Window

_WORD = re.compile(r"\w")


class Manner(Enum):
    """How much is tried. Each one is safer than the one before, and poorer."""

    CLOSE = "close"  # images stay with their link
    APART = "apart"  # images stand at the ends of their sentence
    BARE = "bare"  # as if no words had been found: links appended, emphasis dropped


@dataclass(slots=True, kw_only=True)
class Line:
    """A sentence in the target language. `windows` are by the range in the source sentence."""

    sentence: Sentence
    target: str
    windows: dict[Window, Window] = field(default_factory=dict)
    copied: bool = False  # the source itself: offsets are as they were
    appended: list[tuple[Element, Window]] = field(default_factory=list)
    offset: int = 0  # of the target in the joined text

    @property
    def end(self) -> int:
        return self.offset + len(self.target)

    def range_of(self, element: Element) -> Window | None:
        """What the element covers of the source sentence."""
        start, end = max(element.start, self.sentence.start), min(element.end, self.sentence.end)
        return Window(start, end).moved(-self.sentence.start) if start < end else None


@dataclass(frozen=True, slots=True)
class Span:
    """An inline element over a part of the joined text."""

    element: Element
    window: Window


@dataclass(frozen=True, slots=True)
class Spot:
    """A point's place; `before` and `after` are spaces it needs when it has left its own."""

    point: Point
    at: int
    before: str = ""
    after: str = ""


@dataclass(slots=True, kw_only=True)
class Layout:
    text: str
    spans: list[Span]
    spots: list[Spot]
    relocated: list[tuple[int, str]]  # by the index of the line
    dropped: int


def lay_out(run: Run, lines: Sequence[Line], hints: Hints, manner: Manner) -> Layout:
    """`hints` hold the translations of links that have to be appended; none is asked for here."""
    bare = manner is Manner.BARE
    lines = [replace(line, windows={} if bare else line.windows, appended=[]) for line in lines]
    relocated = [_relocate(element, lines, hints) for element in _homeless(run, lines)]
    text = _join(run.prose.text, lines)
    spots = [_spot(point, lines) for point in run.points]
    found = (span for element in run.elements for span in _spans(element, lines, text))
    spans = list(_nested(_with_points(span, spots, text) for span in found))
    placed = {span.element.order for span in spans}
    links = [span for span in spans if span.element.kind is Kind.LINK]
    return Layout(
        text=text,
        spans=spans,
        spots=[_beside_links(spot, links, close=manner is Manner.CLOSE) for spot in spots],
        relocated=relocated,
        dropped=sum(element.order not in placed for element in run.elements),
    )


def _homeless(run: Run, lines: Sequence[Line]) -> Iterator[Element]:
    for element in run.elements:
        ranges = [(line, line.range_of(element)) for line in lines]
        placed = any(found in line.windows for line, found in ranges if found)
        if element.kind is Kind.LINK and not placed:
            yield element


def _relocate(element: Element, lines: Sequence[Line], hints: Hints) -> tuple[int, str]:
    """The link goes to the end of the sentence that holds most of it."""
    ranges = [
        (found.end - found.start, -n, found)
        for n, line in enumerate(lines)
        if (found := line.range_of(element))
    ]
    _, minus, found = max(ranges)
    line = lines[-minus]
    source = line.sentence.text[slice(*found)]
    text = clean(hints.known.get(anchor(source), "")) or source
    before, after = (" (", ")") if _WORD.search(text) else (" ", "")
    start = len(line.target) + len(before)
    line.target += before + text + after
    line.appended.append((element, Window(start, start + len(text))))
    return -minus, text


def _join(source: str, lines: Iterable[Line]) -> str:
    text, at = "", 0
    for line in lines:
        text += source[at : line.sentence.start]
        line.offset = len(text)
        text += line.target
        at = line.sentence.end
    return text + source[at:]


def _spans(element: Element, lines: Sequence[Line], text: str) -> Iterator[Span]:
    """The element's windows, those that touch made one. A link is never doubled: its longest part stays."""
    windows: list[Window] = []
    for line in lines:
        for window in _windows(element, line):
            if windows and _touch(windows[-1], window, lines, text):
                windows[-1] = Window(windows[-1].start, window.end)
            else:
                windows.append(window)
    if windows and element.kind is Kind.LINK:
        windows = [max(windows, key=lambda window: window.end - window.start)]
    yield from (Span(element, window) for window in windows)


def _windows(element: Element, line: Line) -> Iterator[Window]:
    found = line.range_of(element)
    if found in line.windows:
        yield line.windows[found].moved(line.offset)
    for appended, window in line.appended:
        if appended is element:
            yield window.moved(line.offset)


def _touch(one: Window, other: Window, lines: Sequence[Line], text: str) -> bool:
    """Nothing but signs and spaces between them, and no appended link."""
    between = Window(one.end, other.start)
    if between.start > between.end or _WORD.search(text, *between):
        return False
    appended = (window.moved(line.offset) for line in lines for _, window in line.appended)
    return all(between.misses(window) for window in appended)


def _nested(spans: Iterable[Span]) -> Iterator[Span]:
    """The spans that nest, links first: of two that cross, an emphasis goes."""
    accepted: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.element.kind is not Kind.LINK, each.element.order)):
        if all(_nest(span, other) for other in accepted):
            accepted.append(span)
            yield span


def _nest(one: Span, other: Span) -> bool:
    if one.window.misses(other.window):
        return True
    both_links = one.element.kind is other.element.kind is Kind.LINK
    return not both_links and (one.window.holds(other.window) or other.window.holds(one.window))


def _with_points(span: Span, spots: Sequence[Spot], text: str) -> Span:
    """The span reaches over white space to the points that were in it."""
    start, end = span.window
    for spot in spots:
        if span.element.order in spot.point.inside:
            if spot.at < start and text[spot.at : start].isspace():
                start = spot.at
            if spot.at > end and text[end : spot.at].isspace():
                end = spot.at
    return Span(span.element, Window(start, end))


def _spot(point: Point, lines: Sequence[Line]) -> Spot:
    """Between sentences as it was; within one, at its nearer end, for its words have moved."""
    before = 0, 0  # where the last sentence ended, in the source and in the joined text
    for line in lines:
        start, end = line.sentence.start, line.sentence.end
        if point.offset <= start:
            break
        if point.offset < end:
            if line.copied:
                return Spot(point, line.offset + point.offset - start, after=point.space)
            if point.offset - start < end - point.offset:
                return Spot(point, line.offset, after=" ")
            return Spot(point, line.end, before=" ")
        before = end, line.end
    return Spot(point, before[1] + point.offset - before[0], after=point.space)


def _beside_links(spot: Spot, links: Sequence[Span], *, close: bool) -> Spot:
    """A point stays in its own link, and out of others."""
    for span in links:
        start, end = span.window
        own = span.element.order in spot.point.inside
        if (close and own and not start <= spot.at <= end) or (not own and start < spot.at < end):
            return Spot(spot.point, _nearer(spot.point, span))
    return spot


def _nearer(point: Point, span: Span) -> int:
    """The end of the span on whose side the point stood."""
    middle = (span.element.start + span.element.end) / 2
    return span.window.start if point.offset < middle else span.window.end
