"""An HTML page as a tree, and selection in it: a CSS selector, with `@attribute` behind it where that is meant."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree, html
from lxml.cssselect import CSSSelector

from pipeline.collect import markup
from pipeline.collect.readers.charset import decode
from pipeline.collect.texts import without_controls
from pipeline.collect.urls import absolute
from pipeline.errors import ReadError

MAX_PAGE = 5_000_000  # characters; the longest real page seen had one
_META = re.compile(rb"""<meta\b[^>]{0,200}?\bcharset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})""", re.IGNORECASE)
_SILENT = frozenset({"script", "style", "template", "noscript"})
_BLOCKS = frozenset({"br", "p", "div", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "td", "th", "section", "article", "header", "figcaption", "blockquote"})  # fmt: skip
_DECLARATION = re.compile(r"<\?xml\b[^<>]{0,200}\?>")


def parse(body: bytes, url: str, content_type: str = "") -> html.HtmlElement:
    """The whole page, its addresses absolute and its lazy images awake. Raises ReadError when it is no page."""
    if "charset" not in content_type.lower() and (found := _META.search(body[:4096])):
        content_type = f"text/html; charset={found[1].decode('ascii')}"
    text, _ = decode(body, content_type)
    text = _DECLARATION.sub("", without_controls(text[:MAX_PAGE]))
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        page = html.document_fromstring(text.encode(), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as e:
        raise ReadError(f"{url} is not a web page: {e}") from e
    base = page.find(".//base[@href]")
    markup.make_absolute(page, absolute(base.get("href", ""), url) if base is not None else url)
    return page


@lru_cache(maxsize=1_000)
def _compiled(selector: str) -> CSSSelector:
    return CSSSelector(selector, translator="html")


def select(where: html.HtmlElement, selector: str) -> list[html.HtmlElement]:
    """The elements below `where`, in the page's order; `where` itself for an empty selector or a dot."""
    css = selector.partition("@")[0].strip()
    if css in {"", "."}:
        return [where]
    found: Any = _compiled(css)(where)
    return [element for element in found if isinstance(element, html.HtmlElement)]


def texts(where: html.HtmlElement, selector: str, *attributes: str) -> Iterator[str]:
    """What each of them says: the attribute that the selector names, else one of `attributes`, else its words."""
    wanted = selector.partition("@")[2].strip()
    for element in select(where, selector):
        names = (wanted,) if wanted else attributes
        said = next((value for name in names if (value := element.get(name))), None)
        if said is None and not wanted:
            said = words(element)
        if said and said.strip():
            yield said.strip()


def words(element: html.HtmlElement) -> str:
    """The element's words on one line; its blocks do not run into each other."""
    return " ".join("".join(_words(element)).split())


def _words(element: html.HtmlElement) -> Iterator[str]:
    # lxml's own text_content() glues "<p>one</p><p>two</p>" together, and counts scripts as words.
    if element.tag in _SILENT:
        return
    space = " " if element.tag in _BLOCKS else ""
    yield space + (element.text or "")
    for child in element:
        yield from _words(child)
        yield child.tail or ""
    yield space


def inner_html(element: html.HtmlElement) -> str:
    """The markup inside; words that stand in no element of their own are a paragraph."""
    inside = markup.serialize(element)
    if len(element) and any(child.tag in _BLOCKS for child in element):
        return inside
    return f"<p>{inside}</p>" if words(element) or len(element) else ""
