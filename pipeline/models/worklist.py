"""The editors' queue: which translations they see, in which order, and what stands before and behind one.

The partial indexes of Translation carry the queue: what waits is found without a look at the rest.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Max, Min, Q, QuerySet

from pipeline.models.audit import Audit
from pipeline.models.desk import Report
from pipeline.models.entries import Entry
from pipeline.models.findings import Finding
from pipeline.models.releases import Release
from pipeline.models.scopes import Scopes, within
from pipeline.models.translations import Translation
from pipeline.states import State

DOUBTFUL = 0.5  # the risk from which a text is doubtful; review/policy.py says what follows from it
MAY_WAIT = (State.MACHINE, State.EDITED)
_ORDERS = {
    "risk": ("-risk", "-published", "-id"),
    "age": ("changed_at", "id"),
    "newest": ("-published", "-id"),
}
_CONTROLS = re.compile(r"[\x00-\x1f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What an editor wants to see of the queue; empty means all."""

    language: str = ""
    source: str = ""
    state: str = ""
    text: str = ""  # in the title, the translated or the original one
    age_days: int = 0  # waiting for so many days at least
    risk: Literal["", "doubtful", "clean"] = ""
    waiting_only: bool = True  # counts for states that can wait for a person
    unreviewed: bool = False  # went out as the machine wrote it: nobody was asked, nobody has looked
    order: Literal["risk", "age", "newest"] = "risk"


def queue(scopes: Scopes, wanted: QueueFilter, now: datetime) -> QuerySet[Translation]:
    """The translations that are wanted, in no order."""
    rows = Translation.objects.filter(within(scopes))
    if wanted.unreviewed:
        # Few are blocked: they are left out by name. To look at the entry of each text cost four times as much.
        blocked = Entry.objects.filter(blocked_at__isnull=False)
        rows = rows.filter(state=State.MACHINE, waits=False).exclude(entry__in=blocked.values("id"))
    elif wanted.waiting_only and wanted.state in {"", *MAY_WAIT}:
        rows = rows.filter(waits=True)
    if wanted.language:
        rows = rows.filter(language=wanted.language)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.source:
        rows = rows.filter(entry__source_id=wanted.source)
    if wanted.risk:
        rows = (
            rows.filter(risk__gte=DOUBTFUL) if wanted.risk == "doubtful" else rows.filter(risk__lt=DOUBTFUL)
        )
    if wanted.age_days > 0:
        rows = rows.filter(changed_at__lte=now - timedelta(days=wanted.age_days))
    if words := _CONTROLS.sub(" ", wanted.text).strip():
        rows = rows.filter(_says(words))
    return rows


def _says(words: str) -> Q:
    """A title, translated or original, that holds the words.

    SQLite knows capitals of ASCII letters only: others as people write them, small, large, or large at the beginning.
    """
    found = Q()
    for form in {words, words.lower(), words.upper(), words.capitalize(), words.title()}:
        found |= Q(title__icontains=form) | Q(entry__current__title__icontains=form)
        if words.isascii():
            break
    return found


def page(rows: QuerySet[Translation], order: str, offset: int, limit: int) -> list[Translation]:
    """A page of the queue without the long texts."""
    shown = rows.select_related("entry", "entry__current").only(
        *("id", "language", "state", "title", "risk", "version", "published", "changed_at", "held_at"),
        *("sent_back_at", "waits", "revision_id", "entry__public_id", "entry__source_id", "entry__language"),
        "entry__current__title",
    )
    return list(shown.order_by(*_ORDERS[order])[offset : offset + limit])


def total(rows: QuerySet[Translation]) -> tuple[int, datetime | None]:
    """How many, and since when the oldest stands as it is."""
    found = rows.aggregate(count=Count("id"), oldest=Min("changed_at"))
    return found["count"], found["oldest"]


def waiting_by_language(scopes: Scopes) -> list[tuple[str, int, int, datetime | None]]:
    """(language, waiting, doubtful among them, the oldest) of what an editor sees."""
    rows = Translation.objects.filter(within(scopes), waits=True)
    counted = rows.values("language").annotate(
        waiting=Count("id"), doubtful=Count("id", filter=Q(risk__gte=DOUBTFUL)), oldest=Min("changed_at")
    )
    return [
        (each["language"], each["waiting"], each["doubtful"], each["oldest"])
        for each in counted.order_by("language")
    ]


def neighbours(rows: QuerySet[Translation], here: Translation, order: str) -> tuple[int | None, int | None]:
    """The ids before and behind a translation in the queue, whether it still stands there or not."""
    columns = _ORDERS[order]
    behind = rows.filter(_behind(columns, here)).order_by(*columns)
    turned = tuple(column[1:] if column.startswith("-") else f"-{column}" for column in columns)
    before = rows.filter(_behind(turned, here)).order_by(*turned)
    return before.values_list("id", flat=True).first(), behind.values_list("id", flat=True).first()


def _behind(columns: Sequence[str], here: Translation) -> Q:
    """Rows that come after one in an order of these columns."""
    found, same = Q(), Q()
    for column in columns:
        name = column.removeprefix("-")
        value = getattr(here, name)
        found |= same & Q(**{f"{name}__{'lt' if column.startswith('-') else 'gt'}": value})
        same &= Q(**{name: value})
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the checks found in a draft and nobody dismissed."""

    count: int = 0
    worst: str = ""  # block, warn, info or empty
    checks: tuple[str, ...] = ()  # their ids, the gravest first


def findings_of(rows: Iterable[Translation]) -> dict[int, Found]:
    """By translation, of the present drafts."""
    drafts = {row.pk: row.revision_id for row in rows if row.revision_id}
    counted = (
        Finding.objects.filter(unit__translation_id__in=drafts, dismissed_by="")
        .values_list("unit__translation_id", "unit__segment__revision_id", "severity", "check_id")
        .annotate(count=Count("id"))
    )
    gathered: dict[int, list[tuple[int, str, int]]] = {}
    for key, revision, severity, check, count in counted:
        if revision == drafts[key]:
            gathered.setdefault(key, []).append((_GRAVITY.index(severity), check, count))
    return {key: _found(each) for key, each in gathered.items()}


_GRAVITY = ("", "info", "warn", "block")


def _found(each: list[tuple[int, str, int]]) -> Found:
    each.sort(key=lambda one: (-one[0], one[1]))
    return Found(
        count=sum(count for _severity, _check, count in each),
        worst=_GRAVITY[each[0][0]],
        checks=tuple(dict.fromkeys(check for _severity, check, _count in each)),
    )


def public_of(rows: Iterable[Translation]) -> dict[tuple[int, str], Release]:
    """The public text beside each translation, without its words."""
    rows = list(rows)
    found = Release.objects.filter(
        entry_id__in={row.entry_id for row in rows},
        language__in={row.language for row in rows},
        withdrawn=False,
    ).only("entry_id", "language", "label", "revision_id", "title")
    return {(each.entry_id, each.language): each for each in found}


def reports_of(rows: Iterable[Translation]) -> dict[tuple[int, str], int]:
    """How many readers' reports on each text are open."""
    counted = Report.objects.filter(entry_id__in={row.entry_id for row in rows}, closed_at__isnull=True)
    found = counted.values("entry_id", "language").annotate(count=Count("id"))
    return {(each["entry_id"], each["language"]): each["count"] for each in found}


def last_notes(entry_id: int, language: str, actions: Iterable[str]) -> dict[str, str]:
    """What was said with the last move of each of these kinds."""
    rows = Audit.objects.filter(entry_id=entry_id, language=language, action__in=list(actions))
    newest = rows.values("action").annotate(last=Max("id")).values("last")
    return dict(Audit.objects.filter(id__in=newest).values_list("action", "note"))
