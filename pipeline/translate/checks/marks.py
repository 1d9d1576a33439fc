"""Quotation marks, brackets and the mark at the end."""

import re
from collections.abc import Iterable

from pipeline.records import FindingData
from pipeline.translate.checks.base import INFO, WARN, UnitForCheck, found
from pipeline.translate.conventions.quotes import MARKS, SINGLE, single_pairs_of

_DOUBLE = re.compile(f"[{MARKS}]")
_INCHES = re.compile(r"(?<=\d)[\"″”]")
_SINGLE_OPENS = re.compile(rf"(?<!\w)[{SINGLE}](?=\w)")
_SINGLE_CLOSES = re.compile(rf"(?<=[\w.,!?…])[{SINGLE}](?!\w)")
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_LIST_BRACKET = re.compile(r"(?:^|(?<=\s))(?:\w|\d+)\)")  # a), 1): no pair
_AFTER_END = f" \t\r\n\u00a0\u202f{MARKS}{SINGLE})]"
_END = re.compile(r"[.!?…:;]{0,8}$")
_KINDS = {"": "none", "!": "exclamation", "?": "question", "…": "ellipsis", ":": "colon", ";": "semicolon"}
_WORDS = re.compile(r"\w+")
_LONG = 4  # words: shorter texts end as the language likes


class Quotes:
    """Quotes lost, or a mark without its partner. Their form is the conventions' business."""

    id = "quotes"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        ours, theirs = _count(unit.source), _count(unit.target)
        if ours % 2 == 0 and theirs % 2 == 1 and _pairs_single(unit.source):
            yield found(self, "a quotation mark lacks its partner", span=_last(_DOUBLE, unit.target))
        elif (ours > 1 and not theirs and not _has_single(unit.target)) or (
            ours == 0 and theirs == 0 and single_pairs_of(unit.source) and not _has_single(unit.target)
        ):
            yield found(self, "the quotation marks are missing")


class Brackets:
    """A bracket opened and not closed, or brackets lost."""

    id = "brackets"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        source, target = _without_lists(unit.source), _without_lists(unit.target)
        for opening, closing in _BRACKETS:
            if source.count(opening) != source.count(closing):
                continue
            if target.count(opening) != target.count(closing):
                yield found(self, f"{opening}{closing} do not pair")
            elif source.count(opening) and not target.count(opening):
                yield found(self, f"{opening}{closing} are missing")


class EndPunctuation:
    """A question stays a question, a sentence keeps its stop. A stop for an exclamation is the translator's choice."""

    id = "end-punctuation"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        ours, theirs = _end(unit.source), _end(unit.target)
        if ours == theirs or {ours, theirs} == {".", "!"} or len(_WORDS.findall(unit.source)) < _LONG:
            return
        message = f"ends in {_name(theirs)}, the source in {_name(ours)}"
        severity = WARN if "?" in {ours, theirs} else INFO
        yield found(self, message, fix=_mended(unit.target, ours, theirs), severity=severity)


def _without_lists(text: str) -> str:
    """Without the brackets of a), b), 1); the year in (built in 1412) is none of those."""
    return _LIST_BRACKET.sub(
        lambda match: match[0] if _is_open(text[: match.start()]) else "",
        text,
    )


def _is_open(text: str) -> bool:
    return text.count("(") > text.count(")")


def _count(text: str) -> int:
    marks = len(_DOUBLE.findall(text))
    return marks - len(_INCHES.findall(text)) if marks % 2 else marks


def _has_single(text: str) -> bool:
    return re.search(rf"(?<!\w)[{SINGLE}‹]", text) is not None


def _pairs_single(text: str) -> bool:
    """False where a single mark opens or closes a quotation that goes on in another sentence."""
    return len(_SINGLE_OPENS.findall(text)) == len(_SINGLE_CLOSES.findall(text))


def _last(pattern: re.Pattern[str], text: str) -> tuple[int, int] | None:
    return max((match.span() for match in pattern.finditer(text)), default=None)


def _end(text: str) -> str:
    """The kind of mark at the end; marks of a row count by the strongest."""
    match = _END.search(text.rstrip(_AFTER_END))
    marks = match[0].replace("...", "…") if match else ""
    return next((mark for mark in "?!…:;." if mark in marks), "")


def _name(mark: str) -> str:
    return _KINDS.get(mark, "full stop")


def _mended(target: str, ours: str, theirs: str) -> str | None:
    """The whole target with the source's mark, where only the stop is in doubt."""
    bare = target.rstrip()
    if theirs == "" and ours in {".", "?", "!"} and bare[-1:].isalnum():
        return bare + ours
    if (
        theirs == "."
        and ours in {"", "?", "!"}
        and bare.endswith(".")
        and bare[-2:-1].isalpha()
        and len(bare) > 2
    ):
        return bare[:-1] + ours if ours or len(bare.split()[-1]) > 5 else None
    return None
