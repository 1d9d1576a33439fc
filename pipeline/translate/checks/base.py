"""What a check is given, what it must offer, and how it says what it found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pipeline.records import FindingData, Pair, TermData

OPEN = re.compile(
    r"(?:[(\[„“«]|(?<!\w)[\"'‘])[^)\]”“»\"'’]*$"
)  # a bracket or quotation that has not closed yet
BLOCK, WARN, INFO = "block", "warn", "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitForCheck:
    source: str
    target: str
    pair: Pair
    terms: tuple[TermData, ...] = ()  # at least those that the source holds


class Check(Protocol):
    """`id` never changes: editors' dismissals refer to it."""

    @property
    def id(self) -> str: ...

    @property
    def severity(self) -> str: ...

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        """Called for every unit whose target is not empty; yields nothing where all is well."""


def found(
    check: Check,
    message: str,
    *,
    span: tuple[int, int] | None = None,
    fix: str | None = None,
    severity: str | None = None,
) -> FindingData:
    """A finding of this check; `severity` where one finding weighs less than the check's usual ones."""
    start, end = span or (None, None)
    return FindingData(
        check=check.id, severity=severity or check.severity, message=message, start=start, end=end, fix=fix
    )
