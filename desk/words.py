"""What the desk calls things, and how it writes times and numbers: in the language of the page, by CLDR."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal, format_percent
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from desk.setup import setup
from pipeline.models import Role
from pipeline.states import State

# CLDR's plain "en" and "pt" are the American and the Brazilian; the network is European.
_EUROPEAN = {"en": "en_GB", "pt": "pt_PT"}

STATES = {
    State.WAITING: _("waiting for translation"),
    State.MACHINE: _("machine translation"),
    State.EDITED: _("edited"),
    State.APPROVED: _("approved"),
    State.FAILED: _("failed"),
    State.REJECTED: _("rejected"),
    State.STALE: _("source changed"),
    State.WITHDRAWN: _("withdrawn"),
}
ROLES = {
    Role.READER: _("reader"),
    Role.EDITOR: _("editor"),
    Role.CHIEF: _("chief editor"),
    Role.ADMINISTRATOR: _("administrator"),
}

MOVES = {  # as pipeline.review and the stages write them into the log
    "translate": _("translated"),
    "translation failed": _("translation failed"),
    "source changed": _("source changed"),
    "edit": _("edited"),
    "approve": _("approved"),
    "reject": _("rejected"),
    "hold": _("held back"),
    "let go": _("let go"),
    "send back": _("sent back"),
    "dismiss": _("finding dismissed"),
    "ask again": _("dismissal taken back"),
    "undo": _("undone"),
    "withdraw": _("withdrawn"),
    "lift": _("withdrawal lifted"),
}


@cache
def _locale(code: str) -> Locale:
    try:
        return Locale.parse(_EUROPEAN.get(code, code.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(_EUROPEAN["en"])


def locale() -> Locale:
    """The CLDR locale of the page."""
    return _locale((get_language() or "en").partition("-")[0])


def language_name(code: str) -> str:
    """A language in the words of the page."""
    return str(locale().languages.get(code) or code)


def own_name(code: str) -> str:
    """What a language calls itself, for menus."""
    name = str(_locale(code).languages.get(code) or code)
    return name[:1].upper() + name[1:]


def direction(code: str) -> str:
    return str(_locale(code).text_direction)


def moment(when: datetime) -> str:
    """Day and time, in the desk's time zone."""
    zone = ZoneInfo(setup().config.desk.timezone)
    return format_datetime(when, "medium", tzinfo=zone, locale=locale())


def ago(when: datetime) -> str:
    """How long since, roughly: "3 hours ago"."""
    return format_timedelta(when - datetime.now(UTC), add_direction=True, threshold=1, locale=locale())


def number(value: float) -> str:
    return format_decimal(value, locale=locale())


def percent(value: float) -> str:
    """A share of one as per cent."""
    return format_percent(value, locale=locale())


def city_name(key: str) -> str:
    """What the page's language calls a source; its key where it is configured no more."""
    code = (get_language() or "en").partition("-")[0]
    for source in setup().config.source:
        if source.key == key:
            return source.names.get(code, source.name)
    return key
