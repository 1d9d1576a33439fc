"""Accounts of the desk, for administrators: add, change what they may, close, let in by a link."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.forms import BaseFormSet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext

from desk.access import DeskRequest, allowed
from desk.forms import AccountForm, GrantForm, GrantFormSet, NewAccountForm
from desk.second_factor import forget
from desk.setup import setup
from pipeline.errors import NotAllowedError
from pipeline.models import Editor, Grant
from pipeline.review import people
from pipeline.review.people import Action, Actor, GrantData


@allowed(Action.ACCOUNTS)
def listing(request: DeskRequest) -> HttpResponse:
    return render(request, "desk/accounts.html", {"accounts": Editor.objects.with_grants()})


@allowed(Action.ACCOUNTS, "GET", "POST")
def add(request: DeskRequest) -> HttpResponse:
    """A new account without a password: its owner comes in by a link and sets one."""
    form, grants = NewAccountForm(request.POST or None), _grant_forms(request, ())
    if request.method == "POST" and form.is_valid() and grants.is_valid():
        wanted = _wanted(grants)
        _require_all(request.actor, wanted)
        data = form.cleaned_data
        new = people.NewEditor(name=data["name"], full_name=data["full_name"], email=data["email"])
        editor = people.add_editor(new, wanted)
        messages.success(request, gettext("The account is made."))
        return _show_link(request, editor)
    return _account_page(request, form, grants, None)


@allowed(Action.ACCOUNTS, "GET", "POST")
def edit(request: DeskRequest, pk: int) -> HttpResponse:
    editor = get_object_or_404(Editor, pk=pk)
    before = tuple(_grants_of(editor))
    form, grants = AccountForm(request.POST or None, instance=editor), _grant_forms(request, before)
    if request.method == "POST" and form.is_valid() and grants.is_valid():
        wanted = _wanted(grants)
        _require_all(request.actor, set(before) ^ set(wanted))
        if form.has_changed():
            _require_all(request.actor, before)
        if _loses_own_desk(request, editor, wanted):
            form.add_error(None, gettext("You cannot take the administrator’s role from yourself."))
        else:
            form.save()
            people.set_grants(editor, wanted)
            messages.success(request, gettext("Saved."))
            return HttpResponseRedirect(reverse("accounts"))
    return _account_page(request, form, grants, editor)


@allowed(Action.ACCOUNTS, "POST")
def link(request: DeskRequest, pk: int) -> HttpResponse:
    """A link that signs in once, shown to the administrator, who hands it on."""
    return _show_link(request, _in_reach(request, pk))


@allowed(Action.ACCOUNTS, "POST")
def active(request: DeskRequest, pk: int) -> HttpResponse:
    """Close an account or open it again."""
    editor = _in_reach(request, pk)
    if editor.pk == request.user.pk:
        messages.error(request, gettext("You cannot close your own account."))
    elif request.POST.get("active") == "yes":
        people.reactivate(editor)
        messages.success(request, gettext("The account is open again."))
    else:
        people.deactivate(editor)
        messages.success(request, gettext("The account is closed. Its sessions have ended."))
    return HttpResponseRedirect(reverse("accounts-edit", args=[editor.pk]))


@allowed(Action.ACCOUNTS, "POST")
def forget_device(request: DeskRequest, pk: int) -> HttpResponse:
    """For whoever has lost the phone and the recovery codes."""
    editor = _in_reach(request, pk)
    forget(editor)
    messages.success(request, gettext("The second factor of this account is off."))
    return HttpResponseRedirect(reverse("accounts-edit", args=[editor.pk]))


def _in_reach(request: DeskRequest, pk: int) -> Editor:
    """The account, when the administrator may give all it has: else its door would lead beyond their own."""
    editor = get_object_or_404(Editor, pk=pk)
    grants = Actor(name=editor.name, grants=tuple(_grants_of(editor))).grants
    _require_all(request.actor, grants)
    return editor


def _grants_of(editor: Editor) -> Iterable[GrantData]:
    """Those of a closed account too."""
    for each in Grant.objects.of(editor):
        yield GrantData(role=each.role, language=each.language, source_key=each.source_key)


def _require_all(actor: Actor, grants: Iterable[GrantData]) -> None:
    if not all(people.may_grant(actor, grant) for grant in grants):
        raise NotAllowedError("may not give or take this role there", resource=actor.name)


def _loses_own_desk(request: DeskRequest, editor: Editor, wanted: list[GrantData]) -> bool:
    return editor.pk == request.user.pk and not people.may(
        Actor(name=editor.name, grants=tuple(wanted)), Action.ACCOUNTS
    )


def _grant_forms(request: DeskRequest, grants: Iterable[GrantData]) -> "BaseFormSet[GrantForm]":
    initial = [
        {"role": str(each.role), "language": each.language, "source_key": each.source_key} for each in grants
    ]
    found: BaseFormSet[GrantForm] = GrantFormSet(request.POST or None, initial=initial, prefix="grants")
    return found


def _wanted(grants: "BaseFormSet[GrantForm]") -> list[GrantData]:
    rows = [form.cleaned_data or form.initial for form in grants.forms]
    return list(
        dict.fromkeys(
            GrantData(role=row["role"], language=row["language"], source_key=row["source_key"])
            for row in rows
            if row.get("role")
        )
    )


def _account_page(
    request: DeskRequest, form: AccountForm, grants: "BaseFormSet[GrantForm]", editor: Editor | None
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "grants": grants, "account": editor}
    return render(request, "desk/account.html", context, status=422 if form.errors else 200)


def _show_link(request: DeskRequest, editor: Editor) -> HttpResponse:
    config = setup().config
    token = people.one_time_link(editor, datetime.now(UTC), minutes=config.desk.link_minutes)
    text = gettext(
        "Give it to %(name)s. It signs in once, within %(minutes)s minutes, and is shown this once."
    )
    context = {
        "title": gettext("Sign-in link"),
        "text": text % {"name": editor.name, "minutes": f"{config.desk.link_minutes:g}"},
        "secret": f"{config.network.base_url}/desk/enter/{token}/",
        "back": reverse("accounts"),
    }
    return render(request, "desk/secret.html", context)
