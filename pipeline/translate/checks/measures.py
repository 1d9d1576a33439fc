"""Pure: measures turned into those of the readers, miles into kilometres and Fahrenheit into Celsius."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.translate.checks.figures import figures

_SLACK = 0.1  # "nearly 20 degrees" become "about 10"
_ROUNDED = 0.6  # an inch becomes 2 centimetres, or 3
_HEIGHT_SLACK = 0.03  # metres
_SPELLED_OUT = 12.5  # 20 feet are "six metres"
_METRE = 0.3048  # of a foot
_HEIGHT = re.compile(
    r"(?<!\d)(\d)(?:\s?ft\.?|[\s-]f(?:oo|ee)t|['’′])[\s-]?(?:and\s)?(\d{1,2})(?!\d)", re.IGNORECASE
)
_GAPS = frozenset(" \u00a0\u202f-")
_REACH = 10  # characters between a number and its unit: 2 to 4 inches
_MANY = 200  # different numbers; no sentence's: each is compared with each
_SPELLED = {
    word: str(number)
    for number, word in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
}
_WORD = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b", re.IGNORECASE)

Convert = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class _Measure:
    """A unit as English names it, and one that stands for it: its signs and the beginnings of its names."""

    words: tuple[str, ...]
    english: re.Pattern[str]
    other: re.Pattern[str]
    convert: Convert


def _measure(english: str, signs: str, names: str, convert: Convert, *, also: str = r"(?!)") -> _Measure:
    words = tuple(english.split())
    return _Measure(
        words,
        re.compile(rf"(?<![^\W\d_])(?:{'|'.join(words)}|{also})(?![^\W\d_])", re.IGNORECASE),
        re.compile(rf"(?<![^\W\d_])(?:(?:{signs})(?![^\W\d_])|(?:{names})\w*)", re.IGNORECASE),
        convert,
    )


def _times(factor: float) -> Convert:
    return lambda value: value * factor


def _degrees(convert: Convert) -> _Measure:
    names = r"°|gr[aá]d|grād|grau|degr|stop|laipsn"
    return _measure("degree degrees fahrenheit f", "c", names, convert, also=r"(?<=\d0)s")  # in the 80s


_FOOT, _INCH = "foot feet ft", "inch inches"
_KILOMETRE = "km|kmh|kph", "kil[oó]m|quil[oó]m|chilom"
_METRES = "m", "m[eèé]t"
_CENTIMETRE = "cm", "[cz]ent[iyí]m"
_KILOGRAM = "kg", "kilo(?!m|w)|quilo(?!m|w)|chil[io](?!o?m)"
_LITRE = "l", "lit"
_LENGTHS_AND_WEIGHTS = (
    _measure("mile miles mph", *_KILOMETRE, _times(1.609344)),
    _measure(_FOOT, *_METRES, _times(_METRE)),
    _measure(_FOOT, *_CENTIMETRE, _times(100 * _METRE)),
    _measure(_INCH, *_CENTIMETRE, _times(2.54)),
    _measure(_INCH, "mm", "mill?im", _times(25.4)),
    _measure("yard yards yd yds", *_METRES, _times(0.9144)),
    _measure("pound pounds lb lbs", *_KILOGRAM, _times(0.45359237)),
    _measure("stone stones", *_KILOGRAM, _times(6.35029318)),
    _measure("ounce ounces oz", "g", "gram", _times(28.349523)),
    _measure("acre acres", "ha", "he[ck]t", _times(0.40468564)),
    _measure("gallon gallons", *_LITRE, _times(3.785412)),  # American
    _measure("gallon gallons", *_LITRE, _times(4.54609)),  # British
)
_MEASURES = (
    *_LENGTHS_AND_WEIGHTS,
    _degrees(lambda value: (value - 32) / 1.8),
    _degrees(lambda value: value / 1.8),  # a difference
)
# Most texts name none of them, and to see that is cheap.
_FOREIGN = frozenset(word for measure in _MEASURES for word in measure.words)
_LETTERS = re.compile(r"[a-z]+")


def restated(english: str, other: str) -> set[tuple[str, str]]:
    """(number of the English text, number of the other one): one measure in two units."""
    pairs = _heights(english, other)
    for measure in _named_in(english, other):
        ours, theirs = _before(measure.english, english), _before(measure.other, other)
        if len(ours) + len(theirs) <= _MANY:
            pairs |= {
                (value, number)
                for value in ours
                for number in theirs
                if _is_about(float(number), measure.convert(float(value)))
            }
    return pairs


def spelled_out(english: str, other: str) -> set[str]:
    """The numbers of an English text that in another unit are so small that they may stand as words."""
    return {
        value
        for measure in _named_in(english, other)
        for value in _before(measure.english, english)
        if 1 <= measure.convert(float(value)) <= _SPELLED_OUT
    }


def unconverted(english: str, other: str) -> tuple[int, int] | None:
    """Where a number of the English text stands in the other one as it is, but of another unit: 85 mph, 85 km/h."""
    for measure in _LENGTHS_AND_WEIGHTS if _is_foreign(english) else ():
        theirs = _of(measure.other, other)
        ours = _of(measure.english, english).keys() - _of(measure.other, english).keys() if theirs else ()
        for value in ours:
            if value in theirs and not _is_about(float(value), measure.convert(float(value))):
                return theirs[value]
    return None


def _of(unit: re.Pattern[str], text: str) -> dict[str, tuple[int, int]]:
    """The numbers of a text right before this unit, and where both stand."""
    found = {}
    for figure in figures(text):
        match = unit.match(text, figure.end + (text[figure.end : figure.end + 1] in _GAPS))
        if match:
            found[figure.value] = figure.start, match.end()
    return found


def _named_in(english: str, other: str) -> list[_Measure]:
    if not _is_foreign(english):
        return []
    return [each for each in _MEASURES if each.other.search(other) and each.english.search(english)]


def _is_foreign(english: str) -> bool:
    return not _FOREIGN.isdisjoint(_LETTERS.findall(english.lower())) or "0s" in english


def _before(unit: re.Pattern[str], text: str) -> set[str]:
    """The numbers that stand before a unit, in figures or small ones in English words."""
    starts = [match.start() for match in unit.finditer(text)]
    return {
        value
        for value, end in _numbers(text)
        if (at := bisect_left(starts, end)) < len(starts) and starts[at] - end <= _REACH
    }


def _numbers(text: str) -> Iterator[tuple[str, int]]:
    """The numbers and where they end, without dates and versions."""
    for figure in figures(text):
        if figure.value.count(".") < 2:
            yield figure.value, figure.end
    for word in _WORD.finditer(text):
        yield _SPELLED[word[0].lower()], word.end()


def _heights(english: str, other: str) -> set[tuple[str, str]]:
    """6-foot-6 is 1.98 m."""
    heights, numbers = set(_HEIGHT.findall(english)), {number for number, _ in _numbers(other)}
    if not heights or len(heights) + len(numbers) > _MANY:
        return set()
    return {
        (part, number)
        for feet, inches in heights
        for number in numbers
        if any(
            abs(float(number) / scale - _METRE * (int(feet) + int(inches) / 12)) <= _HEIGHT_SLACK
            for scale in (1, 100)
        )
        for part in (feet, inches)
    }


def _is_about(number: float, exact: float) -> bool:
    return abs(number - exact) <= max(_ROUNDED, _SLACK * abs(exact))
