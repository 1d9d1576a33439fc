"""A page of news as a list → its entries, by CSS selectors, or by nothing but what the articles' addresses look like."""

import re
from datetime import UTC, tzinfo

from lxml import html

from pipeline.collect.dates import parse_date
from pipeline.collect.readers import webpage
from pipeline.collect.readers.entries import Dates
from pipeline.collect.readers.rows import Found, Row, collect, next_pages
from pipeline.recipes import ListRecipe

_WHOLE = frozenset({"html", "body", "main"})
_HEADING, _ANY_DATE = ":heading", ":any-date"  # places that only a row found by its link knows


class _HtmlRow:
    def __init__(self, element: html.HtmlElement) -> None:
        self._element = element

    def texts(self, path: str, *attributes: str) -> list[str]:
        return list(webpage.texts(self._element, path, *attributes))

    def html(self, path: str) -> str:
        return "".join(webpage.inner_html(element) for element in webpage.select(self._element, path))


class _LinkRow(_HtmlRow):
    """A row known by its link alone: what stands around it, as far as no other article's link does."""

    def __init__(self, element: html.HtmlElement, href: str) -> None:
        super().__init__(element)
        self._href = href

    def texts(self, path: str, *attributes: str) -> list[str]:
        if path == ".":
            return [self._href]
        if path == _HEADING:
            return self._headings()
        if path == _ANY_DATE:
            # Piece by piece: "20.11.2026" and the number of views beside it have no space between them.
            said = [*super().texts("time", "datetime"), " ".join(map(str, self._element.itertext()))]
            return [text for text in said if parse_date(text)]
        return super().texts(path, *attributes)

    def _headings(self) -> list[str]:
        links = self._element.iter("a")
        words = [webpage.words(link) for link in links if link.get("href") == self._href]
        return [*super().texts("h1, h2, h3, h4, h5"), *sorted(words, key=len, reverse=True)]


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    recipe: ListRecipe,
    zone: tzinfo = UTC,
    max_entries: int = 1_000,
) -> Found:
    """The list's entries. Without a selector for the link it is the first link of an item, and its words the title."""
    page = webpage.parse(body, url, content_type)
    rows: list[Row] = []
    if recipe.items:
        items = webpage.select(page, recipe.items)
        rows += map(_HtmlRow, items)
        recipe = _completed(recipe, link="." if all(item.tag == "a" for item in items) else "a[href]")
    else:
        rows += _rows_of_links(page, recipe.match)
        recipe = _completed(recipe, link=".", title=_HEADING, date=_ANY_DATE)
    feed = collect(rows[:max_entries], recipe, url, Dates(zone))
    by_number = "{page}" in recipe.next
    said = next(webpage.texts(page, recipe.next, "href"), "") if recipe.next and not by_number else ""
    return Found(feed=feed, following=next_pages(recipe, url, said))


def _completed(recipe: ListRecipe, *, link: str, title: str = "", date: str = "") -> ListRecipe:
    """The recipe with what it leaves open."""
    link = recipe.link or link
    return recipe.model_copy(
        update={
            "link": link,
            "title": recipe.title or title or link.partition("@")[0],
            "date": recipe.date or date,
        }
    )


def _rows_of_links(page: html.HtmlElement, match: str) -> list[_LinkRow]:
    """A row for each address that fits, where it stands first: the widest element with no other such address in it."""
    links: dict[str, html.HtmlElement] = {}
    held: dict[html.HtmlElement, set[str]] = {}
    for link in page.iter("a"):
        if not (href := link.get("href", "")) or not re.search(match, href):
            continue
        links.setdefault(href, link)
        for around in (link, *link.iterancestors()):
            held.setdefault(around, set()).add(href)
    return [_LinkRow(_widest(link, held), href) for href, link in links.items()]


def _widest(link: html.HtmlElement, held: dict[html.HtmlElement, set[str]]) -> html.HtmlElement:
    found = link
    for around in link.iterancestors():
        if len(held[around]) > 1 or around.tag in _WHOLE:
            break
        found = around
    return found
