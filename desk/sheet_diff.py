"""Texts cut into pieces for the page: the words a finding is about, and what a fix will change. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from pipeline.review.difference import Piece, difference

_WEIGHT = {"info": 1, "warn": 2, "block": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a finding or a term stands, and how grave it is."""

    id: int
    severity: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A piece of a text; `severity` is empty where nothing is found, `findings` holds ids with spaces between."""

    text: str
    severity: str = ""
    findings: str = ""


def marked(text: str, spans: Iterable[Span]) -> tuple[Marked, ...]:
    """The text in pieces, cut wherever a span begins or ends; where several lie over one another, the gravest."""
    fitting = [span for span in spans if 0 <= span.start < span.end <= len(text)]
    edges = sorted({0, len(text), *(span.start for span in fitting), *(span.end for span in fitting)})
    return tuple(
        _piece(text[start:end], [span for span in fitting if span.start <= start and end <= span.end])
        for start, end in pairwise(edges)
    )


def _piece(text: str, over: list[Span]) -> Marked:
    if not over:
        return Marked(text=text)
    gravest = max(over, key=lambda span: _WEIGHT.get(span.severity, 0))
    return Marked(text=text, severity=gravest.severity, findings=" ".join(str(span.id) for span in over))


def only_change(before: str, after: str, around: int = 12) -> tuple[Piece, ...]:
    """The difference without what is equal far from any change: enough to see what a fix will do."""
    pieces = difference(before, after)
    last = len(pieces) - 1
    return tuple(
        (kind, text if kind != "equal" else _near(text, index == 0, index == last, around))
        for index, (kind, text) in enumerate(pieces)
    )


def _near(text: str, is_first: bool, is_last: bool, around: int) -> str:  # noqa: FBT001 - two ends of one text
    if len(text) <= 2 * around:
        return text
    left = "" if is_first else text[:around].rstrip()
    right = "" if is_last else text[-around:].lstrip()
    return f"{left}…{right}"
