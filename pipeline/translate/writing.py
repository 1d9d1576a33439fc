"""A laid-out run as HTML, and the proof that nothing of the source is lost in it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from pipeline.translate.fragments import tree
from pipeline.translate.layout import Layout, Span, Spot
from pipeline.translate.pieces import Kind, Prose, Run, Tag, end_tag, escape, start_tag

Speak = Callable[[Prose], str]


@dataclass(slots=True)
class _Node:
    """A span with what stands in it, in order; the root has none."""

    span: Span | None
    start: int
    end: int
    children: list["_Node"] = field(default_factory=list)
    spots: list[Spot] = field(default_factory=list)

    def takes(self, spot: Spot) -> bool:
        """A point belongs within its own elements, and cannot but be within one that lies around it."""
        own = self.span is not None and self.span.element.order in spot.point.inside
        return self.start < spot.at < self.end or (own and self.start <= spot.at <= self.end)


def write(layout: Layout, speak: Speak) -> str:
    root = _Node(None, 0, len(layout.text))
    open_nodes = [root]
    for span in sorted(
        layout.spans, key=lambda each: (each.window.start, -each.window.end, each.element.order)
    ):
        while span.window.start >= open_nodes[-1].end and len(open_nodes) > 1:
            open_nodes.pop()
        node = _Node(span, *span.window)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)
    for spot in layout.spots:
        _innermost(root, spot).spots.append(spot)
    return "".join(_written(root, layout.text, speak))


def faithful(html: str, run: Run, text: str) -> bool:
    """Whether a run, read back, has the same links, the same images in order, and just the text."""
    root = tree(html)
    pieces = [piece for point in run.points for piece in point.pieces]
    tags = [piece for piece in pieces if isinstance(piece, Tag)]
    own = [element.tag for element in run.elements if element.kind is Kind.LINK]
    links = Counter(str(node.get("href")) for node in root.iter("a") if node.get("href") is not None)
    images = [str(node.get("src")) for node in root.iter("img")]
    spoken = "".join(str(part) for part in root.itertext())
    in_points = any(isinstance(piece, str) and not piece.startswith("</") for piece in pieces)
    return (
        links == Counter(_value(tag, "href") for tag in (*own, *tags) if tag.name == "a" and tag.has("href"))
        and images == [_value(tag, "src") for tag in tags if tag.name == "img"]
        and (in_points or _solid(spoken) == _solid(text))
    )


def _solid(text: str) -> str:
    """Without white space: a point that moves may bring a space with it."""
    return "".join(text.split())


def _value(tag: Tag, name: str) -> str:
    return str(dict(tag.attributes).get(name))


def _innermost(node: _Node, spot: Spot) -> _Node:
    for child in node.children:
        if child.takes(spot):
            return _innermost(child, spot)
    return node


def _written(node: _Node, text: str, speak: Speak) -> Iterator[str]:
    """A node and what it holds, in order. Of what stands at one place, a point comes before what starts there."""
    items: list[tuple[int, bool, int, _Node | Spot]] = [
        *((child.start, True, n, child) for n, child in enumerate(node.children)),
        *((spot.at, False, n, spot) for n, spot in enumerate(node.spots)),
    ]
    at = node.start
    if node.span:
        yield start_tag(node.span.element.tag, speak)
    for start, _, _, item in sorted(items, key=lambda each: each[:3]):
        yield escape(text[at:start])
        yield from _pointed(item, speak) if isinstance(item, Spot) else _written(item, text, speak)
        at = start if isinstance(item, Spot) else item.end
    yield escape(text[at : node.end])
    if node.span:
        yield end_tag(node.span.element.tag)


def _pointed(spot: Spot, speak: Speak) -> Iterator[str]:
    yield spot.before
    yield from (start_tag(each, speak) if isinstance(each, Tag) else each for each in spot.point.pieces)
    yield spot.after
