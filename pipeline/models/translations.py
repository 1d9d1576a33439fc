"""Translations of entries, their units (one a segment) and what the checks found in them."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q

from pipeline.models.audit import PIPELINE, Audit
from pipeline.models.entries import Entry, Revision, Segment
from pipeline.models.releases import Release
from pipeline.states import State

STATES = [(state.value, state.value) for state in State]
WORK = (State.WAITING, State.STALE, State.FAILED)  # states that the translate stage takes up when due


class TranslationManager(models.Manager["Translation"]):
    def claim(self, who: str, limit: int, now: datetime, until: datetime) -> list["Translation"]:
        """Called by translate: take due translations, newest entries first; the lease keeps others off."""
        with transaction.atomic():
            rows = self.filter(state__in=WORK, due_at__lte=now, claimed_until__isnull=True)
            rows = rows.order_by("-published", "entry_id", "language")
            ids = list(
                rows.select_for_update(skip_locked=True, of=("self",)).values_list("id", flat=True)[:limit]
            )
            self.filter(id__in=ids).update(claimed_by=who, claimed_until=until)
        found = self.filter(id__in=ids).select_related("entry", "entry__current")
        return sorted(found, key=lambda each: ids.index(each.pk))

    def due_count(self, now: datetime) -> int:
        return self.filter(state__in=WORK, due_at__lte=now, claimed_until__isnull=True).count()

    def wake(self, now: datetime) -> None:
        """What waits for an engine is due again: called when the engines or the memory changed."""
        self.filter(state__in=WORK, due_at__gt=now).update(due_at=now)

    def free_leases(self, now: datetime) -> int:
        """Give back what workers that died had claimed."""
        return self.filter(claimed_until__lt=now).update(claimed_by="", claimed_until=None)

    def free_leases_of_dead_runs(self) -> int:
        """The same for all leases: whoever holds the one lock knows that no other run is alive."""
        return self.filter(claimed_until__isnull=False).update(claimed_by="", claimed_until=None)

    def releases_due(self, limit: int) -> list["Translation"]:
        """Called by review: translations whose public text may have to change."""
        rows = self.filter(release_due=True).select_related("entry", "entry__current", "revision")
        return list(rows.order_by("id")[:limit])

    def counts(self, languages: Iterable[str]) -> dict[str, dict[str, int]]:
        """How many translations stand in each state, by language."""
        rows = self.filter(language__in=list(languages), entry__withdrawn_at__isnull=True)
        found: dict[str, dict[str, int]] = {}
        for row in rows.values("language", "state").annotate(count=models.Count("id")):
            found.setdefault(row["language"], {})[row["state"]] = row["count"]
        return found

    def held(self, languages: Iterable[str]) -> dict[str, int]:
        """How many finished drafts of public entries are kept back for an editor, by language."""
        rows = self.filter(language__in=list(languages), state__in=[State.MACHINE, State.EDITED])
        public = Release.objects.filter(
            entry=OuterRef("entry"),
            language=OuterRef("language"),
            revision=OuterRef("revision"),
            withdrawn=False,
        )
        rows = rows.filter(~Exists(public), entry__withdrawn_at__isnull=True, release_due=False)
        return dict(rows.values_list("language").annotate(models.Count("id")))

    def reasons(self, languages: Iterable[str]) -> dict[str, int]:
        """Why translations wait, with how many each."""
        rows = self.filter(language__in=list(languages), state__in=WORK, entry__withdrawn_at__isnull=True)
        return dict(rows.exclude(reason="").values_list("reason").annotate(models.Count("id")))


class Translation(models.Model):
    """One entry in one language. Title, summary and content are the draft; what is public stands in Release."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="translations")
    language = models.CharField(max_length=3)
    published = models.DateTimeField()  # the entry's, here for the order of work
    state = models.CharField(max_length=10, choices=STATES, default=State.WAITING)
    revision = models.ForeignKey(
        Revision, null=True, on_delete=models.PROTECT, related_name="+"
    )  # of the draft
    title = models.TextField(blank=True)
    summary = models.TextField(blank=True)
    content = models.TextField(blank=True)
    image_alt = models.TextField(blank=True)
    risk = models.FloatField(default=0)  # 0 clean … 1 doubtful; from the findings
    engines = models.JSONField(default=list)  # names of what produced the draft, most segments first
    version = models.PositiveIntegerField(default=0)  # counts every change; editors save against it
    reason = models.TextField(blank=True)  # why it waits or failed, in words for the operator
    attempts = models.PositiveIntegerField(default=0)  # failed ones in a row
    due_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=80, blank=True, default="")
    claimed_until = models.DateTimeField(null=True)
    release_due = models.BooleanField(default=False)
    held_at = models.DateTimeField(null=True)  # an editor keeps it from going out until it is let go
    changed_at = models.DateTimeField()

    objects: ClassVar[TranslationManager] = TranslationManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(fields=["entry", "language"], name="one_translation_per_language")
        ]
        indexes = [
            models.Index(
                fields=["-published", "due_at"], condition=Q(state__in=WORK), name="translation_work"
            ),
            models.Index(fields=["language", "state"], name="translation_by_state"),
            models.Index(fields=["id"], condition=Q(release_due=True), name="translation_release_due"),
            models.Index(
                fields=["claimed_until"], condition=Q(claimed_until__isnull=False), name="translation_leases"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.language} {self.state}"

    def log_move(self, action: str, before: State, at: datetime, *, note: str = "") -> None:
        """Write the pipeline's move into the present state into the audit log, in the caller's transaction."""
        Audit.objects.create(
            at=at,
            actor=PIPELINE,
            action=action,
            entry=self.entry,
            language=self.language,
            before_state=before,
            after_state=self.state,
            note=note,
        )


class Unit(models.Model):
    """The translation of one segment."""

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="units")
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="units")
    state = models.CharField(max_length=10, choices=STATES)
    text = models.TextField(blank=True)
    raw = models.TextField(
        blank=True
    )  # as the engine gave it, before restoring and conventions; for the record
    origin = models.CharField(max_length=40)  # engine name, tm:human, tm:import
    engine_version = models.CharField(max_length=40, blank=True)
    pivot = models.CharField(max_length=3, blank=True)
    machine = models.TextField(blank=True)  # the machine's last words, where a person's stand in `text`
    editor = models.CharField(max_length=150, blank=True)  # whose words or approval these are
    changed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(fields=["translation", "segment"], name="one_unit_per_segment")
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Finding(models.Model):
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="findings")
    check_id = models.CharField(max_length=40)  # stable: dismissals refer to it
    severity = models.CharField(max_length=5)  # block, warn, info
    message = models.TextField()
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    fix = models.TextField(null=True)
    dismissed_by = models.CharField(max_length=150, blank=True, default="")

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.check_id}: {self.message}"
