"""What the pipeline says is wrong, in the words of the page. A stranger's words inside it stay as they are, quoted.

Such texts are kept in English, as the log and the mail tell them; here they are known again by their form.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from desk import words
from desk.fault_words import FIELDS, MESSAGES
from pipeline.errors import ALSO

_LONGEST = 2_000  # characters; longer ones are a stranger's
_DEEPEST = 4
_STAMP = "%Y-%m-%d %H:%M UTC"
_PLACES = re.compile(r"\{(\w+)\}")
# What stands in a place by its name; any other holds a name, an address or the like.
_FORMS = {
    "when": r"\d{4}-\d\d-\d\d \d\d:\d\d UTC",
    "now": r"\d{4}-\d\d-\d\d \d\d:\d\d UTC",
    "count": r"\d[\d ]*",
    "needed": r"\d+",
    "status": r"\d+",
    "address": r"\S+",
    "name": r"\S+",
    "why": r".+",
    "said": r".*",
}


def said(text: str) -> SafeString:
    """A text of the pipeline as HTML. What is not known stays, marked as English."""
    return _known(text, 0) or format_html('<span lang="en">{}</span>', text)


def is_known(text: str) -> bool:
    return _known(text, 0) is not None


def _known(text: str, depth: int) -> SafeString | None:
    if depth > _DEEPEST or len(text) > _LONGEST:
        return None
    if ALSO in text:
        return format_html_join("; ", "{}", ((said(part),) for part in text.split(ALSO)))
    if whole := _fitting(text, depth):
        return whole
    head, _colon, tail = text.partition(": ")
    if tail and " " not in head and (known := _known(tail, depth + 1)):
        return format_html("<bdi>{}</bdi>: {}", head, known)
    return next(
        (format_html("{}: {}", known, _quote(text[at + 2 :])) for at, known in _beginnings(text, depth)), None
    )


def _beginnings(text: str, depth: int) -> Iterator[tuple[int, SafeString]]:
    """What is known before a colon; what a stranger said stands behind it."""
    for colon in re.finditer(": ", text):
        if known := _fitting(text[: colon.start()], depth):
            yield colon.start(), known


def _fitting(text: str, depth: int) -> SafeString | None:
    for pattern, message in _patterns():
        if found := pattern.fullmatch(text):
            values = {name: _value(name, value, depth) for name, value in found.groupdict().items()}
            told = gettext(message)
            if message.endswith(".") and not text.endswith(
                "."
            ):  # it stands inside another text, which goes on
                told = told.removesuffix(".")
            told = escape(told)
            return format_html(told, **values) if values else told
    return None


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((_pattern(message), message) for message in MESSAGES)


def _pattern(message: str) -> re.Pattern[str]:
    parts = _PLACES.split(message.removesuffix("."))
    form = "".join(
        f"(?P<{part}>{_FORMS.get(part, '.+')})" if place % 2 else re.escape(part)
        for place, part in enumerate(parts)
    )
    return re.compile(form + (r"\.?" if message.endswith(".") else ""), re.DOTALL)


def _value(name: str, value: str, depth: int) -> SafeString | str:
    match name:
        case "when" | "now":
            return words.moment(datetime.strptime(value, _STAMP).replace(tzinfo=UTC))
        case "count" | "needed":
            return words.number(int(value.replace(" ", "")))
        case "why":
            return _known(value, depth + 1) or _quote(value)
        case "said":
            return _quote(value)
        case "fields":
            return ", ".join(gettext(FIELDS.get(field, field)) for field in value.split(" and no "))
    return format_html("<bdi>{}</bdi>", value)


def _quote(text: str) -> SafeString:
    return format_html('<q lang="en">{}</q>', text)
