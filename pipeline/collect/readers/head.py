"""What a page's head says of its article: schema.org's JSON-LD, Open Graph and plain meta tags."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml import html

from pipeline.collect.readers import webpage
from pipeline.collect.texts import plain
from pipeline.collect.urls import absolute

MAX_JSON = 200_000  # characters of one block of JSON-LD
_DEPTH = 4
_ARTICLE = re.compile(r"(?:article|posting|report)$", re.IGNORECASE)
_META_DATE = "meta[property='article:published_time'], meta[itemprop='datePublished']"
_META_TITLE = "meta[property='og:title'], meta[name='twitter:title']"
_META_IMAGE = "meta[property='og:image'], meta[name='twitter:image'], link[rel='image_src']"
_META_AUTHOR = "meta[name='author'], meta[property='article:author']"
# The picture that a site gives where an article has none of its own.
_NO_PICTURE = re.compile(
    r"(?:logo|favicon|placeholder|default|sprite|blank|avatar|herb|wappen|stemma)", re.IGNORECASE
)
# An account of the content system is no author; an address is none, and private besides.
_NO_AUTHOR = re.compile(r"@|://|\b(?:admin\w*|webmaster|editor|root|user\d*)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """All of it as the page says it; empty what it does not say."""

    titles: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    image: str = ""
    author: str = ""
    address: str = ""


def read(page: html.HtmlElement, url: str) -> Head:
    nodes = list(_articles(page))
    names = [_name(node.get("author")) for node in nodes]
    authors = [*names, *webpage.texts(page, _META_AUTHOR, "content")]
    pictures = [_picture(node.get("image")) for node in nodes]
    images = [*webpage.texts(page, _META_IMAGE, "content", "href"), *pictures]
    headlines = [plain(_text(node.get("headline"))) for node in nodes]
    titles = [*headlines, *map(plain, webpage.texts(page, _META_TITLE, "content"))]
    dates = [
        *webpage.texts(page, _META_DATE, "content"),
        *(_text(node.get("datePublished")) for node in nodes),
    ]
    return Head(
        titles=tuple(filter(None, titles)),
        dates=tuple(filter(None, dates)),
        image=next((found for image in images if (found := usable_image(image, url))), ""),
        author=next((found for author in authors if (found := usable_author(author))), ""),
        address=_address(page, url),
    )


def _address(page: html.HtmlElement, url: str) -> str:
    """The address that the page calls its own: of the same host and article, since some name their home on every page."""
    said = absolute(next(webpage.texts(page, "link[rel='canonical']@href"), ""), url)
    one, other = urlsplit(said), urlsplit(url)
    same = one.hostname == other.hostname and _last(one.path) == _last(other.path)
    return said if said and same and _last(one.path) else ""


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2]


def usable_image(address: str, url: str) -> str:
    """The absolute address, unless it is the site's own sign."""
    target = absolute(address, url) if address else ""
    return "" if _NO_PICTURE.search(target.rpartition("/")[2]) else target


def usable_author(name: str) -> str:
    name = plain(name, "", 200)
    return "" if _NO_AUTHOR.search(name) else name


def _articles(page: html.HtmlElement) -> Iterator[dict[str, Any]]:
    for script in page.iter("script"):
        if script.get("type", "").lower() != "application/ld+json" or not (text := script.text):
            continue
        try:
            yield from _nodes(json.loads(text[:MAX_JSON], strict=False), _DEPTH)
        except (ValueError, RecursionError):
            continue


def _nodes(value: Any, depth: int) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for each in value if depth else ():
            yield from _nodes(each, depth - 1)
    elif isinstance(value, dict):
        if any(_ARTICLE.search(_text(kind)) for kind in _listed(value.get("@type"))):
            yield value
        elif depth:
            yield from _nodes([value.get("@graph"), value.get("mainEntity")], depth - 1)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _name(value: Any) -> str:
    names = (_text(each.get("name")) if isinstance(each, dict) else _text(each) for each in _listed(value))
    return ", ".join(dict.fromkeys(filter(None, names)))


def _picture(value: Any) -> str:
    found = (_text(each.get("url")) if isinstance(each, dict) else _text(each) for each in _listed(value))
    return next(filter(None, found), "")
