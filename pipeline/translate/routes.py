"""Which engines serve a pair, in which order, and by which language in the middle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.errors import ALSO
from pipeline.records import Pair
from pipeline.translate.engines import Engine
from pipeline.translate.guards import Guards


@dataclass(frozen=True, slots=True, kw_only=True)
class Routes:
    """The chain of each pair. Does not call engines."""

    engines: Mapping[str, Engine]
    chain: Sequence[str]
    pairs: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pivot: str = "en"
    guards: Guards = field(default_factory=Guards)

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
        return ALSO.join(dict.fromkeys(reason for reason in reasons if reason))
