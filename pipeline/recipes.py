"""Recipes: how a source without a feed is read, as tables of config.toml.

The keys are the same for every reader. What stands in them is a CSS selector (listing, pdf and every article), a
dotted path (api) or a path of element names (xml); each may end in `@attribute`, but for dotted paths.
"""

import json
import re
from typing import Annotated, Literal

from cssselect import SelectorError, parse
from pydantic import AfterValidator, Field

from pipeline.tables import Table

_FIELDS = ("link", "id", "title", "date", "updated", "summary", "content", "author", "image", "categories")
_WITH_SELECTORS = frozenset({"listing", "pdf"})


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as e:
        raise ValueError(f"a regular expression ({e})") from e
    return value


def _json(value: str) -> str:
    try:
        json.loads(value or "null")
    except ValueError as e:
        raise ValueError(f"JSON ({e})") from e
    return value


def _selector(value: str) -> str:
    css = value.partition("@")[0].strip()
    try:
        parse("*" if css in {"", "."} else css)
    except SelectorError as e:
        raise ValueError(f"a CSS selector ({e})") from e
    return value


Pattern = Annotated[str, AfterValidator(_pattern)]
Json = Annotated[str, AfterValidator(_json)]
Selector = Annotated[str, AfterValidator(_selector)]


class ListRecipe(Table):
    """Where the entries stand in the answer, and where in an entry its fields."""

    items: str = ""
    link: str = ""
    id: str = ""
    title: str = ""
    date: str = ""
    updated: str = ""
    summary: str = ""
    content: str = ""
    author: str = ""
    image: str = ""
    categories: str = ""
    id_pattern: Pattern = ""  # finds the id in the id or the link; its first group where it has one
    match: Pattern = ""  # links without it are left out
    skip: tuple[str, ...] = ()  # entries with one of these words in title, author or categories are left out
    hosts: tuple[str, ...] = ()  # further hosts whose links are taken; always the source's own
    next: str = ""  # of the next page; with {page} in it an address
    first_page: Annotated[int, Field(ge=0, le=1)] = 1  # the number that the first page has in such addresses
    pages: Annotated[int, Field(ge=1, le=100)] = 1  # read in one run at most
    post: Json = ""  # a JSON body: the source is asked by POST
    split: Literal["", "page", "heading"] = ""  # what begins a new entry in a PDF; empty: one file, one entry

    def faults(self, reader: str) -> list[str]:
        """What does not fit the reader, in plain words."""
        found = []
        if reader == "xml" and not self.items:
            found.append('reader "xml" needs [source.list] items')
        if reader == "listing" and not (self.items or self.match):
            found.append('reader "listing" needs [source.list] items or match')
        if self.post and reader != "api":
            found.append("[source.list] post is for reader api")
        if reader in _WITH_SELECTORS:
            found += [fault for name in ("items", "next", *_FIELDS) if (fault := self._selector_fault(name))]
        return found

    def _selector_fault(self, name: str) -> str:
        value = str(getattr(self, name))
        if name == "next" and "{page}" in value:
            return ""
        try:
            _selector(value)
        except ValueError as e:
            return f"[source.list] {name} must be {e}"
        return ""


class ArticleRecipe(Table):
    """How an entry's own page is read. That the table is there means that the page is fetched.

    Whatever is left open is found by what pages have in common (readers/article.py).
    """

    title: Selector = ""
    date: Selector = ""
    updated: Selector = ""
    summary: Selector = ""
    content: Selector = ""
    author: Selector = ""
    image: Selector = ""
    remove: tuple[Selector, ...] = ()  # taken out of the page first, besides what is known as furniture
    limit: Annotated[int, Field(ge=1, le=1_000)] = 20  # pages fetched in one run; the others in the next
    recheck: Annotated[float, Field(ge=0, le=8760)] = 24.0  # hours until a known page is asked again
