"""Entries as their sources tell them: the entry, its revisions, and the sentences of each revision."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q

from pipeline.models.fields import text_hash
from pipeline.models.sources import Source

_PARAMETERS = 500  # of one query; SQLite takes a bounded number
_LOOK_ALIKES = 1_000  # entries of one source that are looked at, newest first

_ALIASES = 10  # of one entry, the newest; some sources make up a guid at every poll


class EntryManager(models.Manager["Entry"]):
    def known(self, source_key: str, guid_hashes: Iterable[str]) -> dict[str, "Entry"]:
        """Called by collect before it decides: this source's entries by the hash of their guid, or of an alias.

        Each entry once: by its own guid where that is among those asked for, else by the first alias. What stands
        beside one another in an answer is not the same entry, even if it once seemed so.
        """
        wanted = list(dict.fromkeys(guid_hashes))
        found: dict[str, Entry] = {}
        for start in range(0, len(wanted), _PARAMETERS):
            rows = self.filter(source_id=source_key, guid_hash__in=wanted[start : start + _PARAMETERS])
            found |= {entry.guid_hash: entry for entry in rows.select_related("current")}
        there = {entry.pk for entry in found.values()}
        strange = [each for each in wanted if each not in found]
        for start in range(0, len(strange), _PARAMETERS):
            named = Alias.objects.filter(
                source_id=source_key, guid_hash__in=strange[start : start + _PARAMETERS]
            )
            for alias in named.select_related("entry__current").order_by("id"):
                if alias.entry_id not in there:
                    there.add(alias.entry_id)
                    found[alias.guid_hash] = alias.entry
        return found

    def look_alikes(
        self,
        source_key: str,
        present: Collection[int],
        url_hashes: Iterable[str],
        between: tuple[datetime, datetime],
    ) -> list[tuple[int, str, str]]:
        """Called by collect: what an answer does not name and one with an unknown guid may be, by address or by date.

        As (id, hash of the address, title): most differ in these already, and need not be read whole.
        """
        addresses = [each for each in dict.fromkeys(url_hashes) if each][:_PARAMETERS]
        rows = self._absent(source_key, present)
        near = rows.filter(Q(url_hash__in=addresses) | Q(published__range=between))
        found = near.values_list("id", "url_hash", "current__title")[: len(present) + _LOOK_ALIKES]
        return [(key, place, title or "") for key, place, title in found if key not in present]

    def not_among(
        self, source_key: str, present: Collection[int], asked_before: datetime, after: datetime | None
    ) -> list["Entry"]:
        """Called by collect: what an answer does not name, newest first, but for those asked for since `asked_before`."""
        rows = self._absent(source_key, present).filter(withdrawn_at__isnull=True)
        rows = rows.filter(Q(asked_at__isnull=True) | Q(asked_at__lt=asked_before))
        if after is not None:
            rows = rows.filter(published__gt=after)
        rows = rows.only("id", "guid", "url", "published", "asked_at")
        return [entry for entry in rows[: len(present) + _LOOK_ALIKES] if entry.pk not in present]

    def _absent(self, source_key: str, present: Collection[int]) -> models.QuerySet["Entry"]:
        """Newest first. A long answer's entries are too many for a query; whoever asks leaves them out."""
        rows = self.filter(source_id=source_key).order_by("-published", "-id")
        return rows.exclude(pk__in=present) if len(present) <= _PARAMETERS else rows

    def note_asked(self, ids: Iterable[int], now: datetime) -> None:
        """Called by collect: the own addresses of these entries were asked for just now."""
        self.filter(pk__in=list(ids)).update(asked_at=now)

    def withdraw(self, ids: Iterable[int], now: datetime) -> int:
        """Called by collect: gone at their source. Due for leaving every language; they stay known."""
        rows = self.filter(pk__in=list(ids), withdrawn_at__isnull=True)
        return rows.update(withdrawn_at=now, planned=False, release_due=True)

    def unplanned(self, limit: int) -> list["Entry"]:
        """Called by translate: entries whose current revision has no translations laid out, newest first."""
        rows = self.filter(planned=False).select_related("current").order_by("-published", "-id")
        return list(rows[:limit])

    def originals_due(self, limit: int) -> list["Entry"]:
        """Called by review: entries whose own text is to be released or taken back."""
        return list(self.filter(release_due=True).select_related("current", "source").order_by("id")[:limit])


class Entry(models.Model):
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="entries")
    guid = models.TextField()
    guid_hash = models.CharField(max_length=32)  # a guid may be longer than an index takes
    public_id = models.CharField(max_length=16, unique=True)  # stands in addresses; made of source and guid
    tag = models.CharField(max_length=280)  # "HOST,YEAR" of its tag: URI, fixed when it was first seen
    url = models.TextField(blank=True)
    url_hash = models.CharField(
        max_length=32, blank=True, default=""
    )  # of its canonical form; see collect/identity
    language = models.CharField(max_length=3)
    first_seen = models.DateTimeField()  # never moves
    published = models.DateTimeField()  # the source's date, else the best guess when it was first seen
    updated = models.DateTimeField()  # moves with a real correction only
    current = models.ForeignKey("Revision", null=True, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)  # of the current revision
    hash_changes = models.PositiveIntegerField(default=0)  # changes without a new date: flicker is capped
    withdrawn_at = models.DateTimeField(null=True)  # gone at its source
    blocked_at = models.DateTimeField(null=True)  # taken back by an editor in every language, until lifted
    asked_at = models.DateTimeField(
        null=True
    )  # when its own address was last asked, as it was missing from the list
    planned = models.BooleanField(default=False)  # its current revision has all its translations laid out
    release_due = models.BooleanField(default=True)  # its original text is to be released anew

    objects: ClassVar[EntryManager] = EntryManager()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["source", "guid_hash"], name="one_entry_per_guid")]
        indexes = [
            models.Index(fields=["-published", "-id"], condition=Q(planned=False), name="entry_unplanned"),
            models.Index(fields=["id"], condition=Q(release_due=True), name="entry_release_due"),
            models.Index(fields=["source", "-published"], name="entry_by_source"),
            models.Index(fields=["source", "url_hash"], name="entry_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.public_id}"


class AliasManager(models.Manager["Alias"]):
    def remember(self, source_key: str, entries: Mapping[str, int]) -> None:
        """Called by collect: from now on these hashes of guids mean these entries."""
        rows = [Alias(source_id=source_key, guid_hash=key, entry_id=entry) for key, entry in entries.items()]
        self.bulk_create(
            rows, update_conflicts=True, unique_fields=["source", "guid_hash"], update_fields=["entry"]
        )
        for entry in entries.values():
            old = self.filter(entry_id=entry).order_by("-id").values_list("id", flat=True)[_ALIASES:]
            self.filter(id__in=list(old)).delete()


class Alias(models.Model):
    """Another guid under which a source showed an entry: it was moved, or published anew."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    guid_hash = models.CharField(max_length=32)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="aliases")

    objects: ClassVar[AliasManager] = AliasManager()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["source", "guid_hash"], name="one_alias_per_guid")]

    def __str__(self) -> str:
        return f"{self.guid_hash} is {self.entry_id}"


class Revision(models.Model):
    """One state of an entry's text. The first is number 1; a correction adds the next."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    title = models.TextField(blank=True)  # plain text
    summary = models.TextField(blank=True)  # cleaned HTML
    content = models.TextField(blank=True)  # cleaned HTML
    author = models.TextField(blank=True)
    url = models.TextField(blank=True)
    categories = models.JSONField(default=list)  # of str
    image = models.JSONField(null=True)  # {url, alt}
    enclosures = models.JSONField(default=list)  # of {url, type, length}
    updated = models.DateTimeField(null=True)  # the source's own stamp, where it has one
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="one_revision_per_number")]

    def __str__(self) -> str:
        return f"{self.entry_id} r{self.number}"


class SegmentManager(models.Manager["Segment"]):
    def ensure(self, revision_id: int, texts: Iterable[tuple[str, str]]) -> list["Segment"]:
        """The rows of a revision's distinct sentences, given as (field, text) in reading order."""
        wanted: dict[str, tuple[str, str]] = {}
        for field, text in texts:
            wanted.setdefault(text_hash(text), (field, text))
        found = self.of(revision_id, wanted)
        if len(found) != len(wanted):
            self.bulk_create(
                [
                    Segment(revision_id=revision_id, ordinal=ordinal, field=field, text=text, text_hash=key)
                    for ordinal, (key, (field, text)) in enumerate(wanted.items())
                ],
                ignore_conflicts=True,  # another language's worker may have been first
            )
            found = self.of(revision_id, wanted)
        return found

    def of(self, revision_id: int, hashes: Iterable[str]) -> list["Segment"]:
        wanted = set(hashes)
        rows = self.filter(revision_id=revision_id).order_by("ordinal", "id")
        return [row for row in rows if row.text_hash in wanted]


class Segment(models.Model):
    """A distinct sentence of one revision, by its first place: the unit of translation and of review."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="segments")
    ordinal = models.PositiveIntegerField()
    field = models.CharField(max_length=20)  # title, summary, content
    text = models.TextField()
    text_hash = models.CharField(max_length=32)

    objects: ClassVar[SegmentManager] = SegmentManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(fields=["revision", "text_hash"], name="one_segment_per_sentence")
        ]

    def __str__(self) -> str:
        return self.text[:60]
