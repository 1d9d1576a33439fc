"""What must stand in the target exactly as in the source: addresses, placeholders, handles."""

import re
from collections import Counter
from collections.abc import Iterable

from pipeline.records import FindingData
from pipeline.translate.checks.base import BLOCK, WARN, Check, UnitForCheck, found

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"“”„«»]*[^\s<>\"“”„«».,;:!?)\]'’…]", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PLACEHOLDER = re.compile(r"\[\s?X\s?\d+\s?X\s?\]|\{\{?\w*\}?\}|%(?:\(\w+\))?[sd]\b|\$\{\w+\}", re.IGNORECASE)
_HANDLE = re.compile(r"(?<!\w)@\w{2,}|(?<!\w)#\w{2,}")


class Urls:
    id = "urls"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        return _compare(self, unit, _URL, ("://", "www."))


class Emails:
    id = "emails"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        return _compare(self, unit, _EMAIL, ("@",))


class Placeholders:
    """Our own tokens left over, and templates' variables lost."""

    id = "placeholders"
    severity = BLOCK

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        return _compare(self, unit, _PLACEHOLDER, ("[", "{", "%", "$"))


class Handles:
    """A hashtag may be translated by a person with good reason, so its loss only warns."""

    id = "handles"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        return _compare(self, unit, _HANDLE, ("@", "#"))


def _compare(
    check: Check, unit: UnitForCheck, pattern: re.Pattern[str], signs: tuple[str, ...]
) -> Iterable[FindingData]:
    """`signs`: in small letters; without one of them the pattern matches nothing, and they are found much sooner."""
    both = f"{unit.source} {unit.target}".lower()
    if not any(sign in both for sign in signs):
        return
    source, target = pattern.findall(unit.source), list(pattern.finditer(unit.target))
    if not source and not target:
        return
    lost = Counter(source) - Counter(match[0] for match in target)
    for each in lost:
        yield found(check, f"{each} is missing")
    if lost:
        return
    for match in target:
        if match[0] not in source and match[0] not in unit.source:
            yield found(check, f"{match[0]} is not in the source", span=match.span())
