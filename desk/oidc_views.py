"""To the identity provider and back."""

from typing import Any

import requests
import structlog
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from desk import errors
from desk.access import open_to_all
from desk.oidc import ProviderError, TokenError, oidc_setting
from desk.setup import setup
from desk.sign_in import enter

BACKEND = "desk.oidc.Backend"
_log = structlog.get_logger("desk")


class _Start(OIDCAuthenticationRequestView):  # type: ignore[misc]  # the library has no types
    @staticmethod
    def get_settings(attr: str, *args: Any) -> Any:
        return oidc_setting(attr, *args)


class _Callback(OIDCAuthenticationCallbackView):  # type: ignore[misc]
    @staticmethod
    def get_settings(attr: str, *args: Any) -> Any:
        return oidc_setting(attr, *args)

    def login_success(self) -> HttpResponse:
        following = self.request.session.get("oidc_login_next") or ""
        enter(self.request, self.user, backend=BACKEND)
        return HttpResponseRedirect(following if following.startswith("/desk/") else "/desk/")

    def login_failure(self) -> HttpResponse:
        text = gettext(
            "Your organisation’s account is not known here. Ask an administrator of the desk for an account."
        )
        return errors.page(self.request, 403, gettext("You were not signed in"), text)


@open_to_all()
def start(request: HttpRequest) -> HttpResponse:
    return _guarded(request, _Start)


@open_to_all()
def callback(request: HttpRequest) -> HttpResponse:
    return _guarded(request, _Callback)


def _guarded(request: HttpRequest, view: Any) -> HttpResponse:
    """What the provider does wrong, or cannot do now, is told in plain words and written into the log."""
    if not setup().config.desk.oidc.enabled:
        raise Http404
    try:
        response: HttpResponse = view.as_view()(request)
    except (
        ProviderError,
        requests.RequestException,
        TokenError,
        SuspiciousOperation,
        KeyError,
        ValueError,
    ) as error:
        _log.warning(
            "desk: sign-in by the identity provider failed", reason=f"{type(error).__name__}: {error}"
        )
        text = gettext(
            "The sign-in service gave no answer that can be used. Try again, or use your password."
        )
        return errors.page(request, 502, gettext("You were not signed in"), text)
    return response
