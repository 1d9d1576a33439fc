"""Translations of entries and their units, one a segment."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models, transaction
from django.db.models import Q

from pipeline.models.audit import PIPELINE, Audit
from pipeline.models.entries import Entry, Revision
from pipeline.models.moments import has_come
from pipeline.models.segments import Segment
from pipeline.states import State

STATES = [(state.value, state.value) for state in State]
# What the translate stage takes up when due. Written with OR, in the index as in the questions: SQLite does not see
# that `state IN (?, ?, ?)` is the condition of the index, and would read every translation there is.
WORK = Q(state=State.WAITING) | Q(state=State.STALE) | Q(state=State.FAILED)
_LANGUAGES = 16  # no entry is translated into more
LONGEST_LEASE = timedelta(minutes=30)  # twice what a worker takes; a claim that ends later is another clock's


class TranslationManager(models.Manager["Translation"]):
    def claim(self, who: str, limit: int, now: datetime, until: datetime) -> list["Translation"]:
        """Called by translate: take due translations, newest entries first; the lease keeps others off.

        A few more than `limit` where the last entry has them: its languages share the way into the pivot, which two
        workers would each ask for.
        """
        with transaction.atomic():
            rows = self.filter(WORK, has_come("due_at", now), claimed_until__isnull=True)
            rows = rows.order_by("-published", "entry_id", "language")
            free = rows.select_for_update(skip_locked=True, of=("self",)).values_list("id", "entry_id")
            taken = list(free[: limit + _LANGUAGES])
            last = [entry_id for _id, entry_id in taken[limit - 1 : limit]]
            ids = [each for n, (each, entry_id) in enumerate(taken) if n < limit or entry_id in last]
            self.filter(id__in=ids).update(claimed_by=who, claimed_until=until)
        found = self.filter(id__in=ids).select_related("entry", "entry__current")
        return sorted(found, key=lambda each: ids.index(each.pk))

    def claim_redrafts(self, who: str, limit: int, until: datetime) -> list["Translation"]:
        """Called by translate: take machine drafts for which the memory has better words since."""
        with transaction.atomic():
            rows = self.filter(redraft_due=True, state=State.MACHINE, claimed_until__isnull=True)
            ids = list(
                rows.order_by("id")
                .select_for_update(skip_locked=True, of=("self",))
                .values_list("id", flat=True)[:limit]
            )
            self.filter(id__in=ids).update(claimed_by=who, claimed_until=until)
        found = self.filter(id__in=ids).select_related("entry", "entry__current", "revision")
        return sorted(found, key=lambda each: each.pk)

    def mark_newest(self, count: int) -> None:
        """Called by translate when the termbase changed: the newest drafts of each language are looked at again."""
        drafts = self.filter(state=State.MACHINE)
        for language in list(drafts.order_by("language").values_list("language", flat=True).distinct()):
            newest = drafts.filter(language=language).order_by("-published").values_list("id", flat=True)
            self.filter(id__in=list(newest[:count])).update(redraft_due=True)

    def unmark(self, row: "Translation") -> None:
        """What was looked at again and stays as it is."""
        self.filter(pk=row.pk, claimed_by=row.claimed_by).update(
            redraft_due=False, claimed_by="", claimed_until=None
        )

    def due(self, now: datetime) -> list[tuple[int, str]]:
        """(entry, language) of all that is due, newest entries first: for an estimate, nothing is claimed."""
        rows = self.filter(WORK, has_come("due_at", now))
        return list(rows.order_by("-published", "entry_id", "language").values_list("entry_id", "language"))

    def due_count(self, now: datetime) -> int:
        return self.filter(WORK, has_come("due_at", now), claimed_until__isnull=True).count()

    def wake(self, now: datetime, *, reason: str = "") -> None:
        """What waits for an engine is due again: called when the engines or the memory changed.

        `reason`: only what waits for this very reason, such as an answer that has come.
        """
        rows = self.filter(WORK, due_at__gt=now)
        (rows.filter(reason=reason) if reason else rows).update(due_at=now)

    def free_leases(self, now: datetime) -> int:
        """Give back what workers that died had claimed."""
        over = has_come("claimed_until", now, LONGEST_LEASE)
        return self.filter(over).update(claimed_by="", claimed_until=None)

    def claimants(self) -> set[str]:
        """The names under which something is claimed."""
        return set(self.filter(claimed_until__isnull=False).values_list("claimed_by", flat=True).distinct())

    def free_leases_of(self, names: Iterable[str]) -> int:
        """Give back what these had claimed: they are known to be at work no more."""
        return self.filter(claimed_by__in=list(names)).update(claimed_by="", claimed_until=None)

    def free_leases_of_dead_runs(self) -> int:
        """The same for all leases: whoever holds the one lock knows that no other run is alive."""
        return self.filter(claimed_until__isnull=False).update(claimed_by="", claimed_until=None)

    def locked(self, translation_id: int) -> "Translation":
        """Called by review inside a transaction: nobody else changes it until the end."""
        rows = self.select_related("entry", "entry__current", "revision")
        return rows.select_for_update(of=("self",)).get(pk=translation_id)

    def entries_of(self, entries: Iterable[Entry]) -> set[int]:
        """Called by plan: those of the entries that have any translation."""
        found = self.filter(entry__in=list(entries))
        return set(found.order_by().values_list("entry_id", flat=True).distinct())

    def of_texts(self, texts: Iterable[tuple[int, str]]) -> list["Translation"]:
        """By entry and language."""
        wanted = set(texts)
        rows = self.filter(entry_id__in={entry for entry, _language in wanted})
        return [row for row in rows.only("entry_id", "language") if (row.entry_id, row.language) in wanted]

    def of_public(self, public_id: str, language: str) -> "Translation | None":
        """By the id that stands in addresses."""
        rows = self.filter(entry__public_id=public_id, language=language)
        return rows.select_related("entry", "entry__current", "revision").first()

    def releases_due(self, limit: int) -> list["Translation"]:
        """Called by review: translations whose public text may have to change."""
        rows = self.filter(release_due=True).select_related("entry", "entry__current", "revision")
        return list(rows.order_by("id")[:limit])

    def release_done(self, row: "Translation", *, waits: bool) -> None:
        """Called by review: decided, unless it changed meanwhile."""
        self.filter(pk=row.pk, version=row.version).update(release_due=False, waits=waits)

    def waiting(self, languages: Iterable[str]) -> dict[str, int]:
        """How many translations wait for a text, by language. Not all states: that would read all there is."""
        return dict(self.work(languages).values_list("language").annotate(models.Count("id")))

    def work(self, languages: Iterable[str]) -> models.QuerySet["Translation"]:
        """What waits for a text. Found by the index of states first: joined at once, SQLite reads every row."""
        due = self.filter(WORK, language__in=list(languages)).values("pk")
        return self.filter(pk__in=due, entry__withdrawn_at__isnull=True).order_by()

    def shown(self, entry_id: int, language: str) -> "Translation | None":
        """Called by the desk: a text with its entry, for the head of its history."""
        rows = self.filter(entry_id=entry_id, language=language)
        return rows.select_related("entry", "entry__current").first()

    def titles(self, places: Iterable[tuple[int, str]]) -> dict[tuple[int, str], str]:
        """Called by the desk: what (entry, language) is called there; where it has no words yet, at its source."""
        wanted = set(places)
        rows = self.filter(entry_id__in={entry for entry, _language in wanted})
        found = rows.values_list("entry_id", "language", "title", "entry__current__title")
        return {
            (entry, language): title or original or ""
            for entry, language, title, original in found
            if (entry, language) in wanted
        }

    def held(self, languages: Iterable[str]) -> dict[str, int]:
        """How many texts wait for an editor, by language."""
        rows = self.filter(language__in=list(languages), waits=True)
        return dict(rows.values_list("language").annotate(models.Count("id")))

    def reasons(self, languages: Iterable[str]) -> dict[str, int]:
        """Why translations wait, with how many each."""
        return dict(
            self.work(languages).exclude(reason="").values_list("reason").annotate(models.Count("id"))
        )


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
    redraft_due = models.BooleanField(default=False)  # the memory or the termbase knows better since
    held_at = models.DateTimeField(null=True)  # an editor keeps it from going out until it is let go
    sent_back_at = models.DateTimeField(null=True)  # an editor wants it mended first; ends with the next edit
    waits = models.BooleanField(default=False)  # for a person: set by release, which knows the policy
    changed_at = models.DateTimeField()

    objects: ClassVar[TranslationManager] = TranslationManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(fields=["entry", "language"], name="one_translation_per_language")
        ]
        indexes = [
            models.Index(fields=["-published", "due_at"], condition=WORK, name="translation_work"),
            models.Index(fields=["language", "state"], name="translation_by_state"),
            models.Index(
                fields=["language", "-risk", "-published", "-id", "changed_at"], name="translation_by_risk"
            ),
            models.Index(fields=["id"], condition=Q(release_due=True), name="translation_release_due"),
            models.Index(fields=["id"], condition=Q(redraft_due=True), name="translation_redraft_due"),
            # The queue is read from these alone: each holds all that its question is about.
            models.Index(
                fields=["language", "-risk", "-published", "-id", "changed_at"],
                condition=Q(waits=True),
                name="translation_queue",
            ),
            models.Index(
                fields=["-risk", "-published", "-id", "changed_at"],
                condition=Q(waits=True),
                name="translation_queue_all",
            ),
            models.Index(
                fields=["language", "changed_at", "id", "risk"],
                condition=Q(waits=True),
                name="translation_queue_age",
            ),
            models.Index(  # what is public and not reviewed; with what its question is about, and its filters
                fields=["state", "-risk", "-published", "-id", "changed_at", "language", "entry"],
                condition=Q(waits=False),
                name="translation_done",
            ),
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

    @property
    def is_by_hand(self) -> bool:
        """Whether a person wrote these words, and not only approved them."""
        return bool(self.machine) or self.origin == "human"
