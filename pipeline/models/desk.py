"""What the desk keeps besides translations: unsaved work, filters, reports of readers."""

from typing import ClassVar

from django.db import models

from pipeline.models.editors import Editor
from pipeline.models.entries import Entry, Segment
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


class SavedFilter(models.Model):
    editor = models.ForeignKey(Editor, on_delete=models.CASCADE, related_name="filters")
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=500)  # the query string of the queue's address

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["editor", "name"], name="one_filter_of_a_name")]

    def __str__(self) -> str:
        return self.name


class ReportManager(models.Manager["Report"]):
    def open_of(self, language: str) -> models.QuerySet["Report"]:
        return self.filter(language=language, closed_at__isnull=True).order_by("-at")


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
