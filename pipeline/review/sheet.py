"""The editor's page: one translation, sentence by sentence, with everything that helps to judge it."""

from datetime import UTC, datetime

from pipeline.models import MemoryUnit, Revision, Segment, Translation, sheets, worklist
from pipeline.models.worklist import QueueFilter
from pipeline.records import Pair
from pipeline.review.permissions import Action, Actor, may, require, scopes
from pipeline.review.records import (
    DraftData,
    MemoryHit,
    Neighbours,
    Sheet,
    SheetFinding,
    SheetReport,
    SheetUnit,
    TermHit,
)
from pipeline.review.rendering import Block, Inline, blocks, document_of, fields_of
from pipeline.review.units import units_of
from pipeline.states import State

__all__ = [
    "Block",
    "DraftData",
    "Inline",
    "MemoryHit",
    "Neighbours",
    "Sheet",
    "SheetFinding",
    "SheetReport",
    "SheetUnit",
    "TermHit",
    "open_sheet",
    "similar",
]

_NOTES = ("hold", "send back", "reject")
_NO_DRAFT = (State.WAITING, State.FAILED)


def open_sheet(actor: Actor, translation_id: int, *, queue_filter: QueueFilter | None = None) -> Sheet:
    """Everything the editor's page shows. Raises Translation.DoesNotExist, NotAllowedError."""
    row = sheets.translation_of(translation_id)
    require(actor, Action.SEE, row.language, row.entry.source_id)
    revision = revision_shown(row)
    document = document_of(fields_of(revision), row.entry.language)
    if State(row.state) in _NO_DRAFT:
        # Sentences are laid out by the first translation; where there is none yet, by the person who begins.
        Segment.objects.ensure(revision.pk, ((each.field, each.text) for each in document.segments))
    found = sheets.rows_of(row, revision.pk, actor.name)
    public = found.public
    notes = worklist.last_notes(row.entry_id, row.language, _NOTES)
    units = units_of(found, document)
    changed = max((unit for unit in units if unit.changed_at), key=_when, default=None)
    return Sheet(
        id=row.pk,
        version=row.version,
        entry_id=row.entry_id,
        public_id=row.entry.public_id,
        language=row.language,
        source_language=row.entry.language,
        source_key=row.entry.source_id,
        state=row.state,
        risk=row.risk,
        held=row.held_at is not None,
        blocked=row.entry.blocked_at is not None,
        gone=row.entry.withdrawn_at is not None,
        sent_back=row.sent_back_at is not None,
        waits=row.waits,
        url=revision.url or row.entry.url,
        title=row.title,
        source_title=revision.title,
        published=row.published,
        changed_at=row.changed_at,
        changed_by=changed.editor if changed else "",
        label_public=public.label if public else "",
        reason=row.reason,
        held_note=notes.get("hold", "") if row.held_at else "",
        sent_back_note=notes.get("send back", "") if row.sent_back_at else "",
        rejected_note=notes.get("reject", "") if row.state == State.REJECTED else "",
        units=units,
        blocks=blocks(fields_of(revision), _target(row)),
        draft=_draft(found),
        moves=moves(actor, row),
        may=frozenset(each for each in Action if may(actor, each, row.language, row.entry.source_id)),
        neighbours=_neighbours(actor, row, queue_filter or QueueFilter(language=row.language)),
        reports=tuple(
            SheetReport(
                id=each.pk, segment_id=each.segment_id, quote=each.quote, message=each.message, at=each.at
            )
            for each in found.reports
        ),
        is_stale=row.revision_id not in (None, row.entry.current_id),
    )


def similar(actor: Actor, translation_id: int, segment_id: int) -> tuple[MemoryHit, ...]:
    """Remembered translations of sentences like this one, the likest first; asked for one sentence at a time."""
    row = sheets.translation_of(translation_id)
    require(actor, Action.SEE, row.language, row.entry.source_id)
    segment = Segment.objects.get(pk=segment_id, revision__entry_id=row.entry_id)
    found = MemoryUnit.objects.similar(Pair(row.entry.language, row.language), segment.text)
    return tuple(
        MemoryHit(
            source=hit.source,
            target=hit.target,
            origin=hit.origin,
            score=hit.score,
            equal=hit.source == segment.text,
        )
        for hit in found
    )


def revision_shown(row: Translation) -> Revision:
    """The one the draft is of; before there is a draft, the entry's present one."""
    current = row.entry.current
    if current is None:
        raise AssertionError(f"entry {row.entry} has no revision")
    return current if row.revision is None else row.revision


def moves(actor: Actor, row: Translation) -> tuple[str, ...]:
    """What this actor may do with the text as it stands."""
    state, source = State(row.state), row.entry.source_id
    edit, approve, withdraw, terms = (
        may(actor, each, row.language, source)
        for each in (Action.EDIT, Action.APPROVE, Action.WITHDRAW, Action.TERMS)
    )
    there = row.entry.withdrawn_at is None and state is not State.WITHDRAWN
    drafted = state in {State.MACHINE, State.EDITED, State.APPROVED}
    offered = {
        "save": edit and there,
        "approve": approve and there and state in {State.MACHINE, State.EDITED},
        "reject": approve and there and drafted,
        "hold": edit and there and row.held_at is None,
        "release": edit and row.held_at is not None,
        "send_back": edit and there and (drafted or state is State.REJECTED) and row.sent_back_at is None,
        "withdraw": withdraw and row.entry.blocked_at is None,
        "lift": withdraw and row.entry.blocked_at is not None,
        "term": terms,
        "spread": edit and there and drafted,
    }
    return tuple(name for name, is_offered in offered.items() if is_offered)


def _target(row: Translation) -> dict[str, str]:
    return {
        "title": row.title,
        "summary": row.summary,
        "content": row.content,
        "image_alt": row.image_alt,
    }


def _when(unit: SheetUnit) -> datetime:
    return unit.changed_at or datetime.min.replace(tzinfo=UTC)


def _draft(found: sheets.Rows) -> DraftData | None:
    draft = found.draft
    if draft is None:
        return None
    texts = {int(key): str(text) for key, text in draft.texts.items()}
    return DraftData(version=draft.version, texts=texts, saved_at=draft.saved_at)


def _neighbours(actor: Actor, row: Translation, wanted: QueueFilter) -> Neighbours:
    rows = worklist.queue(scopes(actor, Action.SEE), wanted, datetime.now(UTC))
    before, behind = worklist.neighbours(rows, row, wanted.order)
    return Neighbours(previous=before, next=behind, left=rows.count())
