"""What a recipe makes of one row of an answer, whatever the answer is made of: a row in, an entry out.

A row knows how to find text at a path; listing.py, api.py and xmlpaths.py each bring their own kind.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pipeline.collect.readers.entries import Dates, finish, unique
from pipeline.collect.texts import paragraphs, plain
from pipeline.collect.urls import absolute, canonical_url
from pipeline.recipes import ListRecipe
from pipeline.records import EntryData, FeedData, Image

_PLACE = re.compile(r"\{([^{}]*)\}")
_IS_HTML = re.compile(
    r"</?[a-z][a-z0-9]{0,10}(?:\s[^<>]*)?/?>|&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z]{2,8});", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one answer gave: its entries, and where the source goes on."""

    feed: FeedData
    following: tuple[str, ...] = ()  # further pages of the same list


class Row(Protocol):
    """One entry as the answer has it. A path that finds nothing gives nothing, never an error."""

    def texts(self, path: str, *attributes: str) -> list[str]:
        """Every value at `path`. Of an element the first of `attributes` that it has, else its words."""

    def html(self, path: str) -> str:
        """The value at `path` as HTML."""


def collect(rows: Iterable[Row], recipe: ListRecipe, url: str, dates: Dates) -> FeedData:
    """The rows' entries. A row that leads nowhere and is called nothing is no entry."""
    entries, empty = [], 0
    for row in rows:
        entry = _entry(row, recipe, url, dates)
        if entry.title or entry.url:
            entries.append(entry)
        else:
            empty += 1
    warnings = dates.warnings()
    if empty:
        warnings.append(f"{empty} rows hold neither a title nor a link")
    return finish(FeedData(entries=tuple(entries), warnings=tuple(warnings)))


def _entry(row: Row, recipe: ListRecipe, url: str, dates: Dates) -> EntryData:
    link = _link(row, recipe, url)
    title = plain(_first(row, recipe.title))
    published = dates.read(*_all(row, recipe.date, "datetime", "content"))
    return EntryData(
        guid=_guid(row, recipe, link) or _made_guid(title, published),
        url=link,
        title=title,
        summary=row.html(recipe.summary) if recipe.summary else "",
        content=row.html(recipe.content) if recipe.content else "",
        author=plain(_first(row, recipe.author)),
        published=published,
        updated=dates.read(*_all(row, recipe.updated, "datetime", "content")),
        categories=unique([plain(text) for text in _all(row, recipe.categories)]),
        image=_image(row, recipe, url),
    )


def _all(row: Row, path: str, *attributes: str) -> list[str]:
    """The values at the path; of elements with an attribute that says it better, its words come after it."""
    if not path:
        return []
    said = row.texts(path, *attributes)
    return [*said, *row.texts(path)] if attributes else said


def _first(row: Row, path: str, *attributes: str) -> str:
    return next((text for text in row.texts(path, *attributes) if text.strip()), "") if path else ""


def _link(row: Row, recipe: ListRecipe, url: str) -> str:
    if "{" in recipe.link:
        return absolute(filled(recipe.link, row), url)
    return absolute(_first(row, recipe.link, "href"), url)


def filled(template: str, row: Row) -> str:
    """The template with each {path} replaced by its value; "" when one has none."""
    values = {path: _first(row, path) for path in _PLACE.findall(template)}
    if not all(values.values()):
        return ""
    return _PLACE.sub(lambda place: values[place[1]].strip(), template)


def _guid(row: Row, recipe: ListRecipe, link: str) -> str:
    said = _first(row, recipe.id).strip()
    if recipe.id_pattern and (match := re.search(recipe.id_pattern, said or link)):
        return match[match.lastindex or 0]
    return said or canonical_url(link)


def _made_guid(title: str, published: datetime | None) -> str:
    stamp = published.isoformat() if published else ""
    return "urn:sha256:" + hashlib.sha256(f"{title}\n{stamp}".encode()).hexdigest()


def _image(row: Row, recipe: ListRecipe, url: str) -> Image | None:
    target = absolute(_first(row, recipe.image, "src", "content", "href"), url)
    return Image(url=target) if target else None


def as_html(text: str) -> str:
    """A value that may be HTML or plain text, as HTML."""
    return text if _IS_HTML.search(text) else paragraphs(text)


def next_pages(recipe: ListRecipe, url: str, said: str) -> tuple[str, ...]:
    """Where the list goes on: as the page says, or by number."""
    if "{page}" in recipe.next:
        numbers = range(recipe.first_page + 1, recipe.first_page + recipe.pages)
        return tuple(absolute(recipe.next.replace("{page}", str(number)), url) for number in numbers)
    target = absolute(said, url)
    if target.startswith("http:") and url.startswith("https:") and _host(target) == _host(url):
        target = "https:" + target.removeprefix("http:")  # the service behind a proxy does not know better
    return (target,) if target else ()


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]
