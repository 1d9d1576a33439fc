"""Decimal signs and thousands signs, anchored on the source.

Local engines leave the English comma in up to 84 % of the numbers they write in Latvian, where "1,234" reads as
1.234. What a bare "1,234" in the target means cannot be known; the source's number can. So only numbers that
stand in the source are rewritten, wherever their digits return.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.translate.conventions.languages import SPACES, Convention
from pipeline.translate.conventions.opaque import addresses, not_numbers, within

_DIGIT = re.compile(r"\d")
_SIGNS = ".,'’" + SPACES
_RUN = re.compile(rf"(?<![\w#@§.,])(?:(?<=\d-)|(?<=\d–)|(?<![^\W\d_][-–]))\d+(?:[{_SIGNS}]\d+)*")
# Only where the point is the decimal sign can a time be taken for a number: English "at 10.30".
_TIME_BEFORE = re.compile(r"\b(?:at|until|till)\s*$", re.IGNORECASE)
_TIME_AFTER = re.compile(r"\s*(?:[ap]\.?\s?m\b|hrs\b|o['’]clock)", re.IGNORECASE)
# "Zvaniet uz 116 123": thousands with spaces look like a telephone number, so a word for calling decides.
_CALL_BEFORE = re.compile(
    r"\b(?:tel|tālr|fax|fakss|call|phone|dial|zvan|piezvan|skamb|paskamb|dzwoń|zadzwoń|zadzwonić|numer|nummer|numéro|número|"
    r"număr|anruf|rufnummer|bel|bellen|chiam|telefon|téléphon|appel|llam|sun|suna|apel|ligue|ligar|sms|whatsapp)",
    re.IGNORECASE,
)
_MOST_DIGITS = 18  # what is longer is a serial number
_MANY = 200  # different numbers; no sentence's, and the target is read once for each
_CALL_REACH = 80  # characters
_SHORTEST_CALL = 6  # digits
_LABEL_BEFORE = re.compile(
    r"\b(?:v|ver|version|versija|versione|versiune|section|sect|chapter|article|art|paragraph|figure|fig|table|iso|"
    r"ieee|no|nr|nº|num|windows|android|ios|python|bluetooth|usb)\.?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Number:
    """A number whose value is certain. `grouped`: its thousands are parted."""

    whole: str
    fraction: str
    grouped: bool

    @property
    def digits(self) -> str:
        return self.whole + self.fraction

    @property
    def value(self) -> tuple[str, str]:
        return self.whole, self.fraction


def localise_numbers(source: str, target: str, source_style: Convention, target_style: Convention) -> str:
    """The target with every number of the source in the target's own signs. Idempotent."""
    numbers = _unmistakable(numbers_of(source, source_style))
    for number in numbers if len(numbers) <= _MANY else ():
        target = _rewrite(target, number, target_style)
    return target


def numbers_of(text: str, style: Convention) -> Iterator[Number]:
    """The numbers of a text whose value is certain by the conventions of its language."""
    names = not_numbers(text) if _DIGIT.search(text) else []
    for run in _RUN.finditer(text):
        if within(run.start(), names) or re.match(r"[:/]\d|\w*@", text[run.end() :]):
            continue
        if _is_name(text, run):
            continue
        whole = read(run[0], style)
        if whole is not None:
            yield whole
        elif " " in run[0]:
            yield from filter(None, (read(piece, style) for piece in run[0].split(" ")))


def read(token: str, style: Convention) -> Number | None:
    """What a token means in a style, or None where it is no number or could be two."""
    if token.isdigit():
        return None if token.startswith("0") and len(token) > 1 else Number(token, "", grouped=False)
    head, sign, fraction = token.rpartition(style.decimal)
    if not sign:
        head, fraction = token, ""
    elif not fraction.isdigit():
        return None
    if not head.isdigit():
        return _read_grouped(head, fraction, style)
    if head.startswith("0") and len(head) > 1:
        return None
    return Number(head, fraction, grouped=False)


def _read_grouped(head: str, fraction: str, style: Convention) -> Number | None:
    signs = set(re.findall(r"\D", head))
    first, *rest = re.split(r"\D", head)
    if (
        len(signs) != 1
        or first.startswith("0")
        or not 1 <= len(first) <= 3
        or any(len(each) != 3 for each in rest)
    ):
        return None
    sign = signs.pop()
    # A sign that the language does not use for thousands is still clear where there is more than one of it.
    is_clear = (
        sign in style.groups or sign in "'’" or (sign != style.decimal and (bool(fraction) or len(rest) > 1))
    )
    return Number(first + "".join(rest), fraction, grouped=True) if is_clear else None


def write(number: Number, style: Convention) -> str:
    """The number in a style; four digits stay together where the language keeps them so."""
    whole = number.whole
    if number.grouped and len(whole) > (3 if style.groups_four else 4):
        whole = style.group.join(_groups(whole))
    return whole + (style.decimal + number.fraction if number.fraction else "")


def _groups(whole: str) -> list[str]:
    first = len(whole) % 3 or 3
    return [whole[:first], *(whole[i : i + 3] for i in range(first, len(whole), 3))]


def _is_name(text: str, run: re.Match[str]) -> bool:
    """A section, a version, a time with a point, a telephone number."""
    if run[0].isdigit():
        return False
    before, after = text[: run.start()], text[run.end() :][:12]
    if _LABEL_BEFORE.search(before[-24:]):
        return True
    if re.search(rf"[{SPACES}]", run[0]) and len(re.sub(r"\D", "", run[0])) >= _SHORTEST_CALL:
        return _CALL_BEFORE.search(before[-_CALL_REACH:]) is not None
    hours, sign, minutes = run[0].partition(".")
    if not (sign and re.fullmatch(r"[0-5]\d", minutes) and hours.isdigit() and int(hours) <= 24):
        return False
    is_range = re.match(r"\s?[-–]\s?\d?\d\.[0-5]\d\b", after) or re.search(
        r"\d\.[0-5]\d\s?[-–]\s?$", before[-8:]
    )
    return bool(_TIME_BEFORE.search(before[-8:]) or _TIME_AFTER.match(after) or is_range)


def _unmistakable(numbers: Iterator[Number]) -> list[Number]:
    """One of each; none of those whose digits mean two different things in this source (1,234 and 1.234)."""
    by_digits: defaultdict[str, dict[tuple[str, str], Number]] = defaultdict(dict)
    for number in numbers:
        known = by_digits[number.digits].get(number.value)
        if 1 < len(number.digits) <= _MOST_DIGITS and (known is None or number.grouped):
            by_digits[number.digits][number.value] = number
    return [
        number
        for same in by_digits.values()
        for number in same.values()
        if len(same) == 1 or not any(len(each.fraction) % 3 == 0 and each.fraction for each in same.values())
    ]


def _rewrite(target: str, number: Number, style: Convention) -> str:
    names = addresses(target)

    def rewrite(match: re.Match[str]) -> str:
        token = match[0]
        if within(match.start(), names) or (token.isdigit() and (len(token) <= 4 or not number.grouped)):
            return token
        found = read(token, style)
        is_house = set(re.findall(r"\D", token)) <= {*style.accepted, style.decimal}
        if found and found.value == number.value and is_house and not token.isdigit():
            return _with_own_spaces(token, style)
        grouped = number.grouped or (
            bool(re.search(rf"\d[{_SIGNS}]\d{{3}}(?!\d)", token)) and len(number.whole) > 4
        )
        return write(Number(number.whole, number.fraction, grouped), style)

    return _pattern(number).sub(rewrite, target)


def _pattern(number: Number) -> re.Pattern[str]:
    """The number's digits with any signs between them, standing alone."""
    groups = _groups(number.whole)
    body = f"[{_SIGNS}]?".join(groups) + (rf"[.,]{number.fraction}" if number.fraction else "")
    space = rf"(?<!\d[{SPACES}])" if len(groups[0]) == 3 else ""
    follows = "" if number.fraction else rf"(?![{SPACES}]\d{{3}}(?!\d))"
    return re.compile(rf"(?<!\d)(?<!\d[.,'’:/]){space}{body}(?!\d)(?![.,'’:/]\d){follows}")


def _with_own_spaces(token: str, style: Convention) -> str:
    group = style.group if style.group in SPACES else SPACES[1]
    return re.sub(rf"[{SPACES}]", group, token)
