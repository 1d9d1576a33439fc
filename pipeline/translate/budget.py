"""What an engine may still be sent this month, and what is to happen when that is used up.

Pure but for the purse, which counts: in the store for all processes together, or in memory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

WhenSpent = Literal["next", "titles", "stop"]
_TITLES_SHARE = 0.9  # of the budget; under `titles` what is beyond is kept for headlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A budget as configured."""

    characters: int  # a calendar month
    when_spent: WhenSpent = "next"

    def of(self, *, headline: bool) -> int:
        """How far a text of this kind may draw."""
        kept = self.when_spent == "titles" and not headline
        return int(self.characters * _TITLES_SHARE) if kept else self.characters


class Purse(Protocol):
    """Counts the characters of the month. `draw` is atomic: two processes never overdraw together."""

    def draw(self, engine: str, characters: int, limit: int) -> bool: ...

    def give_back(self, engine: str, characters: int) -> None: ...


class MemoryPurse:
    """For tests and for measurements that have no store."""

    def __init__(self, spent: Mapping[str, int] | None = None) -> None:
        self.spent = dict(spent or {})

    def draw(self, engine: str, characters: int, limit: int) -> bool:
        total = self.spent.get(engine, 0) + characters
        if total > limit:
            return False
        self.spent[engine] = total
        return True

    def give_back(self, engine: str, characters: int) -> None:
        self.spent[engine] = max(0, self.spent.get(engine, 0) - characters)


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """The budgets of all engines; an engine without one is never refused."""

    limits: Mapping[str, Limit] = field(default_factory=dict)
    purse: Purse = field(default_factory=MemoryPurse)

    def draw(self, engine: str, text: str, *, headline: bool = False) -> bool:
        """Whether the text may be sent; if so, it is counted."""
        limit = self.limits.get(engine)
        return limit is None or self.purse.draw(engine, len(text), limit.of(headline=headline))

    def give_back(self, engine: str, characters: int) -> None:
        """What was counted was not sent after all."""
        if engine in self.limits:
            self.purse.give_back(engine, characters)

    def holds(self, engine: str) -> bool:
        """Whether a text that this engine is spent for shall wait, rather than go to the next engine."""
        limit = self.limits.get(engine)
        return limit is not None and limit.when_spent == "stop"

    def reason(self, engine: str) -> str:
        """Why a text was not sent, for the summary."""
        limit = self.limits[engine]
        most = f"{limit.characters:_}".replace("_", " ")
        if limit.when_spent == "titles":
            return f"{engine}: the budget of {most} characters a month is used up; what is left is kept for headlines ([engines] budget)"
        return f"{engine}: the budget of {most} characters a month is used up ([engines] budget)"


def month_of(day: date) -> date:
    """The month a day counts for, by its first day."""
    return day.replace(day=1)


def next_month(day: date) -> date:
    """The first day of the month after."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
