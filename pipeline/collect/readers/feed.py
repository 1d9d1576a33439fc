"""RSS 0.9x, 1.0, 2.0 and Atom → FeedData, by feedparser on a repaired tree.

Gives what the publisher said; does not sanitise (clean.py) nor decide what is new (decide.py).
"""

import hashlib
import io
import mimetypes
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, tzinfo
from typing import Any

import feedparser
from lxml import etree

from pipeline.collect.markup import with_absolute_links
from pipeline.collect.readers import xml
from pipeline.collect.readers.entries import Dates, enclosure, finish, language_code, told_apart, unique
from pipeline.collect.readers.prune import DATES, prune
from pipeline.collect.sieve import Sieve
from pipeline.collect.texts import paragraphs, plain
from pipeline.collect.urls import absolute, canonical_url
from pipeline.errors import ReadError
from pipeline.records import Enclosure, EntryData, FeedData, Image

MAX_ENTRIES = 1_000
_TEXT_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "")
# Atom's default type is text, and many publishers forget to say that theirs is HTML.
_MARKUP = re.compile(
    r"</(?:p|div|a|span|strong|b|em|i|li|h[1-6]|figure|td)>|<(?:br|img|p)\b[^<>]*>", re.IGNORECASE
)
_ENTRY_TAGS = ("{*}item", "{*}entry")
_ROOTS = frozenset({"rss", "rdf", "feed", "channel"})


def read(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    zone: tzinfo = UTC,
    max_entries: int = MAX_ENTRIES,
    sieve: Sieve | None = None,
) -> FeedData:
    """The feed in `body`, without what `sieve` holds back. `zone` is for dates that name none.

    Raises ReadError when it is no feed.
    """
    root, warnings = xml.parse(body, content_type)
    root = _feed_in(root, url)
    if xml.CUT_SHORT in warnings:
        warnings[warnings.index(xml.CUT_SHORT)] = _without_half(root)
    warnings += prune(root, max_entries)
    if sieve is not None and _sift(root, sieve) == 0:
        return FeedData(warnings=tuple(warnings))
    parsed = feedparser.parse(
        io.BytesIO(etree.tostring(root, encoding="utf-8", xml_declaration=True)),
        response_headers={"content-location": url, "content-type": "application/xml; charset=utf-8"},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    dates = Dates(zone)
    guids = _guids(root, len(parsed.entries))
    found = (_entry(entry, guid, url, dates) for entry, guid in zip(parsed.entries, guids, strict=True))
    entries = told_apart(list(found))
    if sieve is not None:
        sieve.name([entry.guid for entry in entries])
    feed = parsed.feed
    return finish(
        FeedData(
            entries=tuple(entries),
            title=plain(_said(feed, "title")),
            language=language_code(_said(feed, "language")),
            updated=dates.read(_said(feed, "updated"), _said(feed, "published")),
            warnings=(*warnings, *dates.warnings()),
        )
    )


def _without_half(root: etree._Element) -> str:
    """Half an entry is no correction of the whole one: it comes again when the feed is whole. Half is more than nothing."""
    entries = [*root.iter(*_ENTRY_TAGS)]
    parent = entries[-1].getparent() if entries else None
    if parent is None or len(entries) == 1:
        return f"{xml.CUT_SHORT}: its only entry may lack its end"
    parent.remove(entries[-1])
    return f"{xml.CUT_SHORT}: the last entry is left out"


def _sift(root: etree._Element, sieve: Sieve) -> int:
    """Take out the entries that are known as they stand here; how many are left."""
    containers = [root, *root.iterchildren("{*}channel")]
    entries = [each for container in containers for each in container.iterchildren(*_ENTRY_TAGS)]
    if len(entries) < sum(1 for _each in root.iter(*_ENTRY_TAGS)):  # in a tree of another shape all are read
        return len(entries) + 1
    sieve.begin(_said_of_all(containers))
    known = [each for each in entries if not sieve.lets_through(etree.tostring(each, with_tail=False))]
    for entry in known:
        parent = entry.getparent()
        if parent is not None:
            parent.remove(entry)
    return len(entries) - len(known)


def _said_of_all(containers: Iterable[etree._Element]) -> bytes:
    """What a feed says outside its entries, but for its own dates: most feeds restamp themselves."""
    parts = []
    for container in containers:
        parts.append(repr(sorted(container.attrib.items())).encode())
        for child in container.iterchildren(etree.Element):
            name = str(child.tag).rpartition("}")[2].lower()
            if name not in DATES and name not in {"item", "entry", "channel"}:
                parts.append(etree.tostring(child, with_tail=False))
    return b"\0".join(parts)


def _feed_in(root: etree._Element, url: str) -> etree._Element:
    """The feed itself, which some services wrap into an answer of their own; a single Atom entry is a feed of one."""
    name = str(root.tag).rpartition("}")[2].lower()
    if name in _ROOTS:
        return root
    if name == "html":
        raise ReadError(f"{url} is a web page, not a feed. Use its feed's address, or another reader.")
    if name == "entry":
        feed = etree.Element(str(root.tag)[: -len(name)] + "feed")
        feed.append(root)
        return feed
    if (wrapped := next(root.iter("{*}rss", "{*}feed", "{*}RDF"), None)) is not None:
        return wrapped
    raise ReadError(f"{url} is XML but not a feed (it begins with <{name}>). Use the reader for it.")


def _guids(root: etree._Element, count: int) -> list[str]:
    """The ids word for word, in order.

    feedparser joins those that are no address with the feed's own, and then a feed that moves would bring all its
    entries back as new.
    """
    found = []
    for element in root.iter(*_ENTRY_TAGS):
        ids = (child.text for child in element.iterchildren("{*}guid", "{*}id"))
        found.append(next((text.strip() for text in ids if text and text.strip()), ""))
    return found if len(found) == count else [""] * count


def _entry(entry: Any, guid: str, url: str, dates: Dates) -> EntryData:
    link = _link(entry, guid, url)
    published = dates.read(*(_said(entry, key) for key in ("published", "created", "updated")))
    updated = dates.read(_said(entry, "updated"))
    title = plain(_said(entry, "title"))
    return EntryData(
        guid=guid
        or _said(entry, "id").strip()
        or canonical_url(link)
        or _made_guid(title, published, _said(entry, "summary")),
        url=link,
        title=title,
        summary=_html(dict.get(entry, "summary_detail"), url),
        content=_content(dict.get(entry, "content") or (), url),
        author=_author(entry),
        language=language_code(_said(entry, "language") or _content_language(entry)),
        published=published,
        updated=updated,
        categories=_categories(entry),
        image=_image(entry, url),
        enclosures=_enclosures(entry, url),
    )


def _said(where: Any, key: str) -> str:
    """What the feed itself said: feedparser's own lookup falls back from one key to another, with a warning."""
    value = dict.get(where, key)
    return value if isinstance(value, str) else ""


def _made_guid(title: str, published: datetime | None, summary: str) -> str:
    """For an entry with neither id nor link: the same words on the same day are the same entry."""
    stamp = published.isoformat() if published else ""
    words = title or summary
    return "urn:sha256:" + hashlib.sha256(f"{words}\n{stamp}".encode()).hexdigest()


def _link(entry: Any, guid: str, url: str) -> str:
    # Without a link feedparser takes the id for one, even "17": then the entry would lead, and be asked for, nowhere.
    if guid and not dict.get(entry, "links") and not guid.lower().startswith(("http://", "https://")):
        return ""
    # FeedBurner replaces links by counting ones and keeps the publisher's own beside them.
    said = _said(entry, "feedburner_origlink") or _said(entry, "link")
    return absolute(said, url) if said else ""


def _html(detail: Mapping[str, Any] | None, url: str) -> str:
    """The value as HTML; its links are made absolute here only where the feed gives a base of its own (xml:base)."""
    if not detail or not isinstance(value := detail.get("value"), str) or not value.strip():
        return ""
    if detail.get("type") == "text/plain" and not _MARKUP.search(value):
        return paragraphs(value)
    base = str(detail.get("base") or "")
    return with_absolute_links(value, base) if base and base != url else value


def _content(parts: Iterable[Mapping[str, Any]], url: str) -> str:
    """The first part that is HTML, else the first that is text; images and binary parts are no content."""
    texts = [part for part in parts if part.get("type", "") in _TEXT_TYPES]
    return next((found for part in sorted(texts, key=_rank) if (found := _html(part, url))), "")


def _rank(part: Mapping[str, Any]) -> int:
    return _TEXT_TYPES.index(part.get("type", ""))


def _content_language(entry: Any) -> str:
    details = [
        dict.get(entry, "title_detail"),
        dict.get(entry, "summary_detail"),
        *(dict.get(entry, "content") or ()),
    ]
    return next((str(detail["language"]) for detail in details if detail and detail.get("language")), "")


def _author(entry: Any) -> str:
    """The names; an address alone is no name, and private besides."""
    people = dict.get(entry, "authors") or []
    names = [plain(str(person.get("name") or "")) for person in people]
    if not any(names):
        names = [plain(_said(entry, "author"))]
    return ", ".join(unique([name for name in names if "@" not in name]))


def _categories(entry: Any) -> tuple[str, ...]:
    return unique(
        [plain(str(tag.get("label") or tag.get("term") or "")) for tag in dict.get(entry, "tags") or ()]
    )


def _image(entry: Any, url: str) -> Image | None:
    """The picture that the feed gives beside the text, the widest where there are several."""
    media = [item for item in dict.get(entry, "media_content") or () if _is_image(item, "url")]
    thumbnails = dict.get(entry, "media_thumbnail") or []
    attached = [link for link in _links(entry) if _is_image(link, "href")]
    itunes = dict.get(entry, "image")
    widest = sorted(media, key=_width, reverse=True)
    found = [item.get("url", "") for item in (*widest, *thumbnails)] + [
        link.get("href", "") for link in attached
    ]
    found.append(str(itunes.get("href", "")) if isinstance(itunes, dict) else "")
    return next(
        (Image(url=target) for address in found if address and (target := absolute(address, url))), None
    )


def _is_image(item: Mapping[str, Any], key: str) -> bool:
    kind = str(item.get("type") or mimetypes.guess_type(str(item.get(key, "")).partition("?")[0])[0] or "")
    return item.get("medium") == "image" or kind.startswith("image/")


def _width(item: Mapping[str, Any]) -> int:
    width = str(item.get("width", ""))
    return int(width) if width.isascii() and width.isdigit() and len(width) < 6 else 0


def _links(entry: Any) -> list[Mapping[str, Any]]:
    return [link for link in dict.get(entry, "links") or () if link.get("rel") == "enclosure"]


def _enclosures(entry: Any, url: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for link in _links(entry):
        if target := absolute(str(link.get("href", "")), url):
            found.setdefault(
                target, enclosure(target, str(link.get("type", "")), str(link.get("length", "")))
            )
    return tuple(found.values())
