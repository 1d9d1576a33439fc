"""The article of a page where no selector says where it stands: by trafilatura, on a page without its furniture.

trafilatura cannot be stopped half-way in a thread, so what it may be given is limited instead: its time grows with the
number of elements and with how deep they lie. Does not fetch and does not clean (clean.py).
"""

import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree, html

from pipeline.collect.readers import webpage
from pipeline.errors import ReadError

# Under these limits no page that was made to be slow took more than 2.5 seconds of CPU.
MAX_ELEMENTS = 15_000
MAX_DEPTHS = 300_000  # the depths of all elements together: 15,000 of them lie twenty deep on average
_MANY = 4_000  # elements; beyond it the second opinion is left out, whose time grows with the square of the paragraphs
_TEXT_BLOCKS = ("p", "div", "td", "section", "span", "li", "blockquote")
_BOXES = frozenset({"div", "td", "section"})
_AROUND = frozenset({"footer", "nav", "aside", "header", "form"})
_INLINE = frozenset({"strong", "b", "em", "i", "span", "font"})
_SENTENCE = 60  # characters of prose at least
_MOST = 0.7  # of the page's prose
_SOME = 0.2
_LEAD = 600  # characters that the headline, the date and a lead may add
# A day that is named somewhere in the text is not the day of publication.
_DATES = {"extensive_search": False, "original_date": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """What trafilatura found, as it says it. `content` is None where it found no text."""

    content: html.HtmlElement | None = None
    title: str = ""
    author: str = ""
    date: str = ""


def extract(page: html.HtmlElement) -> Extract:
    """The article of the page, which stays as it is. To be called for pages only that `refuse_bulk` lets through."""
    # Loaded here: most sources never need it, and it takes a quarter of a second.
    import trafilatura  # noqa: PLC0415

    marked = _marked(copy.deepcopy(page))
    found = trafilatura.extract(
        marked,
        fast=next(islice(marked.iter(), _MANY, None), None) is not None,
        output_format="html",
        include_links=True,
        include_images=True,
        include_formatting=True,
        include_comments=False,
        with_metadata=True,
        date_extraction_params=_DATES,
    )
    if not found:
        return Extract()
    result = webpage.parse(found.encode(), "", "text/html; charset=utf-8")
    said = {each.get("name", ""): each.get("content", "") for each in result.iter("meta")}
    return Extract(
        content=result.find("body"),
        title=said.get("title", ""),
        author=said.get("author", ""),
        date=said.get("date", ""),
    )


def _marked(page: html.HtmlElement) -> html.HtmlElement:
    """The box that holds most of the page's prose as <article>, where the page itself marks nothing.

    Without it trafilatura goes by the boxes' names, and falls back to bare paragraphs where it knows none of them.
    """
    if next(page.iter("article", "main"), None) is None and (box := _box_of_prose(page)) is not None:
        box.tag = "article"
        box.tail = None
        body = page.find("body")
        if body is not None:  # of a short text trafilatura would take the foot of the page as well
            body[:] = [box]
            body.text = None
    return page


def _box_of_prose(page: html.HtmlElement) -> html.HtmlElement | None:
    """The smallest box with most of the prose in it; the one around it where that adds little but the headline."""
    prose: Counter[html.HtmlElement] = Counter()
    for element in page.iter(*_TEXT_BLOCKS):
        size = len("".join(_own_texts(element)).strip())
        if size >= _SENTENCE and not any(each.tag in _AROUND for each in element.iterancestors()):
            prose.update(dict.fromkeys((element, *element.iterancestors()), size))
    most = _MOST * max(prose.values(), default=0)
    boxes = [box for box, size in prose.items() if size >= most and box.tag in _BOXES]
    if not boxes:
        return _box_of_headline(page, prose)
    box = max(boxes, key=lambda each: sum(1 for _ in each.iterancestors()))
    wider = [
        each
        for each in box.iterancestors()
        if each.tag in _BOXES and next(each.iter("h1", "h2"), None) is not None
    ]
    size = len(box.text_content())
    return next((each for each in wider if len(each.text_content()) <= size + min(size, _LEAD)), box)


def _box_of_headline(page: html.HtmlElement, prose: Counter[html.HtmlElement]) -> html.HtmlElement | None:
    """Where the prose is spread over the page, as with two sentences of news over a long foot."""
    headlines = list(page.iter("h1"))
    if len(headlines) != 1:
        return None
    boxes = (each for each in headlines[0].iterancestors() if each.tag in _BOXES and prose[each])
    return next((each for each in boxes if prose[each] >= _SOME * max(prose.values())), None)


def _own_texts(element: html.HtmlElement) -> Iterator[str]:
    """The words that stand in the element itself, or in a word of it that is marked or linked."""
    yield element.text or ""
    for child in element:
        if child.tag in _INLINE:
            yield child.text or ""
        yield child.tail or ""


def refuse_bulk(page: html.HtmlElement) -> None:
    """Raise ReadError when finding the text would take seconds."""
    elements = depths = depth = 0
    for event, _element in etree.iterwalk(page, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start":
            elements, depths = elements + 1, depths + depth
            if elements > MAX_ELEMENTS or depths > MAX_DEPTHS:
                raise ReadError(
                    "the page is too large to look for its text; name the place in [source.article] content"
                )
