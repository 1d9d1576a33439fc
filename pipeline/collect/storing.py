"""Writes what polls found: entries and revisions by decision, many sources in one transaction.

A query of the store costs about as much as reading an entry, whether it asks for one source or for thirty.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import structlog
from django.db.models import OuterRef, Subquery

from pipeline.collect import sieve
from pipeline.collect.decide import (
    Changed,
    EntryForCollect,
    Flickering,
    New,
    content_hash,
    decide,
)
from pipeline.collect.http_headers import http_date
from pipeline.collect.identity import address
from pipeline.collect.resembling import Strangers, recognised
from pipeline.collect.sieve import Same
from pipeline.collect.tongue import Tongues, language_of, notes, tongues_of
from pipeline.models import Entry, LastAnswer, Revision, text_hash
from pipeline.records import EntryData, FeedData
from pipeline.summary import SourceLine

_log = structlog.get_logger("collect")
_FUTURE = timedelta(minutes=10)  # clocks differ; a date further ahead is a mistake or an embargo


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Where and when entries were seen."""

    source_key: str
    language: str
    host: str  # of the published tree: the authority in the entries' ids
    at: datetime
    stamp: str = ""  # Last-Modified of the answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one source's poll gave, on its way into the store. `line` counts what becomes of it."""

    seen: Sighting
    feed: FeedData
    line: SourceLine
    same: Mapping[str, Same] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class _Work:
    """One answer while it is stored. Entries go by the hash of their guid."""

    answer: Answer
    found: dict[str, EntryData]
    known: dict[str, Entry] = field(default_factory=dict)
    stored: dict[str, Entry] = field(default_factory=dict)  # what the store now holds as it was found
    revised: list[tuple[Entry, Revision]] = field(default_factory=list)
    present: set[int] = field(default_factory=set)
    anew: bool = False  # what was held back is not all as it was

    @property
    def key(self) -> str:
        return self.answer.seen.source_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """`present`: the ids of all entries that were seen, by source. `anew`: sources to be read whole the next time.

    `texts`: what is new or changed.
    """

    present: Mapping[str, frozenset[int]]
    anew: frozenset[str]
    texts: Sequence[tuple[Entry, Revision]]


def store_answers(answers: Sequence[Answer]) -> Stored:
    """Store what is new or changed and count it. The caller holds the transaction."""
    works = [
        _Work(answer=each, found={text_hash(entry.guid): entry for entry in each.feed.entries})
        for each in answers
    ]
    _look_up(works)
    fresh = [pair for work in works for pair in _decided(work)]
    _insert(fresh)
    anew = frozenset(work.key for work in works if work.anew)
    seen = {work.key: _remembered(work) for work in works if not work.anew}
    LastAnswer.objects.remember({key: sieve.packed(each) for key, each in seen.items() if each})
    LastAnswer.objects.forget(anew)
    return Stored(
        present={
            work.key: frozenset(work.present.union(each.pk for each in work.stored.values()))
            for work in works
        },
        anew=anew,
        texts=[*fresh, *(pair for work in works for pair in work.revised)],
    )


# ── What the store knows ─────────────────────────────────────────────────────────────────────────────


def _look_up(works: Sequence[_Work]) -> None:
    """Fill in `known` and `present`: by guid, by alias, then by likeness."""
    held = {same.entry for work in works for same in work.answer.same.values()}
    standing = Entry.objects.standing(held)
    known = Entry.objects.known_of({work.key: work.found for work in works}, standing)
    for work in works:
        ids = {same.entry for same in work.answer.same.values()}
        work.present = ids & standing
        work.known = {guid: known[place] for guid in work.found if (place := (work.key, guid)) in known}
        work.anew = (
            not ids <= standing
        )  # gone from the store, or withdrawn: what the sieve knows is out of date
    for work, more in zip(works, recognised([_strangers(work) for work in works]), strict=True):
        work.known |= more
    for work in works:
        work.present |= {row.pk for row in work.known.values()}


def _strangers(work: _Work) -> Strangers:
    return Strangers(
        source_key=work.key,
        at=work.answer.seen.at,
        entries={guid: entry for guid, entry in work.found.items() if guid not in work.known},
        present=frozenset(work.present.union(row.pk for row in work.known.values())),
        taken=tuple(address(work.found[guid].url) for guid in work.known),
    )


# ── What becomes of it ───────────────────────────────────────────────────────────────────────────────


def _decided(work: _Work) -> list[tuple[Entry, Revision]]:
    """Revise what changed; what is new is handed back."""
    seen, line = work.answer.seen, work.answer.line
    fallback = _stamp(work.answer.feed, seen)
    fresh: list[tuple[Entry, Revision]] = []
    for guid_hash, entry in work.found.items():
        row = work.known.get(guid_hash)
        decision = decide(entry, _known(row), now=seen.at)
        if isinstance(decision, New) or row is None:
            fresh.append(_new(entry, guid_hash, seen, fallback - timedelta(seconds=len(fresh))))
            work.stored[guid_hash] = fresh[-1][0]
            line.new += 1
            continue
        if isinstance(decision, Flickering):
            line.note = "some entries change at every poll; they are left as they are for a day"
        else:
            work.stored[guid_hash] = row
        if isinstance(decision, Changed):
            work.revised.append((row, _revise(row, entry, decision, seen)))
            line.changed += 1
        else:
            line.unchanged += 1
    line.unchanged += len(work.answer.same)
    line.note = notes([revision.tongues for _entry, revision in fresh]) or line.note
    return fresh


def _remembered(work: _Work) -> dict[str, Same]:
    """For the next poll's sieve: what was held back, and what the store now holds as it was found.

    But for what is known by another guid: should that one come back, they are two, which only both together show.
    """
    entries = dict(work.answer.same)
    for guid_hash, row in work.stored.items():
        found = work.found[guid_hash]
        if row.guid_hash == guid_hash and (digest := work.answer.digests.get(found.guid)) is not None:
            stamp = int(found.published.timestamp()) if found.published else None
            entries[digest] = Same(sieve.short(found.guid), row.pk, stamp)
    return entries


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
        pruned=row.current is None,
    )


def _stamp(feed: FeedData, seen: Sighting) -> datetime:
    """The date of entries that have none, a second apart to keep their order: the feed's own or its answer's, where that makes sense, else now."""
    stamps = (feed.updated, http_date(seen.stamp))
    return next((stamp for stamp in stamps if stamp and stamp <= seen.at), seen.at.replace(microsecond=0))


def _new(found: EntryData, guid_hash: str, seen: Sighting, fallback: datetime) -> tuple[Entry, Revision]:
    published = _believable(found.published or found.updated, seen.at) or fallback
    entry = Entry(
        source_id=seen.source_key,
        guid=found.guid,
        guid_hash=guid_hash,
        public_id=public_id(seen.source_key, found.guid),
        tag=f"{seen.host},{seen.at.year}",
        url=found.url,
        url_hash=_address_hash(found.url),
        language=language_of(found, seen.language),
        first_seen=seen.at,
        published=published,
        updated=max(published, _believable(found.updated, seen.at) or published),
        content_hash=content_hash(found),
    )
    return entry, _revision(
        entry, found, 1, seen, tongues_of(found, seen.language, entry.language, entry.language)
    )


def _address_hash(url: str) -> str:
    canonical = address(url)
    return text_hash(canonical) if canonical else ""


def _believable(stamp: datetime | None, now: datetime) -> datetime | None:
    """A date in the future would hold its entry at the top of every list for as long."""
    return stamp if stamp and stamp <= now + _FUTURE else None


def public_id(source_key: str, guid: str) -> str:
    """80 bits in 16 letters: the same for the same entry in every run and on every machine."""
    digest = hashlib.blake2b(f"{source_key}\0{guid}".encode(), digest_size=10).digest()
    return base64.b32encode(digest).decode().lower()


def _revision(entry: Entry, found: EntryData, number: int, seen: Sighting, tongues: Tongues) -> Revision:
    return Revision(
        entry=entry,
        number=number,
        content_hash=entry.content_hash,
        title=found.title,
        summary=found.summary,
        content=found.content,
        author=found.author,
        url=found.url,
        categories=list(found.categories),
        image=asdict(found.image) if found.image else None,
        enclosures=[asdict(each) for each in found.enclosures],
        updated=found.updated,
        tongues=tongues.as_json(),
        seen_at=seen.at,
    )


def _insert(pairs: Sequence[tuple[Entry, Revision]]) -> None:
    if not pairs:
        return
    Entry.objects.bulk_create([entry for entry, _revision in pairs], batch_size=200)
    Revision.objects.bulk_create([revision for _entry, revision in pairs], batch_size=200)
    first = Revision.objects.filter(entry=OuterRef("pk")).values("pk")[:1]
    for start in range(0, len(pairs), 500):
        ids = [entry.pk for entry, _revision in pairs[start : start + 500]]
        Entry.objects.filter(pk__in=ids).update(current=Subquery(first))
    for entry, revision in pairs:
        _log.info("new", entry=entry.public_id, source=entry.source_id, title=revision.title)


def _revise(row: Entry, found: EntryData, decision: Changed, seen: Sighting) -> Revision:
    number = row.current.number + 1 if row.current else 1
    row.content_hash = content_hash(found)
    tongues = tongues_of(found, seen.language, language_of(found, row.language), row.language)
    revision = _revision(row, found, number, seen, tongues)
    revision.save()
    stamp = _believable(found.updated, seen.at)
    row.current = revision
    row.url, row.url_hash = found.url, _address_hash(found.url)
    if decision.reason != "moved":  # a new address is no news to a reader
        # The source's stamp where it moved forward, else the time we saw the change: `updated` never goes back.
        row.updated = stamp if stamp and stamp > row.updated else seen.at.replace(microsecond=0)
    row.hash_changes = row.hash_changes + 1 if decision.silent else 0
    row.withdrawn_at = None
    row.planned = False
    row.release_due = True
    row.save()
    _log.info("changed", entry=row.public_id, source=row.source_id, why=decision.reason)
    return revision
