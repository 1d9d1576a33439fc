"""Entries as their sources tell them: the entry, its revisions, and the sentences of each revision."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q

from pipeline.models.fields import text_hash
from pipeline.models.sources import Source


class EntryManager(models.Manager["Entry"]):
    def known(self, source_key: str, guid_hashes: Iterable[str]) -> dict[str, "Entry"]:
        """Called by collect before it decides: this source's entries by the hash of their guid."""
        wanted = list(guid_hashes)
        found: dict[str, Entry] = {}
        for start in range(0, len(wanted), 500):  # SQLite takes a bounded number of parameters
            rows = self.filter(source_id=source_key, guid_hash__in=wanted[start : start + 500])
            found |= {entry.guid_hash: entry for entry in rows.select_related("current")}
        return found

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
    language = models.CharField(max_length=3)
    first_seen = models.DateTimeField()  # never moves
    published = models.DateTimeField()  # the source's date, else the best guess when it was first seen
    updated = models.DateTimeField()  # moves with a real correction only
    current = models.ForeignKey("Revision", null=True, on_delete=models.PROTECT, related_name="+")
    content_hash = models.CharField(max_length=64)  # of the current revision
    hash_changes = models.PositiveIntegerField(default=0)  # changes without a new date: flicker is capped
    withdrawn_at = models.DateTimeField(null=True)
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
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.public_id}"


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
