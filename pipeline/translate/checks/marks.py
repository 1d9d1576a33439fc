"""Quotation marks, brackets and the mark at the end."""

import re
from collections.abc import Iterable

from pipeline.records import FindingData
from pipeline.translate.checks.base import INFO, WARN, UnitForCheck, found
from pipeline.translate.conventions.quotes import (
    MARKS,
    SINGLE,
    LoneMark,
    lone_mark,
    pairs_of,
    single_pairs_of,
)

_DOUBLE = re.compile(f"[{MARKS}]")
_INCHES = re.compile(r"(?<=\d)[\"″”]")
_SINGLE_OPENS = re.compile(rf"(?<!\w)[{SINGLE}](?=\w)")
_SINGLE_CLOSES = re.compile(rf"(?<=[\w.,!?…])[{SINGLE}](?!\w)")
_OF_MANY = re.compile(rf"(?<=s)[{SINGLE}](?=\s[^\W\d_])")  # students' ideas
_CLOSE_TOGETHER = re.compile(rf"(?<=[\w.,!?…])[{MARKS}{SINGLE}][.,!?…]?[{MARKS}{SINGLE}](?!\w)")
_MAY_END = re.compile(r"\s?(?:$|[.,;:!?…–—)\]]|[-⎯]\s)")
_SPEECH_DASH = re.compile(r"\s*[–—―⎯-]\s")
_SAID = re.compile(r"[,.!?…]\s[–—―⎯-]\s")
_CLOSE_LATE = frozenset({"lt"})  # „…, – he said. – …“: the marks close where all of the speech ends
_OPENS = re.compile(rf"\s*[{MARKS}{SINGLE}]")
_SPOKEN = re.compile(rf"[,:]\s[{MARKS}{SINGLE}]|^[{MARKS}{SINGLE}][^{MARKS}]*[,!?][{MARKS}{SINGLE}]")
_QUOTES_NAMES = frozenset(
    {"lt", "lv"}
)  # of firms, teams and works; most languages only write them with a capital
_LONG_NAME = 4  # words
_FEW = 3  # words: a name, a title, a word that is not meant
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))
_ANY_BRACKET = re.compile(r"[()\[\]{}]")
_IN_BRACKETS = re.compile(r"\(([^()]+)\)")
_AMOUNT = re.compile(r"[^\w()]{0,3}\d[\d.,\s]*-?(?:[^\W\d_]{1,12}|[%°€$£])?[^\w()]?(?:\sper\shour)?")
_LIST_BRACKET = re.compile(r"(?:^|(?<=\s))(?:\w|\d+)\)")  # a), 1): no pair
_AFTER_END = f" \t\r\n\u00a0\u202f{MARKS}{SINGLE})]"
_END = re.compile(r"[.!?…:;]{0,8}$")
_KINDS = {"": "none", "!": "exclamation", "?": "question", "…": "ellipsis", ":": "colon", ";": "semicolon"}
_TOLD = re.compile(rf":\s|(?<=\s)[{MARKS}{SINGLE}](?=\w)")  # what comes before a question that is told
_WORDS = re.compile(r"\w+")
_LONG = 4  # words: shorter texts end as the language likes


class Quotes:
    """Quotes lost, or a mark without its partner. Their form is the conventions' business.

    Only a hint where the meaning is not at stake: a few words in the middle of a sentence, which translators often
    put without marks, and speech that goes on in another sentence.
    """

    id = "quotes"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        ours, theirs = _count(unit.source), _count(unit.target)
        if ours % 2 == 0 and theirs % 2 == 1 and _pairs_single(unit.source):
            lone = lone_mark(unit.target)
            if lone and (_is_shared(lone, unit) or _begins_only(lone, unit)):
                return
            severity = INFO if lone and _goes_on(lone, unit) else WARN
            message = "a quotation mark lacks its partner"
            yield found(self, message, span=_last(_DOUBLE, unit.target), severity=severity)
        elif theirs == 0 and (lost := _lost(unit, ours)) and not _has_other_marks(unit):
            is_short = max(len(_WORDS.findall(each)) for each in lost) <= _FEW
            severity = INFO if is_short and not _SPOKEN.search(unit.source) else WARN
            yield found(self, "the quotation marks are missing", severity=severity)


class Brackets:
    """A bracket opened and not closed, or brackets lost."""

    id = "brackets"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        if not (_ANY_BRACKET.search(unit.source) or _ANY_BRACKET.search(unit.target)):
            return
        source, target = _without_lists(unit.source), _without_lists(unit.target)
        for opening, closing in _BRACKETS:
            if source.count(opening) != source.count(closing):
                continue
            if target.count(opening) != target.count(closing):
                yield found(self, f"{opening}{closing} do not pair")
            elif source.count(opening) and not target.count(opening) and not _is_kept(source, target):
                yield found(self, f"{opening}{closing} are missing")


class EndPunctuation:
    """A question stays a question, a sentence keeps its stop. A stop for an exclamation is the translator's choice."""

    id = "end-punctuation"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        ours, theirs = _end(unit.source), _end(unit.target)
        if ours == theirs or {ours, theirs} == {".", "!"} or len(_WORDS.findall(unit.source)) < _LONG:
            return
        if ours == "?" and unit.target.count("?") >= unit.source.count("?"):
            return  # the question is asked in the middle
        message = f"ends in {_name(theirs)}, the source in {_name(ours)}"
        is_grave = theirs == "?" or (ours == "?" and not _is_reported(unit.source))
        severity = WARN if is_grave else INFO
        yield found(self, message, fix=_mended(unit.target, ours, theirs), severity=severity)


def _is_reported(text: str) -> bool:
    """Whether its last question is told, as another language may do in a statement."""
    question = text[: text.rindex("?")].rpartition("?")[2]
    first = _WORDS.search(question)
    return first is not None and _TOLD.search(question, first.end()) is not None


def _is_kept(source: str, target: str) -> bool:
    """An amount in another unit, the numbers' business; or a name that returns without its brackets.

    Latvian puts a foreign name's own spelling into brackets.
    """
    if "[" in source or "{" in source:
        return False
    held = [match[1] for match in _IN_BRACKETS.finditer(source)]
    return len(held) == source.count("(") and all(
        _AMOUNT.fullmatch(each) or (each[0].isupper() and each in target) for each in held
    )


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


def _lost(unit: UnitForCheck, marks: int) -> list[str]:
    """What stood in quotation marks and would in any language."""
    quoted = _quoted(unit.source, marks)
    if unit.pair.source not in _QUOTES_NAMES:
        return quoted
    return [each for each in quoted if not each[:1].isupper() or len(_WORDS.findall(each)) > _LONG_NAME]


def _quoted(text: str, marks: int) -> list[str]:
    """What stands in quotation marks: in double ones, or where there are none, in single ones."""
    if marks < 2:
        return single_pairs_of(text) if marks == 0 else []
    pairs = pairs_of(text)
    return [text] if pairs is None else [text[opening + 1 : closing] for opening, closing, _ in pairs]


def _has_other_marks(unit: UnitForCheck) -> bool:
    """Single marks, or the dash that opens what is said in many languages."""
    if re.search(rf"(?<!\w)[{SINGLE}‹]", unit.target):
        return True
    return bool(_SPEECH_DASH.match(unit.target) and _OPENS.match(unit.source))


def _pairs_single(text: str) -> bool:
    """False where a single mark opens or closes a quotation that goes on in another sentence."""
    return len(_SINGLE_OPENS.findall(text)) == len(_SINGLE_CLOSES.findall(text))


def _begins_only(lone: LoneMark, unit: UnitForCheck) -> bool:
    """Both begin what goes on in another sentence; what looks like the end is an apostrophe: the students' ideas."""
    return (
        lone.opens
        and not unit.target[: lone.position].strip()
        and _SINGLE_OPENS.match(unit.source) is not None
        and not _SINGLE_CLOSES.search(_OF_MANY.sub("", unit.source))
    )


def _is_shared(lone: LoneMark, unit: UnitForCheck) -> bool:
    """One mark closes the inner quotation and the outer one, as they close together in the source."""
    return lone.opens and _ends_inside(lone, unit.target) and _CLOSE_TOGETHER.search(unit.source) is not None


def _ends_inside(lone: LoneMark, text: str) -> bool:
    """Whether an inner quotation ends where the outer one may end, too."""
    return lone.inner is not None and _MAY_END.match(text, lone.inner + 1) is not None


def _goes_on(lone: LoneMark, unit: UnitForCheck) -> bool:
    """The quotation of the mark began before this sentence, or does not end in it."""
    at, text = lone.position, unit.target
    if not re.search(f"[{MARKS}]", unit.source) and not single_pairs_of(unit.source):
        is_first, is_last = not text[:at].strip(), not text[at + 1 :].strip(f"{_AFTER_END}.,;!?…")
        return is_first if lone.opens else is_last
    is_broken = unit.pair.target in _CLOSE_LATE
    if lone.opens:
        return _ends_inside(lone, text) or (is_broken and _SAID.search(text, at) is not None)
    return is_broken and _SPEECH_DASH.match(text) is not None


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
