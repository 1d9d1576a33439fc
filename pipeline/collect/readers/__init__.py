"""The readers by the name that `reader` has in config.toml. A reader is a plain function of bytes.

It holds no state and opens nothing, so it runs in a thread or in a child process alike. FEEDS need no recipe; LISTS
read what a recipe describes. The reader `auto` finds a feed first (discover.py).
"""

from datetime import UTC, tzinfo
from typing import Protocol

from pipeline.collect.readers import api, feed, jsonfeed, listing, sitemap, wordpress, xmlpaths
from pipeline.collect.readers.charset import decode
from pipeline.collect.readers.rows import Found
from pipeline.collect.sieve import Sieve
from pipeline.recipes import ListRecipe
from pipeline.records import FeedData

_BEGINNING = 128  # bytes, of which the first letter tells


class Reader(Protocol):
    def __call__(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str = "",
        zone: tzinfo = UTC,
        max_entries: int = 1_000,
        sieve: Sieve | None = None,
    ) -> FeedData:
        """Called by the collect stage for each answer. Raises ReadError when the bytes are not the reader's kind.

        Entries that `sieve` holds back are left out of what it gives.
        """


class ListReader(Protocol):
    def __call__(
        self,
        body: bytes,
        *,
        url: str,
        content_type: str = "",
        recipe: ListRecipe,
        zone: tzinfo = UTC,
        max_entries: int = 1_000,
    ) -> Found:
        """Called for each page of a source without a feed. Raises ReadError when the bytes are of another kind."""


def read_any_feed(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    zone: tzinfo = UTC,
    max_entries: int = feed.MAX_ENTRIES,
    sieve: Sieve | None = None,
) -> FeedData:
    """RSS, Atom or JSON Feed, told apart by the first byte: servers mislabel them too often."""
    beginning, _ = decode(body[:_BEGINNING], content_type)
    is_json = beginning.lstrip("\ufeff \t\r\n").startswith(("{", "["))
    reader = jsonfeed.read if is_json else feed.read
    return reader(body, url=url, content_type=content_type, zone=zone, max_entries=max_entries, sieve=sieve)


READERS: dict[str, Reader] = {"feed": read_any_feed, "jsonfeed": jsonfeed.read, "auto": read_any_feed}
LISTS: dict[str, ListReader] = {
    "listing": listing.read,
    "api": api.read,
    "xml": xmlpaths.read,
    "sitemap": sitemap.read,
    "wordpress": wordpress.read,
    "pdf": listing.read,  # the page that links the files; each file is then read by pdf.py
}
