"""An editor's judgement on a text: approved, refused, taken back. Within the caller's transaction."""

from datetime import datetime

from pipeline.errors import ReviewError
from pipeline.models import Audit, Finding, Translation, Unit
from pipeline.review.drafting import Desk
from pipeline.review.evidence import proof_of
from pipeline.review.log import Stroke
from pipeline.review.opening import finish
from pipeline.states import State, move, take_back
from pipeline.translate.checks import BLOCK

JUDGED = (State.MACHINE, State.EDITED)


def approve(desk: Desk, stroke: Stroke) -> list[int]:
    """Put a person behind every sentence. The segments that nobody stood behind before."""
    row, before = desk.row, State(desk.row.state)
    if before not in JUDGED:
        raise ReviewError(_NOT_NOW.get(before, f"a text that is {before} cannot be approved"), code="state")
    blocking = [each for each in Finding.objects.standing(row) if each.severity == BLOCK]
    if blocking:
        raise ReviewError(
            f"mend or dismiss first: {'; '.join(each.message for each in blocking)}", code="findings"
        )
    mine = [unit for unit in desk.units.values() if unit.state != State.APPROVED]
    for unit in mine:
        unit.state, unit.editor, unit.changed_at = State.APPROVED, stroke.actor.name, stroke.at
    Unit.objects.bulk_update(mine, ["state", "editor", "changed_at"])
    row.state = move(before, State.APPROVED, resource=str(row))
    row.sent_back_at, row.waits = None, False
    finish(row, stroke, before)
    return [unit.segment_id for unit in mine]


_NOT_NOW = {
    State.STALE: "its source has changed; the new text is on its way",
    State.APPROVED: "it is approved already",
    State.WAITING: "there is no text yet",
    State.FAILED: "there is no text yet",
    State.REJECTED: "it was rejected; send it back or mend it first",
}


def reject(row: Translation, stroke: Stroke) -> None:
    before = State(row.state)
    row.state = move(before, State.REJECTED, resource=str(row))
    row.sent_back_at, row.waits = None, False
    finish(row, stroke, before)


def unapprove(row: Translation, approved_at: datetime) -> State:
    """Take the approval of that moment off the sentences. The state the text falls back to."""
    units = Unit.objects.filter(translation=row, state=State.APPROVED, changed_at=approved_at)
    mine = list(units)
    for unit in mine:
        unit.state = State.EDITED if unit.is_by_hand else State.MACHINE
        unit.editor = unit.editor if unit.is_by_hand else ""
    Unit.objects.bulk_update(mine, ["state", "editor"])
    return take_back(State(row.state), judged_before(row), resource=str(row))


def judged_before(row: Translation) -> State:
    """Edited where the log has a person's words in the present draft, else machine."""
    return State.EDITED if proof_of(row).edited_by else State.MACHINE


def approval_at(row: Translation) -> datetime | None:
    last = Audit.objects.approval_of(row.entry_id, row.language)
    return last.at if last else None
