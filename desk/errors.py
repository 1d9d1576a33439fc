"""Pages for what goes wrong, in plain words: what happened, and what one can do."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from desk.access import is_fetch, recognise
from desk.setup import setup


def page(request: HttpRequest, status: int, title: str, text: str, *, code: str = "") -> HttpResponse:
    """One page for all of them; a script gets the same as JSON."""
    if is_fetch(request):
        return JsonResponse({"error": code or str(status), "message": text}, status=status)
    return render(request, "desk/error.html", {"title": title, "text": text}, status=status)


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - Django's signature
    return page(
        request,
        403,
        gettext("You may not do this"),
        gettext("Your account does not have this right. An administrator of the desk can give it to you."),
        code="not-allowed",
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Django's CSRF check refused a form."""
    return page(
        request,
        403,
        gettext("The form was not accepted"),
        gettext(
            "It did not come from a page of this desk, or that page is too old. Go back, load it anew, try again."
        ),
        code="csrf",
    )


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - as above
    recognise(request)
    text = gettext(
        "Nothing stands at this address. It may have been withdrawn, or the address is incomplete."
    )
    return page(request, 404, gettext("Page not found"), text)


def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 - as above
    return page(
        request,
        400,
        gettext("The request was not understood"),
        gettext("Go back, load the page anew, try again."),
    )


def broken(request: HttpRequest) -> HttpResponse:
    """A bug: Django has written it into the log with its trace."""
    text = gettext("The fault is ours and has been written into the log. What you had saved before is safe.")
    return page(request, 500, gettext("Something went wrong"), text)


def locked_out(request: HttpRequest, _credentials: Any = None, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Too many wrong passwords for one name from one address."""
    minutes = f"{setup().config.desk.pause_minutes:g}"
    text = gettext("Wait %(minutes)s minutes, or ask an administrator for a sign-in link.") % {
        "minutes": minutes
    }
    response = page(request, 429, gettext("Too many attempts"), text, code="locked-out")
    response["Retry-After"] = str(int(setup().config.desk.pause_minutes * 60))
    return response
