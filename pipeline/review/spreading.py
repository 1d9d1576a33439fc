"""A correction offered wherever the same sentence, or one like it, waits."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from pipeline.errors import IllegalMoveError, NotAllowedError, ReviewError
from pipeline.likeness import most_alike
from pipeline.models import Translation, Unit, sheets
from pipeline.review.difference import replacements
from pipeline.review.drafting import lay_out
from pipeline.review.log import Stroke
from pipeline.review.opening import take
from pipeline.review.outcomes import BulkOutcome
from pipeline.review.permissions import Action, Actor, may, require
from pipeline.review.writing import changes_of, write_texts

_LOOKED_AT = 5_000  # waiting sentences among which similar ones are sought, newest first
_FLOOR = 0.75
_MOST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadHit:
    """A sentence elsewhere for which the correction may be right."""

    translation_id: int
    segment_id: int
    version: int
    title: str
    source: str
    target: str  # as it stands
    proposal: str  # as it would be
    equal: bool
    score: float


def spread(actor: Actor, translation_id: int, segment_id: int) -> tuple[SpreadHit, ...]:
    """Equal sentences with other words, and similar ones that hold the words that were corrected."""
    row = sheets.translation_of(translation_id)
    require(actor, Action.EDIT, row.language, row.entry.source_id)
    unit = Unit.objects.select_related("segment").get(translation=row, segment_id=segment_id)
    equal = [
        _hit(each, proposal=unit.text, score=1.0)
        for each in sheets.waiting_units(row, unit.segment.text_hash)
        if each.text != unit.text and _allowed(actor, each)
    ]
    return (*equal[:_MOST], *_similar(actor, row, unit))


def _similar(actor: Actor, row: Translation, unit: Unit) -> list[SpreadHit]:
    corrected = list(replacements(unit.machine, unit.text)) if unit.machine else []
    if not corrected:
        return []
    units = {each.pk: each for each in sheets.waiting_sources(row, _LOOKED_AT)}
    others = {
        key: each.segment.text
        for key, each in units.items()
        if each.segment.text_hash != unit.segment.text_hash
    }
    found = []
    for key, score in most_alike(unit.segment.text, others, limit=_MOST, floor=_FLOOR):
        proposal = units[key].text
        for each in corrected:
            proposal = proposal.replace(each.before, each.after)
        if proposal != units[key].text and _allowed(actor, units[key]):
            found.append(_hit(units[key], proposal=proposal, score=score))
    return found


def apply_spread(
    actor: Actor, translation_id: int, segment_id: int, chosen: Mapping[tuple[int, int], int]
) -> BulkOutcome:
    """Put the correction into the chosen sentences; `chosen`: version by (translation, segment)."""
    offered = {(hit.translation_id, hit.segment_id): hit for hit in spread(actor, translation_id, segment_id)}
    stroke = Stroke(
        actor=actor,
        action="edit",
        at=datetime.now(UTC),
        note=f"as in {translation_id}",
        batch=uuid.uuid4().hex,
    )
    done: list[int] = []
    refused: dict[int, str] = {}
    for place, version in chosen.items():
        hit = offered.get(place)
        reason = _apply(actor, hit, version, stroke) if hit else "unknown"
        if reason:
            refused[place[0]] = reason
        else:
            done.append(place[0])
    return BulkOutcome(batch=stroke.batch, done=tuple(done), refused=refused)


def _apply(actor: Actor, hit: SpreadHit, version: int, stroke: Stroke) -> str:
    """Why it was not done; empty when it was."""
    try:
        with transaction.atomic():
            row = take(actor, Action.EDIT, hit.translation_id)
            if row.version != version:
                return "version"
            desk = lay_out(row)
            wanted = changes_of(desk, {hit.segment_id: hit.proposal})
            if wanted:
                write_texts(desk, wanted, stroke)
    except ReviewError as error:
        return error.code
    except NotAllowedError:
        return "permission"
    except IllegalMoveError:
        return "state"
    return ""


def _allowed(actor: Actor, unit: Unit) -> bool:
    row = unit.translation
    return may(actor, Action.EDIT, row.language, row.entry.source_id)


def _hit(unit: Unit, *, proposal: str, score: float) -> SpreadHit:
    row = unit.translation
    return SpreadHit(
        translation_id=row.pk,
        segment_id=unit.segment_id,
        version=row.version,
        title=row.title,
        source=unit.segment.text,
        target=unit.text,
        proposal=proposal,
        equal=score == 1.0,
        score=score,
    )
