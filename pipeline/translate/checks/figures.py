"""Pure: the numbers of a text as canonical values, blind to each language's signs."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_SPACES = "\u00a0\u202f\u2009 "
_TOKEN = re.compile(rf"\d{{1,3}}(?:[.,'’{_SPACES}]\d{{3}}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,]\d+)*")
_SIGNS = re.compile(r"\D")
_ROMAN = re.compile(r"(?<!\w)[IVX]+(?=(?:e|è?me|er|ère|ᵉ|o)?(?!\w))")  # French writes XIXe, Spanish Xo
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}


@dataclass(frozen=True, slots=True)
class Figure:
    value: str  # digits, with a point before a fraction
    parts: tuple[str, ...]  # the bare runs of digits: 10.30 may be a time
    start: int
    end: int


@lru_cache(maxsize=64)
def figures(text: str) -> tuple[Figure, ...]:
    return tuple(Figure(canonical(m[0]), _parts(m[0]), m.start(), m.end()) for m in _TOKEN.finditer(text))


def canonical(token: str) -> str:
    """1,234.50 and 1 234,5 are both 1234.5. The shape decides: three digits after a sign are thousands."""
    head, *rest = _SIGNS.split(token)
    if not rest or (all(len(each) == 3 for each in rest) and len(head) <= 3 and head != "0"):
        return _plain(head + "".join(rest))
    *groups, fraction = rest
    if len(rest) > 1 and not all(len(each) == 3 for each in groups):
        return ".".join(_plain(each) for each in (head, *rest))  # a date or a version
    fraction = fraction.rstrip("0")
    whole = _plain(head + "".join(groups))
    return f"{whole}.{fraction}" if fraction else whole


def values(items: tuple[Figure, ...]) -> Counter[str]:
    return Counter(figure.value for figure in items)


def roman_numbers(text: str) -> Iterator[int]:
    """The Roman numbers of a text: centuries, kings, congresses. A lone I is a word more often than a number."""
    for match in _ROMAN.finditer(text):
        if match[0] == "I":
            continue
        digits = [_ROMAN_VALUES[letter] for letter in match[0]]
        yield sum(-a if a < b else a for a, b in zip(digits, [*digits[1:], 0], strict=True))


def _parts(token: str) -> tuple[str, ...]:
    return tuple(_plain(each) for each in _SIGNS.split(token))


def _plain(digits: str) -> str:
    return digits.lstrip("0") or "0"
