"""What an editor sets for themselves: language, keys, notices, password, second factor, feed, sessions."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext, override
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_totp.models import TOTPDevice

from desk.access import DeskRequest, allowed
from desk.forms import CodeForm, PasswordForm, PreferencesForm
from desk.setup import setup
from desk.sign_in import BY_LINK, enter
from pipeline.errors import UsageError
from pipeline.models import DeskSession
from pipeline.review import people

HERE = "/desk/preferences/"


@allowed(None, "GET", "POST")
def preferences(request: DeskRequest) -> HttpResponse:
    form = PreferencesForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        with override(request.user.ui_language or None):
            messages.success(request, gettext("Saved."))
        return HttpResponseRedirect(HERE)
    desk = setup().config.desk
    context = {
        "form": form,
        "otp": desk.otp,
        "has_device": TOTPDevice.objects.filter(user=request.user, confirmed=True).exists(),
        "code_form": CodeForm(auto_id="second-%s"),
        "sessions": DeskSession.objects.filter(editor=request.user).count(),
        "has_feed": bool(request.user.feed_token_hash),
    }
    return render(request, "desk/preferences.html", context, status=422 if form.errors else 200)


@sensitive_post_parameters("old", "new", "again")
@allowed(None, "GET", "POST")
def password(request: DeskRequest) -> HttpResponse:
    """A new password; every other session of the account ends."""
    ask_old = request.user.has_usable_password() and not request.session.get(BY_LINK)
    form = PasswordForm(request.user, request.POST or None, ask_old=ask_old)
    if request.method == "POST" and form.is_valid():
        try:
            people.set_password(request.user, form.cleaned_data["new"])
        except UsageError as error:
            form.add_error("new", error.message)
        else:
            enter(request, request.user, keep_factor=True)
            messages.success(request, gettext("The password is changed. Your other sessions have ended."))
            return HttpResponseRedirect(HERE)
    return render(request, "desk/password.html", {"form": form}, status=422 if form.errors else 200)


@allowed(None, "POST")
def feed_address(request: DeskRequest) -> HttpResponse:
    """A new address for the queue's feed, shown once; the former one opens nothing any more."""
    token = people.new_feed_token(request.user)
    address = f"{setup().config.network.base_url}/desk/feed/{token}.atom"
    title = gettext("Address of your feed")
    text = gettext("Keep it to yourself: whoever has it sees what waits. It is shown this once.")
    return render(
        request, "desk/secret.html", {"title": title, "text": text, "secret": address, "back": HERE}
    )


@allowed(None, "POST")
def end_sessions(request: DeskRequest) -> HttpResponse:
    DeskSession.objects.end(request.user, but=request.session.session_key or "")
    messages.success(request, gettext("Your other sessions have ended."))
    return HttpResponseRedirect(HERE)
