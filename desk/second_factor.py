"""The second factor: a code of an authenticator app, and recovery codes for the day the phone is lost."""

from base64 import b32encode
from binascii import unhexlify
from io import BytesIO

import segno
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from desk.access import SECOND_FACTOR, DeskRequest, allowed, safe_next
from desk.forms import CodeForm
from desk.setup import setup
from pipeline.models import DeskSession, Editor

RECOVERY_CODES = 10


@allowed(None, "GET", "POST", half_way="verify")
def verify(request: DeskRequest) -> HttpResponse:
    """The code, asked after the password."""
    if not request.session.get(SECOND_FACTOR):
        return HttpResponseRedirect(safe_next(request))
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if match_token(request.user, form.cleaned_data["code"]) is not None:
            _pass(request)
            return HttpResponseRedirect(safe_next(request))
        form.add_error("code", _why_not(request.user))
    context = {"form": form, "next": safe_next(request, "")}
    return render(request, "desk/second_factor.html", context, status=422 if form.errors else 200)


@allowed(None, "GET", "POST", half_way="enrol")
def enrol(request: DeskRequest) -> HttpResponse:
    """Couple an authenticator app: it counts only once it has given a right code."""
    if setup().config.desk.otp == "off":
        raise Http404
    if TOTPDevice.objects.filter(user=request.user, confirmed=True).exists():
        return HttpResponseRedirect("/desk/preferences/")
    device = _unconfirmed(request.user)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if device.verify_token(form.cleaned_data["code"]):
            device.confirmed = True
            device.save()
            _pass(request)
            return _show_codes(request, new=True)
        form.add_error("code", _why_not(request.user))
    secret = b32encode(unhexlify(device.key)).decode()
    context = {"form": form, "secret": secret, "next": safe_next(request, "")}
    return render(request, "desk/second_factor_enrol.html", context, status=422 if form.errors else 200)


@allowed(None, half_way="enrol")
def qr(request: DeskRequest) -> HttpResponse:
    """The app's address as a picture of its own: the page's policy allows nothing inline."""
    device = TOTPDevice.objects.filter(user=request.user, confirmed=False).first()
    if device is None:
        raise Http404
    picture = BytesIO()
    segno.make(device.config_url, error="m").save(picture, kind="svg", scale=4, xmldecl=True)
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


@allowed(None, "POST")
def codes(request: DeskRequest) -> HttpResponse:
    """New recovery codes in place of the old; a code of the app proves who asks."""
    return _show_codes(request, new=False) if _proved(request) else _not_proved()


@allowed(None, "POST")
def off(request: DeskRequest) -> HttpResponse:
    """Without a second factor again, where the desk's rules allow it."""
    if setup().config.desk.otp == "required":
        messages.error(request, gettext("The second factor is required at this desk."))
    elif _proved(request):
        forget(request.user)
        messages.success(request, gettext("The second factor is off."))
    return _not_proved()


def forget(editor: Editor) -> None:
    """Take off whatever second factor the editor has."""
    TOTPDevice.objects.filter(user=editor).delete()
    StaticDevice.objects.filter(user=editor).delete()


def _unconfirmed(editor: Editor) -> TOTPDevice:
    device = TOTPDevice.objects.filter(user=editor, confirmed=False).first()
    return device or TOTPDevice.objects.create(user=editor, name="app", confirmed=False)


def _pass(request: DeskRequest) -> None:
    """Wholly signed in from here on, under a session key that nobody has seen before."""
    former = request.session.session_key
    request.session[SECOND_FACTOR] = ""
    request.session.cycle_key()
    DeskSession.objects.filter(session_key=former).update(session_key=request.session.session_key)


def _show_codes(request: DeskRequest, *, new: bool) -> HttpResponse:
    device, _made = StaticDevice.objects.get_or_create(user=request.user, defaults={"name": "recovery"})
    device.token_set.all().delete()
    found = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=token) for token in found)
    return render(request, "desk/second_factor_codes.html", {"codes": found, "new": new})


def _proved(request: DeskRequest) -> bool:
    form = CodeForm(request.POST)
    if form.is_valid() and match_token(request.user, form.cleaned_data["code"]) is not None:
        return True
    messages.error(request, _why_not(request.user))
    return False


def _not_proved() -> HttpResponse:
    return HttpResponseRedirect("/desk/preferences/#second-factor")


def _why_not(editor: Editor) -> str:
    """After several wrong codes the device rests, longer each time."""
    devices = TOTPDevice.objects.filter(user=editor)
    if any(not device.verify_is_allowed()[0] for device in devices):
        return gettext("This code is not right. After wrong codes wait a moment before the next try.")
    return gettext("This code is not right.")
