"""The daily mail: what waits for an editor, in the editor's language, by SMTP. Nothing waits, nothing is sent."""

import os
import smtplib
import ssl
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from pipeline.config import Config
from pipeline.errors import NewswireError, UsageError
from pipeline.models import Editor, StoreFact
from pipeline.review.people import actor_of
from pipeline.review.permissions import Action, Actor, GrantData, may
from pipeline.review.queue import LanguageCount, QueueRow, counts, first_ten
from pipeline.review.reports import open_reports
from pipeline.review.wording import catalogue, day, language_name

NOTICED = "noticed"  # the fact that tells when everybody was last told


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits in one language, as far as one person sees it."""

    language: str
    waiting: int = 0
    doubtful: int = 0
    oldest: datetime | None = None
    rows: tuple[QueueRow, ...] = ()
    reports: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.waiting or self.reports)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    address: str
    language: str  # the mail is written in it
    actor: Actor  # what is told is what this actor sees
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReport:
    sent: tuple[str, ...] = ()  # addresses
    failed: tuple[tuple[str, str], ...] = ()  # address and why


def what_waits(actor: Actor, language: str) -> Waiting:
    found = {each.language: each for each in counts(actor)}
    count = found.get(language) or LanguageCount(language=language, waiting=0, doubtful=0, oldest=None)
    return Waiting(
        language=language,
        waiting=count.waiting,
        doubtful=count.doubtful,
        oldest=count.oldest,
        rows=first_ten(actor, [language]) if count.waiting else (),
        reports=len(open_reports(actor, language)),
    )


def send(config: Config, now: datetime | None = None) -> NoticeReport:
    """Mail everybody for whom something waits. Raises UsageError when it is off, NewswireError when no mail can go."""
    if not config.notices.enabled:
        raise UsageError("no mail server is configured; set host and sender", resource="[notices]")
    now = now or datetime.now(UTC)
    mails = list(_mails(config, now))
    if not mails:
        StoreFact.objects.write(NOTICED, now.isoformat())
        return NoticeReport()
    sent: list[str] = []
    failed: list[tuple[str, str]] = []
    with mail_server(config) as server:
        for mail in mails:
            try:
                server.send_message(mail)
                sent.append(str(mail["To"]))
            except smtplib.SMTPResponseException as error:
                failed.append((str(mail["To"]), _said(error.smtp_error)))
            except smtplib.SMTPRecipientsRefused as error:
                failed.append((str(mail["To"]), _said(next(iter(error.recipients.values()))[1])))
    StoreFact.objects.write(NOTICED, now.isoformat())
    return NoticeReport(sent=tuple(sent), failed=tuple(failed))


def _said(reason: bytes | str) -> str:
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else reason


def receivers(config: Config) -> Iterator[Receiver]:
    """Editors with an address who want the mail, then the further addresses of each language."""
    for editor in Editor.objects.to_notify():
        actor = actor_of(editor)
        own = tuple(language for language in config.targets if may(actor, Action.EDIT, language))
        if own:
            yield Receiver(
                address=editor.email, language=editor.ui_language or own[0], actor=actor, languages=own
            )
    for language, addresses in config.notices.to.items():
        actor = Actor(name="", grants=(GrantData(role="reader", language=language),))
        for address in addresses:
            yield Receiver(address=address, language=language, actor=actor, languages=(language,))


def _mails(config: Config, now: datetime) -> Iterator[EmailMessage]:
    for receiver in receivers(config):
        found = [what_waits(receiver.actor, language) for language in receiver.languages]
        if any(not each.is_empty for each in found):
            yield compose(config, receiver, [each for each in found if not each.is_empty], now)


def compose(config: Config, receiver: Receiver, found: Iterable[Waiting], now: datetime) -> EmailMessage:
    """The mail to one receiver: plain text, no address in it but the desk's own."""
    found = list(found)
    words = catalogue(receiver.language)
    total = sum(each.waiting for each in found)
    mail = EmailMessage()
    subject = words.ngettext("%(count)d text waits for review", "%(count)d texts wait for review", total)
    mail["Subject"] = f"{config.network.title}: {subject % {'count': total}}"
    mail["From"], mail["To"] = config.notices.sender, receiver.address
    mail["Date"], mail["Message-ID"] = format_datetime(now), make_msgid(domain=config.network.host)
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = receiver.language
    names = {source.key: source.names.get(receiver.language, source.name) for source in config.source}
    parts = [
        *(_section(config, receiver.language, each, names) for each in found),
        f"{words.gettext('Open the queue:')} {config.network.base_url}/desk/",
        words.gettext("You can switch this mail off in your preferences at the desk."),
    ]
    mail.set_content("\n\n".join(parts) + "\n")
    return mail


def _section(config: Config, reader: str, found: Waiting, names: dict[str, str]) -> str:
    words = catalogue(reader)
    name = language_name(found.language, reader)
    lines = [name[:1].upper() + name[1:], "-" * len(name)]
    text = words.ngettext("%(count)d text waits.", "%(count)d texts wait.", found.waiting)
    lines.append(text % {"count": found.waiting})
    if found.doubtful:
        text = words.ngettext("%(count)d is doubtful.", "%(count)d are doubtful.", found.doubtful)
        lines.append(text % {"count": found.doubtful})
    if found.oldest:
        since = day(found.oldest, reader, config.desk.timezone)
        lines.append(words.gettext("The oldest has waited since %(date)s.") % {"date": since})
    if found.reports:
        text = words.ngettext(
            "%(count)d report of a reader is open.", "%(count)d reports of readers are open.", found.reports
        )
        lines.append(text % {"count": found.reports})
    lines += [
        f"* {_one_line(row.title or row.source_title)} ({names.get(row.source_key, row.source_key)})"
        for row in found.rows
    ]
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split())


@contextmanager
def mail_server(config: Config) -> Iterator[smtplib.SMTP]:
    """The mail server, greeted and signed in to. Raises NewswireError with the remedy."""
    notices = config.notices
    where = f"{notices.host}:{notices.port}"
    password = _password(config) if notices.user else ""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(_connected(config))
            if notices.security == "starttls":
                server.starttls(context=ssl.create_default_context())
            if notices.user:
                server.login(notices.user, password)
        except smtplib.SMTPAuthenticationError as error:
            message = "the mail server refuses user or password; see [notices] user and password_env"
            raise NewswireError(message, resource=where) from error
        except (OSError, smtplib.SMTPException) as error:
            message = f"the mail server cannot be used ({error}); see host, port and security in [notices]"
            raise NewswireError(message, resource=where) from error
        yield server


def _connected(config: Config) -> smtplib.SMTP:
    notices = config.notices
    if notices.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(notices.host, notices.port, timeout=notices.timeout, context=context)
    return smtplib.SMTP(notices.host, notices.port, timeout=notices.timeout)


def _password(config: Config) -> str:
    name = config.notices.password_env
    value = os.environ.get(name, "") if name else ""
    if not value:
        raise UsageError(
            f"[notices] user is set, but the environment variable {name or '(password_env)'} holds no password",
            resource="notices",
        )
    return value
