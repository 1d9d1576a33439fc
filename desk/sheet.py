"""The editor page: source and translation side by side; and where its forms and its script send to."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext

from desk.access import DeskRequest, allowed, is_fetch
from desk.queue import seen_languages
from desk.queue_forms import FilterForm
from desk.sheet_answers import refusal
from desk.sheet_conflict import conflict_context
from desk.sheet_forms import SheetPost, read_draft, read_post
from desk.sheet_moves import Answer, perform
from desk.sheet_page import Extras, context
from desk.sheet_words import clock
from pipeline.errors import ReviewError
from pipeline.review.drafts import drop_draft, keep_draft
from pipeline.review.people import Action
from pipeline.review.records import Sheet
from pipeline.review.sheet import open_sheet

_CONFLICT, _UNPROCESSABLE = HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY


@allowed(Action.SEE, "GET", "POST")
def sheet(request: DeskRequest, pk: int) -> HttpResponse:
    """The page; a POST is a move on it. What the actor may is asked by the use cases, for this language and city."""
    query = _query(request)
    if request.method != "POST":
        return render(
            request, "desk/sheet.html", context(request, _open(request, pk, query), query, Extras())
        )
    post = read_post(request)
    answer = perform(request, pk, post)
    return (
        _for_script(request, pk, post, answer) if is_fetch(request) else _for_form(request, pk, post, answer)
    )


@allowed(Action.EDIT, "POST")
def draft(request: DeskRequest, pk: int) -> HttpResponse:
    """Unsaved words, kept until they are saved or thrown away."""
    if request.POST.get("drop"):
        drop_draft(request.actor, pk)
        return JsonResponse({"outcome": "saved", "message": gettext("Your unsaved words are gone.")})
    kept = read_draft(request)
    if kept is None:
        return JsonResponse({"outcome": "refused", "message": "not a draft"}, status=HTTPStatus.BAD_REQUEST)
    try:
        at = keep_draft(request.actor, pk, kept.version, kept.texts)
    except ReviewError as error:
        told = {"outcome": "refused", "message": refusal(error.code)}
        return JsonResponse(told, status=_UNPROCESSABLE)
    except ObjectDoesNotExist as error:
        raise Http404 from error
    return JsonResponse({"outcome": "saved", "saved": clock(at)})


def _query(request: DeskRequest) -> str:
    """The queue's filter this text was opened from."""
    return FilterForm(request.GET, seen_languages(request)).query()


def _open(request: DeskRequest, pk: int, query: str) -> Sheet:
    form = FilterForm(request.GET, seen_languages(request))
    try:
        return open_sheet(request.actor, pk, queue_filter=form.wanted() if query else None)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def _for_form(request: DeskRequest, pk: int, post: SheetPost, answer: Answer) -> HttpResponse:
    """Without a script: a page after every move."""
    if answer.outcome == "saved" and not answer.suggestions:
        messages.success(request, answer.message)
        return HttpResponseRedirect(answer.go or request.get_full_path())
    if answer.outcome == "moved":
        messages.success(request, answer.message)
        return HttpResponseRedirect(answer.go)
    data, template, status = _face(request, pk, post, answer)
    return render(request, template, data, status=status)


def _for_script(request: DeskRequest, pk: int, post: SheetPost, answer: Answer) -> HttpResponse:
    """For the page's script: what happened, and the page's new content where it has any."""
    told: dict[str, Any] = {"outcome": answer.outcome, "message": answer.message, "version": answer.version}
    if answer.outcome == "moved":
        messages.success(request, answer.message)
        return JsonResponse(told | {"go": answer.go})
    if answer.fragment:
        html = render_to_string(answer.fragment, answer.help, request)
        return JsonResponse(told | {"html": html})
    if answer.outcome in {"refused", "help"} or post.move == "dismiss":
        return JsonResponse(told)
    data, _template, _status = _face(request, pk, post, answer)
    return JsonResponse(told | {"html": render_to_string(data["body"], data, request)})


def _face(
    request: DeskRequest, pk: int, post: SheetPost, answer: Answer
) -> tuple[dict[str, Any], str, HTTPStatus]:
    """Context, template and status of the page that answers a move."""
    query = _query(request)
    found = _open(request, pk, query)
    if answer.conflict is not None:
        data = context(request, found, query, Extras())
        data |= conflict_context(found, answer.conflict, post.texts)
        return data | {"body": "desk/sheet_conflict.html"}, "desk/sheet.html", _CONFLICT
    is_help, refused = answer.outcome == "help", answer.outcome == "refused"
    extras = Extras(
        texts=post.texts if is_help or refused else {},
        alternatives={post.subject: answer.help.get("found")} if post.move == "alternatives" else {},
        similar={post.subject: answer.help.get("found")} if post.move == "similar" else {},
        spread={post.subject: answer.help.get("hits")} if post.move == "spread" else {},
        terms={post.subject: post.term} if post.move == "term" else {},
        suggestions=answer.suggestions,
        message=answer.message if is_help or refused else "",
        tone="block" if refused else "",
    )
    data = context(request, found, query, extras)
    return data, "desk/sheet.html", _UNPROCESSABLE if refused else HTTPStatus.OK
