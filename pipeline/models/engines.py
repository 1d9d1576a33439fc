"""What the engines did, by day and pair: for the summary, the budget and the metrics."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F

from pipeline.records import Pair


class EngineUsageManager(models.Manager["EngineUsage"]):
    def add(self, engine: str, pair: Pair, day: date, counts: dict[str, float]) -> None:
        """Add to the day's counters: calls, sentences, characters, failures, seconds."""
        row, _ = self.get_or_create(
            engine=engine, day=day, source_language=pair.source, target_language=pair.target
        )
        self.filter(pk=row.pk).update(**{name: F(name) + count for name, count in counts.items()})


class EngineUsage(models.Model):
    engine = models.CharField(max_length=40)
    day = models.DateField()
    source_language = models.CharField(max_length=3)
    target_language = models.CharField(max_length=3)
    calls = models.PositiveBigIntegerField(default=0)
    sentences = models.PositiveBigIntegerField(default=0)
    characters = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveBigIntegerField(default=0)
    seconds = models.FloatField(default=0)

    objects: ClassVar[EngineUsageManager] = EngineUsageManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["engine", "day", "source_language", "target_language"], name="one_usage_per_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.engine} {self.day}"
