"""HTML fragments to pieces: one walk over the tree that lxml makes of them.

Blocks and `<br>` end a run of text; inline elements become ranges of it, images and the like points in it.
Knows nothing of sentences or translations.
"""

import re
from collections.abc import Iterator

import nh3
from lxml import etree

from pipeline.translate import elements
from pipeline.translate.pieces import Kind, Piece, Prose, Splitter, Tag, collapse, escape, has_words, prose
from pipeline.translate.runs import RunBuilder

# What is dealt with at its start tag.
_SINGLE = elements.VOID | elements.UNSEEN | elements.ATOMS | elements.PREFORMATTED
_FLAT = {"a", "br", "img", "p"}
_FILE_NAME = re.compile(r"\S+\.(?:avif|gif|jpe?g|pdf|png|svg|webp)", re.IGNORECASE)


def read(html: str, language: str, split: Splitter) -> tuple[Piece, ...]:
    """The pieces of an HTML fragment in `language`, its text cut into sentences by `split`."""
    return _Reader(language, split).read(tree(html))


def tree(html: str) -> etree._Element:
    """The fragment under a made-up root."""
    root, parser = _parsed(html)
    if any(error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log):
        # Too deep for the parser, which would leave out the rest; these elements cannot nest in themselves.
        root, _ = _parsed(nh3.clean(html, tags=_FLAT, link_rel=None))
    return root


def _parsed(html: str) -> tuple[etree._Element, etree.HTMLParser]:
    # The body is open from the start, lest the parser make a head.
    markup = b"<html><body>" + html.encode("utf-8", "replace")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)
    return etree.fromstring(markup, parser), parser


class _Reader:
    def __init__(self, language: str, split: Splitter) -> None:
        self._language = language
        self._split = split
        self._pieces: list[Piece] = []
        self._run = RunBuilder(split)
        self._kept = 0  # how many of the blocks around keep their text as it is
        self._structural: set[etree._Element] = set()

    def read(self, root: etree._Element) -> tuple[Piece, ...]:
        self._structural = _structural(root)
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, node in walk:
            if event == "end":
                self._end(node)
            elif self._start(node):
                self._run.add(node.text)
            else:
                walk.skip_subtree()
        self._break()
        return tuple(self._pieces)

    def _start(self, node: etree._Element) -> bool:
        """False when the node's text and children are done with."""
        name = _name(node)
        if name in _SINGLE:
            self._place(name, node)
            return name in elements.VOID  # the parser lets some of these hold what follows them
        keeps = name in elements.VERBATIM or self._foreign(node)
        tag = self._tag(node)
        if node in self._structural:
            self._break(*[] if name in elements.FRAME else [tag])
            self._kept += keeps
        elif name == "a" and tag.has("href"):
            self._run.open(tag, Kind.LINK)
        else:
            self._run.open(tag, Kind.VERBATIM if keeps else Kind.COSMETIC)
        return True

    def _place(self, name: str, node: etree._Element) -> None:
        pieces = [self._tag(node)] if name in elements.VOID else self._whole(node)
        if name in elements.UNSEEN:
            pass
        elif name in elements.BLOCKS or name in elements.BREAKS:
            self._break(*pieces)
        else:
            self._run.add_point(*pieces)

    def _end(self, node: etree._Element) -> None:
        name = _name(node)
        if name in _SINGLE:
            pass
        elif node in self._structural:
            self._break(*[] if name in elements.FRAME else [f"</{name}>"])
            self._kept -= name in elements.VERBATIM or self._foreign(node)
        else:
            self._run.close()
        self._run.add(node.tail)

    def _break(self, *pieces: Tag | str) -> None:
        """Markup that ends a run."""
        self._pieces.extend(self._run.finish(translate=not self._kept))
        self._pieces.extend(pieces)

    def _whole(self, node: etree._Element) -> Iterator[Tag | str]:
        """A node with all it holds; only its attributes are translated."""
        walk = etree.iterwalk(node, events=("start", "end"))
        for event, each in walk:
            name = _name(each)
            seen, void = name not in elements.UNSEEN, name in elements.VOID
            if event == "start":
                yield from [self._tag(each)] if seen else []
                if name in elements.EMPTIED or not (seen or void):
                    walk.skip_subtree()
                else:
                    yield from _text(each.text)
            else:
                yield from [f"</{name}>"] if seen and not void else []
                yield from _text(each.tail if each is not node else "")

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
