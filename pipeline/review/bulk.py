"""Judgements on many texts at one stroke, and the stroke undone. Each text is a transaction of its own."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.db import transaction

from pipeline.errors import IllegalMoveError, NotAllowedError, ReviewError
from pipeline.models import Audit, Translation
from pipeline.review import judging
from pipeline.review.drafting import lay_out
from pipeline.review.log import Stroke
from pipeline.review.opening import finish, said, take
from pipeline.review.outcomes import BulkOutcome
from pipeline.review.permissions import Action, Actor
from pipeline.review.policy import DOUBTFUL
from pipeline.states import State, take_back


def bulk_approve(actor: Actor, versions: Mapping[int, int]) -> BulkOutcome:
    """Approve texts in which the checks found nothing grave.

    The words do not go into the memory as a person's: whoever approves a list has not weighed each sentence.
    """

    def judge(row: Translation, stroke: Stroke) -> None:
        if row.risk >= DOUBTFUL:
            raise ReviewError("it is doubtful; open it and look", code="doubtful", resource=str(row))
        judging.approve(lay_out(row), stroke)

    return _each(versions, _stroke(actor, "approve"), judge)


def bulk_reject(actor: Actor, versions: Mapping[int, int], reason: str) -> BulkOutcome:
    """Refuse texts that nobody approved."""
    stroke = _stroke(actor, "reject", said(reason))

    def judge(row: Translation, stroke: Stroke) -> None:
        if row.state not in judging.JUDGED:
            raise ReviewError(f"it is {row.state}; open it and look", code="state", resource=str(row))
        judging.reject(row, stroke)

    return _each(versions, stroke, judge)


def undo(actor: Actor, batch: str) -> BulkOutcome:
    """Take a stroke of one's own back, for every text that nobody touched since."""
    lines = {line.pk: line for line in Audit.objects.of_batch(batch) if line.actor == actor.name}
    if not lines:
        raise ReviewError("there is no such stroke of yours", code="unknown", resource=batch)
    rows = Translation.objects.of_texts((line.entry_id, line.language) for line in lines.values())
    by_text = {(row.entry_id, row.language): row.pk for row in rows}
    logged = {by_text[line.entry_id, line.language]: line for line in lines.values()}
    versions = {key: line.version or 0 for key, line in logged.items()}

    def restore(row: Translation, stroke: Stroke) -> None:
        line, before = logged[row.pk], State(row.state)
        if before is State.APPROVED:
            judging.unapprove(row, line.at)
        row.state = take_back(before, State(line.before_state), resource=str(row))
        finish(row, stroke, before)

    return _each(versions, _stroke(actor, "undo", f"of {batch}"), restore)


def _stroke(actor: Actor, action: str, note: str = "") -> Stroke:
    return Stroke(actor=actor, action=action, at=datetime.now(UTC), note=note, batch=uuid.uuid4().hex)


def _each(
    versions: Mapping[int, int], stroke: Stroke, judge: Callable[[Translation, Stroke], None]
) -> BulkOutcome:
    done: list[int] = []
    refused: dict[int, str] = {}
    for key, version in versions.items():
        try:
            with transaction.atomic():
                row = take(stroke.actor, Action.APPROVE, key)
                if row.version != version:
                    refused[key] = "version"
                    continue
                judge(row, stroke)
        except ReviewError as error:
            refused[key] = error.code
        except IllegalMoveError:
            refused[key] = "state"
        except NotAllowedError:
            refused[key] = "permission"
        except Translation.DoesNotExist:
            refused[key] = "unknown"
        else:
            done.append(key)
    return BulkOutcome(batch=stroke.batch, done=tuple(done), refused=refused)
