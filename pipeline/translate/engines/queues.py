"""Which batch a free worker takes next. Pure: data in, data out; the caller holds the lock and the clock.

Callers of one direction take turns, batch by batch, so a few sentences never wait for another caller's thousands.
A worker prefers a direction it has loaded, unless another has waited `patience` seconds longer.
"""

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Batch = TypeVar("Batch")


@dataclass(slots=True)
class _Lane(Generic[Batch]):
    """The batches of one caller."""

    waiting_since: float
    batches: deque[Batch] = field(default_factory=deque)


class Queues(Generic[Batch]):
    def __init__(self, patience: float = 2.0) -> None:
        self._patience = patience
        self._directions: dict[str, deque[_Lane[Batch]]] = {}

    def __len__(self) -> int:
        return sum(len(lane.batches) for lanes in self._directions.values() for lane in lanes)

    def put(self, direction: str, batches: Collection[Batch], now: float) -> None:
        if batches:
            self._directions.setdefault(direction, deque()).append(_Lane(now, deque(batches)))

    def put_first(self, direction: str, batches: Collection[Batch], now: float) -> None:
        """Back to the head of the queue: these have had their turn and lost it."""
        if batches:
            self._directions.setdefault(direction, deque()).appendleft(_Lane(now, deque(batches)))

    def take(self, loaded: Collection[str], now: float) -> Batch | None:
        direction = self._choose(loaded)
        if direction is None:
            return None
        lanes = self._directions[direction]
        lane = lanes.popleft()
        batch = lane.batches.popleft()
        if lane.batches:
            lane.waiting_since = now
            lanes.append(lane)
        elif not lanes:
            del self._directions[direction]
        return batch

    def clear(self) -> list[Batch]:
        left = [batch for lanes in self._directions.values() for lane in lanes for batch in lane.batches]
        self._directions.clear()
        return left

    def _choose(self, loaded: Collection[str]) -> str | None:
        if not self._directions:
            return None
        oldest = min(self._directions, key=self._since)
        ready = min((each for each in self._directions if each in loaded), key=self._since, default=oldest)
        return oldest if self._since(oldest) < self._since(ready) - self._patience else ready

    def _since(self, direction: str) -> float:
        return self._directions[direction][0].waiting_since
