"""Counts what the engines did in one run, from several threads."""

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields

from pipeline.records import Pair


@dataclass(slots=True)
class Usage:
    calls: int = 0
    sentences: int = 0
    characters: int = 0
    failures: int = 0
    seconds: float = 0.0

    def add(self, other: "Usage") -> None:
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


class UsageMeter:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_pair: defaultdict[tuple[str, Pair], Usage] = defaultdict(Usage)
        self.memory_hits = 0

    def add(self, engine: str, pair: Pair, usage: Usage) -> None:
        with self._lock:
            self._by_pair[engine, pair].add(usage)

    def hit(self, count: int) -> None:
        with self._lock:
            self.memory_hits += count

    def by_pair(self) -> Mapping[tuple[str, Pair], Usage]:
        with self._lock:
            return dict(self._by_pair)

    def taken(self) -> "UsageMeter":
        """All that was counted so far, in a meter of its own; this one begins again at nothing."""
        other = UsageMeter()
        with self._lock:
            other._by_pair, self._by_pair = self._by_pair, other._by_pair
            other.memory_hits, self.memory_hits = self.memory_hits, 0
        return other

    def by_engine(self) -> dict[str, Usage]:
        total: defaultdict[str, Usage] = defaultdict(Usage)
        for (engine, _pair), usage in self.by_pair().items():
            total[engine].add(usage)
        return dict(total)
