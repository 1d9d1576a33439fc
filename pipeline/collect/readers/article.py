"""An entry's own page → the entry with what the page says of it: by CSS selectors, else by what pages have in common.

What the page does not say stays as the list had it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from itertools import islice

from lxml import html

from pipeline.collect import furniture
from pipeline.collect.dates import parse_date
from pipeline.collect.extract import Extract, extract, refuse_bulk
from pipeline.collect.readers import head, webpage
from pipeline.collect.readers.entries import Dates
from pipeline.collect.texts import plain
from pipeline.collect.urls import absolute
from pipeline.errors import ReadError
from pipeline.recipes import ArticleRecipe
from pipeline.records import EntryData, Image

_DATELINE = 120  # characters
_NAME, _HEADINGS = 1_000, 50  # characters of a title, and headings among which it is looked for
_BOX = 8  # elements in which there are more lines than one
_PAIR = 2  # list items that are a label and its date
_BEFORE_TEXT = 12  # lines after the headline among which a date is looked for
_PUBLISHED = re.compile(
    r"(?:\w+\s+)?(?:pubblicat[oa]|gepubliceerd|published|veröffentlicht|publié|publicado|publicēts|opublikowan[oa]|paskelbta"
    r"|publicat|data pubblicazione|data publikacji)\b(?![^:]{40})[^.!?]*$",
    re.IGNORECASE,
)
_CUT = re.compile(r"(?:…|\.\.\.)\s*$")
_SHORTER = 0.8  # of the summary: a text that says less than it was not the article's


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    """A page with what was found in it without selectors."""

    tree: html.HtmlElement
    url: str
    head: head.Head
    found: Extract


def read(
    body: bytes,
    *,
    url: str,
    entry: EntryData,
    recipe: ArticleRecipe,
    content_type: str = "",
    zone: tzinfo = UTC,
) -> tuple[EntryData, list[str]]:
    """The entry, and what is missing in plain words. Raises ReadError when the answer is no page."""
    page, faults = _opened(webpage.parse(body, url, content_type), url, recipe)
    dates = Dates(zone)
    title = _title(page, entry, recipe)
    read_entry = replace(
        entry,
        url=page.head.address or entry.url,
        title=title,
        published=dates.read(*_dated(page.tree, recipe.date))
        or entry.published
        or dates.read(*_days(page, title)),
        updated=dates.read(*_dated(page.tree, recipe.updated)) or entry.updated,
        summary=_html(page.tree, recipe.summary) or entry.summary,
        author=plain(_first(page.tree, recipe.author)) or entry.author or _author(page),
        image=_image(page.tree, recipe, url) or entry.image or _preview(page),
    )
    content = _content(page, recipe, title)  # last: it takes title and date out of the page
    if not recipe.content and _says_less(content, entry.summary):
        content, faults = "", [*faults, "its text is shorter than the summary, which is kept"]
    elif not content and not faults:
        faults = [f"no text at {recipe.content!r}" if recipe.content else "no text found"]
    return replace(read_entry, content=content or entry.content), [*faults, *dates.warnings()]


def _opened(tree: html.HtmlElement, url: str, recipe: ArticleRecipe) -> tuple[_Page, list[str]]:
    """The page without what is no part of the article; its text is looked for only where no selector names it."""
    said = head.read(tree, url)
    for selector in recipe.remove:
        _drop(webpage.select(tree, selector))
    try:
        refuse_bulk(tree)
    except ReadError as error:  # where a selector names the text, a large page is no harm
        return _Page(tree=tree, url=url, head=said, found=Extract()), [] if recipe.content else [
            str(error.args[0])
        ]
    furniture.drop(tree, keep=webpage.select(tree, recipe.content) if recipe.content else ())
    return _Page(tree=tree, url=url, head=said, found=Extract() if recipe.content else extract(tree)), []


def _says_less(content: str, summary: str) -> bool:
    if not content or not summary:
        return False
    return len(plain(content)) < _SHORTER * len(plain(summary))


def _first(page: html.HtmlElement, selector: str, *attributes: str) -> str:
    return next(webpage.texts(page, selector, *attributes), "") if selector else ""


def _title(page: _Page, entry: EntryData, recipe: ArticleRecipe) -> str:
    said = plain(_first(page.tree, recipe.title))
    if said or (entry.title and not _CUT.search(entry.title)):
        return said or entry.title
    return _headline(page) or entry.title


def _headline(page: _Page) -> str:
    """The heading that the page's head names too; else its only h1; else what the head says."""
    named = [_letters(text[:_NAME]) for text in (*page.head.titles, *webpage.texts(page.tree, "title"))]
    headings = [plain(text[:_NAME]) for text in islice(webpage.texts(page.tree, "h1, h2"), _HEADINGS)]
    both = [each for each in headings if each and any(_letters(each) in name for name in named)]
    only = [plain(text) for text in webpage.texts(page.tree, "h1")]
    if both:
        return max(both, key=len)
    return only[0] if len(only) == 1 and only[0] else next(iter(page.head.titles), page.found.title)


def _days(page: _Page, title: str) -> Iterator[str]:
    """Where a page without a selector says when it was published, the surest first."""
    yield from page.head.dates
    if page.head.dates:
        return
    begin = _lines(page.found.content) if page.found.content is not None else ()
    blocks = [*_after_headline(page.tree, title), *(said for _line, said in begin)]
    yield from (said for said in blocks if _is_dateline(said) and parse_date(said) is not None)
    yield page.found.date


def _after_headline(tree: html.HtmlElement, title: str) -> list[str]:
    """The first lines after the headline, or of the page where it has none; a long paragraph is an empty one."""
    lines: list[str] = []
    for element in tree.iter("h1", "h2", "p", "div", "span", "time", "li", "dd", "small", "strong"):
        if element.tag in {"h1", "h2"}:
            lines = [] if _letters(webpage.words(element)) == _letters(title) else lines
        elif _is_line(element):
            lines.append(element.get("datetime", "") or webpage.words(element))
    return [line if len(line) <= _DATELINE else "" for line in lines[:_BEFORE_TEXT]]


def _author(page: _Page) -> str:
    return page.head.author or head.usable_author(page.found.author)


def _preview(page: _Page) -> Image | None:
    return Image(url=page.head.image) if page.head.image else None


def _dated(page: html.HtmlElement, selector: str) -> list[str]:
    if not selector:
        return []
    return [*webpage.texts(page, selector, "datetime", "content"), *webpage.texts(page, selector)]


def _html(page: html.HtmlElement, selector: str) -> str:
    return "".join(map(webpage.inner_html, webpage.select(page, selector))) if selector else ""


def _image(page: html.HtmlElement, recipe: ArticleRecipe, url: str) -> Image | None:
    if not recipe.image:
        return None
    target = absolute(_first(page, recipe.image, "src", "content", "href"), url)
    element = next(iter(webpage.select(page, recipe.image)), None)
    return (
        Image(url=target, alt=plain(element.get("alt", "")) if element is not None else "")
        if target
        else None
    )


def _content(page: _Page, recipe: ArticleRecipe, title: str) -> str:
    """The text without what stands beside it already: the title, its date, a lead that is said twice."""
    if recipe.content:
        found = webpage.select(page.tree, recipe.content)
    else:
        found = [page.found.content] if page.found.content is not None else []
    every = set(found)
    outer = [element for element in found if every.isdisjoint(element.iterancestors())]
    for selector in (recipe.title, recipe.date, recipe.updated, recipe.author):
        if selector:
            _drop([each for each in webpage.select(page.tree, selector)[:1] if each not in outer])
    for element in outer:
        _drop_title(element, title)
        _drop_dateline(element)
        _drop_twice_said(element)
    return "".join(map(webpage.inner_html, outer))


def _drop(elements: list[html.HtmlElement]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _drop_title(content: html.HtmlElement, title: str) -> None:
    """The headline, or the only h1 even where the list words it otherwise."""
    found = list(content.iter("h1"))
    said = [each for each in content.iter("h1", "h2") if _letters(webpage.words(each)) == _letters(title)]
    _drop(found if len(found) == 1 else said)
    _drop([each for each in said[:1] if each not in found])
    _drop([line for line, words in _lines(content)[:1] if _letters(words) == _letters(title)])


def _lines(content: html.HtmlElement) -> list[tuple[html.HtmlElement, str]]:
    """The first lines of a text that stand in elements of their own, with their words."""
    small = (each for each in content.iter("p", "div", "b", "strong") if _is_line(each))
    return [(each, said) for each in islice(small, _BEFORE_TEXT) if (said := webpage.words(each))]


def _is_line(element: html.HtmlElement) -> bool:
    return sum(1 for _ in islice(element.iter(), _BOX)) < _BOX


def _letters(text: str) -> str:
    """For comparing: lists and pages differ in spaces and marks."""
    return "".join(filter(str.isalnum, text)).casefold()


def _drop_dateline(content: html.HtmlElement) -> None:
    """The lines above the text that say when it was published, with or without the date, or how often it was read."""
    for element in list(content.iter("p", "div", "span", "time", "dl", "li")):
        said = webpage.words(element)
        if not said or (len(said) > _DATELINE and len(element)):
            continue
        if element.tag == "li" and next(islice(element.itersiblings(), _PAIR - 1, None), None) is not None:
            return  # a calendar
        if not said.isdigit() and not _is_dateline(said):
            return
        _drop([element])


def _is_dateline(said: str) -> bool:
    words = [word for word in said.split() if any(map(str.isalnum, word))]
    only_date = len(words) <= 6 and said[-1:] not in "!?:" and parse_date(said) is not None
    return len(said) <= _DATELINE and (only_date or _PUBLISHED.match(said) is not None)


def _drop_twice_said(content: html.HtmlElement) -> None:
    """A lead that comes once more as the first paragraph of the text."""
    blocks = [(element, webpage.words(element)) for element in content.iter("p") if webpage.words(element)][
        :2
    ]
    if len(blocks) == 2 and blocks[0][1] == blocks[1][1]:
        _drop([blocks[0][0]])
