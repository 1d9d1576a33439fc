"""Saves a person's words in one text, within the caller's transaction: no check of version or permission."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial

from django.db import transaction

from pipeline.errors import ReviewError
from pipeline.models import HUMAN, Draft, MemoryIntent, MemoryUnit, text_hash
from pipeline.models.learning import learn
from pipeline.review import drafting
from pipeline.review.corrections import note_corrections
from pipeline.review.drafting import Desk
from pipeline.review.log import Change, Stroke
from pipeline.review.opening import CONTROLS, finish
from pipeline.review.outcomes import Saved
from pipeline.states import State, move

LONGEST = 20_000  # characters of one sentence
_SPACES = re.compile(r" {2,}")


def changes_of(desk: Desk, texts: Mapping[int, str]) -> dict[int, str]:
    """What differs from what stands. Raises ReviewError for what cannot be a sentence of this text."""
    if unknown := [key for key in texts if key not in desk.segments]:
        raise ReviewError("these are not sentences of this text", code="unknown", resource=str(unknown))
    found = {}
    for key, text in texts.items():
        words = plain(text)
        unit = desk.units.get(key)
        if words == (unit.text if unit else ""):
            continue
        if not words:
            raise ReviewError(
                "a sentence cannot be left empty; where two became one, divide the words between them",
                code="empty",
                resource=str(key),
            )
        if len(words) > LONGEST:
            raise ReviewError(
                f"a sentence is longer than {LONGEST} characters", code="long", resource=str(key)
            )
        found[key] = words
    return found


def plain(text: str) -> str:
    """The words as one line. No-break spaces are the language's own and stay."""
    return _SPACES.sub(" ", CONTROLS.sub(" ", text)).strip(" ")


def write_texts(desk: Desk, wanted: Mapping[int, str], stroke: Stroke) -> Saved:
    """Put the changed sentences in, and all that follows from it: draft, findings, memory, log, state."""
    row, before = desk.row, State(desk.row.state)
    former = {key: desk.units[key].text if key in desk.units else "" for key in wanted}
    machine = {key: desk.units[key].machine or desk.units[key].text for key in wanted if key in desk.units}
    if row.revision is None:
        row.revision = row.entry.current
    drafting.put(desk, wanted, stroke.actor.name, stroke.at)
    if desk.is_complete:
        drafting.refresh(desk, list(wanted))
        if (
            before is not State.STALE
        ):  # that one still waits for the machine; its words are kept for the new text
            row.state = move(before, State.EDITED, resource=str(row))
    row.sent_back_at = None
    changes = tuple(Change(segment_id=key, before=former[key], after=text) for key, text in wanted.items())
    finish(row, stroke, before, changes)
    remember(desk, wanted, stroke.at)
    Draft.objects.filter(translation=row, editor__name=stroke.actor.name).delete()
    offered = note_corrections(
        desk.pair,
        {key: (text, wanted[key]) for key, text in machine.items()},
        stroke.actor.name,
        stroke.at,
    )
    return Saved(
        version=row.version, state=row.state, risk=row.risk, changed=len(changes), suggestions=offered
    )


def remember(desk: Desk, segment_ids: Iterable[int], at: datetime) -> None:
    """A person's words go into the memory at once, and to every machine's text that has the same sentence."""
    texts = [each.text for each in desk.document.segments]
    wanted = set(segment_ids)
    intents = [
        MemoryIntent(
            pair=desk.pair,
            source=segment.text,
            target=desk.units[key].text,
            origin="human",
            rank=HUMAN,
            context_hash=_context(segment.text, texts),
            at=at,
        )
        for key, segment in desk.segments.items()
        if key in wanted
    ]
    MemoryUnit.objects.remember(intents)
    # Other translations are marked after the commit: two editors who each wait for the other's text would lock.
    transaction.on_commit(partial(learn, intents, but=desk.row.pk))


def _context(text: str, texts: list[str]) -> str:
    """The hash of the sentence before it; of the first one, nothing."""
    place = texts.index(text)
    return text_hash(texts[place - 1]) if place else ""
