"""The sample sites as data: reads `sites/*.toml` into frozen records. Does not know HTTP nor any feed format."""

import html
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

_SITES = Path(__file__).parent / "sites"
_TAG = re.compile(r"<[^>]+>")
_INLINE = re.compile(r"<(\w+)[^>]*>(.*?)</\1>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One sentence as its site prints it, with the translations written for it."""

    html: str
    translations: Mapping[str, str] = field(
        default_factory=dict
    )  # language -> HTML with the same inline elements

    @property
    def text(self) -> str:
        return plain(self.html)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    tag: str  # p, h2, blockquote, ul, ol; img and figure show the item's picture
    sentences: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    id: str
    slug: str
    published: datetime
    updated: datetime
    title: Sentence
    body: tuple[Block, ...]
    categories: tuple[str, ...]
    picture: str = ""  # a motif of pictures.py; empty: no picture
    alt: Sentence | None = None

    @property
    def sentences(self) -> Iterator[Sentence]:
        """Every sentence that a reader sees, once each in reading order."""
        yield self.title
        if self.alt is not None:
            yield self.alt
        for block in self.body:
            yield from block.sentences


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """How the site prints its HTML pages."""

    date: str  # a CLDR pattern, in the site's language
    date_in: str = "both"  # listing: the article has no date, as on several real sites
    capital: bool = False  # months begin with a capital letter
    label: str = ""  # stands before the date
    changed: str = ""  # label of the second date, where the site prints one
    cookie: str = ""  # the line that comes before the text
    related: str = ""  # heading of the block with other news at the article's end
    lead: bool = False  # the first paragraph stands twice: as a lead and in the text
    newsletter: str = ""  # words of the link to the PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    key: str
    name: str
    city: str
    country: str
    language: str
    title: str
    changed: datetime  # of the site's newest change, for Last-Modified
    paths: Mapping[str, str]  # feed, listing, article, picture, endpoint, newsletter
    page: Page
    items: tuple[Item, ...]  # newest first


@lru_cache(maxsize=1)
def load_sites() -> Mapping[str, Site]:
    """All sites by key, in the order of the keys."""
    sites = [_site(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(_SITES.glob("*.toml"))]
    return {site.key: site for site in sites}


def plain(fragment: str) -> str:
    """The words of one sentence of HTML."""
    return html.unescape(_TAG.sub("", fragment))


def marked(fragment: str) -> tuple[str, ...]:
    """The words in the sentence's links and emphasis, in their order."""
    return tuple(plain(words) for _, words in _INLINE.findall(fragment))


def _site(data: dict[str, Any]) -> Site:
    columns = data.pop("columns")
    note = Block(tag="p", sentences=(_sentence(data.pop("note"), columns),))
    items = sorted(
        (_item(row, columns, note) for row in data.pop("item")), key=lambda item: item.published, reverse=True
    )
    page = Page(**data.pop("page"))
    return Site(**data, page=page, items=tuple(items), changed=max(item.updated for item in items))


def _item(data: dict[str, Any], columns: Sequence[str], note: Block) -> Item:
    alt = data.get("alt")
    blocks = tuple(
        Block(tag=tag, sentences=tuple(_sentence(row, columns) for row in rows))
        for tag, *rows in data["body"]
    )
    return Item(
        id=data["id"],
        slug=data["slug"],
        published=data["published"],
        updated=data["published"],
        title=_sentence(data["title"], columns),
        body=(*blocks, note),
        categories=tuple(data["categories"]),
        picture=data.get("picture", ""),
        alt=_sentence(alt, columns) if alt else None,
    )


def _sentence(row: Sequence[str], columns: Sequence[str]) -> Sentence:
    """A row may be shorter than the columns: what is missing has no translation."""
    pairs = zip(columns[1:], row[1:], strict=False)
    return Sentence(html=row[0], translations=dict(pairs))
