"""Writes what a poll found: entries and revisions by decision."""

import base64
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from pipeline.collect.decide import (
    Changed,
    EntryForCollect,
    Flickering,
    New,
    content_hash,
    decide,
)
from pipeline.collect.fetch import FetchResult
from pipeline.collect.http_headers import http_date
from pipeline.collect.identity import NEAR, Likeness, address, likeness, recognise, titles_alike, words
from pipeline.collect.tongue import language_of
from pipeline.collect.visited import entry_data
from pipeline.models import Alias, Entry, Revision, text_hash
from pipeline.records import EntryData, FeedData
from pipeline.summary import SourceLine

_FUTURE = timedelta(hours=1)  # clocks differ; a date further ahead is a mistake or an embargo


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where and when entries were seen."""

    source_key: str
    language: str
    host: str  # of the published tree: the authority in the entries' ids
    at: datetime


def store_entries(feed: FeedData, answer: FetchResult, seen: Sighting, line: SourceLine) -> frozenset[int]:
    """Store what is new or changed and count it; the ids of all entries that were seen. The caller holds the transaction."""
    found = {text_hash(entry.guid): entry for entry in feed.entries}
    known = Entry.objects.known(seen.source_key, found)
    known |= _recognised(found, known, seen)
    fallback = _stamp(feed, answer, seen.at)
    fresh: list[tuple[Entry, Revision]] = []
    for place, (guid_hash, entry) in enumerate(found.items()):
        row = known.get(guid_hash)
        decision = decide(entry, _known(row), now=seen.at)
        if isinstance(decision, New):
            fresh.append(_new(entry, guid_hash, seen, fallback - timedelta(seconds=place)))
            line.new += 1
        elif isinstance(decision, Changed) and row is not None:
            _revise(row, entry, decision, seen)
            line.changed += 1
        else:
            line.unchanged += 1
            if isinstance(decision, Flickering):
                line.note = "some entries change at every poll; they are left as they are for a day"
    _insert(fresh)
    strangers = sum(entry.language != seen.language for entry, _revision in fresh)
    if strangers:
        line.note = f"{strangers} new entries are not in {seen.language}; their own language is used"
    return frozenset([*(row.pk for row in known.values()), *(entry.pk for entry, _revision in fresh)])


def _recognised(
    found: Mapping[str, EntryData], known: Mapping[str, Entry], seen: Sighting
) -> dict[str, Entry]:
    """Entries of the store among those with an unknown guid; their new guids are remembered as aliases."""
    strangers = {key: likeness(entry, seen.at) for key, entry in found.items() if key not in known}
    if not strangers:
        return {}
    absent = _candidates(strangers, {row.pk for row in known.values()}, seen.source_key)
    if not absent:
        return {}
    same = recognise(
        strangers,
        {key: likeness(entry_data(row), row.published) for key, row in absent.items()},
        taken=[address(found[key].url) for key in known],
    )
    Alias.objects.remember(seen.source_key, same)
    return {guid_hash: absent[key] for guid_hash, key in same.items()}


def _candidates(
    strangers: Mapping[str, Likeness], present: Collection[int], source_key: str
) -> Mapping[int, Entry]:
    """What the answer does not name, with the address or the title of a stranger."""
    dates = [each.published for each in strangers.values()]
    places = {_address_hash(each.address) for each in strangers.values()} - {""}
    rows = Entry.objects.look_alikes(source_key, present, places, (min(dates) - NEAR, max(dates) + NEAR))
    wanted = [
        key
        for key, place, title in rows
        if place in places or any(titles_alike(each.title, words(title)) for each in strangers.values())
    ]
    return Entry.objects.select_related("current").in_bulk(wanted) if wanted else {}


def _address_hash(canonical: str) -> str:
    return text_hash(canonical) if canonical else ""


def _known(row: Entry | None) -> EntryForCollect | None:
    if row is None:
        return None
    return EntryForCollect(
        content_hash=row.content_hash,
        url=row.url,
        updated=row.current.updated if row.current else None,
        silent_changes=row.hash_changes,
        changed_at=row.current.seen_at if row.current else None,
        withdrawn=row.withdrawn_at is not None,
    )


def _stamp(feed: FeedData, answer: FetchResult, now: datetime) -> datetime:
    """The date of entries that have none, a second apart to keep their order: the feed's own or its answer's, where that makes sense, else now."""
    stamps = (feed.updated, http_date(answer.last_modified))
    return next((stamp for stamp in stamps if stamp and stamp <= now), now.replace(microsecond=0))


def _new(found: EntryData, guid_hash: str, seen: Sighting, fallback: datetime) -> tuple[Entry, Revision]:
    published = _believable(found.published or found.updated, seen.at) or fallback
    entry = Entry(
        source_id=seen.source_key,
        guid=found.guid,
        guid_hash=guid_hash,
        public_id=public_id(seen.source_key, found.guid),
        tag=f"{seen.host},{seen.at.year}",
        url=found.url,
        url_hash=_address_hash(address(found.url)),
        language=language_of(found, seen.language),
        first_seen=seen.at,
        published=published,
        updated=max(published, _believable(found.updated, seen.at) or published),
        content_hash=content_hash(found),
    )
    return entry, _revision(entry, found, 1, seen.at)


def _believable(stamp: datetime | None, now: datetime) -> datetime | None:
    """A date in the future would hold its entry at the top of every list for as long."""
    return stamp if stamp and stamp <= now + _FUTURE else None


def public_id(source_key: str, guid: str) -> str:
    """80 bits in 16 letters: the same for the same entry in every run and on every machine."""
    digest = hashlib.blake2b(f"{source_key}\0{guid}".encode(), digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()


def _revision(entry: Entry, found: EntryData, number: int, now: datetime) -> Revision:
    return Revision(
        entry=entry,
        number=number,
        content_hash=content_hash(found),
        title=found.title,
        summary=found.summary,
        content=found.content,
        author=found.author,
        url=found.url,
        categories=list(found.categories),
        image=asdict(found.image) if found.image else None,
        enclosures=[asdict(each) for each in found.enclosures],
        updated=found.updated,
        seen_at=now,
    )


def _insert(fresh: Iterable[tuple[Entry, Revision]]) -> None:
    pairs = list(fresh)
    Entry.objects.bulk_create([entry for entry, _revision in pairs], batch_size=200)
    Revision.objects.bulk_create([revision for _entry, revision in pairs], batch_size=200)
    first = Revision.objects.filter(entry=OuterRef("pk")).values("pk")[:1]
    Entry.objects.filter(pk__in=[entry.pk for entry, _revision in pairs]).update(current=Subquery(first))


def _revise(row: Entry, found: EntryData, decision: Changed, seen: Sighting) -> None:
    number = row.current.number + 1 if row.current else 1
    revision = _revision(row, found, number, seen.at)
    revision.save()
    stamp = _believable(found.updated, seen.at)
    row.current = revision
    row.content_hash = revision.content_hash
    row.url, row.url_hash = found.url, _address_hash(address(found.url))
    if decision.reason != "moved":  # a new address is no news to a reader
        # The source's stamp where it moved forward, else the time we saw the change: `updated` never goes back.
        row.updated = stamp if stamp and stamp > row.updated else seen.at.replace(microsecond=0)
    row.hash_changes = row.hash_changes + 1 if decision.silent else 0
    row.withdrawn_at = None
    row.planned = False
    row.release_due = True
    row.save()
