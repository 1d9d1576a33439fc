"""Entries as their sources tell them: the entry, its other guids, and its revisions."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import ClassVar, NamedTuple, TypeVar

from django.db import models
from django.db.models import Q

from pipeline.models.moments import has_come
from pipeline.models.sources import Source

_PARAMETERS = 500  # of one query; SQLite takes a bounded number
_LOOK_ALIKES = 1_000  # entries of one source that are looked at, newest first

_T = TypeVar("_T")
_ALIASES = 10  # of one entry, the newest; some sources make up a guid at every poll


class Resemblance(NamedTuple):
    """As much of an entry as tells whether it may be another one."""

    id: int
    source_key: str
    url_hash: str
    title: str | None


class Listed(NamedTuple):
    """As much of an entry as tells whether a list lost it."""

    id: int
    source_key: str
    url: str
    published: datetime
    asked_at: datetime | None


_RESEMBLANCE = ("id", "source_id", "url_hash", "current__title")
_LISTED = ("id", "source_id", "url", "published", "asked_at")
_WITHDRAWN = Q(withdrawn_at__isnull=False)


def _in_parts(values: Iterable[_T]) -> Iterator[list[_T]]:
    """As many at a time as one query takes."""
    rest = list(values)
    for start in range(0, len(rest), _PARAMETERS):
        yield rest[start : start + _PARAMETERS]


class EntryManager(models.Manager["Entry"]):
    def known(self, source_key: str, guid_hashes: Iterable[str]) -> dict[str, "Entry"]:
        """Entries of one source by the hash of their guid, or of an alias; see `known_of`."""
        found = self.known_of({source_key: guid_hashes})
        return {guid_hash: entry for (_key, guid_hash), entry in found.items()}

    def known_of(
        self, wanted: Mapping[str, Iterable[str]], there: Collection[int] = ()
    ) -> dict[tuple[str, str], "Entry"]:
        """Called by collect before it decides: entries by their source and the hash of their guid, or of an alias.

        Each entry once: by its own guid where that is among those asked for, else by the first alias. What stands
        beside one another in an answer is not the same entry, even if it once seemed so. So an alias never means one
        of those that are `there` already.
        """
        asked = dict.fromkeys((key, each) for key, hashes in wanted.items() for each in hashes)
        found: dict[tuple[str, str], Entry] = {}
        for some in _in_parts([each for _key, each in asked]):
            for row in self.filter(guid_hash__in=some).select_related("current"):
                if (place := (row.source_id, row.guid_hash)) in asked:
                    found[place] = row
        taken = {*there, *(row.pk for row in found.values())}
        strange = [place for place in asked if place not in found]
        for some in _in_parts([each for _key, each in strange]):
            for alias in (
                Alias.objects.filter(guid_hash__in=some).select_related("entry__current").order_by("id")
            ):
                if (place := (alias.source_id, alias.guid_hash)) in asked and alias.entry_id not in taken:
                    taken.add(alias.entry_id)
                    found[place] = alias.entry
        return found

    def standing(self, ids: Iterable[int]) -> set[int]:
        """Called by collect: which of these are in the store, and not withdrawn."""
        rows = self.filter(withdrawn_at__isnull=True)
        return {
            key for some in _in_parts(ids) for key in rows.filter(pk__in=some).values_list("pk", flat=True)
        }

    def at(self, url_hashes: Iterable[str]) -> list["Resemblance"]:
        """Called by collect: entries of any source at these addresses, newest first."""
        rows = self.order_by("-published", "-id")
        return [
            Resemblance(*row)
            for some in _in_parts({each for each in url_hashes if each})
            for row in rows.filter(url_hash__in=some).values_list(*_RESEMBLANCE)[:_LOOK_ALIKES]
        ]

    def around(
        self, source_keys: Collection[str], between: tuple[datetime, datetime], limit: int
    ) -> list["Resemblance"]:
        """Called by collect: these sources' entries of some days, newest first.

        What one with an unknown guid may be. Most differ in their titles already, and need not be read whole.
        """
        rows = self.filter(source_id__in=source_keys, published__range=between).order_by("-published", "-id")
        return [
            Resemblance(*row)
            for row in rows.values_list(*_RESEMBLANCE)[: limit + _LOOK_ALIKES * len(source_keys)]
        ]

    def not_asked(
        self, source_keys: Collection[str], asked_before: datetime, after: datetime | None, limit: int
    ) -> list["Listed"]:
        """Called by collect: these sources' public entries, newest first, but for those asked for since `asked_before`."""
        rows = self.filter(source_id__in=source_keys, withdrawn_at__isnull=True, current__isnull=False)
        rows = rows.filter(Q(asked_at__isnull=True) | has_come("asked_at", asked_before))
        if after is not None:
            rows = rows.filter(published__gt=after)
        rows = rows.order_by("-published", "-id")
        return [Listed(*row) for row in rows.values_list(*_LISTED)[: limit + _LOOK_ALIKES * len(source_keys)]]

    def parts(self, source_key: str, file: str) -> list[tuple[int, datetime]]:
        """Called by collect: the public entries that a file of this source was parted into (id, published)."""
        rows = self.filter(source_id=source_key, url__startswith=f"{file}#", withdrawn_at__isnull=True)
        return list(rows.values_list("id", "published"))

    def counts(self, source_keys: Collection[str], since: datetime) -> dict[str, int]:
        """Called by collect when it plans the next polls: how many entries each source published since then."""
        rows = self.filter(source_id__in=source_keys, published__gte=since).order_by()
        return dict(rows.values_list("source_id").annotate(models.Count("id")))

    def note_asked(self, ids: Iterable[int], now: datetime) -> None:
        """Called by collect: the own addresses of these entries were asked for just now."""
        self.filter(pk__in=list(ids)).update(asked_at=now)

    def withdraw(self, ids: Iterable[int], now: datetime) -> int:
        """Called by collect: gone at their source. Due for leaving every language; they stay known."""
        rows = self.filter(pk__in=list(ids), withdrawn_at__isnull=True, current__isnull=False)
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
    # None once its texts were pruned: then only the row stays, by which the entry is known
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
        # Guids differ more than sources do: so the index serves questions about many sources at once.
        constraints = [models.UniqueConstraint(fields=["guid_hash", "source"], name="one_entry_per_guid")]
        indexes = [
            models.Index(fields=["-published", "-id"], condition=Q(planned=False), name="entry_unplanned"),
            models.Index(fields=["id"], condition=Q(release_due=True), name="entry_release_due"),
            models.Index(fields=["source", "-published"], name="entry_by_source"),
            models.Index(fields=["url_hash"], name="entry_by_address"),
            models.Index(fields=["-withdrawn_at"], condition=_WITHDRAWN, name="entry_withdrawn"),
            models.Index(
                fields=["source", "-withdrawn_at"], condition=_WITHDRAWN, name="entry_withdrawn_by_city"
            ),
            models.Index(fields=["-blocked_at"], condition=Q(blocked_at__isnull=False), name="entry_blocked"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}/{self.public_id}"


class AliasManager(models.Manager["Alias"]):
    def remember(self, source_key: str, entries: Mapping[str, int]) -> None:
        """Called by collect: from now on these hashes of guids mean these entries."""
        rows = [Alias(source_id=source_key, guid_hash=key, entry_id=entry) for key, entry in entries.items()]
        self.bulk_create(
            rows, update_conflicts=True, unique_fields=["guid_hash", "source"], update_fields=["entry"]
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
        constraints = [models.UniqueConstraint(fields=["guid_hash", "source"], name="one_alias_per_guid")]

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
    tongues = models.JSONField(
        default=dict
    )  # a claimed language that is not that of the words, and `mixed`: passages
    seen_at = models.DateTimeField()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["entry", "number"], name="one_revision_per_number")]

    def __str__(self) -> str:
        return f"{self.entry_id} r{self.number}"
