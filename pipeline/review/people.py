"""The accounts of the desk: who they are, how they come in, what they may.

The rules of who may do what stand in permissions.py, and are offered here too.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from pipeline.errors import NotAllowedError, UsageError
from pipeline.models import DeskSession, Editor, Grant, Role, SignInLink
from pipeline.models.sessions import token_hash
from pipeline.review.permissions import (
    Action,
    Actor,
    GrantData,
    languages_of,
    may,
    may_grant,
    require,
    scopes,
    sources_of,
)

__all__ = [
    "Action",
    "Actor",
    "GrantData",
    "NewEditor",
    "NotAllowedError",
    "actor_of",
    "add_editor",
    "by_name",
    "deactivate",
    "editor_of_feed_token",
    "languages_of",
    "may",
    "may_grant",
    "new_feed_token",
    "one_time_link",
    "reactivate",
    "require",
    "scopes",
    "set_grants",
    "set_password",
    "sources_of",
]

LINK_MINUTES = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEditor:
    name: str
    full_name: str = ""
    email: str = ""
    ui_language: str = ""


def actor_of(editor: Editor) -> Actor:
    """The person with all grants, in one query. Who was taken off the desk has none."""
    grants = Grant.objects.of(editor) if editor.is_active else []
    return Actor(
        name=editor.name,
        full_name=editor.full_name,
        grants=tuple(
            GrantData(role=each.role, language=each.language, source_key=each.source_key) for each in grants
        ),
    )


def by_name(name: str) -> Editor:
    """The account, or a UsageError that names those there are."""
    found = Editor.objects.by_name(name)
    if found is None:
        known = ", ".join(Editor.objects.order_by("name").values_list("name", flat=True)[:20])
        raise UsageError(f"no such editor; there are: {known or 'none yet'}", resource=name)
    return found


def add_editor(new: NewEditor, grants: Iterable[GrantData], *, password: str = "") -> Editor:
    """A new account. Without a password it is entered by a one-time link only: nothing is preset."""
    if not new.name.strip() or any(map(str.isspace, new.name)):
        raise UsageError("an editor's name is one word, such as anna.berzina", resource=new.name)
    if Editor.objects.by_name(new.name):
        raise UsageError(
            "an editor of this name exists already; `editors roles` changes what they may", resource=new.name
        )
    with transaction.atomic():
        editor = Editor(name=new.name, full_name=new.full_name, email=new.email, ui_language=new.ui_language)
        if password:
            _use(editor, password)
        else:
            editor.set_unusable_password()
        editor.save()
        set_grants(editor, grants)
    return editor


def set_password(editor: Editor, password: str) -> None:
    """Hashed with Argon2. Ends open sessions and unused links. Raises UsageError with every objection."""
    _use(editor, password)
    with transaction.atomic():
        editor.save(update_fields=["password"])
        _shut_out(editor)


def _use(editor: Editor, password: str) -> None:
    try:
        validate_password(password, editor)
    except ValidationError as error:
        raise UsageError(" ".join(error.messages), resource=f"password of {editor.name}") from error
    editor.password = make_password(password, hasher="argon2")


def set_grants(editor: Editor, grants: Iterable[GrantData]) -> None:
    """What the editor may from now on, in place of all before."""
    wanted = list(dict.fromkeys(grants))
    for each in wanted:
        if each.role not in Role.values:
            raise UsageError(f"no such role; allowed: {', '.join(Role.values)}", resource=each.role)
    with transaction.atomic():
        Grant.objects.filter(editor=editor).delete()
        Grant.objects.bulk_create(
            Grant(editor=editor, role=each.role, language=each.language, source_key=each.source_key)
            for each in wanted
        )


def deactivate(editor: Editor) -> None:
    """Taken off the desk at once: sessions, links and feed end. The account stays, for the log names it."""
    editor.is_active = False
    editor.feed_token_hash = ""
    with transaction.atomic():
        editor.save(update_fields=["is_active", "feed_token_hash"])
        _shut_out(editor)


def reactivate(editor: Editor) -> None:
    editor.is_active = True
    editor.save(update_fields=["is_active"])


def _shut_out(editor: Editor) -> None:
    DeskSession.objects.end(editor)
    SignInLink.objects.filter(editor=editor, used_at__isnull=True).delete()


def one_time_link(editor: Editor, now: datetime, *, minutes: float = LINK_MINUTES) -> str:
    """The token of an address that signs in once. It is shown once; the store keeps a hash."""
    if not editor.is_active:
        raise UsageError("is not active; `editors activate` brings the account back", resource=editor.name)
    return SignInLink.objects.issue(editor, now, minutes)


def new_feed_token(editor: Editor) -> str:
    """A new token for the queue's feed; the former one opens nothing any more."""
    token = secrets.token_urlsafe(32)
    editor.feed_token_hash = token_hash(token)
    editor.save(update_fields=["feed_token_hash"])
    return token


def editor_of_feed_token(token: str) -> Editor | None:
    return Editor.objects.by_feed_token(token_hash(token)) if token else None
