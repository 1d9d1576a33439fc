"""Stretches of a text whose signs are part of a name: addresses, times, dates, versions, phone numbers."""

import re
from bisect import bisect_right

# Every pattern begins where nothing of its own kind stands before, or a long run of letters would be
# searched once from each of them.
ADDRESS = r"(?:https?://|www\.)\S+ | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+ | (?<![\w.-])\w[\w-]*(?:\.[a-z][\w-]*)+/\S*"
_HOUR = r"\d?\d\.(?:00|15|30|45)"
# A unit or a currency after it would make it a number: "from 9.00 to 17.30 euros".
_AFTER_HOUR = r"(?:(?:on|in|at|every|daily|each|and|from)\b|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_OCTET = r"(?:25[0-5]|2[0-4]\d|1?\d?\d)"
_PHONE_WORD = r"(?:t[eé]l|telef[oó]n[aeosu]?|telephone|téléphone|tālr(?:unis|uni)?|mob|phone|call|fax|fakss?|zvani(?:et|t)|whatsapp|rufnummer|appel(?:ez|er))"
_NOT_A_NUMBER = re.compile(
    rf"""
      {ADDRESS}
    | (?<!\d) \d+ (?: [:/] \d+ )+ (?:[.,]\d+)?                          # times, fractions, dates with strokes
    | (?<!\d) \d+ (?: -\d+ ){{2,}}                                      # ISO dates, phone numbers
    | \b (?:from|between) \s {_HOUR} \s (?:to|until|till|and) \s {_HOUR} (?=\s*(?:[.,;:!?)]|$|{_AFTER_HOUR}))  # from 9.00 to 17.30
    | \d{{1,2}} \.\ ?\d{{1,2}} \.\ ?(?:\d{{4}}|\d{{2}})\b       # 24.11.2026
    | \b {_OCTET} (?: \.{_OCTET} ){{3}} (?![.,]?\d)             # 192.168.1.1
    | \b 116 \ ? \d{{3}} (?!\d)                                  # helplines of the EU: 116 123
    | (?: \+|\b00 ) \d [\d\s()./-]{{6,24}} \d                     # +371 67 012 345
    | \b {_PHONE_WORD} [.:]* \s* (?:\w+\s+)? [\d(] [\d\s()./-]{{4,24}} \d
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ADDRESS = re.compile(ADDRESS, re.VERBOSE | re.IGNORECASE)

Spans = list[tuple[int, int]]


def not_numbers(text: str) -> Spans:
    return [match.span() for match in _NOT_A_NUMBER.finditer(text)]


def addresses(text: str) -> Spans:
    return [match.span() for match in _ADDRESS.finditer(text)]


def within(position: int, spans: Spans) -> bool:
    at = bisect_right(spans, (position, len(spans) and spans[-1][1] + 1)) - 1
    return at >= 0 and spans[at][0] <= position < spans[at][1]
