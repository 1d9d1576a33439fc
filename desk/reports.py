"""What readers say is wrong with published texts: read, answered by mending, closed with a note."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from desk.access import DeskRequest, allowed
from desk.setup import setup
from pipeline.models import Report
from pipeline.review import reports
from pipeline.review.people import Action, languages_of

_MOST = 100  # the newest; closing them brings up the others
_NOTE = 2_000  # characters


@allowed(Action.EDIT)
def listing(request: DeskRequest) -> HttpResponse:
    language = request.GET.get("language", "")
    mine = languages_of(request.actor, Action.EDIT)
    context = {
        "reports": reports.open_reports(request.actor, language, limit=_MOST),
        "language": language,
        "languages": [code for code in setup().config.targets if mine is None or code in mine],
    }
    return render(request, "desk/reports.html", context)


@allowed(Action.EDIT, "POST")
def close(request: DeskRequest, pk: int) -> HttpResponse:
    try:
        reports.close(request.actor, pk, request.POST.get("note", "").strip()[:_NOTE])
    except Report.DoesNotExist:
        raise Http404 from None
    messages.success(request, gettext("The report is closed."))
    return HttpResponseRedirect(reverse("reports"))
