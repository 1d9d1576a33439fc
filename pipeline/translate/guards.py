"""What stands between the translator and its engines: a breaker and a budget for each."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from pipeline.models import EnginePause, EngineSpending
from pipeline.translate.breaker import Breaker
from pipeline.translate.budget import Budgets, month_of


class Guards:
    """Shared by all threads. The clock is passed in; the calendar is the caller's."""

    def __init__(self, budgets: Budgets | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self.budgets = budgets or Budgets()
        self._clock = clock
        self._breakers: dict[str, Breaker] = {}
        self.spent: dict[
            str, str
        ] = {}  # engines that were refused a text for their budget, with the words for it

    def breaker(self, engine: str) -> Breaker:
        return self._breakers.setdefault(engine, Breaker(self._clock, engine))

    def afford(
        self, engine: str, texts: Iterable[str], headlines: Iterable[str] = ()
    ) -> tuple[list[str], list[str]]:
        """The texts that may be sent, which are counted with this, and those there is no budget for. Headlines first."""
        titles = set(headlines)
        affordable: list[str] = []
        too_much: list[str] = []
        for text in sorted(texts, key=lambda each: each not in titles):
            within = self.budgets.draw(engine, text, headline=text in titles)
            (affordable if within else too_much).append(text)
        if too_much:
            self.spent[engine] = self.budgets.reason(engine)
        return affordable, too_much

    def restore(self, pauses: Mapping[str, EnginePause], now: datetime) -> None:
        """Leave alone what an earlier run was asked to."""
        for engine, pause in pauses.items():
            self.breaker(engine).restore((pause.until - now).total_seconds(), pause.reason)

    def pauses(self, now: datetime) -> dict[str, tuple[datetime, str] | None]:
        """Every engine met, with until when and why it is left alone; None where it is not."""
        return {
            engine: (now + timedelta(seconds=breaker.seconds_left), breaker.why) if breaker.is_open else None
            for engine, breaker in self._breakers.items()
        }


class StoredPurse:
    """The month's count in the store: exact for all processes, and after a crash."""

    def __init__(self, today: Callable[[], datetime]) -> None:
        self._today = today

    def draw(self, engine: str, characters: int, limit: int) -> bool:
        return EngineSpending.objects.draw(engine, month_of(self._today().date()), characters, limit)

    def give_back(self, engine: str, characters: int) -> None:
        EngineSpending.objects.give_back(engine, month_of(self._today().date()), characters)
