"""Do the numbers of the source stand in the target?"""

import re
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from itertools import islice

from pipeline.records import FindingData
from pipeline.translate.checks.base import WARN, UnitForCheck, found
from pipeline.translate.checks.figures import Figure, figures, roman_numbers, values
from pipeline.translate.checks.measures import restated, spelled_out, unconverted
from pipeline.translate.checks.number_words import has_scale, may_be_spelled

_LONGEST = 40  # digits; int() refuses some thousands of them
_MANY = 200  # different numbers that are left over; no sentence's: each is compared with each
_SHOWN = 20  # numbers that a message names
_SPELLED = 12  # the style guides spell numbers out up to here
_ALL_OF_IT = re.compile(
    r"(?<!\d)100[\s\u00a0\u202f-]?(?:%|per\s?c|pro[cz]|por\s?c|pour\s?c|la\s(?:sută|suta))", re.IGNORECASE
)
_TEN_YEARS = re.compile(r"\bdeš", re.IGNORECASE)
_SCALES = tuple(10**power for power in (2, 3, 6, 9, 12))


class Numbers:
    """Numbers as multisets of values.

    Spelled-out ones, 12-hour times, decades, Roman centuries and measures in other units are let pass.
    """

    id = "numbers"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        source, target = figures(unit.source), figures(unit.target)
        if not source and not target:
            return
        yield from self._unconverted(unit)
        ours, theirs = values(source), values(target)
        if ours == theirs:
            return
        missing, new = ours - theirs, theirs - ours
        _drop_restated(missing, new, unit)
        lost, added = _in_parts(missing, source), _in_parts(new, target)
        lost, added = lost - added, added - lost
        if not lost and not added:
            return
        if len(missing) + len(new) + lost.total() + added.total() <= _MANY:
            if has_scale(unit.source):
                _drop_scaled(missing, new, lost, added)
            _drop_pairs(lost, added, unit)
        _drop_roman(lost, unit.target)
        _drop_roman(added, unit.source)
        _drop_centuries(added, source)
        _drop_decades(lost, added, unit.target)
        _drop_whole(lost, unit.source)
        _drop_whole(added, unit.target)
        if _is_spelled(lost, added, unit.target, unit.pair.target) or _is_spelled(
            added, lost, unit.source, unit.pair.source
        ):
            return
        yield found(self, _message(missing, new), span=_first_new(target, new))

    def _unconverted(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if unit.pair.source == "en" and (span := unconverted(unit.source, unit.target)):
            yield found(self, f"{unit.target[slice(*span)]} is not in the source", span=span)


def _in_parts(left: Counter[str], items: tuple[Figure, ...]) -> Counter[str]:
    """What is left over, as bare runs of digits where the number may be a time, a date or a list."""
    parts = {figure.value: figure.parts for figure in items}
    return Counter(part for value, times in left.items() for part in _split(value, parts[value]) * times)


def _split(value: str, parts: tuple[str, ...]) -> tuple[str, ...]:
    return parts if len(parts) > 1 and "." in value else (value,)


def _drop_scaled(missing: Counter[str], new: Counter[str], lost: Counter[str], added: Counter[str]) -> None:
    """2.5 million is 2 500 000."""
    for ours in [value for value in missing if value.count(".") == 1]:
        for theirs in [value for value in new if value.isdigit()]:
            if any(Decimal(ours) * scale == _whole(theirs) for scale in _SCALES):
                lost -= Counter(ours.split("."))
                added -= Counter([theirs])


def _drop_restated(missing: Counter[str], new: Counter[str], unit: UnitForCheck) -> None:
    """10 miles are 16 kilometres, and of 10 miles (16 kilometres) either will do."""
    if unit.pair.source == "en":
        _drop_measures(unit.source, missing, unit.target, new)
    elif unit.pair.target == "en":
        _drop_measures(unit.target, new, unit.source, missing)


def _drop_measures(english: str, ours: Counter[str], other: str, theirs: Counter[str]) -> None:
    pairs = restated(english, other)
    dropped = [(value, number) for value, number in pairs if number in theirs]
    for value, number in dropped:
        del ours[value], theirs[number]
    if ours and not theirs:
        for value in {value for value, _ in pairs} | spelled_out(english, other):
            del ours[value]


def _drop_pairs(lost: Counter[str], added: Counter[str], unit: UnitForCheck) -> None:
    for ours in list(lost.elements()):
        theirs = next((each for each in added.elements() if _is_same(_whole(ours), _whole(each), unit)), None)
        if theirs is not None:
            lost -= Counter([ours])
            added -= Counter([theirs])


def _is_same(ours: int, theirs: int, unit: UnitForCheck) -> bool:
    low, high = sorted((ours, theirs))
    is_hour = high - low == 12 and high <= 24
    is_year = 1000 <= high < 2100 and high % 100 == low
    # 12 thousand is 12 000, but a bare 12 is not.
    scaled = low > 0 and any(low * scale == high for scale in _SCALES)
    return is_hour or is_year or (scaled and has_scale(unit.source if ours == low else unit.target))


def _drop_roman(left: Counter[str], text: str) -> None:
    """19th may be XIX, and the 2000s the XXI century."""
    romans = set(roman_numbers(text)) if left else set()
    for each in list(left):
        if romans & {_whole(each), _century(_whole(each))}:
            del left[each]


def _drop_centuries(added: Counter[str], source: tuple[Figure, ...]) -> None:
    """The 1930s are "the 30s of the 20th century" in Latvian."""
    for year in [int(figure.value) for figure in source if re.fullmatch(r"1\d{3}|20\d\d", figure.value)]:
        added.pop(str(_century(year)), None)


def _drop_decades(lost: Counter[str], added: Counter[str], target: str) -> None:
    """The 1980s are "the 9th ten of years" in Lithuanian."""
    if not _TEN_YEARS.search(target):
        return
    for year in [each for each in lost if re.fullmatch(r"1\d\d0|20\d0", each)]:
        number = str(int(year) % 100 // 10 + 1)
        if number in added:
            del lost[year], added[number]


def _drop_whole(left: Counter[str], text: str) -> None:
    """100 % is all of it, and to be 100 % sure is to be quite sure."""
    if "100" in left and _ALL_OF_IT.search(text):
        del left["100"]


def _whole(digits: str) -> int:
    """Of a row of digits that is no number of anything, the beginning: great it is either way."""
    return int(digits[:_LONGEST])


def _century(year: int) -> int:
    """Of a small number, a century that no text names."""
    return year // 100 + 1 if year >= 1000 else 0


def _is_spelled(left: Counter[str], other: Counter[str], text: str, language: str) -> bool:
    """Only one side lacks numbers, and the other may well have them in words."""
    if other:
        return False
    return all(number <= _SPELLED or may_be_spelled(number, text, language) for number in map(_whole, left))


def _message(missing: Counter[str], new: Counter[str]) -> str:
    said = [f"{_some(missing)} missing"] if missing else []
    return "; ".join(said + ([f"{_some(new)} new"] if new else []))


def _some(numbers: Counter[str]) -> str:
    shown = [number[:_LONGEST] for number in islice(numbers.elements(), _SHOWN)]
    return ", ".join(shown) + (" …" if numbers.total() > _SHOWN else "")


def _first_new(target: tuple[Figure, ...], new: Counter[str]) -> tuple[int, int] | None:
    for figure in target:
        if figure.value in new or any(part in new for part in figure.parts):
            return figure.start, figure.end
    return None
