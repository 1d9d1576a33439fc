"""What a clock that stood years ahead left in the store, and its repair once the clock is right.

Which of two clocks was wrong the dates alone do not say, their order does: rows of the future that came after rows
of these weeks were written ahead. Where all rows lie in the future, it is today's clock that is behind, and nothing
is touched.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import DurationField, F, Max, Min, Value

from pipeline.models.entries import Entry, Revision
from pipeline.models.releases import Release
from pipeline.models.runs import RunRecord
from pipeline.models.sources import Source
from pipeline.models.translations import Translation

_YEARS = timedelta(
    days=300
)  # what is less far ahead comes true soon enough, and may be today's clock's fault
_WEEKS = timedelta(days=60)  # so near before now the last thing must lie that was written by a right clock


def written_ahead(now: datetime) -> bool:
    """Whether a clock stood ahead and is right now. In most runs this asks two small tables only."""
    limit = now + _YEARS
    if not (
        Source.objects.filter(last_attempt__gt=limit).exists()
        or RunRecord.objects.filter(ended_at__gt=limit).exists()
    ):
        return False
    return _after_these_weeks(Entry, "first_seen", now) or _after_these_weeks(RunRecord, "ended_at", now)


def _after_these_weeks(model: type[models.Model], column: str, now: datetime) -> bool:
    rows: models.QuerySet[Any] = model._default_manager.all()  # noqa: SLF001 - Django documents it
    first = rows.filter(**{f"{column}__gt": now + _YEARS}).aggregate(first=Min("pk"))["first"]
    if first is None:
        return False
    before = rows.filter(pk__lt=first).order_by("-pk").values_list(column, flat=True).first()
    return before is not None and now - _WEEKS <= before <= now + _YEARS


def bring_back(now: datetime) -> int:
    """Dates of the future become dates of the past, in the order they had. How many entries had one.

    What was told of them in public is told anew. The audit log stays as it was written.
    """
    limit = now + _YEARS
    with transaction.atomic():
        moved = _entries(now, limit)
        Revision.objects.filter(seen_at__gt=limit).update(seen_at=now)
        Translation.objects.filter(changed_at__gt=limit).update(changed_at=now)
        Release.objects.filter(released_at__gt=limit).update(released_at=now)
        Source.objects.filter(last_success__gt=limit).update(last_success=now)
        Source.objects.filter(last_attempt__gt=limit).update(last_attempt=now)
        RunRecord.objects.filter(ended_at__gt=limit).delete()
    return moved


def _entries(now: datetime, limit: datetime) -> int:
    wrong = Entry.objects.filter(first_seen__gt=limit)
    newest = wrong.aggregate(newest=Max("first_seen"))["newest"]
    if newest is None:
        return 0
    shift = Value(newest - now, output_field=DurationField())
    Translation.objects.filter(entry__in=wrong).update(release_due=True)
    Translation.objects.filter(published__gt=limit).update(published=F("published") - shift)
    for column in ("published", "updated"):
        Entry.objects.filter(**{f"{column}__gt": limit}).update(**{column: F(column) - shift})
    return wrong.update(first_seen=F("first_seen") - shift, release_due=True)
