"""Does a sentence that denies still deny, and one that does not still assert?"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.records import FindingData
from pipeline.translate.checks.base import WARN, UnitForCheck, found

_FILE = Path(__file__).parent.parent / "data" / "negation.toml"
_SHORT_NOT = re.compile(r"n['’]t\b", re.IGNORECASE)
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True)
class Denials:
    """How a language denies. Case does not count."""

    sure: re.Pattern[str]
    maybe: re.Pattern[str]
    but: re.Pattern[str]
    idioms: re.Pattern[str]

    def surely(self, text: str) -> str:
        """The first word that surely denies; empty where none does."""
        plain = _plain(text)
        match = self.sure.search(plain) and self.sure.search(self.idioms.sub(" ", plain))
        return match[0] if match else ""

    def perhaps(self, text: str) -> bool:
        """Whether any word could be a denial, or how one is said otherwise."""
        return any(not self.but.fullmatch(match[0]) for match in self.maybe.finditer(_plain(text)))


class Negation:
    """A denial of the source that is lost: it surely denies there, and nothing that could stand for it is here.

    The other way round is not asked: people often say by a denial what the source says without one.
    """

    id = "negation"
    severity = WARN

    def check(self, unit: UnitForCheck) -> Iterable[FindingData]:
        ours, theirs = denials_of(unit.pair.source), denials_of(unit.pair.target)
        if ours is None or theirs is None or not _data()[1].fullmatch(str(unit.pair)):
            return
        word = ours.surely(unit.source)
        if word and not theirs.perhaps(unit.target):
            yield found(self, f"the source denies (\u201c{word}\u201d), and nothing does here")


def denials_of(language: str) -> Denials | None:
    return _data()[0].get(language)


def _plain(text: str) -> str:
    return _SHORT_NOT.sub(" not", text.lower())


@cache
def _data() -> tuple[dict[str, Denials], re.Pattern[str]]:
    """How each language denies, and the directions in which that is reliable."""
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    directions = "|".join(each.replace("*", r"\w+") for each in data.pop("directions"))
    languages = {
        language: Denials(
            sure=_any_of(rows["sure"]),
            maybe=_any_of([*rows["sure"], *rows["maybe"]]),
            but=_any_of(rows.get("but", ())),
            idioms=_any_of(rows.get("idioms", ())),
        )
        for language, rows in data.items()
    }
    return languages, re.compile(directions)


def _any_of(words: Iterable[str]) -> re.Pattern[str]:
    parts = [re.escape(word).replace(r"\*", r"\w*") for word in words]
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)") if parts else _NOTHING
