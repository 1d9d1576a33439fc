"""A home page → the feeds it names. Reading them is feed.py's work."""

import re

from pipeline.collect.readers import webpage
from pipeline.collect.readers.entries import unique
from pipeline.collect.urls import absolute

_TYPES = re.compile(r"application/(?:rss|atom|rdf|feed)\+(?:xml|json)", re.IGNORECASE)
_LOOKS_LIKE_ONE = re.compile(
    r"(?:/(?:feed|rss|atom)\d{0,2}|/(?:feed|rss|atom|news)[\w-]{0,20}\.(?:xml|rss|atom|rdf|json|php)|\.(?:rss|atom|rdf)"
    r"|[?&](?:format|type|feed)=(?:feed|rss2?|atom))/?$",
    re.IGNORECASE,
)
_COMMENTS = re.compile(r"\bcomments?\b", re.IGNORECASE)


def feeds(body: bytes, *, url: str, content_type: str = "") -> tuple[str, ...]:
    """Their addresses, the likeliest first: those that the page declares, else links that look like one."""
    page = webpage.parse(body, url, content_type)
    declared = [
        absolute(link.get("href", ""), url)
        for link in webpage.select(page, "link[rel~=alternate][href]")
        if _TYPES.search(link.get("type", ""))
    ]
    linked = [link.get("href", "") for link in webpage.select(page, "a[href]")] if not declared else []
    found = unique([*declared, *(address for address in linked if _LOOKS_LIKE_ONE.search(address))])
    # A weblog names the feed of its comments beside that of its texts.
    return tuple(sorted(found, key=lambda address: bool(_COMMENTS.search(address))))
