"""The translation memory: every sentence ever translated, by whom, and before which other one it stood."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import merge
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pipeline.likeness import index_words, length_window, most_alike
from pipeline.models import similar
from pipeline.models.fields import text_hash
from pipeline.records import MemoryHit, Pair

HUMAN, IMPORTED, MACHINE = 30, 20, 10  # ranks: a person's words before a bought memory before a machine's
_PARAMETERS = 500  # of one query
_KEY = ["source_language", "target_language", "source_hash", "origin", "context_hash"]


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
    terms: str = ""  # digest of the glossary terms that the engine was told
    context_hash: str = ""  # text_hash of the sentence before it in its entry; of a person's units only
    at: datetime | None = None


class MemoryManager(models.Manager["MemoryUnit"]):
    def best(self, pair: Pair, texts: Iterable[str], engines: Sequence[str]) -> dict[str, "MemoryUnit"]:
        """The best unit for each text: a person's first, then imported, then of the engines in use.

        Units of engines that no longer stand in the pair's chain are left out, so that changing the
        engine changes the text. Of a person's several words for one text the newest stand here; those
        that fit the place are `in_context`.
        """
        by_hash = {text_hash(text): text for text in texts}
        found: dict[str, MemoryUnit] = {}
        hashes = list(by_hash)
        for start in range(0, len(hashes), _PARAMETERS):
            rows = self._of(pair, hashes[start : start + _PARAMETERS]).filter(
                Q(rank__gt=MACHINE) | Q(origin__in=list(engines))
            )
            for unit in rows.order_by("rank", F("changed_at").asc(nulls_first=True), "id"):
                found[by_hash[unit.source_hash]] = unit  # the best comes last
        return found

    def in_context(
        self, pair: Pair, places: Iterable[tuple[str, str]]
    ) -> dict[tuple[str, str], "MemoryUnit"]:
        """A person's units for (text, the sentence before it), where they were made for just this place."""
        by_hash = {(text_hash(text), text_hash(before)): (text, before) for text, before in places if before}
        found: dict[tuple[str, str], MemoryUnit] = {}
        hashes = list(dict.fromkeys(key for key, _ in by_hash))
        for start in range(0, len(hashes), _PARAMETERS):
            rows = self._of(pair, hashes[start : start + _PARAMETERS]).filter(rank=HUMAN)
            for unit in rows.exclude(context_hash="").order_by(F("changed_at").asc(nulls_first=True), "id"):
                place = by_hash.get((unit.source_hash, unit.context_hash))
                if place:
                    found[place] = unit
        return found

    def similar(self, pair: Pair, text: str, *, limit: int = 5, floor: float = 0.7) -> tuple[MemoryHit, ...]:
        """What people and files have for sentences like this one, the most alike first.

        Machines' units are left out: nobody learns from a machine's former words, and so their index
        costs nothing where most rows come in. Not safe to apply unseen: numbers may differ.
        """
        text = " ".join(text.split())
        sources = dict(similar.candidates(index_words(pair, text), length_window(text, floor)))
        scores = dict(most_alike(text, sources, limit=limit * 2, floor=floor))
        hits: dict[tuple[str, str], MemoryHit] = {}
        for unit in sorted(self.filter(pk__in=scores), key=lambda unit: (-scores[unit.pk], -unit.rank)):
            hit = MemoryHit(
                source=unit.source,
                target=unit.target,
                score=round(scores[unit.pk], 3),
                origin=unit.origin,
                rank=unit.rank,
            )
            hits.setdefault((hit.source, hit.target), hit)
        return tuple(hits.values())[:limit]

    def remember(self, intents: Iterable[MemoryIntent]) -> None:
        """Store units; a known text of the same origin and place gets the newer words."""
        rows = {}
        for intent in intents:
            unit = _unit(intent)
            rows[tuple(getattr(unit, name) for name in _KEY)] = unit
        self.bulk_create(
            rows.values(),
            batch_size=200,
            update_conflicts=True,
            unique_fields=_KEY,
            update_fields=["target", "raw", "rank", "version", "pivot", "terms", "changed_at"],
        )

    def stream(
        self, languages: Sequence[str] = (), ranks: Sequence[int] = (), origins: Sequence[str] = ()
    ) -> Iterator["MemoryUnit"]:
        """Called by export: all units between these languages (none named: all), those of one source together.

        One query a direction, in the order of its index, and merged: sorting a million rows would take
        hundreds of megabytes.
        """
        rows = self.all()
        if languages:
            rows = rows.filter(source_language__in=languages, target_language__in=languages)
        if ranks or origins:
            rows = rows.filter(Q(rank__in=ranks) | Q(origin__in=origins))
        found = rows.order_by("source_language", "target_language").distinct()
        pairs = list(found.values_list("source_language", "target_language"))
        for source, directions in groupby(pairs, key=itemgetter(0)):
            streams = [
                rows.filter(source_language=source, target_language=target)
                .order_by("source_hash", "-rank", "-id")
                .iterator(chunk_size=1_000)
                for _source, target in directions
            ]
            yield from merge(*streams, key=attrgetter("source_hash"))

    def _of(self, pair: Pair, hashes: Sequence[str]) -> models.QuerySet["MemoryUnit"]:
        return self.filter(source_language=pair.source, target_language=pair.target, source_hash__in=hashes)


def _unit(intent: MemoryIntent) -> "MemoryUnit":
    return MemoryUnit(
        source_language=intent.pair.source,
        target_language=intent.pair.target,
        source_hash=text_hash(intent.source),
        origin=intent.origin,
        context_hash=intent.context_hash,
        rank=intent.rank,
        source=intent.source,
        target=intent.target,
        raw=intent.raw if intent.raw != intent.target else "",
        version=intent.version,
        pivot=intent.pivot,
        terms=intent.terms,
        words=" ".join(index_words(intent.pair, intent.source)) if intent.rank > MACHINE else "",
        changed_at=intent.at,
    )


class MemoryUnit(models.Model):
    """One sentence and its translation, with who made it."""

    source_language = models.CharField(max_length=3)
    target_language = models.CharField(max_length=3)
    source_hash = models.CharField(max_length=32)
    origin = models.CharField(max_length=40)
    context_hash = models.CharField(max_length=32, blank=True, default="")  # of the sentence before
    rank = models.PositiveSmallIntegerField()
    source = models.TextField()
    target = models.TextField()
    raw = models.TextField(blank=True)  # as the engine gave it, where that differs
    version = models.CharField(max_length=40, blank=True)
    pivot = models.CharField(max_length=3, blank=True)
    terms = models.CharField(max_length=32, blank=True, default="")  # digest of what the engine was told
    words = models.TextField(
        blank=True, default=""
    )  # keys of the word index (migration 0004); machines' have none
    changed_at = models.DateTimeField(null=True)

    objects: ClassVar[MemoryManager] = MemoryManager()

    # On SQLite the word index hangs on triggers of this table (migration 0004): whatever makes the table anew,
    # as a changed column does there, must make them anew as well.
    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=_KEY, name="one_unit_per_origin")]

    def __str__(self) -> str:
        return f"{self.source_language}-{self.target_language} {self.source[:40]}"
