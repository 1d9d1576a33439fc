"""JSON Feed 1.0 and 1.1 → FeedData."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, tzinfo
from typing import Any

from pipeline.collect.readers.charset import decode
from pipeline.collect.readers.entries import Dates, enclosure, finish, language_code, told_apart, unique
from pipeline.collect.sieve import Sieve
from pipeline.collect.texts import paragraphs, plain, without_controls
from pipeline.collect.urls import absolute
from pipeline.errors import ReadError
from pipeline.records import Enclosure, EntryData, FeedData, Image

MAX_ENTRIES = 1_000


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

    Raises ReadError when it is no JSON Feed.
    """
    feed = _document(body, content_type, url)
    items = [item for item in _list(feed, "items") if isinstance(item, dict)]
    dates = Dates(zone)
    taken = items[:max_entries]
    surplus = len(items) - len(taken)
    if sieve is not None:
        sieve.begin(_text(feed, "language").encode())
        taken = [item for item in taken if sieve.lets_through(json.dumps(item).encode())]
    entries = told_apart([_entry(item, url, dates) for item in taken])
    if sieve is not None:
        sieve.name([entry.guid for entry in entries])
    cut = [f"{surplus} of {len(items)} entries left out: more than {max_entries}"] if surplus else []
    return finish(
        FeedData(
            entries=tuple(entries),
            title=plain(_text(feed, "title")),
            language=language_code(_text(feed, "language")),
            warnings=(*cut, *dates.warnings()),
        )
    )


def _document(body: bytes, content_type: str, url: str) -> Mapping[str, Any]:
    text, _ = decode(body, content_type)
    try:
        found = json.loads(text.lstrip("\ufeff \t\r\n"), strict=False)  # line ends within texts do no harm
    except (ValueError, RecursionError) as e:
        raise ReadError(f"{url} is not JSON: {e}") from e
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise ReadError(
            f"{url} is JSON but not a JSON Feed (no list named items). Use the reader api for it."
        )
    return found


def _entry(item: Mapping[str, Any], url: str, dates: Dates) -> EntryData:
    link = absolute(_text(item, "url") or _text(item, "external_url"), url)
    published = dates.read(_text(item, "date_published"), _text(item, "date_modified"))
    title = plain(_text(item, "title"))
    html = _text(item, "content_html")
    return EntryData(
        guid=_text(item, "id").strip() or link or _made_guid(item),
        url=link,
        title=title,
        summary=paragraphs(_text(item, "summary")),
        content=html if html.strip() else paragraphs(_text(item, "content_text")),
        author=", ".join(_authors(item)),
        language=language_code(_text(item, "language")),
        published=published,
        updated=dates.read(_text(item, "date_modified")),
        categories=unique([plain(tag) for tag in _list(item, "tags") if isinstance(tag, str)]),
        image=_image(item, url),
        enclosures=_enclosures(item, url),
    )


def _made_guid(item: Mapping[str, Any]) -> str:
    words = _text(item, "title") or _text(item, "content_text") or _text(item, "content_html")
    return "urn:sha256:" + hashlib.sha256(f"{words}\n{_text(item, 'date_published')}".encode()).hexdigest()


def _authors(item: Mapping[str, Any]) -> tuple[str, ...]:
    people = [*_list(item, "authors"), item.get("author")]  # one author in 1.0, several in 1.1
    return unique([plain(_text(person, "name")) for person in people if isinstance(person, dict)])


def _image(item: Mapping[str, Any], url: str) -> Image | None:
    addresses = (absolute(_text(item, key), url) for key in ("image", "banner_image"))
    return next((Image(url=address) for address in addresses if address), None)


def _enclosures(item: Mapping[str, Any], url: str) -> tuple[Enclosure, ...]:
    found: dict[str, Enclosure] = {}
    for part in _list(item, "attachments"):
        if isinstance(part, dict) and (target := absolute(_text(part, "url"), url)):
            size = part.get("size_in_bytes")
            length = str(int(size)) if isinstance(size, int | float) and 0 < size < 1e14 else ""
            found.setdefault(target, enclosure(target, _text(part, "mime_type"), length))
    return tuple(found.values())


def _text(where: Mapping[str, Any], key: str) -> str:
    """A field as text; ids are often numbers, against the specification."""
    value = where.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return without_controls(str(value))


def _list(where: Mapping[str, Any], key: str) -> list[Any]:
    value = where.get(key)
    return value if isinstance(value, list) else []
