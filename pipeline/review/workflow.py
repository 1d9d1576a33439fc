"""What editors do with one text, as use cases without HTTP. Each is one transaction: rows, log, release mark.

Whoever saves says against which version. A version that is no more gives a Conflict and writes nothing.
What strikes several texts stands in bulk.py, urgent.py and spreading.py, and is offered here too.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from django.db import transaction

from pipeline.errors import IllegalMoveError, ReviewError
from pipeline.models import Dismissal, Finding, Translation, text_hash
from pipeline.review import judging, writing
from pipeline.review.bulk import bulk_approve, bulk_reject, undo
from pipeline.review.conflicts import conflict
from pipeline.review.corrections import suggestions, term_from_correction
from pipeline.review.drafting import lay_out
from pipeline.review.findings import weigh
from pipeline.review.log import Stroke
from pipeline.review.opening import finish, noted, said, take
from pipeline.review.outcomes import BulkOutcome, Conflict, Outcome, Saved, TermSuggestion
from pipeline.review.permissions import Action, Actor
from pipeline.review.spreading import SpreadHit, apply_spread, spread
from pipeline.review.urgent import lift, withdraw_everywhere
from pipeline.states import State

__all__ = [
    "BulkOutcome",
    "Conflict",
    "Outcome",
    "Saved",
    "SpreadHit",
    "TermSuggestion",
    "apply_fix",
    "apply_spread",
    "approve",
    "bulk_approve",
    "bulk_reject",
    "dismiss",
    "hold",
    "lift",
    "reject",
    "release_hold",
    "reopen",
    "save",
    "send_back",
    "spread",
    "suggestions",
    "term_from_correction",
    "undo",
    "withdraw_everywhere",
]


def save(actor: Actor, translation_id: int, version: int, texts: Mapping[int, str]) -> Outcome:
    """Write the sentences that differ, by segment. What was there last is in the log, and in the memory what is new."""
    with transaction.atomic():
        row = take(actor, Action.EDIT, translation_id)
        if row.version != version:
            return conflict(row, version, texts)
        desk = lay_out(row)
        wanted = writing.changes_of(desk, texts)
        if not wanted:
            return _standing(row)
        return writing.write_texts(desk, wanted, _stroke(actor, "edit"))


def approve(
    actor: Actor,
    translation_id: int,
    version: int,
    texts: Mapping[int, str] | None = None,
    *,
    seen: Collection[int] | None = None,
) -> Outcome:
    """Stand behind the text of this very version, with the last changes in `texts`.

    `seen`: the segments that were shown; one that was not keeps the whole from being approved.
    """
    with transaction.atomic():
        row = take(actor, Action.APPROVE, translation_id)
        if row.version != version:
            return conflict(row, version, texts or {})
        desk = lay_out(row)
        if seen is not None and (unseen := set(desk.segments) - set(seen)):
            raise ReviewError(
                f"{len(unseen)} sentence(s) were not shown; look at them first",
                code="seen",
                resource=str(row),
            )
        saved: Saved | None = None
        if wanted := writing.changes_of(desk, texts or {}):
            saved = writing.write_texts(desk, wanted, _stroke(actor, "edit"))
        stroke = _stroke(actor, "approve")
        writing.remember(desk, judging.approve(desk, stroke), stroke.at)
        return Saved(
            version=row.version,
            state=row.state,
            risk=row.risk,
            changed=saved.changed if saved else 0,
            suggestions=saved.suggestions if saved else (),
        )


def reject(actor: Actor, translation_id: int, version: int, reason: str) -> Outcome:
    """Refuse the text: it leaves the public and goes out no more, until somebody mends it or its source changes."""
    words = said(reason)
    with transaction.atomic():
        row = take(actor, Action.APPROVE, translation_id)
        if row.version != version:
            return conflict(row, version, {})
        judging.reject(row, _stroke(actor, "reject", words))
        return _standing(row)


def hold(actor: Actor, translation_id: int, version: int, note: str = "") -> Outcome:
    """Keep the text from the public in this language until it is let go."""
    with transaction.atomic():
        row = take(actor, Action.EDIT, translation_id)
        if row.version != version:
            return conflict(row, version, {})
        if row.held_at is None:
            stroke = _stroke(actor, "hold", noted(note))
            row.held_at = stroke.at
            finish(row, stroke, State(row.state))
        return _standing(row)


def release_hold(actor: Actor, translation_id: int, version: int, note: str = "") -> Outcome:
    """Let a held text go: it is public again, or will be, as the policy says."""
    with transaction.atomic():
        row = take(actor, Action.EDIT, translation_id)
        if row.version != version:
            return conflict(row, version, {})
        if row.held_at is not None:
            row.held_at = None
            finish(row, _stroke(actor, "let go", noted(note)), State(row.state))
        return _standing(row)


def send_back(actor: Actor, translation_id: int, version: int, note: str) -> Outcome:
    """Ask for better words, with a note: an approval is taken back, a refused text goes to the machine once more.

    Either way it is not public before a person has saved or approved it.
    """
    words = said(note)
    with transaction.atomic():
        row = take(actor, Action.EDIT, translation_id)
        if row.version != version:
            return conflict(row, version, {})
        stroke, before = _stroke(actor, "send back", words), State(row.state)
        if before is State.APPROVED:
            row.state = judging.unapprove(row, judging.approval_at(row) or stroke.at)
        elif before is State.REJECTED:
            row.state, row.due_at, row.attempts = State.WAITING, stroke.at, 0
        elif before not in judging.JUDGED:
            raise IllegalMoveError(f"a text that is {before} cannot be sent back", resource=str(row))
        row.sent_back_at, row.waits = stroke.at, before is not State.REJECTED
        finish(row, stroke, before)
        return _standing(row)


def dismiss(actor: Actor, finding_id: int, version: int) -> Outcome:
    """Say that a finding is wrong. It stays dismissed wherever these two texts meet again."""
    return _judge_finding(actor, finding_id, version, dismissed=True)


def reopen(actor: Actor, finding_id: int, version: int) -> Outcome:
    """Take a dismissal back."""
    return _judge_finding(actor, finding_id, version, dismissed=False)


def apply_fix(actor: Actor, finding_id: int, version: int) -> Outcome:
    """Save the text that the finding offers."""
    finding = Finding.objects.select_related("unit").get(pk=finding_id)
    if not finding.fix:
        raise ReviewError("this finding has no fix to offer", code="unknown", resource=finding.check_id)
    return save(actor, finding.unit.translation_id, version, {finding.unit.segment_id: finding.fix})


def _judge_finding(actor: Actor, finding_id: int, version: int, *, dismissed: bool) -> Outcome:
    with transaction.atomic():
        finding = Finding.objects.select_related("unit__segment").get(pk=finding_id)
        row = take(actor, Action.EDIT, finding.unit.translation_id)
        if row.version != version:
            return conflict(row, version, {})
        stroke = _stroke(actor, "dismiss" if dismissed else "ask again", str(finding))
        texts = {
            "source_hash": finding.unit.segment.text_hash,
            "target_hash": text_hash(finding.unit.text),
            "check_id": finding.check_id,
        }
        if dismissed:
            Dismissal.objects.get_or_create(**texts, defaults={"editor": actor.name, "at": stroke.at})
        else:
            Dismissal.objects.filter(**texts).delete()
        finding.dismissed_by = actor.name if dismissed else ""
        finding.save(update_fields=["dismissed_by"])
        weigh(row)
        finish(row, stroke, State(row.state))
        return _standing(row)


def _stroke(actor: Actor, action: str, note: str = "") -> Stroke:
    return Stroke(actor=actor, action=action, at=datetime.now(UTC), note=note)


def _standing(row: Translation) -> Saved:
    return Saved(version=row.version, state=row.state, risk=row.risk)
