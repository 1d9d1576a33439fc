"""Coming in and going out: by name and password, by a link that works once."""

from datetime import UTC, datetime

from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django_otp import user_has_device

from desk import errors
from desk.access import SECOND_FACTOR, open_to_all, safe_next
from desk.forms import SignInForm
from desk.middleware import SEEN, SINCE
from desk.setup import setup
from pipeline.models import DeskSession, Editor, SignInLink
from pipeline.settings import UI_LANGUAGES

PASSWORD_BACKEND = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 - the name of a class

BY_LINK = "desk_by_link"  # in the session: who came by a link may set a password without knowing the old one


def enter(
    request: HttpRequest, editor: Editor, *, backend: str = PASSWORD_BACKEND, keep_factor: bool = False
) -> None:
    """Open the session of an editor whose identity is proved; a second factor may still be asked."""
    now = datetime.now(UTC)
    auth.login(request, editor, backend=backend)
    desk = setup().config.desk
    request.session[SINCE] = request.session[SEEN] = now.timestamp()
    request.session[SECOND_FACTOR] = "" if keep_factor else _second_factor(editor)
    request.session.pop(BY_LINK, None)
    request.session.save()
    DeskSession.objects.sweep(now)
    DeskSession.objects.open(editor, str(request.session.session_key), now, desk.sessions)


def _second_factor(editor: Editor) -> str:
    rule = setup().config.desk.otp
    if rule == "off":
        return ""
    if user_has_device(editor):
        return "verify"
    return "enrol" if rule == "required" else ""


@sensitive_post_parameters("password")
@open_to_all("GET", "POST")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password. What is wrong with them is not told: it would tell which names exist."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        editor = auth.authenticate(request, **form.cleaned_data)
        if isinstance(editor, Editor):
            enter(request, editor)
            return HttpResponseRedirect(safe_next(request))
        if getattr(request, "axes_locked_out", False):
            return errors.locked_out(request)
        form.add_error(None, gettext("Name and password do not fit together, or the account is closed."))
    oidc = setup().config.desk.oidc
    context = {"form": form, "next": safe_next(request, ""), "oidc": oidc if oidc.enabled else None}
    return render(request, "desk/sign_in.html", context, status=200 if not form.errors else 422)


@open_to_all("POST")
def sign_out(request: HttpRequest) -> HttpResponse:
    DeskSession.objects.filter(session_key=request.session.session_key or "").delete()
    auth.logout(request)
    return HttpResponseRedirect("/desk/sign-in/?out=1")


@open_to_all("GET", "POST")
def enter_by_link(request: HttpRequest, token: str) -> HttpResponse:
    """A link that works once. Looking at it does not use it: mail programs look at every link."""
    now = datetime.now(UTC)
    link = SignInLink.objects.valid(token, now)
    if link is not None and request.method != "POST":
        return render(request, "desk/enter.html", {"link": link})
    editor = SignInLink.objects.use(token, now)
    if editor is None:
        text = gettext("It works once and for a short time only. Ask an administrator for a new one.")
        return errors.page(request, 410, gettext("This link works no more"), text)
    enter(request, editor)
    request.session[BY_LINK] = True
    return HttpResponseRedirect("/desk/")


@open_to_all("POST")
def choose_language(request: HttpRequest) -> HttpResponse:
    """The language of the desk for this browser, and for the account of whoever is signed in."""
    response = HttpResponseRedirect(safe_next(request))
    code = request.POST.get("language", "")
    if code in UI_LANGUAGES:
        if isinstance(request.user, Editor):
            Editor.objects.filter(pk=request.user.pk).update(ui_language=code)
        secure = setup().config.network.base_url.startswith("https:")
        response.set_cookie(
            "desk_language",
            code,
            max_age=365 * 86400,
            path="/desk/",
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    return response
