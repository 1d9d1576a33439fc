"""Writes what the translator found for one translation: units, findings, the draft, the audit row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from pipeline.models import Finding, Segment, Translation, Unit
from pipeline.records import Failure, Suggestion
from pipeline.states import State, move
from pipeline.wakeups import PUBLISH, announce

_log = structlog.get_logger("translate")
_RETRY_FIRST, _RETRY_LONGEST = timedelta(minutes=15), timedelta(hours=24)
_RETRY_WAITING = timedelta(hours=1)  # nothing could be tried; a change of the engines wakes it at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A finished translation of one revision, ready to store."""

    fields: Mapping[str, str]  # title, summary, content, image_alt
    units: Mapping[str, Suggestion]  # by source text
    human: Mapping[str, Unit]  # by text hash: a person's units of the former revision that still fit
    risk: float


def store_draft(row: Translation, segments: Sequence[Segment], draft: Draft, now: datetime) -> bool:
    """Write all of it or nothing. False when the row moved on meanwhile (another worker, a new revision)."""
    with transaction.atomic():
        if not _still_ours(row):
            return False
        if row.revision_id is not None:  # else it never had any
            Unit.objects.filter(translation=row, segment__in=segments).delete()
        units = Unit.objects.bulk_create([_unit(row, segment, draft) for segment in segments])
        Finding.objects.bulk_create(
            Finding(
                unit=unit,
                check_id=each.check,
                severity=each.severity,
                message=each.message,
                start=each.start,
                end=each.end,
                fix=each.fix,
            )
            for unit, segment in zip(units, segments, strict=True)
            if segment.text_hash not in draft.human
            for each in draft.units[segment.text].findings
        )
        _finish(row, draft, units, now)
        announce(PUBLISH)
    _log.info("translated", **_ids(row), by=row.engines, risk=row.risk)
    return True


def _ids(row: Translation) -> dict[str, str]:
    return {"entry": row.entry.public_id, "language": row.language}


def _unit(row: Translation, segment: Segment, draft: Draft) -> Unit:
    former = draft.human.get(segment.text_hash)
    if former:
        return Unit(
            translation=row,
            segment=segment,
            state=former.state,
            text=former.text,
            raw=former.raw,
            origin=former.origin,
            engine_version=former.engine_version,
            pivot=former.pivot,
            machine=former.machine,
            editor=former.editor,
            changed_at=former.changed_at,
            version=former.version,
        )
    found = draft.units[segment.text]
    return Unit(
        translation=row,
        segment=segment,
        state=State.MACHINE,
        text=found.text,
        raw=found.raw if found.raw != found.text else "",
        origin=found.origin,
        engine_version=found.version,
        pivot=found.pivot,
    )


def _finish(row: Translation, draft: Draft, units: Sequence[Unit], now: datetime) -> None:
    before = State(row.state)
    row.state = move(before, State.MACHINE, resource=str(row))
    row.revision_id = row.entry.current_id
    row.title = draft.fields.get("title", "")
    row.summary = draft.fields.get("summary", "")
    row.content = draft.fields.get("content", "")
    row.image_alt = draft.fields.get("image_alt", "")
    row.risk = draft.risk
    origins = [unit.origin for unit in units]
    row.engines = sorted(set(origins), key=lambda name: (-origins.count(name), name))
    row.version += 1
    row.reason, row.attempts, row.release_due, row.redraft_due = "", 0, True, False
    row.claimed_by, row.claimed_until, row.changed_at = "", None, now
    row.save()
    row.log_move("translate", before, now, note=", ".join(row.engines))


def store_failure(row: Translation, failure: Failure, now: datetime) -> None:
    """Record why there is no translation, and when to try again."""
    with transaction.atomic():
        if not _still_ours(row):
            return
        before = State(row.state)
        if failure.waiting:
            row.due_at = now + _RETRY_WAITING
        else:
            row.attempts += 1
            row.due_at = now + min(_RETRY_FIRST * 2 ** (row.attempts - 1), _RETRY_LONGEST)
            # A stale translation stays stale: its former text is public and still right but for the change.
            row.state = before if before is State.STALE else move(before, State.FAILED, resource=str(row))
        changed = row.reason != failure.reason
        row.reason = failure.reason
        row.claimed_by, row.claimed_until = "", None
        row.save(update_fields=["state", "due_at", "attempts", "reason", "claimed_by", "claimed_until"])
        if changed and not failure.waiting:
            row.log_move("translation failed", before, now, note=failure.reason)
    if changed:
        _log.info("waits" if failure.waiting else "failed", **_ids(row), why=failure.reason)


def _still_ours(row: Translation) -> bool:
    """Lock the row and look whether it is as it was claimed, and its entry still at the same revision."""
    same = Translation.objects.filter(
        pk=row.pk,
        version=row.version,
        claimed_by=row.claimed_by,
        claimed_until__isnull=False,
        entry__current_id=row.entry.current_id,
    )
    ours = bool(same.select_for_update(of=("self",)).values_list("pk"))
    if not ours:
        Translation.objects.filter(pk=row.pk, claimed_by=row.claimed_by).update(
            claimed_by="", claimed_until=None
        )
    return ours
