"""What is done to many rows at once, and taken back at one stroke; and the editor's own filters."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from desk.access import DeskRequest, allowed
from desk.queue_forms import picked
from desk.setup import setup
from desk.sheet_answers import refusal
from pipeline.models import SavedFilter
from pipeline.review.outcomes import BulkOutcome
from pipeline.review.people import Action
from pipeline.review.workflow import bulk_approve, bulk_reject, undo

_LAST = "desk_last_move"  # in the session
_UNDO = timedelta(minutes=15)


@allowed(Action.APPROVE, "POST")
def bulk(request: DeskRequest) -> HttpResponse:
    """Accept or reject the picked rows; each only in the version that was shown."""
    rows = picked(request.POST.getlist("pick"))
    reason = request.POST.get("reason", "").strip()
    rejecting = request.POST.get("do") == "reject"
    if not rows:
        messages.warning(request, gettext("No text is selected."))
    elif rejecting and not reason:
        messages.warning(request, gettext("Say why, so that the log can tell."))
    elif rejecting:
        _done(request, "reject", bulk_reject(request.actor, rows, reason))
    else:
        _done(request, "approve", bulk_approve(request.actor, rows))
    return _back(request)


@allowed(Action.APPROVE, "POST")
def take_back(request: DeskRequest) -> HttpResponse:
    """Undo the last bulk move."""
    batch = request.POST.get("batch", "")
    last = last_move(request)
    if last is None or last["batch"] != batch:
        messages.warning(request, gettext("There is nothing to undo any more."))
        return _back(request)
    outcome = undo(request.actor, batch)
    del request.session[_LAST]
    setup().wake()
    back = len(outcome.done)
    messages.success(request, ngettext("%(n)s text is back.", "%(n)s texts are back.", back) % {"n": back})
    _tell_refused(request, outcome)
    return _back(request)


@allowed(Action.SEE, "POST")
def filters(request: DeskRequest) -> HttpResponse:
    """Keep the present filter under a name, or forget one."""
    forgotten = request.POST.get("forget", "")
    if forgotten.isdecimal() and len(forgotten) <= 18:  # a number that the store can hold
        SavedFilter.objects.forget(request.user, int(forgotten))
    elif name := _shown(request.POST.get("name", ""))[:80]:
        SavedFilter.objects.keep(request.user, name, _shown(request.POST.get("query", ""))[:500])
        messages.success(request, gettext("The filter is kept."))
    return _back(request)


def _shown(text: str) -> str:
    """Without what nobody sees: a database refuses some of it, and some turns the direction of a page."""
    return "".join(each for each in text if each.isprintable()).strip()


def last_move(request: DeskRequest) -> dict[str, Any] | None:
    """The bulk move that can still be undone from the status bar."""
    last: dict[str, Any] | None = request.session.get(_LAST)
    if last is None or datetime.fromisoformat(last["at"]) + _UNDO < datetime.now(UTC):
        return None
    return last


def _done(request: DeskRequest, action: str, outcome: BulkOutcome) -> None:
    if outcome.done:
        request.session[_LAST] = {
            "batch": outcome.batch,
            "action": action,
            "done": len(outcome.done),
            "at": datetime.now(UTC).isoformat(),
        }
        setup().wake()
    _tell_refused(request, outcome)


def _tell_refused(request: DeskRequest, outcome: BulkOutcome) -> None:
    """What was left as it was, with the reasons; several of a kind are counted."""
    reasons: dict[str, int] = {}
    for reason in outcome.refused.values():
        said = refusal(reason)
        reasons[said] = reasons.get(said, 0) + 1
    for reason, count in reasons.items():
        text = ngettext(
            "%(n)s text was left as it was: %(reason)s",
            "%(n)s texts were left as they were: %(reason)s",
            count,
        )
        messages.warning(request, text % {"n": count, "reason": reason})


def _back(request: DeskRequest) -> HttpResponse:
    query = request.POST.get("query", "")
    return HttpResponseRedirect(reverse("queue") + (f"?{query}" if query else ""))
