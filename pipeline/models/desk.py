"""What the desk keeps besides translations: unsaved work, filters, reports of readers."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.db import models

from pipeline.models.editors import Editor
from pipeline.models.entries import Entry
from pipeline.models.scopes import Scopes, within
from pipeline.models.segments import Segment
from pipeline.models.translations import Translation


class Draft(models.Model):
    """An editor's unsaved words: they survive a dropped connection and an expired session."""

    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="drafts")
    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="drafts")
    version = models.PositiveIntegerField()  # of the translation the words were written against
    texts = models.JSONField(default=dict)  # by id of the segment
    saved_at = models.DateTimeField()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["editor", "translation"], name="one_draft_an_editor")]

    def __str__(self) -> str:
        return f"{self.editor_id} {self.translation_id}"


class SavedFilterManager(models.Manager["SavedFilter"]):
    def of(self, editor: Editor) -> list["SavedFilter"]:
        return list(self.filter(editor=editor).order_by("name"))

    def keep(self, editor: Editor, name: str, query: str) -> None:
        """Under a name that is there already the new filter replaces the old one."""
        self.update_or_create(editor=editor, name=name, defaults={"query": query})

    def forget(self, editor: Editor, key: int) -> None:
        self.filter(editor=editor, pk=key).delete()


class SavedFilter(models.Model):
    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="filters")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=500)  # the query string of the queue's address

    objects: ClassVar[SavedFilterManager] = SavedFilterManager()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["editor", "name"], name="one_filter_of_a_name")]

    def __str__(self) -> str:
        return self.name


class CorrectionManager(models.Manager["Correction"]):
    def repeated(self, language: str, at_least: int) -> list[dict[str, Any]]:
        """Replacements made in several sentences of a language, the most frequent first."""
        rows = self.filter(language=language).values("source_language", "language", "before", "after")
        found = rows.annotate(count=models.Count("segment__text_hash", distinct=True))
        return list(found.filter(count__gte=at_least).order_by("-count", "before", "after"))

    def counts(
        self, language: str, source_language: str, before: Iterable[str]
    ) -> dict[tuple[str, str], int]:
        """In how many different sentences each of these words gave way to which others."""
        rows = self.filter(language=language, source_language=source_language, before__in=list(before))
        counted = rows.values("before", "after").annotate(
            count=models.Count("segment__text_hash", distinct=True)
        )
        return {(row["before"], row["after"]): row["count"] for row in counted}

    def sources(self, language: str, source_language: str, before: str, after: str) -> list[str]:
        """The distinct source sentences in whose translations this replacement was made, newest first."""
        rows = self.filter(language=language, source_language=source_language, before=before, after=after)
        texts = rows.order_by("-id").values_list("segment__text", flat=True)[:20]
        return list(dict.fromkeys(texts))


class DismissalManager(models.Manager["Dismissal"]):
    def of(self, hashes: Iterable[tuple[str, str]]) -> dict[tuple[str, str, str], "Dismissal"]:
        """The dismissals on these pairs of texts (hash of the source, hash of the target), by both and the check."""
        wanted = set(hashes)
        rows = self.filter(target_hash__in=[target for _source, target in wanted])
        return {
            (row.source_hash, row.target_hash, row.check_id): row
            for row in rows
            if (row.source_hash, row.target_hash) in wanted
        }


class Dismissal(models.Model):
    """An editor's word that a check is wrong about a sentence and its translation, wherever the two meet again."""

    source_hash = models.CharField(max_length=32)
    target_hash = models.CharField(max_length=32)
    check_id = models.CharField(max_length=40)
    editor = models.CharField(max_length=150)
    at = models.DateTimeField()

    objects: ClassVar[DismissalManager] = DismissalManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["target_hash", "source_hash", "check_id"], name="one_dismissal_of_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.check_id} by {self.editor}"


class Correction(models.Model):
    """Words that an editor put in the place of others. The same ones twice are worth a glossary term."""

    source_language = models.CharField(max_length=3)
    language = models.CharField(max_length=3)
    before = models.CharField(max_length=120)
    after = models.CharField(max_length=120)
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+")
    editor = models.CharField(max_length=150)
    at = models.DateTimeField()

    objects: ClassVar[CorrectionManager] = CorrectionManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["language", "source_language", "before", "after", "segment"],
                name="one_correction_a_segment",
            )
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class ReportManager(models.Manager["Report"]):
    def open_of(self, language: str) -> models.QuerySet["Report"]:
        return self.filter(language=language, closed_at__isnull=True).order_by("-at")

    def waiting(self, scopes: Scopes, language: str) -> models.QuerySet["Report"]:
        """Called by review: open reports that an actor may see, the newest first."""
        rows = self.filter(within(scopes), closed_at__isnull=True)
        rows = rows.filter(language=language) if language else rows
        return rows.select_related("entry").order_by("-at", "-id")

    def with_translations(self, rows: Iterable["Report"]) -> list[tuple["Report", int | None]]:
        """Each report with the id of the translation it is about."""
        reports = list(rows)
        found = Translation.objects.filter(entry_id__in={row.entry_id for row in reports})
        ids = {
            (entry, language): key for key, entry, language in found.values_list("id", "entry_id", "language")
        }
        return [(row, ids.get((row.entry_id, row.language))) for row in reports]


class Report(models.Model):
    """What a reader says is wrong with a published text."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="reports")
    language = models.CharField(max_length=3)
    segment = models.ForeignKey(Segment, null=True, on_delete=models.SET_NULL, related_name="reports")
    quote = models.TextField(blank=True)  # the words it is about, as the reader gave them
    message = models.TextField()
    at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=150, blank=True)
    note = models.TextField(blank=True)  # what the editor did about it

    objects: ClassVar[ReportManager] = ReportManager()

    class Meta:
        app_label = "pipeline"
        indexes = [
            models.Index(
                fields=["language", "-at"], condition=models.Q(closed_at__isnull=True), name="report_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.language}"
