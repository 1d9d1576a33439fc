"""An entry taken back at once in every language, the original too; and brought back under its old ids."""

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F

from pipeline.models import Entry, Translation
from pipeline.review.log import Stroke, write_of_entry
from pipeline.review.opening import said
from pipeline.review.permissions import Action, Actor, require
from pipeline.wakeups import PUBLISH, announce


def withdraw_everywhere(actor: Actor, entry_id: int, reason: str) -> None:
    """Gone from every channel with the next publish. A chief editor of any language may: it is urgent."""
    _turn(actor, entry_id, reason, blocked=True)


def lift(actor: Actor, entry_id: int, reason: str) -> None:
    """What was public before is public again; the drafts are as they were."""
    _turn(actor, entry_id, reason, blocked=False)


def _turn(actor: Actor, entry_id: int, reason: str, *, blocked: bool) -> None:
    words = said(reason)
    with transaction.atomic():
        entry = Entry.objects.select_for_update(of=("self",)).get(pk=entry_id)
        require(actor, Action.WITHDRAW, "", entry.source_id)
        if (entry.blocked_at is not None) is blocked:
            return
        stroke = Stroke(
            actor=actor, action="withdraw" if blocked else "lift", at=datetime.now(UTC), note=words
        )
        entry.blocked_at = stroke.at if blocked else None
        entry.release_due = True
        entry.save(update_fields=["blocked_at", "release_due"])
        # The version moves too: release, which may be at work on them, sees that it decided on what is no more.
        rows = Translation.objects.filter(entry=entry)
        rows.update(release_due=True, version=F("version") + 1, **({"waits": False} if blocked else {}))
        write_of_entry(stroke, entry)
        announce(PUBLISH)
