"""Politeness by host: few requests at once, a pause between them, and a wait the server asked for is kept.

What a host is owed outlives the run: `states` says it at the end, and the next run begins with it.
"""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from pipeline.errors import FetchError

LONGEST_HOLD = 86_400  # seconds; a server that asks for more is asked again after a day
LONGEST_GAP = 60.0  # seconds; a longer crawl delay is kept by polling less often, not by waiting inside a run
_SLACK = 3_600  # seconds that clocks may differ
_LONGEST_WAIT = 300.0  # seconds for a turn; whoever would wait longer comes back in another run

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """What a host is owed, by the calendar."""

    name: str
    next_ok_at: datetime | None = None  # the earliest moment for the next request
    held_until: datetime | None = None  # Retry-After


@dataclass(slots=True)
class _Host:
    slots: threading.Semaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_start: float = 0.0  # monotonic; the earliest moment for the next request
    held_until: float = 0.0  # monotonic; set by Retry-After


class Politeness:
    """Shared by all threads of a fetcher. `stop` ends every wait for a turn."""

    def __init__(
        self, *, per_host: int = 2, known: Iterable[HostState] = (), stop: threading.Event | None = None
    ) -> None:
        self._per_host = per_host
        self._stop = stop or threading.Event()
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        for state in known:
            place = self._host(state.name)
            place.next_start, place.held_until = _ahead(state.next_ok_at), _ahead(state.held_until)

    @contextlib.contextmanager
    def slot(self, host: str, gap: float = 0.0) -> Iterator[None]:
        """Wait for a turn at `host`, `gap` seconds after the one before; FetchError when it may not be had now."""
        place = self._host(host)
        with place.slots:
            self._refuse_if_held(place, host)
            if gap or place.next_start:
                self._await_turn(place, host, min(gap, LONGEST_GAP))
                self._refuse_if_held(place, host)
            yield

    def hold(self, host: str, seconds: int) -> None:
        """Keep every request away from `host` for a while."""
        self._host(host).held_until = time.monotonic() + min(seconds, LONGEST_HOLD)

    def states(self) -> list[HostState]:
        """The hosts that are still owed something."""
        with self._lock:
            hosts = list(self._hosts.items())
        found = [
            HostState(name=name, next_ok_at=_moment(host.next_start), held_until=_moment(host.held_until))
            for name, host in hosts
        ]
        return [state for state in found if state.next_ok_at or state.held_until]

    def _host(self, host: str) -> _Host:
        with self._lock:
            if host not in self._hosts:
                self._hosts[host] = _Host(threading.Semaphore(self._per_host))
            return self._hosts[host]

    def _await_turn(self, place: _Host, host: str, gap: float) -> None:
        with place.lock:
            now = time.monotonic()
            start = max(place.next_start, now)
            if start - now > _LONGEST_WAIT:
                raise _held(f"{host} is asked slowly, and this run has no turn left for it", start - now)
            place.next_start = start + gap
        if start > now and self._stop.wait(start - now):
            raise _held("the run was ended before its turn", 0)

    def _refuse_if_held(self, place: _Host, host: str) -> None:
        left = place.held_until - time.monotonic()
        if left > 0:
            raise _held(f"{host} asked us to wait", left)


def in_turns(rows: Iterable[_T], host: Callable[[_T], str]) -> list[_T]:
    """The rows so ordered that hosts take turns: waiting for a crowded one must not hold all the threads."""
    lanes: dict[str, deque[_T]] = {}
    for row in rows:
        lanes.setdefault(host(row), deque()).append(row)
    found: list[_T] = []
    waiting = list(lanes.values())
    while waiting:
        found += [lane.popleft() for lane in waiting]
        waiting = [lane for lane in waiting if lane]
    return found


def _held(reason: str, seconds: float) -> FetchError:
    return FetchError(
        f"{reason}; nothing was sent. It is tried again in {seconds:.0f} s or at the next run.",
        code="held",
        retry_after=int(seconds) + 1 if seconds else None,
    )


def _ahead(moment: datetime | None) -> float:
    """A moment of the calendar on this process's own clock. What lies beyond every hold, another clock wrote: now."""
    left = (moment - datetime.now(UTC)).total_seconds() if moment else 0.0
    return time.monotonic() + left if 0 < left <= LONGEST_HOLD + _SLACK else 0.0


def _moment(clock: float) -> datetime | None:
    left = clock - time.monotonic()
    return datetime.now(UTC) + timedelta(seconds=left) if left > 0 else None
