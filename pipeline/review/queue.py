"""The queue: what needs a person, the most doubtful first. Every page costs the same number of queries."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.models import Release, Translation, worklist
from pipeline.models.worklist import Found, QueueFilter
from pipeline.review.permissions import Action, Actor, scopes

__all__ = ["LanguageCount", "QueueFilter", "QueuePage", "QueueRow", "counts", "first_ten", "queue"]

_FIRST = 10
_CHECKS = 3  # named in a row


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRow:
    """A translation as the queue shows it."""

    id: int
    entry_id: int
    public_id: str
    language: str
    source_key: str
    source_language: str
    title: str  # the translated one, empty before there is one
    source_title: str
    state: str
    risk: float
    finding_count: int  # those nobody dismissed
    worst_finding: str  # block, warn, info or empty
    checks: tuple[str, ...]  # ids of the gravest
    held: bool
    sent_back: bool
    waits: bool
    is_public: bool  # a text of this entry is public in this language
    published: datetime  # by its source
    changed_at: datetime
    version: int
    label: str = ""  # of what is public
    report_count: int = 0  # of readers, open


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    rows: tuple[QueueRow, ...]
    total: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageCount:
    language: str
    waiting: int
    doubtful: int
    oldest: datetime | None


def queue(actor: Actor, wanted: QueueFilter, *, offset: int = 0, limit: int = 50) -> QueuePage:
    """A page of what the actor may see and wants to."""
    rows = worklist.queue(scopes(actor, Action.SEE), wanted, datetime.now(UTC))
    total, oldest = worklist.total(rows)
    return QueuePage(rows=_rows(worklist.page(rows, wanted.order, offset, limit)), total=total, oldest=oldest)


def first_ten(actor: Actor, languages: Collection[str] = ()) -> tuple[QueueRow, ...]:
    """What needs eyes first, in these languages or in all the actor sees."""
    rows = worklist.queue(scopes(actor, Action.SEE), QueueFilter(), datetime.now(UTC))
    if languages:
        rows = rows.filter(language__in=list(languages))
    return _rows(worklist.page(rows, "risk", 0, _FIRST))


def counts(actor: Actor) -> tuple[LanguageCount, ...]:
    """What waits, by language."""
    return tuple(
        LanguageCount(language=language, waiting=waiting, doubtful=doubtful, oldest=oldest)
        for language, waiting, doubtful, oldest in worklist.waiting_by_language(scopes(actor, Action.SEE))
    )


def _rows(found: list[Translation]) -> tuple[QueueRow, ...]:
    findings = worklist.findings_of(found)
    public = worklist.public_of(found)
    reports = worklist.reports_of(found)
    return tuple(
        _row(
            row,
            findings.get(row.pk, Found()),
            public.get((row.entry_id, row.language)),
            reports.get((row.entry_id, row.language), 0),
        )
        for row in found
    )


def _row(row: Translation, found: Found, public: Release | None, reports: int) -> QueueRow:
    entry = row.entry
    return QueueRow(
        id=row.pk,
        entry_id=row.entry_id,
        public_id=entry.public_id,
        language=row.language,
        source_key=entry.source_id,
        source_language=entry.language,
        title=row.title,
        source_title=entry.current.title if entry.current else "",
        state=row.state,
        risk=row.risk,
        finding_count=found.count,
        worst_finding=found.worst,
        checks=found.checks[:_CHECKS],
        held=row.held_at is not None,
        sent_back=row.sent_back_at is not None,
        waits=row.waits,
        is_public=public is not None,
        published=row.published,
        changed_at=row.changed_at,
        version=row.version,
        label=public.label if public else "",
        report_count=reports,
    )
