"""The append-only log of every move of a translation: the evidence behind the labels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import models

from pipeline.errors import StoreError
from pipeline.models.entries import Entry
from pipeline.models.scopes import Scopes, within
from pipeline.models.segments import Segment

PIPELINE = "pipeline"  # the actor of every move no person made


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """What is looked for in the log; empty means all."""

    actor: str = ""
    action: str = ""
    language: str = ""
    source: str = ""
    public_id: str = ""
    since: datetime | None = None
    until: datetime | None = None  # not included
    people_only: bool = False  # without the pipeline's own moves


class AuditManager(models.Manager["Audit"]):
    def get_queryset(self) -> "AuditQuerySet":
        return AuditQuerySet(self.model, using=self._db)

    def last_of(self, entry_id: int, language: str) -> "Audit | None":
        """The last move of a text, whoever made it."""
        return self.filter(entry_id=entry_id, language=language).order_by("-at", "-id").first()

    def log_of(self, entry_id: int, language: str) -> list[tuple[str, str, str, str]]:
        """(actor, action, state before, state after) of every move of a text, from its beginning."""
        rows = self.filter(entry_id=entry_id, language=language).order_by("at", "id")
        return list(rows.values_list("actor", "action", "before_state", "after_state"))

    def edits_since(self, entry_id: int, language: str, version: int) -> list[tuple[str, str]]:
        """(hash of the source sentence, text before) of each change by a person, the oldest first."""
        rows = self.filter(
            entry_id=entry_id, language=language, version__gt=version, segment_id__isnull=False
        )
        return list(rows.order_by("id").values_list("segment__text_hash", "before"))

    def history(self, entry_id: int, language: str) -> models.QuerySet["Audit"]:
        """Called by review: the moves of a text, and those that struck its entry in every language."""
        everywhere = models.Q(action__in=["withdraw", "lift"], before_state="", after_state="")
        rows = self.filter(entry_id=entry_id).filter(models.Q(language=language) | everywhere)
        return rows.select_related("entry").order_by("-at", "-id")

    def wanted(self, scopes: Scopes, wanted: AuditFilter, after_id: int | None) -> models.QuerySet["Audit"]:
        """Called by review: the log as far as an actor may see it, the newest first."""
        rows = self.filter(within(scopes))
        conditions = {
            "actor": wanted.actor,
            "action": wanted.action,
            "language": wanted.language,
            "entry__source_id": wanted.source,
            "entry__public_id": wanted.public_id,
            "at__gte": wanted.since,
            "at__lt": wanted.until,
            "id__lt": after_id,
        }
        rows = rows.filter(**{name: value for name, value in conditions.items() if value})
        rows = rows.exclude(actor=PIPELINE) if wanted.people_only else rows
        return rows.select_related("entry").order_by("-id")

    def of_batch(self, batch: str) -> list["Audit"]:
        """What was done at one stroke, in its order."""
        return list(self.filter(batch=batch).order_by("id")) if batch else []

    def approval_of(self, entry_id: int, language: str) -> "Audit | None":
        """The last time a person put an approval on a text."""
        rows = self.filter(entry_id=entry_id, language=language, after_state="approved")
        return rows.exclude(before_state="approved").order_by("-at", "-id").first()


class AuditQuerySet(models.QuerySet["Audit"]):
    def update(self, **_changes: Any) -> int:
        raise StoreError("the audit log is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise StoreError("the audit log is append-only")


class Audit(models.Model):
    # Triggers of migration 0005 refuse every change and deletion. On SQLite a migration that makes this table
    # anew has to make them again.
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
    segment = models.ForeignKey(  # of the text, where an editor changed it; the log outlives what it tells of
        Segment, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    version = models.PositiveIntegerField(null=True)  # of the translation, after an editor's move
    batch = models.CharField(max_length=32, blank=True, default="")  # moves made at one stroke, undone at one

    objects: ClassVar[AuditManager] = AuditManager()

    class Meta:
        app_label = "pipeline"
        indexes = [
            models.Index(fields=["entry", "language", "at"], name="audit_of_entry"),
            models.Index(fields=["batch"], condition=~models.Q(batch=""), name="audit_of_batch"),
            models.Index(fields=["actor", "id"], name="audit_of_actor"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.action}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise StoreError("the audit log is append-only")
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> tuple[int, dict[str, int]]:
        raise StoreError("the audit log is append-only")
