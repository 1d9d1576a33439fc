"""Spaces, dashes, ellipses and look-alike letters in the target."""

import re

from pipeline.translate.conventions.languages import NBSP, SPACES, Convention
from pipeline.translate.conventions.opaque import addresses, within

_CEDILLAS = str.maketrans("şţŞŢ", "șțȘȚ")  # Romanian letters have a comma below; old fonts lacked them
_DASHES = "–—"
# Groups enough for any number; without an end, a row of numbers would be read to its end from each of them.
_NUMBER = rf"\d+(?:[.,'’{SPACES}]\d+){{0,8}}"
_RANGE = re.compile(rf"(?<![\w.,/-])({_NUMBER})( ?[–-] ?)({_NUMBER})(?![\w/-])")
_UNITS = "km|m|cm|mm|kg|ml|kW|kWh|MW|MWh|GW|°C|m²|m³|km²|EUR|USD|GBP|PLN|€|£|zł|lei|eur|eiro|euro|milj|mln|mlrd|mio|mrd"
_BEFORE_UNIT = re.compile(rf"(?<=\d)[{SPACES}](?=(?:{_UNITS})(?![^\W_]))")
_PERCENT = re.compile(rf"(?<=\d)([{SPACES}]?)(?=[%‰])")
_STRAY_BRACKET = re.compile(rf"(?<=\S)(?:[{SPACES}]*\([^()\d]{{0,40}})+$")
_HIGH_MARK = re.compile(rf"(?<=[^\s;:!?(\[])([{SPACES}]?)(?=[;:!?]+(?:[\s»”\"’)\]]|$))")


def tidy(target: str, *, language: str) -> str:
    """Double spaces, three dots, and the letters that only look right."""
    target = re.sub(r"[ \t]{2,}", " ", target)
    target = re.sub(r"(?<!\.)\.{3}(?!\.)", "…", target)
    return target.translate(_CEDILLAS) if language == "ro" else target


def drop_stray_bracket(source: str, target: str) -> str:
    """A bracket that the source does not have, opened at the end and never closed: small models end names so.

    One with a figure stays: no figure is ever lost, and the checks ask where it comes from.
    """
    if "(" in source:
        return target
    return _STRAY_BRACKET.sub("", target) or target


def restore_dashes(source: str, target: str) -> str:
    """Hyphens that were dashes in the source: between words, and in ranges of numbers."""
    if any(dash in source for dash in _DASHES):
        target = re.sub(r"(?<=\S) -{1,2} (?=\S)", " – ", target)
    ranges = {_ends(match) for match in _RANGE.finditer(source) if "–" in match[2]}
    if not ranges:
        return target
    return _RANGE.sub(lambda match: f"{match[1]}–{match[3]}" if _ends(match) in ranges else match[0], target)


def _ends(match: re.Match[str]) -> tuple[str, str]:
    return re.sub(r"\D", "", match[1]), re.sub(r"\D", "", match[3])


def set_spaces(target: str, style: Convention) -> str:
    """Spaces that may not break a line, and those that French wants before high marks."""
    target = _BEFORE_UNIT.sub(NBSP, target)
    target = _PERCENT.sub(lambda match: style.percent_space or (match[1] and NBSP), target)
    if not style.mark_space:
        return target
    names = addresses(target)
    return _HIGH_MARK.sub(lambda match: match[1] if within(match.end(), names) else style.mark_space, target)
