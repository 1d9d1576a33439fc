"""Writes an editor's moves into the audit log, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.models import Audit, Entry, Translation
from pipeline.review.permissions import Actor
from pipeline.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A sentence before and after."""

    segment_id: int
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """One move of one person: who, when, what it is called, and why."""

    actor: Actor
    action: str
    at: datetime
    note: str = ""
    batch: str = ""


def write(stroke: Stroke, row: Translation, before: State, changes: Sequence[Change] = ()) -> None:
    """One line, or one for each changed sentence: the first of them carries the move."""
    lines: Sequence[Change | None] = changes or (None,)
    states = [before, *[State(row.state)] * (len(lines) - 1)]
    Audit.objects.bulk_create(
        Audit(
            at=stroke.at,
            actor=stroke.actor.name,
            action=stroke.action,
            entry_id=row.entry_id,
            language=row.language,
            before_state=state,
            after_state=row.state,
            before=change.before if change else "",
            after=change.after if change else "",
            segment_id=change.segment_id if change else None,
            version=row.version,
            note=stroke.note,
            batch=stroke.batch,
        )
        for state, change in zip(states, lines, strict=True)
    )


def write_of_entry(stroke: Stroke, entry: Entry) -> None:
    """A move that strikes an entry in every language: it is logged under its own."""
    Audit.objects.create(
        at=stroke.at,
        actor=stroke.actor.name,
        action=stroke.action,
        entry=entry,
        language=entry.language,
        note=stroke.note,
        batch=stroke.batch,
    )
