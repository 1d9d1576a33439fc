"""The translation memory and the termbase."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.db import models

from pipeline.models.fields import text_hash
from pipeline.records import Pair

HUMAN, IMPORTED, MACHINE = 30, 20, 10  # ranks: a person's words before a bought memory before a machine's


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryIntent:
    """A unit to remember."""

    pair: Pair
    source: str
    target: str
    origin: str  # human, import, or an engine's name
    rank: int
    version: str = ""
    pivot: str = ""
    raw: str = ""


class MemoryManager(models.Manager["MemoryUnit"]):
    def best(self, pair: Pair, texts: Iterable[str], engines: Sequence[str]) -> dict[str, "MemoryUnit"]:
        """The best unit for each text: a person's first, then imported, then of the engines in use.

        Units of engines that no longer stand in the pair's chain are left out, so that changing the
        engine changes the text.
        """
        by_hash = {text_hash(text): text for text in texts}
        found: dict[str, MemoryUnit] = {}
        hashes = list(by_hash)
        for start in range(0, len(hashes), 500):
            rows = self.filter(
                source_language=pair.source,
                target_language=pair.target,
                source_hash__in=hashes[start : start + 500],
            ).filter(models.Q(rank__gt=MACHINE) | models.Q(origin__in=list(engines)))
            for unit in rows.order_by("rank", "-id"):
                found[by_hash[unit.source_hash]] = unit  # the best comes last
        return found

    def remember(self, intents: Iterable[MemoryIntent]) -> None:
        """Store units; a known text of the same origin gets the newer words."""
        rows = {}
        for intent in intents:
            unit = MemoryUnit(
                source_language=intent.pair.source,
                target_language=intent.pair.target,
                source_hash=text_hash(intent.source),
                origin=intent.origin,
                rank=intent.rank,
                source=intent.source,
                target=intent.target,
                raw=intent.raw if intent.raw != intent.target else "",
                version=intent.version,
                pivot=intent.pivot,
            )
            rows[(unit.source_language, unit.target_language, unit.source_hash, unit.origin)] = unit
        self.bulk_create(
            rows.values(),
            batch_size=200,
            update_conflicts=True,
            unique_fields=["source_language", "target_language", "source_hash", "origin"],
            update_fields=["target", "raw", "rank", "version", "pivot"],
        )


class MemoryUnit(models.Model):
    """One sentence and its translation, with who made it."""

    source_language = models.CharField(max_length=3)
    target_language = models.CharField(max_length=3)
    source_hash = models.CharField(max_length=32)
    origin = models.CharField(max_length=40)
    rank = models.PositiveSmallIntegerField()
    source = models.TextField()
    target = models.TextField()
    raw = models.TextField(blank=True)  # as the engine gave it, where that differs
    version = models.CharField(max_length=40, blank=True)
    pivot = models.CharField(max_length=3, blank=True)

    objects: ClassVar[MemoryManager] = MemoryManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["source_language", "target_language", "source_hash", "origin"],
                name="one_unit_per_origin",
            )
        ]

    def __str__(self) -> str:
        return f"{self.source_language}-{self.target_language} {self.source[:40]}"


class Term(models.Model):
    """A glossary term: how a word is to be translated, not to be translated, or not to be used."""

    source_language = models.CharField(max_length=3, blank=True)  # empty: any
    target_language = models.CharField(max_length=3)
    source = models.CharField(max_length=200)
    target = models.CharField(max_length=200, blank=True)
    forms = models.JSONField(default=list)  # inflected forms of the target that count as used
    do_not_translate = models.BooleanField(default=False)
    forbidden = models.BooleanField(default=False)  # the target must not be used
    note = models.TextField(blank=True)

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["source_language", "target_language", "source", "target"], name="one_term_per_target"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"
