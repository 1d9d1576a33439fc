"""Dates as news sites write them: RFC 822, ISO 8601, and words and figures in the network's ten languages. Pure.

A date without a zone is in the source's own zone. What cannot be read is None, never a guess.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from itertools import product
from typing import Literal

from babel.dates import get_month_names

LANGUAGES = ("en", "lv", "pl", "lt", "de", "nl", "fr", "es", "it", "ro")
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")  # "maja" and "maj"
_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_LONGEST = 200  # characters; a date and the label glued to it
_EARLIEST = 1990  # before the web every "date" is an unset field: year 1, 1970, 1899

_HOUR = r"(?P<hour>[01]?\d|2[0-4])"
_TIME = rf"{_HOUR}(?:[:h]|\.(?=\d\d(?!\.?\d)))(?P<minute>[0-5]\d)(?:[:.](?P<second>[0-5]\d|60)(?:[.,]\d+)?)?"
_FULL_HOUR = r"(?P<full>[01]?\d|2[0-4])(?:\s?(?:h|Uhr|uur|val)\b|(?=\s?[ap]\.?m\b))"
_OFFSET = (
    r"(?:(?:UTC|GMT)?[+-](?:0\d|1[0-4]):?[0-5]\d|(?:UTC|GMT)[+-]1?\d(?![\d:])|[+-](?:0\d|1[0-4])(?![\d:]))"
)
_ZONE = rf"(?:\s*(?P<zone>{_OFFSET}|Z\b|UTC\b|GMT\b|[A-Z]{{3,4}}\b(?![a-z])))?"
_AT = r"(?:T|at|um|à|alle|ore|klo?\.?|om|(?:o )?godz\.?|plkst\.?|a las|la ora)"
_CLOCK = rf"(?:[\s.,|–(-]{{0,4}}(?:r\.[\s,]{{0,2}})?(?:{_AT}\s*)?(?:{_TIME}|{_FULL_HOUR})\s*(?P<half>[ap]\.?m\b\.?)?{_ZONE})?"
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_WORD = r"(?P<word>[^\W\d_]{3,12})\.?"

_SHAPES = tuple(
    re.compile(shape + _CLOCK, re.IGNORECASE)
    for shape in (
        rf"(?<!\d){_YEAR}-(?P<month>\d\d?)-(?P<day>\d\d?)(?!\d)",
        rf"(?<!\d){_YEAR}[./](?P<month>\d\d?)[./](?P<day>\d\d?)(?!\d)",
        rf"(?<!\d)(?P<day>\d\d?)[.\-/]\s?(?P<month>\d\d?)[.\-/]\s?{_YEAR}(?!\d)",
        rf"(?<!\d)(?P<day>\d\d?)(?:\.|er|º|ª|st|nd|rd|th)?[\s\-]+(?:de\s+|of\s+)?{_WORD}[\s\-,]+(?:de\s+|del\s+)?{_YEAR}(?!\d)",
        rf"(?<![^\W\d_]){_WORD}\s+(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}\.?\s*(?:m\.|gada)\s*(?P<day>\d\d?)\.\s*{_WORD}",  # Latvian
        rf"(?<!\d){_YEAR}\s*(?:m\.)?\s*{_WORD}\s*(?P<day>\d\d?)\s*(?:d\.)?",  # Lithuanian
        r"(?<!\d)(?P<day>\d\d?)[\s\-]+" + _WORD + r"[\s\-]+(?P<year>\d\d)(?![\d:.])",  # RFC 822 of the last century
        r"(?<![\d.:])(?P<day>\d\d?)(?P<mark>[./])(?P<month>\d\d?)(?P=mark)(?P<year>\d\d)(?![\d.:])",
    )
)  # fmt: skip
# C's asctime, its year behind the clock; and what programs alone write, where nothing else stands beside it.
_ASCTIME = re.compile(rf"(?<![^\W\d_]){_WORD}\s+(?P<day>\d\d?)\s+{_TIME}{_ZONE}\s+{_YEAR}\b", re.IGNORECASE)
_COMPACT = re.compile(
    rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?:T(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)?{_ZONE})?"
)
_EPOCH = re.compile(r"(?:/Date\()?(?P<seconds>\d{10})(?:\d{3})?(?:[+-]\d{4})?(?:\)/)?")

# Summer and winter names of European zones; ambiguous ones (BST, IST, CST outside the US) are left to the source.
_ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6,
    "PST": -8, "PDT": -7,
}  # fmt: skip


def parse_date(text: str, *, zone: tzinfo = UTC) -> datetime | None:
    """The first date in `text`, in UTC."""
    text = " ".join(text[:_LONGEST].split())
    try:
        if (epoch := _EPOCH.fullmatch(text)) is not None:
            return datetime.fromtimestamp(int(epoch["seconds"]), UTC)
        found = next(_matches(text), None)
        return None if found is None else _moment(found, zone)
    except (ValueError, OverflowError):
        return None


def _matches(text: str) -> Iterator[re.Match[str]]:
    if (compact := _COMPACT.fullmatch(text)) is not None:
        yield compact
    for shape in (_ASCTIME, *_SHAPES):
        for match in shape.finditer(text):
            word = match.groupdict().get("word")
            if word is None or _month(word):
                yield match


def _moment(match: re.Match[str], zone: tzinfo) -> datetime | None:
    part = match.groupdict()
    year = int(part["year"])
    if year < 100:
        year += 2000 if year < 69 else 1900
    if year < _EARLIEST:
        return None
    month = _month(part["word"]) if part.get("word") else int(part["month"])
    day = int(part["day"])
    if month > 12 >= day:  # as Americans write it
        day, month = month, day
    moment = datetime(year, month, day, tzinfo=_zone(part["zone"]) or zone) + _time(part)
    return moment.astimezone(UTC)


def _time(part: dict[str, str | None]) -> timedelta:
    hour = int(part["hour"] or part.get("full") or 0)
    half = (part.get("half") or "").lower()[:1]
    if half and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return timedelta(hours=hour, minutes=int(part["minute"] or 0), seconds=min(59, int(part["second"] or 0)))


def _zone(name: str | None) -> tzinfo | None:
    if not name:
        return None
    name = name.upper()
    if (hours := _ZONES.get(name)) is not None:
        return timezone(timedelta(hours=hours))
    offset = re.fullmatch(r"(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?", name)
    if offset is None:
        return None
    size = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-size if offset[1] == "-" else size)


def _month(word: str) -> int:
    """1 to 12, or 0 when `word` is no month in any of the languages; no two of them disagree on a name."""
    names = _month_names()
    folded = word.casefold()
    if folded in names:
        return names[folded]
    # Inflected forms that Babel does not list, such as the Latvian locative: all but the ending agrees.
    stem = folded[:-1] if len(folded) >= 5 else "-"
    return next((number for name, number in names.items() if name.startswith(stem)), 0)


@cache
def _month_names() -> dict[str, int]:
    found = {"sept": 9, "mrz": 3}
    for language in LANGUAGES:
        for context, width in product(_CONTEXTS, _WIDTHS):
            for number, name in get_month_names(width, context, language).items():
                found[name.casefold().rstrip(".")] = number
    return found
