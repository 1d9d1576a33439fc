"""Politeness by host: few requests at once, a pause between them, and a wait the server asked for is kept."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.errors import FetchError

LONGEST_HOLD = 86_400  # seconds; a server that asks for more is asked again after a day


@dataclass(slots=True)
class _Host:
    slots: threading.Semaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    next_start: float = 0.0  # monotonic; the earliest moment for the next request
    held_until: float = 0.0  # monotonic; set by Retry-After


class Politeness:
    """Shared by all threads of a fetcher."""

    def __init__(self, *, per_host: int = 2, gap: float = 0.0) -> None:
        self._per_host = per_host
        self._gap = gap  # seconds between the starts of two requests to one host
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def slot(self, host: str) -> Iterator[None]:
        """Wait for a turn at `host`; raises FetchError while the host has asked us to stay away."""
        place = self._host(host)
        with place.slots:
            self._refuse_if_held(place, host)
            with place.lock:
                start = max(place.next_start, time.monotonic())
                place.next_start = start + self._gap
            time.sleep(max(0.0, start - time.monotonic()))
            yield

    def hold(self, host: str, seconds: int) -> None:
        """Keep every request away from `host` for a while."""
        self._host(host).held_until = time.monotonic() + min(seconds, LONGEST_HOLD)

    def _host(self, host: str) -> _Host:
        with self._lock:
            if host not in self._hosts:
                self._hosts[host] = _Host(threading.Semaphore(self._per_host))
            return self._hosts[host]

    def _refuse_if_held(self, place: _Host, host: str) -> None:
        left = place.held_until - time.monotonic()
        if left > 0:
            raise FetchError(
                f"{host} asked us to wait; nothing was sent. It is tried again in {left:.0f} s.",
                code="http", status=429, retry_after=int(left) + 1,
            )  # fmt: skip
