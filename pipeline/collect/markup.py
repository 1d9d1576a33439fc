"""HTML of an entry as a tree and back, with its addresses made absolute. Not a sanitiser: that is clean.py."""

import re
from collections.abc import Iterator
from itertools import takewhile

from lxml import etree, html

from pipeline.collect.texts import without_control_references
from pipeline.collect.urls import absolute, without_tracking

_IMAGE_LINK = re.compile(r"https?://|//|[^:]*(?:/|\.)", re.IGNORECASE)
_LAZY = (
    "data-src",
    "data-lazy-src",
    "data-original",
    "data-lazyload",
    "data-lazy",
    "data-orig-file",
    "data-full-src",
)
_LAZY_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
_LINKED = {"a": "href", "img": "src", "iframe": "src", "video": "src", "audio": "src", "source": "src", "blockquote": "cite", "q": "cite"}  # fmt: skip


def parse(text: str) -> html.HtmlElement:
    """The body of the fragment. Broken markup is mended; nothing is fetched, no comment or instruction is kept."""
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    text = without_control_references(text)  # the tree would hold them, and take them from nobody again
    document = html.document_fromstring(f"<div>{text}</div>".encode(), parser=parser)
    body = document.find("body")
    return document if body is None else body


def serialize(body: html.HtmlElement) -> str:
    """The markup below the body, without the wrapper that `parse` put round it."""
    root = body[0] if len(body) == 1 and body[0].tag == "div" and not body[0].attrib else body
    inner = "".join(etree.tostring(child, encoding="unicode", method="html") for child in root)
    return _escaped(root.text or "") + inner


def make_absolute(body: html.HtmlElement, base: str) -> None:
    """Every link and image from the open web, seen from `base`; what is no such address is dropped."""
    for element in body.iter(*_LINKED):
        if element.tag == "img":
            _wake(element)
        name = _LINKED[element.tag]
        if (address := element.get(name)) is None:
            continue
        target = _target(element, address, base)
        if target:
            element.set(name, target)
        else:
            del element.attrib[name]


def with_absolute_links(text: str, base: str) -> str:
    body = parse(text)
    make_absolute(body, base)
    return serialize(body)


def _target(element: html.HtmlElement, address: str, base: str) -> str:
    if element.tag != "a":
        return absolute(address, base)
    if address.strip().lower().startswith(("mailto:", "tel:")):
        return address.strip()
    return without_tracking(absolute(address, base))


def _wake(image: html.HtmlElement) -> None:
    """A lazy image: the real address waits in another attribute, the one in place is a grey pixel."""
    for name in _LAZY:
        if _IMAGE_LINK.match(image.get(name, "")):
            image.set("src", image.get(name, ""))
            return
    if _IMAGE_LINK.match(image.get("src", "")) and not image.get("src", "").startswith("data:"):
        return
    # The parser does not know <source> to be empty, and puts the image into it.
    around = (*image.itersiblings(preceding=True), *image.iterancestors())
    of_picture = takewhile(lambda each: each.tag == "source", around)
    for element in (image, *of_picture):
        for name in _LAZY_SETS:
            if candidate := _largest(element.get(name, "")):
                image.set("src", candidate)
                return


def _largest(srcset: str) -> str:
    """The biggest candidate of a srcset, by width or by density."""
    candidates = [candidate.split() for candidate in re.split(r",\s+", srcset.strip()) if candidate.strip()]
    return max(candidates, key=lambda words: _size(words[-1]))[0] if candidates else ""


def _size(descriptor: str) -> float:
    found = re.fullmatch(r"(\d{1,6}(?:\.\d{1,3})?)[wx]", descriptor)
    return float(found[1]) if found else 0.0


def texts(body: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, str]]:
    """Each element with the name of each of its text slots that holds something."""
    for element in body.iter(etree.Element):
        if element.text:
            yield element, "text"
        if element.tail:
            yield element, "tail"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
