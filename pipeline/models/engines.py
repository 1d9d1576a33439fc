"""What the engines did, by day and pair, and which are paused: for the summary, the budget and the metrics."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F

from pipeline.models.moments import is_ahead
from pipeline.records import Pair


class EngineUsageManager(models.Manager["EngineUsage"]):
    def add(self, engine: str, pair: Pair, day: date, counts: dict[str, float]) -> None:
        """Add to the day's counters: calls, sentences, characters, failures, seconds."""
        row, _ = self.get_or_create(
            engine=engine, day=day, source_language=pair.source, target_language=pair.target
        )
        self.filter(pk=row.pk).update(**{name: F(name) + count for name, count in counts.items()})

    def characters_since(self, day: date) -> dict[str, int]:
        """How many characters each engine was sent from this day on: what a budget counts."""
        rows = self.filter(day__gte=day).values_list("engine").annotate(models.Sum("characters"))
        return dict(rows.order_by("engine"))


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


class EnginePauseManager(models.Manager["EnginePause"]):
    def open_at(self, now: datetime) -> dict[str, "EnginePause"]:
        """The engines that are to be left alone now, by name."""
        return {row.engine: row for row in self.filter(is_ahead("until", now))}

    def keep(self, pauses: Mapping[str, tuple[datetime, str] | None]) -> None:
        """Until when and why engines are paused; None: they are not, or no more."""
        if over := [engine for engine, pause in pauses.items() if pause is None]:
            self.filter(engine__in=over).delete()
        for engine, pause in pauses.items():
            if pause is not None:
                until, reason = pause
                self.update_or_create(engine=engine, defaults={"until": until, "reason": reason[:500]})


class EnginePause(models.Model):
    """An engine that is left alone: what its service asked for outlives the run that was asked."""

    engine = models.CharField(max_length=40, primary_key=True)
    until = models.DateTimeField()
    reason = models.TextField()

    objects: ClassVar[EnginePauseManager] = EnginePauseManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.engine} until {self.until:%Y-%m-%d %H:%M}"


class EngineSpendingManager(models.Manager["EngineSpending"]):
    def draw(self, engine: str, month: date, characters: int, limit: int) -> bool:
        """Count these characters if the month's limit allows: one statement, so that nobody overdraws."""
        mine = self.filter(engine=engine, month=month)
        fits = mine.filter(characters__lte=limit - characters)
        if fits.update(characters=F("characters") + characters):
            return True
        if mine.exists() or characters > limit:
            return False
        self.get_or_create(engine=engine, month=month)
        return bool(fits.update(characters=F("characters") + characters))

    def give_back(self, engine: str, month: date, characters: int) -> None:
        """Take back what was counted and then not sent."""
        self.filter(engine=engine, month=month, characters__gte=characters).update(
            characters=F("characters") - characters
        )

    def spent(self, month: date) -> dict[str, int]:
        """The characters counted this month, by engine."""
        return dict(self.filter(month=month).values_list("engine", "characters"))


class EngineSpending(models.Model):
    """What counts against an engine's budget in one month."""

    engine = models.CharField(max_length=40)
    month = models.DateField()  # its first day
    characters = models.PositiveBigIntegerField(default=0)

    objects: ClassVar[EngineSpendingManager] = EngineSpendingManager()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["engine", "month"], name="one_spending_per_month")]

    def __str__(self) -> str:
        return f"{self.engine} {self.month:%Y-%m}"
