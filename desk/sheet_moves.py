"""What an editor does with a text: each move of the page as one call of the review, and what came of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse
from django.utils.translation import gettext

from desk.access import DeskRequest
from desk.setup import setup
from desk.sheet_answers import refusal
from desk.sheet_forms import SheetPost
from desk.sheet_help import HELP
from desk.sheet_words import clock
from pipeline.errors import IllegalMoveError, ReviewError
from pipeline.review import workflow
from pipeline.review.drafts import drop_draft
from pipeline.review.outcomes import Conflict, Saved, TermSuggestion
from pipeline.review.sheet import open_sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`outcome`: saved (stay), moved (go on to `go`), conflict, refused, help."""

    outcome: str
    message: str
    version: int = 0
    go: str = ""
    conflict: Conflict | None = None
    fragment: str = ""  # a template for the page's script, with `help` as its context
    help: Mapping[str, Any] = field(default_factory=dict)
    suggestions: tuple[TermSuggestion, ...] = ()  # corrections made so often that a term would spare the next


def perform(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    """Do it. What cannot be done with this text now is an answer, not an error page."""
    try:
        if post.move in HELP:
            return Answer(outcome="help", **HELP[post.move](request, pk, post))
        move = _MOVES.get(post.move)
        if move is None:
            return Answer(outcome="refused", message=refusal("unknown"))
        answer = move(request, pk, post)
    except ReviewError as error:
        return Answer(outcome="refused", message=refusal(error.code))
    except ObjectDoesNotExist:
        return Answer(outcome="refused", message=refusal("unknown"))
    except IllegalMoveError:
        return Answer(outcome="refused", message=refusal("state"))
    if answer.outcome in {"saved", "moved"}:
        setup().wake()
    return answer


def _save(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    done = workflow.save(request.actor, pk, post.version, post.texts)
    return _stay(done, gettext("Saved."))


def _approve(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    done = workflow.approve(request.actor, pk, post.version, post.texts, seen=set(post.texts))
    return _stay(done, gettext("Approved."))


def _approve_next(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    return _go_on(post, _approve(request, pk, post))


def _reject(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    done = workflow.reject(request.actor, pk, post.version, post.reason)
    return _go_on(post, _stay(done, gettext("Rejected.")))


def _hold(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    return _after_saving(request, pk, post, workflow.hold, gettext("Held."))


def _send_back(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    answer = _after_saving(request, pk, post, workflow.send_back, gettext("Sent back."))
    return _go_on(post, answer)


def _release(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    done = workflow.save(request.actor, pk, post.version, post.texts)
    if isinstance(done, Conflict):
        return _stay(done, "")
    return _stay(workflow.release_hold(request.actor, pk, done.version), gettext("Let go."))


def _fix(request: DeskRequest, _pk: int, post: SheetPost) -> Answer:
    """Without a script only; with one the fix is laid onto the text field and saved with it."""
    done = workflow.apply_fix(request.actor, post.subject, post.version)
    return _stay(done, gettext("Mended."))


def _dismiss(request: DeskRequest, _pk: int, post: SheetPost) -> Answer:
    done = workflow.dismiss(request.actor, post.subject, post.version)
    return _stay(done, gettext("Noted: no fault."))


def _withdraw(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    entry = open_sheet(request.actor, pk).entry_id
    workflow.withdraw_everywhere(request.actor, entry, post.reason)
    return Answer(outcome="saved", message=gettext("Withdrawn in every language."))


def _lift(request: DeskRequest, pk: int, post: SheetPost) -> Answer:
    entry = open_sheet(request.actor, pk).entry_id
    workflow.lift(request.actor, entry, post.reason)
    return Answer(outcome="saved", message=gettext("Back in every language."))


def _discard(request: DeskRequest, pk: int, _post: SheetPost) -> Answer:
    drop_draft(request.actor, pk)
    return Answer(outcome="saved", message=gettext("Your unsaved words are gone."))


Move = Callable[[DeskRequest, int, SheetPost], Answer]
_MOVES: dict[str, Move] = {
    "save": _save,
    "approve": _approve,
    "approve_next": _approve_next,
    "reject": _reject,
    "hold": _hold,
    "release": _release,
    "send_back": _send_back,
    "fix": _fix,
    "dismiss": _dismiss,
    "withdraw": _withdraw,
    "lift": _lift,
    "discard": _discard,
}


def _after_saving(
    request: DeskRequest,
    pk: int,
    post: SheetPost,
    move: Callable[..., Saved | Conflict],
    message: str,
) -> Answer:
    """Words in the text fields are saved first: they are not lost because the text waits."""
    done = workflow.save(request.actor, pk, post.version, post.texts)
    if isinstance(done, Saved):
        done = move(request.actor, pk, done.version, post.reason)
    return _stay(done, message)


def _stay(done: Saved | Conflict, message: str) -> Answer:
    if isinstance(done, Conflict):
        told = gettext("%(name)s changed this at %(time)s") % {"name": done.by, "time": clock(done.at)}
        return Answer(outcome="conflict", message=told, version=done.version, conflict=done)
    return Answer(outcome="saved", message=message, version=done.version, suggestions=done.suggestions)


def _go_on(post: SheetPost, answer: Answer) -> Answer:
    """To the next text of the queue, or back to the queue when this was the last."""
    if answer.outcome != "saved":
        return answer
    tail = f"?{post.query}" if post.query else ""
    go = reverse("sheet", args=[post.next_id]) + tail if post.next_id else reverse("queue") + tail
    return Answer(outcome="moved", message=answer.message, version=answer.version, go=go)
