"""Mail on trouble: once when something goes wrong, once when all is well again. Off until [watch] mail names somebody."""

from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from pipeline.config import Config
from pipeline.models import StoreFact
from pipeline.review.notices import mail_server
from pipeline.watching.troubles import Trouble, troubles

_FACT = "troubles told"


def letter(config: Config) -> EmailMessage | None:
    """What is to be told now; None when it was told already. Remembers it as told only by `told`."""
    if not (config.watch.mail and config.notices.enabled):
        return None
    found = troubles(config)
    if _names(found) == (StoreFact.objects.read(_FACT) or []):
        return None
    message = EmailMessage()
    message["From"], message["To"] = config.notices.sender, ", ".join(config.watch.mail)
    message["Subject"] = f"{config.network.title}: {_subject(found)}"
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = make_msgid(domain=config.network.host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_body(found))
    return message


def told(config: Config) -> None:
    """The letter went out: the same troubles are not told again."""
    StoreFact.objects.write(_FACT, _names(troubles(config)))


def _names(found: list[Trouble]) -> list[str]:
    return sorted(f"{each.id} {each.about}" for each in found)


def _subject(found: list[Trouble]) -> str:
    if not found:
        return "all is well again"
    if len(found) > 1:
        return f"{len(found)} troubles"
    return found[0].id.replace("-", " ") + (f" ({found[0].about})" if found[0].about else "")


def _body(found: list[Trouble]) -> str:
    if not found:
        return "What was told before is over.\n"
    return "".join(f"{each.about + ': ' if each.about else ''}{each.text}\n\n" for each in found)


def send(config: Config) -> bool:
    """Tell what changed. Whether a letter went out; raises NewswireError when the mail server refuses it."""
    message = letter(config)
    if message is None:
        return False
    with mail_server(config) as server:
        server.send_message(message)
    told(config)
    return True
