"""What a check is given, what it must offer, and how it says what it found."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from pipeline.records import FindingData, Pair

OPEN = re.compile(
    r"(?:[(\[„“«]|(?<!\w)[\"'‘])[^)\]”“»\"'’]*$"
)  # a bracket or quotation that has not closed yet
BLOCK, WARN, INFO = "block", "warn", "info"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermForCheck:
    """One entry of the termbase, as far as checks need it."""

    source: str
    target: str
    forms: tuple[str, ...] = ()  # every inflected form of the target, where the termbase holds them
    forbidden: bool = False  # the target must not be used for this source
    keep: bool = False  # the source stands unchanged in every language


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitForCheck:
    source: str
    target: str
    pair: Pair
    terms: tuple[TermForCheck, ...] = ()


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
