"""A service's own XML → its entries, by paths of element names: `news`, `dates/start`, `photo@url`.

Names are compared without their namespaces. The first name of `items` may stand at any depth.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, tzinfo

from lxml import etree

from pipeline.collect.readers import xml
from pipeline.collect.readers.entries import Dates
from pipeline.collect.readers.rows import Found, as_html, collect, next_pages
from pipeline.errors import ReadError
from pipeline.recipes import ListRecipe
from pipeline.records import FeedData


class _XmlRow:
    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def texts(self, path: str, *attributes: str) -> list[str]:
        steps, _, wanted = path.partition("@")
        names = (wanted,) if wanted else attributes
        found = (_said(element, names, words=not wanted) for element in below(self._element, steps))
        return [said for said in found if said.strip()]

    def html(self, path: str) -> str:
        return "".join(as_html(said) for said in self.texts(path))


def _said(element: etree._Element, names: tuple[str, ...], *, words: bool) -> str:
    said = next((value for name in names if (value := element.get(name))), "")
    return said or ("".join(map(str, element.itertext())).strip() if words else "")


def below(element: etree._Element, path: str) -> list[etree._Element]:
    """The elements that the names lead to."""
    found = [element]
    for name in filter(None, path.strip("./").split("/")):
        found = [child for each in found for child in each if _is(child, name)]
    return found


def anywhere(root: etree._Element, path: str) -> Iterator[etree._Element]:
    first, _, rest = path.strip("/").partition("/")
    for element in root.iter():
        if _is(element, first):
            yield from below(element, rest)


def _is(element: etree._Element, name: str) -> bool:
    return isinstance(element.tag, str) and name in {"*", element.tag.rpartition("}")[2]}


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    recipe: ListRecipe,
    zone: tzinfo = UTC,
    max_entries: int = 1_000,
) -> Found:
    """The entries under `items`. Raises ReadError when the answer is no XML, or a web page."""
    root, warnings = xml.parse(body, content_type)
    if _is(root, "html"):
        raise ReadError(f"{url} is a web page, not the XML of a service. Look at it in a browser.")
    rows = [_XmlRow(element) for element in anywhere(root, recipe.items)]
    dates = Dates(zone)
    feed = collect(rows[:max_entries], recipe, url, dates)
    said = (
        next(iter(_XmlRow(root).texts(recipe.next)), "")
        if recipe.next and "{page}" not in recipe.next
        else ""
    )
    return Found(feed=_warned(feed, warnings), following=next_pages(recipe, url, said))


def _warned(feed: FeedData, warnings: list[str]) -> FeedData:
    return replace(feed, warnings=(*warnings, *feed.warnings))
