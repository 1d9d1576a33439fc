"""The invented reports of samples.toml: what is the same event told by several, and what only sounds like it."""

import tomllib
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    family: str
    story: str
    source: str
    language: str
    title: str
    text: str


def _read(language: str) -> tuple[Report, ...]:
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["report"]
    return tuple(Report(**row) for row in rows if row["language"] == language)


ENGLISH = _read("en")
LATVIAN = _read("lv")


def pairs(reports: tuple[Report, ...]) -> list[tuple[Report, Report, bool]]:
    """All pairs of different sources, with whether they tell the same story."""
    return [
        (one, other, (one.family, one.story) == (other.family, other.story))
        for one, other in combinations(reports, 2)
        if one.source != other.source
    ]
