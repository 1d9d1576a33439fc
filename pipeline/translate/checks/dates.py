"""Do the months, weekdays and hours of the source stand in the target?"""

import re
from collections.abc import Iterable
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from pipeline.records import FindingData
from pipeline.translate.checks.base import WARN, UnitForCheck, found
from pipeline.translate.checks.figures import figures

_MIN_STEM = 3
_DIGIT = re.compile(r"\d")
_BESIDE_DAY = r"(?:\d{{1,2}}(?:st|nd|rd|th|er|º|°)?\.?\s(?:of\s|de\s|d[’'])?({0})\b|\b({0})(?:\s(?:the\s)?\d{{1,2}}(?!\d)|\sd\.))"
_MORNING = re.compile(r"(?<![\d:.])(1[01]|[1-9])(?:[:.][0-5]\d)?\s?a\.?m\b", re.IGNORECASE)
# Names of days that other words begin like (czwarty is fourth), or that are other words (luni is months).
_WEEKDAYS = {
    "pl": {"poniedział": 0, "wtorek": 1, "wtork": 1, "środ": 2, "czwartek": 3, "czwartk": 3, "piątek": 4, "piątk": 4,
           "sobot": 5, "niedziel": 6},
    "ro": {"marți": 1, "miercuri": 2, "joi": 3, "vineri": 4, "sâmbăt": 5, "duminic": 6},
}  # fmt: skip
# Other words that begin like a month: vasara is summer, vasaris February.
_NO_MONTHS = {"lt": re.compile(r"vasar(?:a|os|ai|ą|oje|ų|oms|as|omis|ose)", re.IGNORECASE)}
_CAPITAL_MONTHS = frozenset({"de", "en", "ga"})
_INFLECTED_DAYS = frozenset({"lt", "lv"})


class DatesAndTimes:
    """A month beside a day, a weekday, an hour of the morning. Their numbers are the numbers check's business."""

    id = "dates-times"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        for name, number in _months_in(unit.source, unit.pair.source):
            if not _has_month(number, unit.target, unit.pair.target):
                yield found(self, f"the month {name} is missing")
        meant = _weekdays(unit.source, unit.pair.source)
        wrong = _weekdays(unit.target, unit.pair.target) if meant else {}
        if wrong.keys() - meant.keys() and meant.keys() - wrong.keys():
            number = next(iter(wrong.keys() - meant.keys()))
            yield found(self, "another weekday than in the source", span=wrong[number])
        yield from self._mornings(unit)

    def _mornings(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.pair.source != "en":
            return
        hours = _MORNING.findall(unit.source)
        if not hours:
            return
        ours = {figure.parts[0] for figure in figures(unit.source)}
        theirs = {figure.parts[0]: (figure.start, figure.end) for figure in figures(unit.target)}
        for hour in hours:
            evening = str(int(hour) + 12)
            if hour not in theirs and evening in theirs and evening not in ours:
                yield found(self, f"{hour} in the morning became {evening}", span=theirs[evening])


def _months_in(text: str, language: str) -> list[tuple[str, int]]:
    pattern = _month_pattern(language)
    if pattern is None or not _DIGIT.search(text):
        return []
    names = [match[1] or match[2] for match in pattern.finditer(text)]
    if other := _NO_MONTHS.get(language):
        names = [name for name in names if not other.fullmatch(name)]
    if language in _CAPITAL_MONTHS:  # "we march 5 miles"
        names = [name for name in names if name[0].isupper()]
    return [(name, number) for name in names if (number := _number_of(name, _months(language)))]


def _has_month(number: int, text: str, language: str) -> bool:
    months = _months(language)
    if not months:
        return True
    stems = [stem for stem, value in months.items() if value == number]
    if re.search(rf"\b(?:{'|'.join(map(re.escape, stems))})", text, re.IGNORECASE):
        return True
    return re.search(rf"(?<=\d[./-])\s?0?{number}\b", text) is not None


@lru_cache(maxsize=32)
def _month_pattern(language: str) -> re.Pattern[str] | None:
    stems = "|".join(rf"{re.escape(stem)}\w{{0,6}}" for stem in _months(language))
    return re.compile(_BESIDE_DAY.format(stems), re.IGNORECASE) if stems else None


def _number_of(word: str, names: dict[str, int]) -> int | None:
    return next((number for stem, number in names.items() if word.lower().startswith(stem)), None)


def _weekdays(text: str, language: str) -> dict[int, tuple[int, int]]:
    return {
        number: match.span()
        for match in _weekday_pattern(language).finditer(text)
        if (number := _number_of(match[0], _weekday_stems(language))) is not None
    }


@lru_cache(maxsize=32)
def _weekday_pattern(language: str) -> re.Pattern[str]:
    stems = "|".join(map(re.escape, _weekday_stems(language)))
    ending = r"\w{0,6}" if language in _INFLECTED_DAYS | _WEEKDAYS.keys() | {"de"} else "s?"
    return re.compile(rf"\b(?:{stems}){ending}\b" if stems else r"(?!)", re.IGNORECASE)


@lru_cache(maxsize=32)
def _months(language: str) -> dict[str, int]:
    """Beginnings of month names, without their endings, longest first."""
    locale = _locale(language)
    if locale is None:
        return {}
    names = {
        (name, number)
        for context in ("format", "stand-alone")
        for number, name in locale.months[context]["wide"].items()
    }
    return _stems(names)


@lru_cache(maxsize=32)
def _weekday_stems(language: str) -> dict[str, int]:
    if language in _WEEKDAYS:
        return _WEEKDAYS[language]
    locale = _locale(language)
    if locale is None:
        return {}
    names = {name.lower(): number for number, name in locale.days["format"]["wide"].items()}
    if language in _INFLECTED_DAYS:
        return {name[:-2]: number for name, number in names.items()}
    return names


def _stems(names: set[tuple[str, int]]) -> dict[str, int]:
    stems = {_stem(name.lower()): number for name, number in sorted(names)}
    return dict(sorted(stems.items(), key=lambda item: -len(item[0])))


def _stem(name: str) -> str:
    """A name without the letters that a case may change; short ones (May, mai) whole."""
    return name if len(name) <= _MIN_STEM + 1 else name[: max(_MIN_STEM + 1, len(name) - 2)]


def _locale(language: str) -> Locale | None:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return None
