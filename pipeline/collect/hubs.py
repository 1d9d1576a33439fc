"""Does an answer name a hub? In its Link header, in RSS and Atom, or in JSON Feed. Pure.

https://www.w3.org/TR/websub/#discovery
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from requests.utils import parse_header_links

from pipeline.collect.call import FetchResult
from pipeline.collect.readers import xml
from pipeline.collect.urls import absolute
from pipeline.errors import ReadError

_LONGEST = 2_000  # characters of an address


@dataclass(frozen=True, slots=True)
class Offer:
    """A hub that tells of news of a topic, which is what the feed calls itself."""

    hub: str
    topic: str


def offered(answer: FetchResult) -> Offer | None:
    """The first hub that is named; the header speaks for the feed."""
    return _offer(_in_header(answer.link), answer.url) or _offer(_in_body(answer), answer.url)


def _offer(links: Iterable[tuple[str, str]], base: str) -> Offer | None:
    """`links` are (relation, address). A feed that does not name itself is known by the address it came from."""
    found: dict[str, str] = {}
    for relations, address in links:
        for relation in relations.lower().split():
            found.setdefault(relation, absolute(address, base))
    hub, topic = found.get("hub", ""), found.get("self", "") or base
    return Offer(hub, topic) if hub and len(hub) + len(topic) <= _LONGEST else None


def _in_header(value: str) -> Iterator[tuple[str, str]]:
    for link in parse_header_links(value[: 2 * _LONGEST]) if value else ():
        yield link.get("rel", ""), link["url"]


def _in_body(answer: FetchResult) -> Iterator[tuple[str, str]]:
    if b"hub" not in answer.body:  # most feeds: nothing is parsed a second time
        return
    if answer.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        yield from _in_json(answer)
        return
    try:
        root, _warnings = xml.parse(answer.body, answer.content_type)
    except ReadError:
        return
    for container in (root, *root.iterchildren("{*}channel")):
        for link in container.iterchildren("{*}link"):
            yield link.get("rel", ""), link.get("href", "")


def _in_json(answer: FetchResult) -> Iterator[tuple[str, str]]:
    try:
        feed = json.loads(answer.body)
    except (ValueError, RecursionError):
        return
    hubs = feed.get("hubs") if isinstance(feed, dict) else None
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and str(hub.get("type", "")).lower() == "websub":
            yield "hub", str(hub.get("url", ""))
            yield "self", urljoin(answer.url, str(feed.get("feed_url") or ""))
