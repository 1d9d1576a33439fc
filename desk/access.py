"""Who may come to a page: one decorator on every view, and the way back after signing in.

What an editor may do is decided by pipeline.review.people alone; this is where its answer becomes a response.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from pipeline.models import Editor
from pipeline.review.people import Action, Actor, NotAllowedError, actor_of, may

P = ParamSpec("P")
SECOND_FACTOR = "desk_second_factor"  # in the session: "" none, "verify" or "enrol" before anything else


class DeskRequest(HttpRequest):
    """A request of somebody who is signed in. For types only; Django makes the object."""

    user: Editor
    actor: Actor


View = Callable[Concatenate[DeskRequest, P], HttpResponse]
OpenView = Callable[Concatenate[HttpRequest, P], HttpResponse]


def allowed(action: Action | None, *methods: str, half_way: str = "") -> Callable[[View[P]], OpenView[P]]:
    """Lets in who may do `action` somewhere (None: whoever is signed in). Where exactly, the use case asks.

    `methods` default to GET; HEAD goes with GET. The view finds `request.actor`. `half_way` names the state
    of the second factor in which this page is the next one to see.
    """
    taken = methods or ("GET",)

    def decorate(view: View[P]) -> OpenView[P]:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not _is_taken(request, taken):
                return HttpResponseNotAllowed(taken)
            if refusal := _not_in(request, half_way):
                return refusal
            asked = cast("DeskRequest", request)
            asked.actor = actor_of(asked.user)
            if action is not None and not may(asked.actor, action):
                raise NotAllowedError(gettext("Your account has no right to this page."))
            return view(asked, *args, **kwargs)

        return _known(guarded, taken)

    return decorate


def open_to_all(*methods: str) -> Callable[[OpenView[P]], OpenView[P]]:
    """For the few views that serve people who are not signed in."""
    taken = methods or ("GET",)

    def decorate(view: OpenView[P]) -> OpenView[P]:
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not _is_taken(request, taken):
                return HttpResponseNotAllowed(taken)
            return view(request, *args, **kwargs)

        return _known(guarded, taken)

    return decorate


def recognise(request: HttpRequest) -> None:
    """For the page of an address that has no view: who is wholly signed in keeps the way to the other pages."""
    if request.user.is_authenticated and not request.session.get(SECOND_FACTOR):
        cast("DeskRequest", request).actor = actor_of(cast("DeskRequest", request).user)


def _known(guarded: Callable[..., Any], methods: tuple[str, ...]) -> Callable[..., HttpResponse]:
    """The view with the methods it takes, for the test of all addresses."""
    guarded.desk_methods = methods  # type: ignore[attr-defined]
    return guarded


def is_fetch(request: HttpRequest) -> bool:
    """Whether a script asks, which needs a status and not a page: it says so, or takes JSON only."""
    return request.headers.get("X-Desk") == "fetch" or request.headers.get("Accept") == "application/json"


def safe_next(request: HttpRequest, default: str = "/desk/") -> str:
    """Where to go on after signing in: an address of this desk, nothing else."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    fits = wanted.startswith("/desk/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if fits else default


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back here; a script is told by a status, so that it can keep the editor's words."""
    address = reverse("sign-in")
    if is_fetch(request):
        return JsonResponse({"error": "signed-out", "sign_in": address}, status=401)
    back = request.get_full_path() if request.method in {"GET", "HEAD"} else _page_before(request)
    return HttpResponseRedirect(f"{address}?{urlencode({'next': back})}" if back else address)


def _page_before(request: HttpRequest) -> str:
    """A form that came too late goes back to the page it stood on, as a path of our own."""
    _, _, path = request.headers.get("Referer", "").partition(f"//{request.get_host()}")
    return path if path.startswith("/desk/") else ""


def _not_in(request: HttpRequest, half_way: str) -> HttpResponse | None:
    """What to answer while the visitor is not, or not yet wholly, signed in."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    wanted: str = request.session.get(SECOND_FACTOR, "")
    if wanted in {"", half_way}:
        return None
    address = reverse("second-factor" if wanted == "verify" else "second-factor-enrol")
    if is_fetch(request):
        return JsonResponse({"error": "second-factor", "sign_in": address}, status=401)
    if request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(f"{address}?{urlencode({'next': request.get_full_path()})}")
    return HttpResponseRedirect(address)


def _is_taken(request: HttpRequest, methods: tuple[str, ...]) -> bool:
    method: Any = "GET" if request.method == "HEAD" else request.method
    return method in methods
