"""The log of moves, as people read it: an item's history, pages of the whole log, evidence to take away."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from pipeline.models import Audit, Entry
from pipeline.models.audit import AuditFilter
from pipeline.review.difference import Piece, difference
from pipeline.review.permissions import Action, Actor, require, scopes

__all__ = [
    "COLUMNS",
    "AuditFilter",
    "AuditPage",
    "Move",
    "as_csv",
    "as_json_lines",
    "audit_page",
    "export",
    "history",
]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One line of the log."""

    id: int
    at: datetime
    actor: str  # an editor's name, or "pipeline"
    action: str
    entry_id: int
    public_id: str
    source_key: str
    language: str
    before_state: str
    after_state: str
    before: str  # the sentence, where one was changed
    after: str
    note: str
    batch: str
    version: int | None
    segment_id: int | None

    @property
    def change(self) -> tuple[Piece, ...]:
        """What became of the sentence, word by word."""
        return difference(self.before, self.after) if self.before or self.after else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    moves: tuple[Move, ...]
    next_id: int | None  # ask for what comes after it; None: that was all


def history(actor: Actor, entry_id: int, language: str) -> tuple[Move, ...]:
    """All that was done to an entry in a language, the newest first, with what struck it in every language."""
    entry = Entry.objects.get(pk=entry_id)
    require(actor, Action.SEE, language, entry.source_id)
    return tuple(map(_move, Audit.objects.history(entry_id, language)))


def audit_page(
    actor: Actor, wanted: AuditFilter, *, after_id: int | None = None, limit: int = 100
) -> AuditPage:
    """A page of the log, the newest first, as far as the actor may see it."""
    require(actor, Action.AUDIT)
    rows = list(Audit.objects.wanted(scopes(actor, Action.AUDIT), wanted, after_id)[: limit + 1])
    return AuditPage(
        moves=tuple(map(_move, rows[:limit])), next_id=rows[limit - 1].pk if len(rows) > limit else None
    )


def export(actor: Actor, wanted: AuditFilter) -> Iterator[Move]:
    """The same without pages, for files of any length."""
    require(actor, Action.AUDIT)
    rows = Audit.objects.wanted(scopes(actor, Action.AUDIT), wanted, None)
    return map(_move, rows.iterator(chunk_size=2_000))


COLUMNS = (
    *("id", "at", "actor", "action", "public_id", "source_key", "language", "before_state", "after_state"),
    *("before", "after", "note", "batch", "version", "segment_id"),
)


def as_csv(moves: Iterable[Move]) -> Iterator[str]:
    """Lines with a head. A cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    yield _csv_line(COLUMNS)
    for move in moves:
        yield _csv_line([_cell(_values(move)[name]) for name in COLUMNS])


def as_json_lines(moves: Iterable[Move]) -> Iterator[str]:
    """One object a line, letter by letter as the log has it."""
    for move in moves:
        yield json.dumps(_values(move), ensure_ascii=False) + "\n"


def _values(move: Move) -> dict[str, str | int | None]:
    values = {name: getattr(move, name) for name in COLUMNS}
    return values | {"at": move.at.isoformat()}


def _cell(value: str | int | None) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _csv_line(cells: Iterable[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerow(cells)
    return stream.getvalue()


def _move(row: Audit) -> Move:
    return Move(
        id=row.pk,
        at=row.at,
        actor=row.actor,
        action=row.action,
        entry_id=row.entry_id,
        public_id=row.entry.public_id,
        source_key=row.entry.source_id,
        language=row.language,
        before_state=row.before_state,
        after_state=row.after_state,
        before=row.before,
        after=row.after,
        note=row.note,
        batch=row.batch,
        version=row.version,
        segment_id=row.segment_id,
    )
