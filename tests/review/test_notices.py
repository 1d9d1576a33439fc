"""The daily mail: to whom, in which words, through which server, and what a refusal says."""

import argparse
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session
from babel.messages.pofile import read_po

from pipeline import daemon
from pipeline.arguments import parse
from pipeline.commands import exchange as command
from pipeline.config import Config
from pipeline.errors import NewswireError, UsageError
from pipeline.models import Editor, Report, StoreFact, Translation
from pipeline.options.notices import Notices
from pipeline.review import notices, people
from pipeline.review.people import GrantData, NewEditor
from pipeline.review.wording import LOCALE_DIRECTORY, catalogue
from tests.builders import NOW, config, entry, translation

pytestmark = pytest.mark.usefixtures("sqlite_store")

LANGUAGES = {"lv", "pl", "lt", "en", "de", "nl", "fr", "es", "it", "ro", "pt"}


class Postman:
    """Keeps what arrives; refuses one address."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address.startswith("gone"):
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


def knows(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
    right = (data.login, data.password) == (b"desk", b"secret")
    return AuthResult(success=right, handled=right)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def postman() -> Iterator[tuple[Postman, int]]:
    """A mail server on loopback."""
    handler = Postman()
    controller = Controller(
        handler, hostname="127.0.0.1", port=_free_port(), authenticator=knows, auth_require_tls=False
    )
    controller.start()
    try:
        yield handler, controller.port
    finally:
        controller.stop()


def settings(port: int, **changes: Any) -> Config:
    mail = {"host": "127.0.0.1", "port": port, "security": "none", "sender": "desk@example.org"}
    return config(notices=mail | changes)


def waiting(number: int, *, language: str = "lv", risk: float = 0.0) -> None:
    row = translation(entry(number), language, risk=risk)
    Translation.objects.filter(pk=row.pk).update(waits=True, title=f"Virsraksts\n{number}")


def editor(name: str, *, language: str = "lv", ui_language: str = "", **changes: Any) -> Editor:
    made = people.add_editor(
        NewEditor(name=name, email=f"{name}@example.org", ui_language=ui_language),
        [GrantData(role="editor", language=language)],
    )
    Editor.objects.filter(pk=made.pk).update(**changes)
    return made


def body(mail: EmailMessage) -> str:
    return str(mail.get_content())


def test_an_editor_is_told_what_waits_in_the_own_words(postman: tuple[Postman, int]) -> None:
    """Counts in the forms of the language, the doubtful ones, since when, the first titles, the address."""
    for number in (1, 2):
        waiting(number, risk=0.9 if number == 1 else 0.0)
    Report.objects.create(entry=entry(9), language="lv", message="x", at=NOW)
    editor("anna", ui_language="lv")

    report = notices.send(settings(postman[1]))

    (mail,) = postman[0].mails
    assert report.sent == ("anna@example.org",)
    assert StoreFact.objects.read(notices.NOTICED)  # by which a missed day is known
    assert mail["Subject"] == "Cities: 2 teksti gaida pārbaudi"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = body(mail)
    assert "Latviešu" in text
    assert "Gaida 2 teksti." in text
    assert "1 ir apšaubāms." in text
    assert "2026. gada 20. novembris" in text
    assert "Atvērts 1 lasītāju ziņojums." in text
    assert text.index("* Virsraksts 1 (Poznań)") < text.index("* Virsraksts 2 (Poznań)")
    assert "https://news.example.org/desk/" in text


def test_only_those_are_told_who_want_it_and_for_whom_something_waits(postman: tuple[Postman, int]) -> None:
    """Not who switched it off, left, has no address, may only read, or has nothing to do."""
    waiting(1)
    editor("berta", language="en")
    editor("cara", notices=False)
    editor("dina", is_active=False)
    editor("emma", email="")
    people.set_grants(editor("fred"), [GrantData(role="reader")])

    report = notices.send(settings(postman[1]))

    assert (report.sent, postman[0].mails) == ((), [])


def test_further_addresses_of_a_language_get_its_mail(postman: tuple[Postman, int]) -> None:
    """A shared mailbox, in the language's own words, about that language only."""
    waiting(1)
    waiting(2, language="en")

    notices.send(settings(postman[1], to={"lv": ["birojs@example.org"], "pl": ["biuro@example.org"]}))

    (mail,) = postman[0].mails
    assert mail["To"] == "birojs@example.org"
    assert "Gaida 1 teksts." in body(mail)
    assert "English" not in body(mail)


def test_one_address_that_is_refused_does_not_stop_the_others(postman: tuple[Postman, int]) -> None:
    """Who got none is named with the server's reason."""
    waiting(1)
    editor("gone")
    editor("anna")

    report = notices.send(settings(postman[1]))

    assert report.sent == ("anna@example.org",)
    assert report.failed == (("gone@example.org", "no such mailbox"),)


def test_a_password_comes_from_the_environment(
    postman: tuple[Postman, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Right it signs in; wrong or missing the message names the key to mend."""
    waiting(1)
    editor("anna")
    configured = settings(postman[1], user="desk", password_env="MAIL_PASSWORD")

    with pytest.raises(UsageError, match="MAIL_PASSWORD holds no password"):
        notices.send(configured)
    monkeypatch.setenv("MAIL_PASSWORD", "wrong")
    with pytest.raises(NewswireError, match="refuses user or password"):
        notices.send(configured)
    monkeypatch.setenv("MAIL_PASSWORD", "secret")
    assert notices.send(configured).sent == ("anna@example.org",)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_without_encryption_gets_nothing(postman: tuple[Postman, int], security: str) -> None:
    """Encryption that was asked for and cannot be had is an error, never plain text."""
    waiting(1)
    editor("anna")

    with pytest.raises(NewswireError, match="see host, port and security"):
        notices.send(settings(postman[1], security=security))
    assert postman[0].mails == []


def test_without_a_server_nothing_is_sent() -> None:
    """Off by default, and said so."""
    waiting(1)

    with pytest.raises(UsageError, match=r"\[notices\]"):
        notices.send(config())


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "mail.example.org"},
        {"host": "mail.example.org", "sender": "a@b.example", "user": "x", "security": "none"},
        {"sender": "nobody"},
    ],
)
def test_a_configuration_that_cannot_work_is_refused(wrong: dict[str, Any]) -> None:
    """No sender, a password in the open, an address that is none."""
    with pytest.raises(ValueError, match=r"sender|password|pattern"):
        Notices.model_validate(wrong)
    assert Notices.model_validate(
        {"host": "localhost", "sender": "a@b.example", "user": "x", "security": "none"}
    ).enabled


def test_the_command_says_how_many_went(postman: tuple[Postman, int]) -> None:
    """Exit code 2 where an address was refused."""
    waiting(1)
    editor("anna")
    editor("gone")
    options: argparse.Namespace = parse(["notices", "--json"])

    result = command.COMMANDS["notices"](options, settings(postman[1]), threading.Event())

    assert (result.code, result.data) == (2, {"sent": 1, "failed": {"gone@example.org": "no such mailbox"}})


def test_the_daemon_sends_it_by_a_process_of_its_own(postman: tuple[Postman, int], tmp_path: Path) -> None:
    """The same command that cron would call, with the same configuration file."""
    waiting(1)
    editor("anna")
    file = tmp_path / "config.toml"
    file.write_text(
        f"""
        network = {{ title = "Cities", base_url = "https://news.example.org", contact = "mailto:a@example.org" }}
        languages = {{ targets = ["lv"] }}
        store = {{ url = "sqlite:///store.db" }}
        notices = {{ host = "127.0.0.1", port = {postman[1]}, security = "none", sender = "desk@example.org" }}
        [[source]]
        key = "poznan"
        name = "Poznań"
        language = "pl"
        url = "https://poznan.example/feed"
        """,
        encoding="utf-8",
    )

    daemon._run("notices", file)

    assert [mail["To"] for mail in postman[0].mails] == ["anna@example.org"]


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_catalogue_is_complete(language: str) -> None:
    """Every message in every plural form, with the same places for values."""
    with (LOCALE_DIRECTORY / language / "LC_MESSAGES" / "notices.po").open("rb") as file:
        messages = [each for each in read_po(file, locale=language) if each.id]
    with (LOCALE_DIRECTORY / "en" / "LC_MESSAGES" / "notices.po").open("rb") as file:
        english = {each.id for each in read_po(file, locale="en") if each.id}

    assert {each.id for each in messages} == english
    for each in messages:
        forms = [str(form) for form in (each.string if isinstance(each.string, tuple) else (each.string,))]
        assert all(forms)
        assert all(("%(count)d" in form) == ("%(count)d" in str(each.id)) for form in forms)
        assert all(("%(date)s" in form) == ("%(date)s" in str(each.id)) for form in forms)


def test_the_code_asks_for_messages_that_are_there() -> None:
    """Each msgid of the mail's code stands in the catalogues; an unknown language reads English."""
    source = Path(notices.__file__).read_text(encoding="utf-8")
    with (LOCALE_DIRECTORY / "lv" / "LC_MESSAGES" / "notices.po").open("rb") as file:
        known = [each.id for each in read_po(file, locale="lv") if each.id]

    for each in known:
        for form in each if isinstance(each, tuple | list) else (each,):
            assert f'"{form}"' in source or f"'{form}'" in source
    assert catalogue("ga").gettext("Open the queue:") == "Open the queue:"


def test_nothing_waits_is_nothing_to_say() -> None:
    """What waits in a language where nothing does is empty."""
    found = notices.what_waits(people.Actor(name="x", grants=(GrantData(role="reader"),)), "lv")

    assert found.is_empty
    assert found.oldest is None
