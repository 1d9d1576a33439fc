"""What happens to every request of the desk: headers, language, the session's limits, refusals in plain words."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from desk import errors
from desk.setup import setup
from pipeline.review.people import NotAllowedError
from pipeline.settings import UI_LANGUAGES

Next = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: https: http:; media-src https: http:; "  # the pictures of entries stand at their cities
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
SINCE, SEEN = "desk_since", "desk_seen"  # seconds of the epoch, in the session
_SEEN_EVERY = 60  # seconds; a write at each request would be in the way of the pipeline


class SecurityHeaders:
    """Nothing inline, nothing from other hosts but pictures, no framing, no address told to others."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self._next(request)
        response.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.setdefault("X-Content-Type-Options", "nosniff")
        response.setdefault("X-Frame-Options", "DENY")
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.setdefault("Cache-Control", "no-store")
        return response


class Language:
    """The language of the page: the editor's own, else the one chosen here before, else as the browser asks."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        code = getattr(request.user, "ui_language", "") or request.COOKIES.get("desk_language", "")
        if code not in UI_LANGUAGES:
            code = translation.get_language_from_request(request).partition("-")[0]
        with translation.override(code):
            response = self._next(request)
            response.setdefault("Content-Language", translation.get_language() or "en")
            return response


class SessionLimits:
    """A session ends some hours after sign-in, however busy, and earlier when nothing happens."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = datetime.now(UTC).timestamp()
            if self._is_over(request.session, now):
                auth.logout(request)
            elif now - request.session[SEEN] >= _SEEN_EVERY:
                request.session[SEEN] = now
        return self._next(request)

    @staticmethod
    def _is_over(session: Any, now: float) -> bool:
        desk = setup().config.desk
        if SINCE not in session:
            return True
        return bool(
            now - session[SINCE] >= desk.session_hours * 3600 or now - session[SEEN] >= desk.idle_minutes * 60
        )


class Refusals:
    """What people.require refuses becomes a page that says so."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._next(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowedError):
            return errors.refused(request, exception)
        return None
