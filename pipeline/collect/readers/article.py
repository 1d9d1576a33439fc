"""An entry's own page → the entry with what the page says of it, by CSS selectors.

What the page does not say stays as the list had it.
"""

import copy
import re
from dataclasses import replace
from datetime import UTC, tzinfo

from lxml import html

from pipeline.collect.dates import parse_date
from pipeline.collect.readers import webpage
from pipeline.collect.readers.entries import Dates
from pipeline.collect.texts import plain
from pipeline.collect.urls import absolute
from pipeline.recipes import ArticleRecipe
from pipeline.records import EntryData, Image

_META_DATE = "meta[property='article:published_time'], meta[itemprop='datePublished']"
_DATELINE = 120  # characters
_PUBLISHED = re.compile(
    r"(?:\w+\s+)?(?:pubblicat[oa]|gepubliceerd|published|veröffentlicht|publié|publicado|publicēts|opublikowan[oa]|paskelbta"
    r"|publicat|data pubblicazione|data publikacji)\b(?![^:]{40})[^.!?]*$",
    re.IGNORECASE,
)
_CUT = re.compile(r"(?:…|\.\.\.)\s*$")


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
    page = webpage.parse(body, url, content_type)
    for selector in recipe.remove:
        _drop(webpage.select(page, selector))
    dates = Dates(zone)
    title = _title(page, entry, recipe)
    published = (
        dates.read(*_dated(page, recipe.date)) or entry.published or dates.read(*_dated(page, _META_DATE))
    )
    read_entry = replace(
        entry,
        title=title,
        published=published,
        updated=dates.read(*_dated(page, recipe.updated)) or entry.updated,
        summary=_html(page, recipe.summary) or entry.summary,
        author=plain(_first(page, recipe.author)) or entry.author,
        image=_image(page, recipe, url) or entry.image,
    )
    content = _content(page, recipe, title)  # last: it takes title and date out of the page
    missing = [] if content else [f"no text at {recipe.content!r}" if recipe.content else "no text found"]
    return replace(read_entry, content=content or entry.content), [*missing, *dates.warnings()]


def _first(page: html.HtmlElement, selector: str, *attributes: str) -> str:
    return next(webpage.texts(page, selector, *attributes), "") if selector else ""


def _title(page: html.HtmlElement, entry: EntryData, recipe: ArticleRecipe) -> str:
    said = plain(_first(page, recipe.title))
    if said or (entry.title and not _CUT.search(entry.title)):
        return said or entry.title
    headings = [plain(text) for text in webpage.texts(page, "h1")]
    return headings[0] if len(headings) == 1 and headings[0] else entry.title


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


def _content(page: html.HtmlElement, recipe: ArticleRecipe, title: str) -> str:
    """The text without what stands beside it already: the title, its date, a lead that is said twice."""
    found = webpage.select(page, recipe.content) if recipe.content else _main_text(page)
    every = set(found)
    outer = [element for element in found if every.isdisjoint(element.iterancestors())]
    for selector in (recipe.title, recipe.date, recipe.updated, recipe.author):
        if selector:
            _drop([each for each in webpage.select(page, selector)[:1] if each not in outer])
    for element in outer:
        _drop_title(element, title)
        _drop_dateline(element)
        _drop_twice_said(element)
    return "".join(map(webpage.inner_html, outer))


def _main_text(page: html.HtmlElement) -> list[html.HtmlElement]:
    """What trafilatura takes for the text, where no selector says it."""
    # Loaded here: most sources never need it, and it takes a quarter of a second.
    import trafilatura  # noqa: PLC0415

    found = trafilatura.extract(
        copy.deepcopy(page),
        output_format="html",
        include_links=True,
        include_images=True,
        include_comments=False,
    )
    return [webpage.parse(found.encode(), "", "text/html; charset=utf-8").find("body")] if found else []


def _drop(elements: list[html.HtmlElement]) -> None:
    for element in elements:
        if element.getparent() is not None:
            element.drop_tree()


def _drop_title(content: html.HtmlElement, title: str) -> None:
    """The only h1 is the headline, even where the list words it otherwise; of several the one that says the title."""
    found = list(content.iter("h1"))
    _drop([each for each in found if len(found) == 1 or _letters(webpage.words(each)) == _letters(title)])


def _letters(text: str) -> str:
    """For comparing: lists and pages differ in spaces and marks."""
    return "".join(filter(str.isalnum, text)).casefold()


def _drop_dateline(content: html.HtmlElement) -> None:
    """The line above the text that says when it was published, with or without the date."""
    for element in content.iter("p", "div", "span", "time"):
        said = webpage.words(element)
        if not said or (len(said) > _DATELINE and len(element)):
            continue
        if _is_dateline(said):
            _drop([element])
        return


def _is_dateline(said: str) -> bool:
    only_date = len(said.split()) <= 6 and said[-1:] not in "!?:" and parse_date(said) is not None
    return len(said) <= _DATELINE and (only_date or _PUBLISHED.match(said) is not None)


def _drop_twice_said(content: html.HtmlElement) -> None:
    """A lead that comes once more as the first paragraph of the text."""
    blocks = [(element, webpage.words(element)) for element in content.iter("p") if webpage.words(element)][
        :2
    ]
    if len(blocks) == 2 and blocks[0][1] == blocks[1][1]:
        _drop([blocks[0][0]])
