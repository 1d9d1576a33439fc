"""Stories: one event told by several sources. Which entries tell it, and which of them stands for it."""

from collections.abc import Collection, Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from pipeline.models.entries import Entry


class VoiceManager(models.Manager["Voice"]):
    def gone(self, sources: Collection[str]) -> list[tuple[int, int | None]]:
        """Called by stories: (entry, story) of voices that are withdrawn, taken back, or of sources that left."""
        rows = self.filter(
            Q(entry__withdrawn_at__isnull=False)
            | Q(entry__blocked_at__isnull=False)
            | ~Q(entry__source_id__in=sources)
        )
        return list(rows.order_by("entry_id").values_list("entry_id", "story_id"))

    def of_stories(self, stories: Iterable[int]) -> dict[int, list[int]]:
        """The entries of each story."""
        found: dict[int, list[int]] = {}
        rows = self.filter(story_id__in=list(stories)).order_by("entry_id")
        for entry, story in rows.values_list("entry_id", "story_id"):
            found.setdefault(story, []).append(entry)
        return found

    def note(self, entry: int, vector: bytes | None, **judged: int | str) -> None:
        """Called by stories: this text of the entry was compared with all others of its days."""
        self.update_or_create(entry_id=entry, defaults={**judged, "vector": vector})

    def move(self, entry: int, story: int | None) -> None:
        """Called by stories: from now on this entry tells this story, or none."""
        self.update_or_create(
            entry_id=entry,
            defaults={"story_id": story},
            create_defaults={"story_id": story, "revision": 0, "version": 0},
        )


class Story(models.Model):
    """One event. It has no id that readers see: those are its voices'."""

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"story {self.pk}"


class Voice(models.Model):
    """An entry that was compared with those of other sources, and the story it tells with them, if any."""

    entry = models.OneToOneField(Entry, primary_key=True, on_delete=models.CASCADE, related_name="voice")
    story = models.ForeignKey(Story, null=True, on_delete=models.SET_NULL, related_name="voices")
    language = models.CharField(max_length=3)  # of the text that was compared
    revision = models.PositiveBigIntegerField()  # the entry's, and the translation's version: another text is
    version = models.PositiveIntegerField()  # compared anew
    vector = models.BinaryField(null=True)  # of the text, where vectors are in use

    objects: ClassVar[VoiceManager] = VoiceManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.story_id}"


class LeadManager(models.Manager["Lead"]):
    def unsettled(self) -> list[int]:
        """Called by stories: stories with a voice whose public text changed and is not written yet."""
        rows = Story.objects.filter(voices__entry__releases__dirty=True)
        return sorted(set(rows.values_list("id", flat=True)))

    def settle(self, story: int, languages: Iterable[str]) -> None:
        """Called by stories: who stands for the story in each language: who did, else the first that was published.

        An id that readers were once shown for a story is not exchanged for another one.
        """
        public = Entry.objects.filter(
            voice__story_id=story, releases__withdrawn=False, releases__language__in=list(languages)
        )
        voices: dict[str, list[int]] = {}
        rows = public.order_by("published", "public_id").values_list("releases__language", "id")
        for language, entry in rows:
            voices.setdefault(language, []).append(entry)
        now = dict(self.filter(story_id=story).values_list("language", "entry_id"))
        for language in now.keys() - voices.keys():
            self.filter(story_id=story, language=language).delete()
        for language, entries in voices.items():
            if now.get(language) not in entries:
                self.update_or_create(story_id=story, language=language, defaults={"entry_id": entries[0]})


class Lead(models.Model):
    """Which voice stands for a story in the combined channel of a language."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="leads")
    language = models.CharField(max_length=3)
    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="+")

    objects: ClassVar[LeadManager] = LeadManager()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["story", "language"], name="one_lead_per_language")]

    def __str__(self) -> str:
        return f"{self.entry_id} for {self.story_id} in {self.language}"


def stands_elsewhere(release: str = "") -> Exists:
    """Whether another voice of its story stands for a release in its language; `release` leads to it from the rows."""
    entry, language = OuterRef(f"{release}entry"), OuterRef(f"{release}language")
    leads = Lead.objects.filter(story__voices__entry=entry, language=language)
    return Exists(leads.exclude(entry=entry))
