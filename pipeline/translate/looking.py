"""How each engine is: what it declares, what its service says, its budget, its pause. For `check`; sends no text."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError

from pipeline.config import Config
from pipeline.errors import EngineError
from pipeline.models import EngineJob, EnginePause, EngineSpending
from pipeline.records import Pair
from pipeline.translate.budget import Limit, month_of, next_month
from pipeline.translate.engines import Engine, Probed
from pipeline.translate.engines.facts import described
from pipeline.translate.room import EngineRoom

_NEARLY = 0.995  # of a budget: the next sentence will hardly fit


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLook:
    name: str
    ok: bool
    text: str


def look_at_engines(config: Config, room: EngineRoom, now: datetime) -> Iterator[EngineLook]:
    """One look at each engine that a chain names."""
    pairs = [
        Pair(source.language, target)
        for source in config.enabled_sources
        for target in config.targets
        if source.language != target
    ]
    books = _Books(now)
    for name, engine in room.engines.items():
        faults = [each for each in (_unusable(engine, room, pairs), books.paused(name)) if each]
        remarks = [described(engine.facts)]
        if not faults:
            try:
                remarks.append(engine.probe() if isinstance(engine, Probed) else "")
            except EngineError as error:
                faults.append(error.message)
        spent, line = books.budget(name, room.routes.guards.budgets.limits.get(name))
        (faults if spent else remarks).append(line)
        remarks.append(books.underway(name) if engine.facts.asynchronous else "")
        yield EngineLook(name=name, ok=not faults, text="; ".join(part for part in faults + remarks if part))


def _unusable(engine: Engine, room: EngineRoom, pairs: list[Pair]) -> str:
    """Why the engine can serve none of the network's pairs, nor a leg of one; empty where it can serve any."""
    ways = [way for pair in pairs for way in (pair, *(room.routes.legs(pair) or ()))]
    reasons = [engine.reason(way) for way in ways]
    return "" if None in reasons or not reasons else reasons[-1] or ""


class _Books:
    """What the store has about engines; nothing where there is no store yet, which has a line of its own."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        try:
            self._spent = EngineSpending.objects.spent(month_of(now.date()))
            self._pauses = EnginePause.objects.open_at(now)
        except DatabaseError:
            self._spent, self._pauses = {}, {}

    def paused(self, name: str) -> str:
        pause = self._pauses.get(name)
        return f"left alone until {pause.until:%Y-%m-%d %H:%M} UTC: {pause.reason}" if pause else ""

    def budget(self, name: str, limit: Limit | None) -> tuple[bool, str]:
        """Whether it is used up, and how far."""
        if limit is None:
            return False, ""
        spent = self._spent.get(name, 0)
        text = f"{spent:_} of {limit.characters:_} characters of this month's budget used".replace("_", " ")
        if spent < limit.characters * _NEARLY:
            return False, text
        then = {"next": "the next engine goes on", "stop": "texts wait", "titles": "the next engine goes on"}
        return True, f"{text}: {then[limit.when_spent]} until {next_month(self._now.date()):%Y-%m-%d}"

    def underway(self, name: str) -> str:
        try:
            count = EngineJob.objects.open_count(name)
        except DatabaseError:
            return ""
        return f"{count} answers on their way" if count else ""
