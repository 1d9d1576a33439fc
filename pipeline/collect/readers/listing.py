"""A page of news as a list → its entries, by CSS selectors."""

from datetime import UTC, tzinfo

from lxml import html

from pipeline.collect.readers import webpage
from pipeline.collect.readers.entries import Dates
from pipeline.collect.readers.rows import Found, collect, next_pages
from pipeline.recipes import ListRecipe


class _HtmlRow:
    def __init__(self, element: html.HtmlElement) -> None:
        self._element = element

    def texts(self, path: str, *attributes: str) -> list[str]:
        return list(webpage.texts(self._element, path, *attributes))

    def html(self, path: str) -> str:
        if "@" in path:
            return "".join(f"<p>{html_text(text)}</p>" for text in self.texts(path))
        return "".join(webpage.inner_html(element) for element in webpage.select(self._element, path))


def html_text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def read(
    body: bytes, *, url: str, content_type: str = "", recipe: ListRecipe, zone: tzinfo = UTC, max_entries: int = 1_000
) -> Found:
    """The list's entries. Without a selector for the link it is the first link of an item, and its words the title."""
    page = webpage.parse(body, url, content_type)
    items = webpage.select(page, recipe.items)[:max_entries]
    recipe = with_defaults(recipe, itself=all(item.tag == "a" for item in items))
    feed = collect(map(_HtmlRow, items), recipe, url, Dates(zone))
    said = next(webpage.texts(page, recipe.next, "href"), "") if recipe.next and "{page}" not in recipe.next else ""
    return Found(feed=feed, following=next_pages(recipe, url, said))


def with_defaults(recipe: ListRecipe, *, itself: bool) -> ListRecipe:
    """The recipe with what it leaves open: an item is a link, or holds one."""
    link = recipe.link or ("." if itself else "a[href]")
    title = recipe.title or link.partition("@")[0]
    return recipe.model_copy(update={"link": link, "title": title})
