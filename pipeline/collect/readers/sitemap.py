"""A news sitemap, or any sitemap, → its entries. An index of sitemaps leads to the newest of them."""

from datetime import UTC, datetime, tzinfo

from lxml import etree

from pipeline.collect.readers import xml
from pipeline.collect.readers.entries import Dates, finish, language_code, unique
from pipeline.collect.readers.rows import Found
from pipeline.collect.readers.xmlpaths import below
from pipeline.collect.texts import plain
from pipeline.collect.urls import absolute, canonical_url
from pipeline.errors import ReadError
from pipeline.recipes import ListRecipe
from pipeline.records import EntryData, FeedData, Image

_NEVER = datetime.min.replace(tzinfo=UTC)


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    recipe: ListRecipe,
    zone: tzinfo = UTC,
    max_entries: int = 1_000,
) -> Found:
    """The newest entries. A title stands in a news sitemap only; without one the article's page has to give it."""
    root, warnings = xml.parse(body, content_type)
    dates = Dates(zone)
    kind = str(root.tag).rpartition("}")[2]
    if kind == "sitemapindex":
        return Found(feed=FeedData(warnings=tuple(warnings)), following=_newest(root, recipe, url, dates))
    if kind != "urlset":
        raise ReadError(f"{url} is XML but not a sitemap (it begins with <{kind}>).")
    entries = [entry for row in below(root, "url") if (entry := _entry(row, url, dates)).url]
    entries.sort(key=lambda entry: entry.published or _NEVER, reverse=True)
    feed = FeedData(entries=tuple(entries[:max_entries]), warnings=(*warnings, *dates.warnings()))
    return Found(feed=finish(feed))


def _newest(root: etree._Element, recipe: ListRecipe, url: str, dates: Dates) -> tuple[str, ...]:
    found = [
        (dates.read(_said(row, "lastmod")) or _NEVER, absolute(_said(row, "loc"), url))
        for row in below(root, "sitemap")
    ]
    found.sort(key=lambda pair: pair[0], reverse=True)  # of equally old ones the first stays first
    return unique([address for _stamp, address in found])[: recipe.pages]


def _entry(row: etree._Element, url: str, dates: Dates) -> EntryData:
    link = absolute(_said(row, "loc"), url)
    image = absolute(_said(row, "image/loc"), url)
    return EntryData(
        guid=canonical_url(link),
        url=link,
        title=plain(_said(row, "news/title")),
        language=language_code(_said(row, "news/publication/language")),
        published=dates.read(_said(row, "news/publication_date"), _said(row, "lastmod")),
        image=Image(url=image) if image else None,
        categories=unique([plain(word) for word in _said(row, "news/keywords").split(",")]),
    )


def _said(row: etree._Element, path: str) -> str:
    return next(("".join(map(str, element.itertext())).strip() for element in below(row, path)), "")
