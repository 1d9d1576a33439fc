"""The pages of a source that were read once, and the entries they gave: so each is fetched once, not at every poll.

Kept as one JSON value of the source; the entries themselves stand in the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.models import Entry, text_hash
from pipeline.records import Enclosure, EntryData, Image

GIVEN_UP_AFTER = 3  # failures of one page, after which its entry goes out as the list has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Visited:
    """One page, by the id that its entry has in the list."""

    listed: str = ""  # a digest of what the list said when the page was read
    at: int = 0  # when, in seconds of the epoch
    etag: str = ""
    last_modified: str = ""
    body: str = ""  # a digest of the page: the same bytes are not read a second time
    failures: int = 0
    entries: tuple[EntryData, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "listed": self.listed,
            "at": self.at,
            "etag": self.etag,
            "last_modified": self.last_modified,
            "body": self.body,
            "failures": self.failures,
            "entries": [text_hash(entry.guid) for entry in self.entries],
        }


def restore(source_key: str, pages: Mapping[str, Mapping[str, Any]]) -> dict[str, Visited]:
    """The pages with their entries from the store. One whose entries are not all there counts as never read."""
    hashes = [each for page in pages.values() for each in page["entries"]]
    known = Entry.objects.known(source_key, hashes) if hashes else {}
    found = {}
    for key, page in pages.items():
        rows = [known[each] for each in page["entries"] if each in known]
        entries = tuple(entry_data(row) for row in rows) if len(rows) == len(page["entries"]) else ()
        stale = bool(page["entries"]) and not entries
        found[key] = Visited(
            listed="" if stale else page["listed"],
            at=page["at"],
            etag="" if stale else page["etag"],
            last_modified="" if stale else page["last_modified"],
            body="" if stale else page.get("body", ""),
            failures=page["failures"],
            entries=entries,
        )
    return found


def entry_data(row: Entry) -> EntryData:
    """A stored entry as its reader gave it, so that deciding about it again finds nothing changed."""
    revision = row.current
    if revision is None:
        return EntryData(guid=row.guid, url=row.url, published=row.published)
    return EntryData(
        guid=row.guid,
        url=revision.url,
        title=revision.title,
        summary=revision.summary,
        content=revision.content,
        author=revision.author,
        published=row.published,
        updated=revision.updated,
        categories=tuple(revision.categories),
        image=Image(**revision.image) if revision.image else None,
        enclosures=tuple(Enclosure(**each) for each in revision.enclosures),
    )
