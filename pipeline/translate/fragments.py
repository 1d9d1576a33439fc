"""HTML fragments to pieces: one walk over the tree that lxml makes of them.

Blocks and `<br>` end a run of text; inline elements become ranges of it, images and the like points in it.
Knows nothing of sentences or translations.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.translate import elements
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
    has_words,
    prose,
)

_WORD = re.compile(r"\w+")
_FILE_NAME = re.compile(r"\S+\.(?:avif|gif|jpe?g|pdf|png|svg|webp)", re.IGNORECASE)


def read(html: str, language: str, split: Splitter) -> tuple[Piece, ...]:
    """The pieces of an HTML fragment in `language`, its text cut into sentences by `split`."""
    return _Reader(language, split).read(tree(html))


def tree(html: str) -> etree._Element:
    """The fragment under a made-up root."""
    # The body is open from the start, lest the parser make a head.
    markup = b"<html><body>" + html.encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    return etree.fromstring(markup, parser)


@dataclass(slots=True, kw_only=True)
class _Open:
    """An inline element whose end tag has not come."""

    tag: Tag
    kind: Kind
    order: int
    start: int
    points: int  # how many points stood before it
    closed: bool = False


class _Reader:
    def __init__(self, language: str, split: Splitter) -> None:
        self._language = language
        self._split = split
        self._pieces: list[Piece] = []
        self._open: list[_Open] = []
        self._orders = 0
        self._kept = 0  # how many of the blocks around keep their text as it is
        self._structural: set[etree._Element] = set()
        self._start_run()

    def read(self, root: etree._Element) -> tuple[Piece, ...]:
        self._structural = _structural(root)
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, node in walk:
            if event == "end":
                self._end(node)
            elif self._start(node):
                self._add(node.text)
            else:
                walk.skip_subtree()
        self._end_run()
        return tuple(self._pieces)

    # the tree's events

    def _start(self, node: etree._Element) -> bool:
        """False when the node's text and children are done with."""
        name = _name(node)
        if name in elements.VOID or name in elements.UNSEEN or name in elements.ATOMS:
            self._place(name, node)
            return name in elements.VOID  # the parser lets some of these hold what follows them
        if name in elements.PREFORMATTED:
            self._mark(*self._whole(node))
            return False
        keeps = name in elements.VERBATIM or self._foreign(node)
        if node in self._structural:
            self._mark(*[] if name in elements.FRAME else [self._tag(node)])
            self._kept += keeps
        else:
            self._open_element(self._tag(node), keeps=keeps)
        return True

    def _place(self, name: str, node: etree._Element) -> None:
        if name in elements.UNSEEN:
            return
        pieces = (self._tag(node),) if name in elements.VOID else tuple(self._whole(node))
        if name in elements.BLOCKS or name in elements.BREAKS:
            self._mark(*pieces)
        else:
            self._point(pieces)

    def _end(self, node: etree._Element) -> None:
        name = _name(node)
        if any(
            name in each for each in (elements.VOID, elements.UNSEEN, elements.ATOMS, elements.PREFORMATTED)
        ):
            pass
        elif node in self._structural:
            self._mark(*[] if name in elements.FRAME else [f"</{name}>"])
            self._kept -= name in elements.VERBATIM or self._foreign(node)
        else:
            self._close_element(self._open.pop())
        self._add(node.tail)

    # the run at hand

    def _start_run(self) -> None:
        self._text: list[str] = []
        self._length = 0
        self._solid = 0  # where the last character that is no white space ends
        self._elements: list[Element] = []
        self._points: list[Point] = []

    def _add(self, text: str | None) -> None:
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

    def _mark(self, *pieces: Tag | str) -> None:
        """Markup that ends a run. Elements still open go on in the next one."""
        for element in reversed(self._open):
            self._close(element)
        self._end_run()
        self._pieces.extend(pieces)
        for element in self._open:
            element.start = element.points = 0

    def _end_run(self) -> None:
        text = "".join(self._text)
        if self._solid or self._points:
            self._pieces.append(self._run(text))
        elif text:
            self._pieces.append(escape(text))
        self._start_run()

    def _run(self, text: str) -> Run:
        ordered = sorted(self._elements, key=lambda element: element.order)
        ranges = tuple(_trimmed(element, text) for element in ordered)
        kept = [element for element in ranges if element.kind is Kind.VERBATIM]
        whole = prose(text, self._split, translate=not self._kept)
        if kept:
            whole = _copied(whole, kept)
        return Run(whole, ranges, tuple(self._points))

    # inline elements and points

    def _open_element(self, tag: Tag, *, keeps: bool) -> None:
        kind = Kind.COSMETIC
        if tag.name == "a" and tag.has("href"):
            kind = Kind.LINK
            self._leave_link()
        elif keeps:
            kind = Kind.VERBATIM
        self._orders += 1
        self._open.append(
            _Open(tag=tag, kind=kind, order=self._orders, start=self._length, points=len(self._points))
        )

    def _leave_link(self) -> None:
        """A link cannot stand in a link: the outer one ends where the inner one starts, as in HTML."""
        around = [
            n for n, element in enumerate(self._open) if element.kind is Kind.LINK and not element.closed
        ]
        for element in reversed(self._open[around[0] :] if around else []):
            self._close_element(element)

    def _close_element(self, element: _Open) -> None:
        self._close(element)
        element.closed = True

    def _close(self, element: _Open) -> None:
        if element.closed:
            return
        if self._solid > element.start:
            self._elements.append(
                Element(
                    tag=element.tag,
                    kind=element.kind,
                    start=element.start,
                    end=self._solid,
                    order=element.order,
                )
            )
        elif len(self._points) > element.points:
            self._wrap(element)
        elif element.kind is Kind.LINK:
            self._point((element.tag, end_tag(element.tag)), element.order)

    def _wrap(self, element: _Open) -> None:
        """An element that holds points only is a point with them inside."""
        inner = self._points[element.points :]
        del self._points[element.points :]
        held = tuple(piece for point in inner for piece in point.pieces)
        pieces = (element.tag, *held, end_tag(element.tag))
        self._point(pieces, element.order, offset=inner[0].offset)

    def _point(self, pieces: tuple[Tag | str, ...], order: int = 0, *, offset: int | None = None) -> None:
        inside = frozenset(each.order for each in self._open if not each.closed and each.order != order)
        at = self._length if offset is None else offset
        self._points.append(Point(offset=at, pieces=pieces, inside=inside))

    # tags

    def _whole(self, node: etree._Element) -> Iterator[Tag | str]:
        """A node with all it holds; only its attributes are translated."""
        name = _name(node)
        void, seen = name in elements.VOID, name not in elements.UNSEEN
        if seen:
            yield self._tag(node)
        if (seen or void) and name not in elements.EMPTIED:
            yield from _text(node.text)
            for child in node:
                yield from self._whole(child)
                yield from _text(child.tail)
        if seen and not void:
            yield f"</{name}>"

    def _tag(self, node: etree._Element) -> Tag:
        keeps = bool(self._kept) or self._foreign(node)
        attributes = (
            (str(name), self._spoken(str(value)) if name in elements.SPOKEN and not keeps else str(value))
            for name, value in node.attrib.items()
            if not (name in elements.LANGUAGE and self._own(str(value)))
        )
        return Tag(_name(node), tuple(attributes))

    def _spoken(self, value: str) -> str | Prose:
        if not has_words(value) or _FILE_NAME.fullmatch(value):
            return value
        return prose(collapse(value).strip(), self._split)

    def _foreign(self, node: etree._Element) -> bool:
        """Words in another language than the text around, or marked as not to be translated."""
        claims = (str(node.get(name) or "") for name in elements.LANGUAGE)
        return node.get("translate") == "no" or any(claim and not self._own(claim) for claim in claims)

    def _own(self, claim: str) -> bool:
        """A claim to be in the source's language: untrue of the translation."""
        return _primary(claim) == _primary(self._language)


def _structural(root: etree._Element) -> set[etree._Element]:
    """Everything that cannot be a range of a run: blocks and what holds them, links that hold a break."""
    found: set[etree._Element] = set()
    for node in root.iter(etree.Element):
        name = _name(node)
        if name in elements.BLOCKS or node is root:
            _mark_up(node, found)
        elif name == "br":
            link = next(node.iterancestors("a"), None)
            _mark_up(link, found)
    return found


def _mark_up(node: etree._Element | None, found: set[etree._Element]) -> None:
    while node is not None and node not in found:
        found.add(node)
        node = node.getparent()


def _text(text: str | None) -> Iterator[str]:
    if text:
        yield escape(text)


def _name(node: etree._Element) -> str:
    return str(node.tag)


def _primary(language: str) -> str:
    return re.split("[-_]", language.strip(), maxsplit=1)[0].lower()


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
