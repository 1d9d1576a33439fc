"""The append-only log of every move of a translation: the evidence behind the labels."""

from typing import Any, ClassVar

from django.db import models

from pipeline.errors import StoreError
from pipeline.models.entries import Entry

PIPELINE = "pipeline"  # the actor of every move no person made


class AuditManager(models.Manager["Audit"]):
    def get_queryset(self) -> "AuditQuerySet":
        return AuditQuerySet(self.model, using=self._db)


class AuditQuerySet(models.QuerySet["Audit"]):
    def update(self, **_changes: Any) -> int:
        raise StoreError("the audit log is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise StoreError("the audit log is append-only")


class Audit(models.Model):
    at = models.DateTimeField()
    actor = models.CharField(max_length=150)  # an editor's name, or PIPELINE
    action = models.CharField(max_length=40)  # translate, approve, edit, reject, withdraw …
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="audit")
    language = models.CharField(max_length=3)
    before_state = models.CharField(max_length=10, blank=True)
    after_state = models.CharField(max_length=10, blank=True)
    before = models.TextField(blank=True)  # the text, where an editor changed it
    after = models.TextField(blank=True)
    note = models.TextField(blank=True)
    batch = models.CharField(max_length=32, blank=True, default="")  # moves made at one stroke, undone at one

    objects: ClassVar[AuditManager] = AuditManager()

    class Meta:
        app_label = "pipeline"
        indexes = [models.Index(fields=["entry", "language", "at"], name="audit_of_entry")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise StoreError("the audit log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise StoreError("the audit log is append-only")
