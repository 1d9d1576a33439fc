"""What the public sees: one row an entry and language, written by review, read by publish."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q

from pipeline.models.entries import Entry, Revision
from pipeline.models.sources import Source


class Label(models.TextChoices):
    """Who stands behind the words; never more than the audit log proves."""

    ORIGINAL = "original"  # the source's own text
    MACHINE = "machine"  # translated by machine, reviewed by nobody
    REVIEWED = "reviewed"  # translated by machine, reviewed by an editor


class ReleaseManager(models.Manager["Release"]):
    def dirty(self, limit: int) -> list["Release"]:
        """Called by publish: releases whose files are not written yet."""
        return list(self.filter(dirty=True).select_related("entry").order_by("id")[:limit])

    def channel(self, language: str, limit: int, source_key: str = "") -> list["Release"]:
        """Called by publish: the newest public entries of a language, of all sources or of one."""
        rows = self.filter(language=language, withdrawn=False)
        if source_key:
            rows = rows.filter(source_id=source_key)
        return list(rows.select_related("entry", "revision").order_by("-published", "public_id")[:limit])

    def languages_of(self, entry_ids: Iterable[int]) -> dict[int, list[str]]:
        """The languages each entry is public in, sorted."""
        found: dict[int, list[str]] = {}
        rows = self.filter(entry_id__in=list(entry_ids), withdrawn=False).order_by("language")
        for entry_id, language in rows.values_list("entry_id", "language"):
            found.setdefault(entry_id, []).append(language)
        return found


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


class Channel(models.Model):
    """A published channel as it was last written: what differs is composed anew."""

    path = models.CharField(max_length=200, primary_key=True)  # "lv/all", "lv/city/poznan"
    fingerprint = models.CharField(max_length=32)  # of the configuration and code that shaped it

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return self.path
