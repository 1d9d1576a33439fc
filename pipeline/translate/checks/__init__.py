"""Is a translation fit to be shown? One small class for each question; pure, about a third of a millisecond for all."""

from pipeline.records import FindingData
from pipeline.translate.checks.base import BLOCK, INFO, WARN, Check, UnitForCheck
from pipeline.translate.checks.dates import DatesAndTimes
from pipeline.translate.checks.extent import Empty, LengthRatio, Omission, Repetition
from pipeline.translate.checks.marks import Brackets, EndPunctuation, Quotes
from pipeline.translate.checks.money import Money
from pipeline.translate.checks.negation import Negation
from pipeline.translate.checks.numbers import Numbers
from pipeline.translate.checks.terms import Forbidden, Glossary, Names
from pipeline.translate.checks.tongue import Untranslated, WrongLanguage
from pipeline.translate.checks.verbatim import Emails, Handles, Placeholders, Urls

__all__ = ["BLOCK", "CHECKS", "INFO", "WARN", "Check", "UnitForCheck", "run_checks"]

_EMPTY = Empty()
CHECKS: tuple[Check, ...] = (
    _EMPTY,
    WrongLanguage(),
    Untranslated(),
    Placeholders(),
    Urls(),
    Emails(),
    Repetition(),
    Numbers(),
    DatesAndTimes(),
    Money(),
    Handles(),
    Glossary(),
    Forbidden(),
    Negation(),
    Omission(),
    LengthRatio(),
    Quotes(),
    Brackets(),
    EndPunctuation(),
    Names(),
)


def run_checks(unit: UnitForCheck) -> tuple[FindingData, ...]:
    """Everything found, the gravest first. Of an empty target only its emptiness is said."""
    empty = tuple(_EMPTY.check(unit))
    return empty or tuple(finding for check in CHECKS for finding in check.check(unit))
