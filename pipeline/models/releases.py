"""What the public sees: one row an entry and language, written by review, read by publish."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import ClassVar

from django.db import models
from django.db.models import Q

from pipeline.models.entries import Entry, Revision
from pipeline.models.sources import Source


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

    def of_entries(self, entry_ids: Iterable[int], languages: Iterable[str]) -> list["Release"]:
        """All releases of these entries; their pages name one another, so they are written together."""
        rows = self.filter(entry_id__in=list(entry_ids), language__in=list(languages))
        return list(rows.select_related("entry", "revision").order_by("entry_id", "language"))

    def withdrawn_from(self, language: str, limit: int, source_key: str = "") -> list["Release"]:
        """Called by publish: what was public and has left, newest first, for the tombstones."""
        rows = self.filter(language=language, withdrawn=True, entry__withdrawn_at__isnull=False)
        if source_key:
            rows = rows.filter(source_id=source_key)
        return list(rows.select_related("entry").order_by("-entry__withdrawn_at", "public_id")[:limit])

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
        if not per_source:
            return list(rows.filter(source_id__in=sources)[:limit])
        return [release for key in sources for release in rows.filter(source_id=key)[:per_source]]

    def ids_of(self, language: str, sources: Iterable[str]) -> list[str]:
        """The public ids of everything that was ever public in a language from these sources."""
        rows = self.filter(language=language, source_id__in=list(sources))
        return list(rows.order_by("public_id").values_list("public_id", flat=True))

    def makers(self, language: str) -> dict[str, int]:
        """What made the public entries of a language: the source itself, an engine, the memory; with counts."""
        found: dict[str, int] = {}
        rows = self.filter(language=language, withdrawn=False).values_list("label", "engines")
        for (label, engines), count in Counter((label, tuple(engines)) for label, engines in rows).items():
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
    withdrawn = models.BooleanField(default=False)
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
            models.Index(fields=["id"], condition=Q(dirty=True), name="release_dirty"),
        ]

    def __str__(self) -> str:
        return f"{self.language}/{self.public_id}"
