"""Accounts: made without a password, let in by links that work once, taken off the desk at once."""

import argparse
import io
import json
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, identify_hasher
from django.test import override_settings

from pipeline.arguments import parse
from pipeline.commands import people as command
from pipeline.errors import UsageError
from pipeline.models import DeskSession, Editor, SignInLink
from pipeline.review import people
from pipeline.review.people import GrantData, NewEditor
from tests.builders import NOW, config

pytestmark = pytest.mark.usefixtures("store")

PASSWORD = "kaķis uz jumta 7"
VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    }
]


def anna(**changes: Any) -> Editor:
    return people.add_editor(
        NewEditor(name="anna", full_name="Anna Bērziņa"), [GrantData(role="editor")], **changes
    )


def test_a_new_account_has_no_password_and_cannot_sign_in_with_one() -> None:
    """Nothing is preset: neither empty nor any word opens it."""
    editor = anna()

    assert not editor.has_usable_password()
    assert not editor.check_password("")
    assert people.actor_of(editor).grants == (GrantData(role="editor"),)


@override_settings(AUTH_PASSWORD_VALIDATORS=VALIDATORS)
def test_passwords_are_kept_by_argon2_and_weak_ones_refused() -> None:
    """What is kept is a hash; a short password is refused and nothing is changed."""
    editor = anna(password=PASSWORD)

    assert identify_hasher(editor.password).algorithm == "argon2"
    assert check_password(PASSWORD, editor.password)
    with pytest.raises(UsageError, match="too short"):
        people.set_password(editor, "īss")
    assert Editor.objects.get().check_password(PASSWORD)
    with pytest.raises(UsageError):
        people.add_editor(NewEditor(name="berta"), [], password="īss")
    assert Editor.objects.count() == 1


@pytest.mark.parametrize("name", ["", "anna bērziņa", "anna"])
def test_a_name_is_one_word_and_nobody_elses(name: str) -> None:
    """It signs in and stands in the log."""
    anna()

    with pytest.raises(UsageError):
        people.add_editor(NewEditor(name=name), [])


def test_roles_are_replaced_as_a_whole() -> None:
    """Twice the same counts once; a role that is none is refused."""
    editor = anna()

    people.set_grants(
        editor, [GrantData(role="chief", language="lv"), GrantData(role="chief", language="lv")]
    )

    assert people.actor_of(editor).grants == (GrantData(role="chief", language="lv"),)
    with pytest.raises(UsageError, match="allowed: reader"):
        people.set_grants(editor, [GrantData(role="king")])
    assert len(people.actor_of(editor).grants) == 1


def test_a_link_opens_once_and_not_after_its_time() -> None:
    """The store holds a hash of it only."""
    editor = anna()
    token = people.one_time_link(editor, NOW, minutes=30)
    late = people.one_time_link(editor, NOW, minutes=30)

    assert token not in set(SignInLink.objects.values_list("token_hash", flat=True))
    assert SignInLink.objects.use(late, NOW + timedelta(minutes=31)) is None
    assert SignInLink.objects.use(token, NOW) == editor
    assert SignInLink.objects.use(token, NOW) is None


def test_whoever_is_taken_off_the_desk_is_out_at_once() -> None:
    """No grant, no link, no session, no feed; the name stays for the log, and can come back."""
    editor = anna()
    token = people.new_feed_token(editor)
    people.one_time_link(editor, NOW)
    DeskSession.objects.open(editor, "key", NOW, 5)
    assert people.editor_of_feed_token(token) == editor

    people.deactivate(editor)

    assert people.actor_of(editor).grants == ()
    assert people.editor_of_feed_token(token) is None
    assert not SignInLink.objects.exists()
    assert not DeskSession.objects.exists()
    with pytest.raises(UsageError):
        people.one_time_link(editor, NOW)
    people.reactivate(editor)
    assert people.actor_of(editor).grants != ()


def test_a_new_token_closes_the_former_one() -> None:
    """And no token is nobody's."""
    editor = anna()
    former = people.new_feed_token(editor)

    token = people.new_feed_token(editor)

    assert people.editor_of_feed_token(former) is None
    assert people.editor_of_feed_token(token) == editor
    assert people.editor_of_feed_token("") is None


def test_a_name_nobody_has_is_answered_with_those_there_are() -> None:
    """The remedy stands in the message."""
    anna()

    with pytest.raises(UsageError, match="there are: anna"):
        people.by_name("ana")


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────


def run(*arguments: str) -> Any:
    options: argparse.Namespace = parse(["editors", *arguments, "--json"])
    return command.COMMANDS["editors"](options, config(Path("/nowhere")), threading.Event()).data


def test_editors_are_added_listed_changed_and_removed() -> None:
    """Each command says what stands after it."""
    added = run(
        "add", "anna", "--language", "lv", "--language", "en", "--city", "poznan", "--full-name", "Anna B"
    )
    changed = run("roles", "anna", "--role", "chief")
    listed = run("list")
    removed = run("remove", "anna")
    back = run("activate", "anna")

    assert added["roles"] == ["editor en poznan", "editor lv poznan"]
    assert added["link"].startswith("https://news.example.org/desk/enter/")
    assert changed["roles"] == ["chief all languages all cities"]
    assert listed["editors"][0]["full_name"] == "Anna B"
    assert (removed["active"], removed["roles"]) == (False, [])
    assert (back["active"], json.dumps(back) != "") == (True, True)


def test_links_and_tokens_are_addresses_to_hand_over() -> None:
    """Both open what they say."""
    run("add", "anna")

    link = run("link", "anna")["link"]
    feed = run("token", "anna")["feed"]

    token = link.rstrip("/").rpartition("/")[2]
    assert SignInLink.objects.use(token, SignInLink.objects.latest("id").expires_at - timedelta(minutes=1))
    assert people.editor_of_feed_token(feed.rpartition("/")[2].removesuffix(".atom")) is not None


def test_passwords_come_from_standard_input_or_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never from the command line, where every process of the machine could read them."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
    added = run("add", "anna", "--password-stdin")
    monkeypatch.setattr("sys.stdin", io.StringIO("cits garš vārds 9\n"))
    run("password", "anna", "--password-stdin")

    assert "link" not in added
    assert Editor.objects.get().check_password("cits garš vārds 9")
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(UsageError, match="holds no password"):
        run("password", "anna", "--password-stdin")
    with pytest.raises(UsageError, match="no terminal"):
        run("password", "anna")


def test_a_password_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two that differ change nothing."""
    anna()
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", terminal)
    answers = iter([PASSWORD, "other", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))

    with pytest.raises(UsageError, match="differ"):
        run("password", "anna")
    run("password", "anna")

    assert Editor.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("add",), "name the editor"),
        (("add", "anna", "--language", "xx"), "languages.targets"),
        (("add", "anna", "--city", "atlantis"), "no source"),
        (("link", "nobody"), "no such editor"),
    ],
)
def test_wrong_use_is_answered_with_the_remedy(arguments: tuple[str, ...], message: str) -> None:
    """Nothing is made of a mistake."""
    with pytest.raises(UsageError, match=message):
        run(*arguments)
    assert Editor.objects.count() == 0


def test_an_empty_desk_says_how_to_begin(capsys: pytest.CaptureFixture[str]) -> None:
    """The list of nobody names the next command."""
    command.COMMANDS["editors"](parse(["editors", "list"]), config(), threading.Event())

    assert "editors add NAME" in capsys.readouterr().err
