"""What the public sees: one row an entry and language, written by review, read by publish."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from pipeline.models.entries import Entry, Revision
from pipeline.models.sources import Source
from pipeline.models.stories import stands_elsewhere

# When an entry left every language: gone at its source, or taken back by an editor.
GONE_AT = Coalesce("entry__withdrawn_at", "entry__blocked_at")


class Label(models.TextChoices):
    """Who stands behind the words; never more than the audit log proves."""

    ORIGINAL = "original"  # the source's own text
    MACHINE = "machine"  # translated by machine, read by nobody
    EDITED = "edited"  # translated by machine, changed by a person, not approved as a whole
    REVIEWED = "reviewed"  # translated by machine, reviewed by an editor


class ReleaseManager(models.Manager["Release"]):
    def dirty_entries(self) -> list[int]:
        """Called by publish: entries with a release whose files are not written yet."""
        return list(
            self.filter(dirty=True).order_by("entry_id").values_list("entry_id", flat=True).distinct()
        )

    def public(self, public_id: str, language: str) -> "Release | None":
        """What readers see of an entry in a language, if they see anything."""
        rows = self.filter(public_id=public_id, language=language, withdrawn=False)
        return rows.select_related("entry").first()

    def standing(
        self, languages: Iterable[str], sources: Iterable[str], kept_since: datetime | None
    ) -> models.QuerySet["Release"]:
        """Called by publish: what has a page in the tree."""
        rows = self.filter(withdrawn=False, language__in=list(languages), source_id__in=list(sources))
        return rows if kept_since is None else rows.filter(published__gte=kept_since)

    def titles(self, texts: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
        """As they are public, by entry and language."""
        wanted = set(texts)
        rows = self.filter(entry_id__in={entry for entry, _language in wanted})
        return {
            (entry, language): title
            for entry, language, title in rows.values_list("entry_id", "language", "title")
            if (entry, language) in wanted
        }

    def hide(self, entry: Entry, language: str = "", *, hidden: bool) -> int:
        """Take an entry from the public, in one language or in all. `hidden`: it comes back as it was.

        What stands in for a missing translation is not the translation: it stays when one language is hidden.
        """
        rows = self.filter(entry=entry, **({"language": language} if language else {}))
        if hidden:
            rows = rows.exclude(label=Label.ORIGINAL) if language else rows
            return rows.filter(withdrawn=False).update(withdrawn=True, hidden=True, dirty=True)
        rows.filter(hidden=True).update(hidden=False)
        return rows.filter(withdrawn=False).update(withdrawn=True, dirty=True)

    def bring_back(self, entry: Entry, language: str) -> int:
        """The end of a hold or a block, where no newer text may go out yet: public as it was before."""
        rows = self.filter(entry=entry, language=language, hidden=True)
        return rows.update(withdrawn=False, hidden=False, dirty=True)

    def of_entries(self, entry_ids: Iterable[int], languages: Iterable[str]) -> list["Release"]:
        """All releases of these entries; their pages name one another, so they are written together."""
        rows = self.filter(entry_id__in=list(entry_ids), language__in=list(languages))
        return list(rows.select_related("entry", "revision").order_by("entry_id", "language"))

    def withdrawn_from(self, language: str, limit: int, source_key: str = "") -> list["Release"]:
        """Called by publish: what was public and has left, newest first, for the tombstones."""
        rows = self.filter(language=language, withdrawn=True, forgotten=False)
        entries = Entry.objects.filter(source_id=source_key) if source_key else Entry.objects.all()
        return self._newest_gone(entries, rows, limit)

    def _newest_gone(
        self, entries: models.QuerySet[Entry], rows: models.QuerySet["Release"], limit: int
    ) -> list["Release"]:
        """The releases among `rows` of the entries that left last.

        Each way of leaving is walked from its newest on, so that what left long ago costs nothing.
        """
        mine = entries.filter(Exists(rows.filter(entry=OuterRef("pk"))))
        left = mine.filter(withdrawn_at__isnull=False).order_by("-withdrawn_at", "public_id")
        taken = mine.filter(withdrawn_at__isnull=True, blocked_at__isnull=False).order_by(
            "-blocked_at", "public_id"
        )
        ids = [pk for found in (left, taken) for pk in found.values_list("pk", flat=True)[:limit]]
        found = rows.filter(entry_id__in=ids).annotate(gone_at=GONE_AT)
        return list(found.select_related("entry").order_by("-gone_at", "public_id")[:limit])

    def gone_from(self, channel: str, language: str, limit: int) -> list["Release"]:
        """Called by publish: what left a channel because its source or an editor took it back, newest first."""
        rows = self.filter(language=language, withdrawn=True, forgotten=False, places__channel=channel)
        return self._newest_gone(Entry.objects.all(), rows, limit)

    def channel(
        self, language: str, limit: int, per_source: int, source_key: str, sources: Sequence[str]
    ) -> list["Release"]:
        """Called by publish: the newest public entries of a language, of one source or of all.

        With a cap per source (0: none) every source is asked for its own newest, so that a city that
        publishes much does not push the others out.
        """
        rows = self.filter(language=language, withdrawn=False).select_related("entry", "revision")
        rows = rows.order_by("-published", "public_id")
        if source_key:
            return list(rows.filter(source_id=source_key)[:limit])
        rows = rows.filter(~stands_elsewhere())  # a story that several tell stands there once
        if not per_source:
            return list(rows.filter(source_id__in=sources)[:limit])
        return [release for key in sources for release in rows.filter(source_id=key)[:per_source]]

    def beside(self, language: str, entries: Iterable[int]) -> dict[int, list["Release"]]:
        """Called by publish: the other public voices of each entry's story in a language, first published first."""
        rows = Entry.objects.filter(pk__in=list(entries), voice__story__isnull=False)
        own = dict(rows.values_list("id", "voice__story_id"))
        told: dict[int | None, list[Release]] = {}
        found = self.filter(language=language, withdrawn=False, entry__voice__story_id__in=set(own.values()))
        for release in found.select_related("entry__voice", "revision").order_by("published", "public_id"):
            told.setdefault(release.entry.voice.story_id, []).append(release)
        return {
            entry: [each for each in told.get(story, []) if each.entry_id != entry]
            for entry, story in own.items()
        }

    def came_of_age(self, languages: Iterable[str], start: datetime | None, end: datetime) -> int:
        """Called by publish: what is older than `end` is no longer kept; marks what stands in a channel since `start`.

        Also what was withdrawn: it holds its place, and a block of the archive must not stay for that alone.
        """
        rows = self.filter(language__in=list(languages), dirty=False, published__lt=end)
        rows = rows.filter(Q(withdrawn=False) | Q(places__isnull=False))
        return (rows if start is None else rows.filter(published__gte=start)).update(dirty=True)

    def newest_texts(
        self, language: str, sources: Sequence[str], limit: int, since: datetime | None
    ) -> Iterator["Release"]:
        """Called by the search: the newest public texts of a language, one after the other."""
        rows = self.filter(language=language, source_id__in=list(sources), withdrawn=False)
        if since is not None:
            rows = rows.filter(published__gte=since)
        names = ("source", "public_id", "title", "summary", "content", "published", "text_language")
        return (
            rows.only(*names, "label", "editor")
            .order_by("-published", "public_id")[:limit]
            .iterator(chunk_size=500)
        )

    def ids_of(self, language: str, sources: Iterable[str]) -> list[str]:
        """The public ids of everything that was ever public in a language from these sources."""
        rows = self.filter(language=language, source_id__in=list(sources))
        return list(rows.order_by("public_id").values_list("public_id", flat=True))

    def makers(self, language: str) -> dict[str, int]:
        """What made the public entries of a language: the source itself, an engine, the memory; with counts."""
        found: dict[str, int] = {}
        rows = self.filter(language=language, withdrawn=False).order_by().values_list("label", "engines")
        for label, engines, count in rows.annotate(count=Count("*")):
            maker = engines[0] if engines else label
            found[maker] = found.get(maker, 0) + count
        return dict(sorted(found.items()))


class Release(models.Model):
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="releases")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=3)
    public_id = models.CharField(max_length=16)  # the entry's, here for the order
    text_language = models.CharField(max_length=3)  # differs where an untranslated original stands in
    label = models.CharField(max_length=10, choices=Label.choices)
    engines = models.JSONField(default=list)
    editor = models.CharField(max_length=150, blank=True)  # who answers for a reviewed text
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    title = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    content = models.TextField(blank=True)
    image_alt = models.TextField(blank=True)
    published = models.DateTimeField()
    updated = models.DateTimeField()
    released_at = models.DateTimeField(default=timezone.now)  # for the first time
    withdrawn = models.BooleanField(default=False)
    forgotten = models.BooleanField(default=False)  # withdrawn long ago: no feed names it any more
    hidden = models.BooleanField(default=False)  # withdrawn by a hold or a block: comes back when that ends
    dirty = models.BooleanField(default=True)

    objects: ClassVar[ReleaseManager] = ReleaseManager()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["entry", "language"], name="one_release_per_language")]
        indexes = [
            models.Index(
                fields=["language", "-published"], condition=Q(withdrawn=False), name="release_channel"
            ),
            models.Index(
                fields=["language", "source", "-published"], condition=Q(withdrawn=False), name="release_city"
            ),
            models.Index(fields=["entry"], condition=Q(dirty=True), name="release_dirty"),
            # Every cycle counts what is public: this holds all that its question is about.
            models.Index(
                fields=["language", "label", "engines"], condition=Q(withdrawn=False), name="release_makers"
            ),
            models.Index(fields=["language", "-released_at"], name="release_lag"),
            models.Index(fields=["language", "source"], condition=Q(withdrawn=True), name="release_gone"),
        ]

    def __str__(self) -> str:
        return f"{self.language}/{self.public_id}"
