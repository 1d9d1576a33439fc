"""The glossary: everybody at the desk reads it, chief editors of a language change it, by form or as CSV."""

import structlog
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from desk.access import DeskRequest, allowed
from desk.forms import TermForm
from desk.setup import setup
from desk.terms_csv import CsvError, read, written
from pipeline.errors import NotAllowedError
from pipeline.models import Term
from pipeline.review.people import Action, Actor, languages_of

_PAGE = 100
_MOST_BYTES = 2 * 1024 * 1024
_log = structlog.get_logger("desk")


@allowed(Action.SEE)
def listing(request: DeskRequest) -> HttpResponse:
    language, text = request.GET.get("language", ""), request.GET.get("text", "")
    rows = Term.objects.wanted(language, text)
    context = {
        "page": Paginator(rows, _PAGE).get_page(request.GET.get("page")),
        "language": language,
        "text": text,
        "languages": setup().config.targets,
        "may_change": bool(_languages(request.actor)),
        "mine": set(_languages(request.actor)),
    }
    return render(request, "desk/terms.html", context)


@allowed(Action.TERMS, "GET", "POST")
def add(request: DeskRequest) -> HttpResponse:
    return _form_page(request, Term())


@allowed(Action.TERMS, "GET", "POST")
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    term = get_object_or_404(Term, pk=pk)
    _require(request.actor, term.target_language)
    return _form_page(request, term)


@allowed(Action.TERMS, "POST")
def delete(request: DeskRequest, pk: int) -> HttpResponse:
    term = get_object_or_404(Term, pk=pk)
    _require(request.actor, term.target_language)
    _log.info("term deleted", editor=request.actor.name, term=str(term), language=term.target_language)
    term.delete()
    messages.success(request, gettext("The term is deleted."))
    return HttpResponseRedirect(reverse("terms"))


@allowed(Action.SEE)
def export(request: DeskRequest) -> HttpResponse:
    """The glossary as CSV, in the form that the import takes."""
    rows = Term.objects.wanted(request.GET.get("language", ""), "")
    response = HttpResponse(written(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="glossary.csv"'
    return response


@allowed(Action.TERMS, "POST")
def take_in(request: DeskRequest) -> HttpResponse:
    """All lines or none: what is wrong is told line by line, and nothing is changed."""
    file = request.FILES.get("file")
    if file is None or (file.size or 0) > _MOST_BYTES:
        messages.error(request, gettext("Choose a CSV file of 2 MB at most."))
        return HttpResponseRedirect(reverse("terms"))
    try:
        terms = read(file.read())
    except CsvError as error:
        for line in error.lines:
            messages.error(request, line)
        return HttpResponseRedirect(reverse("terms"))
    for language in {term.target_language for term in terms}:
        _require(request.actor, language)
    Term.objects.put(terms)
    _log.info("terms imported", editor=request.actor.name, count=len(terms))
    text = ngettext("%(count)s term is taken in.", "%(count)s terms are taken in.", len(terms))
    messages.success(request, text % {"count": len(terms)})
    return HttpResponseRedirect(reverse("terms"))


def _form_page(request: DeskRequest, term: Term) -> HttpResponse:
    is_new = term.pk is None
    form = TermForm(_languages(request.actor), request.POST or None, instance=term)
    if request.method == "POST" and form.is_valid():
        _require(request.actor, form.cleaned_data["target_language"])
        saved = form.save()
        _log.info("term saved", editor=request.actor.name, term=str(saved), language=saved.target_language)
        messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(reverse("terms"))
    context = {"form": form, "term": None if is_new else term}
    return render(request, "desk/term.html", context, status=422 if form.errors else 200)


def _languages(actor: Actor) -> list[str]:
    """Those whose terms the actor may change; "", every language at once, only who may change all."""
    mine = languages_of(actor, Action.TERMS)
    targets = setup().config.targets
    return [*targets, ""] if mine is None else [code for code in targets if code in mine]


def _require(actor: Actor, language: str) -> None:
    """An empty language is every language, so it takes the right to all."""
    mine = languages_of(actor, Action.TERMS)
    if mine is not None and language not in mine:
        raise NotAllowedError("may not change the terms of this language", resource=actor.name)
