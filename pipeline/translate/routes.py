"""Which engines serve a pair, in which order, and by which language in the middle.

Pure but for the breaker's clock, which is passed in.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.records import Pair
from pipeline.translate.engines import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The chain of each pair. Does not call engines."""

    engines: Mapping[str, Engine]
    chain: Sequence[str]
    pairs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pivot: str = "en"

    def chain_of(self, pair: Pair) -> tuple[Engine, ...]:
        """The engines the configuration names for this pair, in order."""
        return tuple(self.engines[name] for name in self.pairs.get(str(pair), self.chain))

    def direct(self, pair: Pair) -> tuple[Engine, ...]:
        return tuple(engine for engine in self.chain_of(pair) if engine.supports(pair))

    def ready(self, pair: Pair) -> bool:
        """Whether an engine could begin at once, without bringing anything from elsewhere first."""
        return any(engine.ready(pair) for engine in self.chain_of(pair))

    def legs(self, pair: Pair) -> tuple[Pair, Pair] | None:
        """The two legs by way of the pivot, or None where one end is the pivot itself."""
        if not self.pivot or self.pivot in (pair.source, pair.target):
            return None
        return Pair(pair.source, self.pivot), Pair(self.pivot, pair.target)

    def names_of(self, pair: Pair) -> tuple[str, ...]:
        """The engines whose remembered work counts for this pair."""
        return tuple(self.pairs.get(str(pair), self.chain))

    def missing(self, pair: Pair) -> str:
        """Why nothing can translate this pair, in words, with the remedy; empty where something can."""
        reasons = [
            engine.reason(each) or ""
            for each in self.legs(pair) or (pair,)
            if not self.direct(each)
            for engine in self.chain_of(each)
        ]
        return "; ".join(dict.fromkeys(reason for reason in reasons if reason))


class Breaker:
    """Keeps an engine that fails whole calls out of the way for a while: open, then one probe, then closed."""

    THRESHOLD = 5  # failures in a row
    FIRST, LONGEST = 60.0, 900.0  # seconds open; doubles with each failed probe

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failures = 0
        self._pause = self.FIRST
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return self._failures >= self.THRESHOLD and self._clock() < self._open_until

    def succeeded(self) -> None:
        self._failures, self._pause = 0, self.FIRST

    def failed(self, *, retry_after: float | None = None) -> None:
        self._failures += 1
        if self._failures >= self.THRESHOLD or retry_after:
            self._failures = max(self._failures, self.THRESHOLD)
            self._open_until = self._clock() + max(self._pause, retry_after or 0.0)
            self._pause = min(self._pause * 2, self.LONGEST)
