"""New, changed, unchanged, flickering or missing: decisions about entries. Pure: knows no store and no clock."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from pipeline.records import EntryData

FLICKER_LIMIT = 24  # changes of the hash alone, one after the other, before an entry counts as flickering
FLICKER_PAUSE = timedelta(days=1)  # a flickering entry is taken again at most this often


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryForCollect:
    """The few columns of a stored entry that decisions need."""

    content_hash: str  # of its newest revision
    url: str = ""  # of its newest revision
    updated: datetime | None = None  # the source's own stamp on its newest revision
    silent_changes: int = 0  # changes one after the other without a newer stamp; reset by a stamped one
    changed_at: datetime | None = None  # when its newest revision was stored
    withdrawn: bool = False
    pruned: bool = False  # past its time by policy: only the fact that it was is kept


@dataclass(frozen=True, slots=True)
class New:
    """Never seen: becomes an entry with its first revision."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Becomes a revision. `silent` changes count towards flickering."""

    reason: str  # returned, moved (to another address), corrected (the source says so) or edited (only the words differ)
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The same words, whatever its dates say."""


@dataclass(frozen=True, slots=True)
class Flickering:
    """Differs at every fetch (a counter, a signed link): left as it is for now."""


Decision = New | Changed | Unchanged | Flickering


def decide(found: EntryData, known: EntryForCollect | None, *, now: datetime) -> Decision:
    """What to do with `found`, an entry after cleaning."""
    if known is None:
        return New()
    if known.withdrawn and not known.pruned:
        return Changed("returned")
    if known.pruned or content_hash(found) == known.content_hash:
        return Unchanged()
    moved = known.url and content_hash(replace(found, url=known.url)) == known.content_hash
    if not moved and found.updated is not None and (known.updated is None or found.updated > known.updated):
        return Changed("corrected")
    recently = known.changed_at is not None and abs(now - known.changed_at) < FLICKER_PAUSE
    if known.silent_changes >= FLICKER_LIMIT and recently:
        return Flickering()
    return Changed("moved" if moved else "edited", silent=True)


def content_hash(entry: EntryData) -> str:
    """A digest of what a reader of the entry sees. Dates are left out: many sources restamp unchanged entries.

    Empty fields are skipped, so a field added in a later version changes no digest of entries that lack it.
    """
    seen: dict[str, Any] = {
        "url": entry.url,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content,
        "author": entry.author,
        "language": entry.language,
        "categories": list(entry.categories),
        "image": [entry.image.url, entry.image.alt] if entry.image else None,
        "enclosures": [[enclosure.url, enclosure.type] for enclosure in entry.enclosures],
    }
    filled = {name: value for name, value in seen.items() if value}
    words = json.dumps(filled, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def missing(
    listed: Sequence[datetime | None], absent: Iterable[tuple[int, datetime]], *, before: int = 0
) -> tuple[int, ...]:
    """The ids of `absent` entries (id, published) that should still stand in the answer, newest first.

    `listed` are the dates of what stands in it. An entry older than everything in the answer has merely scrolled out;
    a hole between newer and older ones is a withdrawal, or a fault of one fetch: ask the article's own address before
    believing it. A list that is shorter than the one of `before` lost others than those that were pushed out: the
    newest of the rest, where no hole explains it.
    """
    newest = sorted(absent, key=lambda each: each[1], reverse=True)
    dated = [published for published in listed if published is not None]
    whole = bool(dated) and len(dated) == len(listed)
    holes = sum(published > min(dated) for _id, published in newest) if whole else 0
    return tuple(key for key, _published in newest[: max(holes, before - len(listed))])
