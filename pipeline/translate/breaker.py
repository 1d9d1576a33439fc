"""Keeps an engine that fails whole calls out of the way for a while: open, then one probe, then closed or open again."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Breaker:
    """Of one engine, shared by all threads. What opens and closes it stands in the log, with the reason."""

    THRESHOLD = 5  # failures in a row
    FIRST, LONGEST = 60.0, 900.0  # seconds open; doubles with each failed probe
    DAY = 86_400.0  # seconds; a service that asks for more is asked again after a day

    def __init__(self, clock: Callable[[], float], name: str = "engine") -> None:
        self._clock = clock
        self._name = name
        self._failures = 0
        self._pause = self.FIRST
        self._open_until = 0.0
        self._is_probing = False
        self._lock = threading.Lock()
        self.why = ""  # the last failure's words

    def admit(self) -> bool:
        """Whether the engine may be asked now. After a pause one caller is let through, the others wait for its luck."""
        with self._lock:
            if self._failures < self.THRESHOLD:
                return True
            if self._clock() < self._open_until or self._is_probing:
                return False
            self._is_probing = True
        log.info("%s is tried again, with one call", self._name)
        return True

    @property
    def is_open(self) -> bool:
        """Whether the engine is being left alone."""
        with self._lock:
            return self._failures >= self.THRESHOLD and self._clock() < self._open_until

    @property
    def seconds_left(self) -> float:
        """Until the next probe; 0 where none is due."""
        with self._lock:
            left = self._open_until - self._clock()
            return max(0.0, left) if self._failures >= self.THRESHOLD else 0.0

    def succeeded(self) -> None:
        with self._lock:
            was_open = self._failures >= self.THRESHOLD
            self._failures, self._pause, self._is_probing, self.why = 0, self.FIRST, False, ""
        if was_open:
            log.info("%s answers again", self._name)

    def failed(self, why: str = "", *, retry_after: float | None = None) -> None:
        """A whole call came to nothing. `retry_after`: the service itself asked for a pause, so the first is enough."""
        with self._lock:
            self._failures += 1
            self._is_probing = False
            self.why = why or self.why
            if self._failures < self.THRESHOLD and not retry_after:
                return
            self._failures = max(self._failures, self.THRESHOLD)
            pause = min(max(self._pause, retry_after or 0.0), self.DAY)
            self._open_until = self._clock() + pause
            self._pause = min(self._pause * 2, self.LONGEST)
        log.warning("%s is left alone for %.0f s: %s", self._name, pause, self.why)

    def released(self) -> None:
        """The engine was not asked after all: a probe that says nothing."""
        with self._lock:
            self._is_probing = False

    def restore(self, seconds: float, why: str) -> None:
        """Open since an earlier run, for so long still."""
        with self._lock:
            self._failures, self.why = self.THRESHOLD, why
            self._open_until = self._clock() + seconds
