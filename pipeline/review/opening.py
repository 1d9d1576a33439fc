"""Takes a translation in hand and puts it away again: locked, allowed, counted, logged."""

import re

from pipeline.errors import ReviewError
from pipeline.models import Translation
from pipeline.review.log import Change, Stroke, write
from pipeline.review.permissions import Action, Actor, require
from pipeline.states import State
from pipeline.wakeups import PUBLISH, announce

CONTROLS = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]+")  # what a line of text cannot hold, or no store
_LONGEST = 2_000  # characters of a note


def take(actor: Actor, action: Action, translation_id: int) -> Translation:
    """The row, locked until the transaction ends. Raises DoesNotExist, NotAllowedError; ReviewError when gone."""
    row = Translation.objects.locked(translation_id)
    require(actor, action, row.language, row.entry.source_id)
    if row.entry.withdrawn_at is not None or row.state == State.WITHDRAWN:
        message = "its source took this entry back; should it return, so will this text"
        raise ReviewError(message, code="gone", resource=str(row))
    return row


def finish(row: Translation, stroke: Stroke, before: State, changes: tuple[Change, ...] = ()) -> None:
    """Count the change, log it, and have the public text decided anew."""
    row.version += 1
    row.release_due, row.changed_at = True, stroke.at
    row.claimed_by, row.claimed_until = "", None  # a machine at work on it has lost its turn
    row.save()
    write(stroke, row, before, changes)
    announce(PUBLISH)


def noted(note: str) -> str:
    """A person's words beside a move, as every store can hold them."""
    return CONTROLS.sub(" ", note).strip()[:_LONGEST]


def said(note: str) -> str:
    """Why, in a person's words: asked for where a move needs a reason."""
    words = noted(note)
    if not words:
        raise ReviewError("say why in a few words; the next editor reads it", code="reason")
    return words
