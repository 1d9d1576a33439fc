"""The texts as a reader would see them, for the desk: cleaned once more, with links and pictures as small signs.

Nothing is loaded from other hosts, and no link of the entry can be followed by accident while editing.
"""

from urllib.parse import urlsplit

import nh3
from django.utils.safestring import SafeString, mark_safe
from lxml import html

_TAGS = {
    "p", "br", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "blockquote", "q", "cite",
    "em", "strong", "b", "i", "u", "s", "small", "sub", "sup", "abbr", "code", "pre", "span", "figure", "figcaption",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td", "hr", "div",
}  # fmt: skip
_CLASSES = {"span": {"chip", "chip-link", "chip-image", "chip-media"}}
_MEDIA = ("img", "video", "audio", "iframe", "object", "embed")
_HEADINGS = {f"h{level}": "h3" if level < 4 else "h4" for level in range(1, 7)}  # below the page's own


def preview(markup: str) -> SafeString:
    """Safe HTML of a block."""
    if not markup.strip():
        return mark_safe("")
    tree = html.fragment_fromstring(_bare(markup), create_parent="div")
    for element in list(tree.iter("a", *_MEDIA, *_HEADINGS)):
        _sign(element)
    text = html.tostring(tree, encoding="unicode")
    cleaned = nh3.clean(text, tags=_TAGS, attributes={}, allowed_classes=_CLASSES, link_rel=None)
    bare = cleaned.removeprefix("<div>").removesuffix("</div>")  # the one it was parsed in
    return mark_safe(bare)  # noqa: S308 - by nh3, with no attribute but our own classes


def _bare(markup: str) -> str:
    """Without scripts and the like, before a more lenient parser than a browser's sees it."""
    return nh3.clean(
        markup,
        tags={*_TAGS, "a", *_MEDIA} - {"object", "embed"},
        attributes={
            "a": {"href"},
            "img": {"alt", "src"},
            "video": {"src"},
            "audio": {"src"},
            "iframe": {"src"},
        },
        link_rel=None,
    )


def _sign(element: html.HtmlElement) -> None:
    if element.tag in _HEADINGS:
        element.tag = _HEADINGS[element.tag]
        return
    if element.tag == "a":
        chip = _chip("chip-link", urlsplit(element.get("href") or "").hostname or "→")
        element.append(chip)
        element.tag = "span"
        element.attrib.clear()
        return
    name = element.get("alt") or urlsplit(element.get("src") or "").path.rpartition("/")[2] or element.tag
    chip = _chip("chip-image" if element.tag == "img" else "chip-media", name)
    chip.tail = element.tail
    parent = element.getparent()
    if parent is not None:
        parent.replace(element, chip)


def _chip(kind: str, text: str) -> html.HtmlElement:
    chip = html.Element("span")
    chip.set("class", f"chip {kind}")
    chip.text = text
    return chip
