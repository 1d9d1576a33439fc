"""The queries behind the metrics and the status page. Each reads an index or a bounded number of rows."""

from collections.abc import Iterable
from datetime import date, datetime
from statistics import median

from django.db.models import Count, Min, Sum
from django.db.models.functions import TruncDate

from pipeline.models.audit import PIPELINE, Audit
from pipeline.models.desk import Report
from pipeline.models.engines import EngineUsage
from pipeline.models.entries import Entry
from pipeline.models.releases import Release
from pipeline.models.sources import Source
from pipeline.models.translations import Translation
from pipeline.states import State

_SAMPLE = 2_000  # rows a median is taken of, the newest


def lag(language: str, since: datetime, begun: str = "first_seen") -> float | None:
    """Seconds until an entry's first release in a language: the median of what came since.

    From our first sight of it; or with "published" from the date that its source gives, which may be a day without a time.
    """
    rows = Release.objects.filter(language=language, released_at__gte=since, entry__first_seen__gte=since)
    times = rows.order_by("-released_at").values_list("released_at", f"entry__{begun}")[:_SAMPLE]
    seconds = [(released - seen).total_seconds() for released, seen in times]
    return median(seconds) if seconds else None


def waiting(languages: Iterable[str]) -> dict[str, tuple[int, datetime | None]]:
    """How many translations wait for a text, and since when the oldest does, by language."""
    found = (
        Translation.objects.work(languages).values_list("language").annotate(Count("id"), Min("changed_at"))
    )
    return {language: (count, oldest) for language, count, oldest in found}


def states(languages: Iterable[str]) -> dict[tuple[str, str], int]:
    """How many translations stand in each state, by (language, state)."""
    rows = Translation.objects.filter(language__in=list(languages)).order_by()
    found = rows.values_list("language", "state").annotate(Count("id"))
    return {(language, state): count for language, state, count in found}


def held(languages: Iterable[str]) -> dict[str, int]:
    return Translation.objects.held(languages)


def review_seconds(language: str, since: datetime) -> float | None:
    """From the machine's text to an editor's approval: the median of the approvals since."""
    approvals = Audit.objects.filter(language=language, after_state=State.APPROVED, at__gte=since).exclude(
        actor=PIPELINE
    )
    times = []
    for entry, at in approvals.order_by("-at").values_list("entry_id", "at")[:_SAMPLE]:
        made = Audit.objects.filter(
            entry_id=entry, language=language, after_state=State.MACHINE, at__lte=at
        ).order_by("-at")
        if (begun := made.values_list("at", flat=True).first()) is not None:
            times.append((at - begun).total_seconds())
    return median(times) if times else None


def open_reports(languages: Iterable[str]) -> dict[str, int]:
    rows = Report.objects.filter(language__in=list(languages), closed_at__isnull=True).order_by()
    return dict(rows.values_list("language").annotate(Count("id")))


def sources(keys: Iterable[str]) -> list[Source]:
    return list(Source.objects.filter(key__in=list(keys)).order_by("key"))


def engine_totals(since: date | None = None) -> list[tuple[str, int, int, int, int, float]]:
    """(engine, calls, sentences, characters, failures, seconds), of all days or from one on."""
    rows = EngineUsage.objects.all() if since is None else EngineUsage.objects.filter(day__gte=since)
    sums = [Sum(name) for name in ("calls", "sentences", "characters", "failures", "seconds")]
    return list(rows.order_by("engine").values_list("engine").annotate(*sums))


def entries_by_day(since: datetime) -> dict[tuple[str, date], int]:
    """New entries by (source, day)."""
    rows = Entry.objects.filter(first_seen__gte=since).annotate(day=TruncDate("first_seen")).order_by()
    return {
        (source, day): count
        for source, day, count in rows.values_list("source_id", "day").annotate(Count("id"))
    }


def releases_by_day(since: datetime) -> dict[tuple[str, date], int]:
    """Texts that first became public, by (language, day)."""
    rows = Release.objects.filter(released_at__gte=since).annotate(day=TruncDate("released_at")).order_by()
    found = rows.values_list("language", "day").annotate(Count("id"))
    return {(language, day): count for language, day, count in found}


def characters_by_day(since: date) -> dict[tuple[str, date], int]:
    """Characters sent by (engine, day)."""
    rows = EngineUsage.objects.filter(day__gte=since).order_by()
    found = rows.values_list("engine", "day").annotate(Sum("characters"))
    return {(engine, day): count for engine, day, count in found}


def lag_by_day(language: str, since: datetime) -> dict[date, float]:
    """The median lag of each day, in seconds."""
    rows = Release.objects.filter(language=language, released_at__gte=since, entry__first_seen__gte=since)
    days: dict[date, list[float]] = {}
    for released, seen in rows.values_list("released_at", "entry__first_seen")[: 10 * _SAMPLE]:
        days.setdefault(released.date(), []).append((released - seen).total_seconds())
    return {day: median(times) for day, times in sorted(days.items())}
