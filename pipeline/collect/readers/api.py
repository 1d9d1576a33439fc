"""A JSON service's answer → its entries, by dotted paths."""

import json
from datetime import UTC, tzinfo
from typing import Any

from pipeline.collect.readers.charset import decode
from pipeline.collect.readers.entries import Dates
from pipeline.collect.readers.jsonpaths import text, values
from pipeline.collect.readers.rows import Found, as_html, collect, next_pages
from pipeline.collect.texts import without_controls
from pipeline.errors import ReadError
from pipeline.recipes import ListRecipe


class _JsonRow:
    def __init__(self, value: Any) -> None:
        self._value = value

    def texts(self, path: str, *_attributes: str) -> list[str]:
        leaves = [without_controls(text(value)) for value in values(self._value, path)]
        return [leaf for leaf in leaves if leaf.strip()]

    def html(self, path: str) -> str:
        return "".join(as_html(leaf) for leaf in self.texts(path))


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    recipe: ListRecipe,
    zone: tzinfo = UTC,
    max_entries: int = 1_000,
) -> Found:
    """The entries under `items`. Raises ReadError when the answer is no JSON or has no such place."""
    document = _document(body, content_type, url)
    places = values(document, recipe.items)
    if not places:
        raise ReadError(f"{url} is JSON, but has nothing at {recipe.items!r}. It begins: {_begin(document)}")
    rows = [row for place in places for row in (place if isinstance(place, list) else [place])]
    feed = collect(map(_JsonRow, rows[:max_entries]), recipe, url, Dates(zone))
    said = (
        next(iter(_JsonRow(document).texts(recipe.next)), "")
        if recipe.next and "{page}" not in recipe.next
        else ""
    )
    return Found(feed=feed, following=next_pages(recipe, url, said))


def _document(body: bytes, content_type: str, url: str) -> Any:
    words, _ = decode(body, content_type)
    try:
        return json.loads(words)
    except (ValueError, RecursionError) as e:
        raise ReadError(f"{url} is not JSON: {e}") from e


def _begin(document: Any) -> str:
    keys = ", ".join(map(str, list(document)[:8])) if isinstance(document, dict) else type(document).__name__
    return f"keys {keys}" if isinstance(document, dict) else keys
