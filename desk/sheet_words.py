"""What the editor page calls checks, findings, labels and origins, in the language of the page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop as later

from desk import words
from desk.setup import setup
from pipeline.models import Label

CHECKS: Mapping[str, Promise] = {
    "empty": _("No translation"),
    "wrong-language": _("Wrong language"),
    "untranslated": _("Left untranslated"),
    "placeholders": _("Placeholder"),
    "urls": _("Web address"),
    "emails": _("E-mail address"),
    "repetition": _("Repetition"),
    "numbers": _("Number"),
    "dates-times": _("Date or time"),
    "money": _("Money"),
    "handles": _("@name or #tag"),
    "glossary": _("Glossary"),
    "forbidden": _("Word not to be used"),
    "negation": _("Denial"),
    "omission": _("Something left out"),
    "length-ratio": _("Length"),
    "quotes": _("Quotation marks"),
    "brackets": _("Brackets"),
    "end-punctuation": _("End of the sentence"),
    "names": _("Names"),
    "link-relocated": _("Link moved"),
}
LABELS: Mapping[str, Promise] = {
    Label.ORIGINAL: _("original text"),
    Label.MACHINE: _("machine translation"),
    Label.EDITED: _("machine translation, edited"),
    Label.REVIEWED: _("reviewed by an editor"),
}
FIELDS: Mapping[str, Promise] = {
    "title": _("Title"),
    "summary": _("Summary"),
    "content": _("Text"),
    "image_alt": _("Description of the picture"),
}
SIGNS = {"block": "⛔", "warn": "▲", "info": "●"}

_MARKS: Mapping[str, Promise] = {
    "none": _("no mark"),
    "full stop": _("a full stop"),
    "exclamation": _("an exclamation mark"),
    "question": _("a question mark"),
    "ellipsis": _("an ellipsis"),
    "colon": _("a colon"),
    "semicolon": _("a semicolon"),
}

# The checks speak English, with the facts in it. Each pattern finds one of their sentences.
_MESSAGES = tuple(
    (re.compile(pattern, re.DOTALL), message)
    for pattern, message in (
        (r"there is no translation", later("there is no translation")),
        (r"this looks like (?P<tongue>.+)", later("this looks like %(tongue)s")),
        (r"this part looks like (?P<tongue>.+)", later("this part looks like %(tongue)s")),
        (r"the source's words, unchanged", later("the source’s words, unchanged")),
        (r"this part is still the source's", later("this part is still the source’s")),
        (r"(?P<what>.+) missing; (?P<new>.+) new", later("%(what)s is missing; %(new)s is new")),
        (r"the month (?P<what>.+) is missing", later("the month %(what)s is missing")),
        (r"the quotation marks are missing", later("the quotation marks are missing")),
        (r"(?P<what>.+) are missing", later("%(what)s are missing")),
        (r"the end of the source seems to be missing", later("the end of the source seems to be missing")),
        (r"(?P<what>.+?)(?: is)? missing", later("%(what)s is missing")),
        (r"(?P<what>.+) is not in the source", later("%(what)s is not in the source")),
        (r"(?P<new>.+) new", later("%(new)s is new")),
        (
            r"the source denies \(“(?P<what>.+)”\), and nothing does here",
            later("the source denies (“%(what)s”), and nothing does here"),
        ),
        (r"another weekday than in the source", later("another weekday than in the source")),
        (
            r"(?P<what>.+) in the morning became (?P<new>.+)",
            later("%(what)s in the morning became %(new)s"),
        ),
        (r"(?P<what>.+): (?P<new>.+) is asked for", later("for %(what)s the glossary asks for %(new)s")),
        (
            r"(?P<what>.+) is not to be used for (?P<new>.+)",
            later("%(what)s is not to be used for %(new)s"),
        ),
        (r"(?P<what>.+) stands as in the source", later("%(what)s stands as in the source")),
        (r"(?P<what>.+) times as long as the source", later("%(what)s times as long as the source")),
        (r"(?P<what>.+) is repeated", later("%(what)s is repeated")),
        (
            r"(?P<what>\d+) word\(s\) repeated (?P<new>\d+) times",
            later("%(what)s word(s) repeated %(new)s times"),
        ),
        (r"a quotation mark lacks its partner", later("a quotation mark lacks its partner")),
        (r"(?P<what>.+) do not pair", later("%(what)s do not pair")),
        (
            r"ends in (?P<mark>.+), the source in (?P<theirs>.+)",
            later("ends in %(mark)s, the source in %(theirs)s"),
        ),
        (
            r"the link “(?P<what>.*)” stands behind its sentence",
            later("the link “%(what)s” stands behind its sentence"),
        ),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A finding's message; `is_local` when it is in the page's language and not in English."""

    text: str
    is_local: bool


def said(message: str) -> Said:
    """What a check said, in the language of the page; in English where it is a sentence nobody listed."""
    for pattern, wanted in _MESSAGES:
        if match := pattern.fullmatch(message):
            facts = {name: _fact(name, value) for name, value in match.groupdict().items()}
            return Said(text=gettext(wanted) % facts, is_local=True)
    return Said(text=message, is_local=False)


def _fact(name: str, value: str) -> str:
    """Words of a message that are not of the text itself: a language, the name of a mark."""
    if name == "tongue":
        return words.language_name(value)
    return str(_MARKS.get(value, value)) if name in {"mark", "theirs"} else value


def check_name(check: str) -> str:
    return str(CHECKS.get(check, check))


def origin_name(origin: str) -> str:
    """Where a text comes from: a person, an import, an engine."""
    known = {
        "tm:human": _("from the memory, by an editor"),
        "human": _("by an editor"),
        "tm:import": _("from an imported memory"),
        "import": _("from an imported memory"),
        "copy": _("as in the source"),
    }
    return str(known.get(origin, origin))


def clock(when: datetime) -> str:
    """The time of day, in the desk's time zone; with its day where that is not today."""
    zone = ZoneInfo(setup().config.desk.timezone)
    if when.astimezone(zone).date() != datetime.now(UTC).astimezone(zone).date():
        return words.moment(when)
    return format_time(when, "short", tzinfo=zone, locale=words.locale())
