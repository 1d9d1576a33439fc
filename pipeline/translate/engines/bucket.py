"""A token bucket for each key: how often a service may be asked, all threads and all engines with that key together."""

import threading
import time
from collections.abc import Callable


class TokenBucket:
    """At most `rate` passes a second over time, with `burst` at once after a pause."""

    def __init__(
        self,
        rate: float,
        burst: float = 1.0,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._tokens = self._burst = max(1.0, burst)
        self._last = clock()
        self._lock = threading.Lock()

    def take(self) -> None:
        """Wait for a token. Tokens are promised in the order of asking, so waiting callers do not pile up."""
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._last) * self._rate) - 1
            self._last = now
            wait = -self._tokens / self._rate
        if wait > 0:
            self._sleep(wait)


class Buckets:
    """One bucket for each account: a service counts by key, however many engines use it."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, str], TokenBucket] = {}
        self._lock = threading.Lock()

    def of(self, service: str, key: str, *, rate: float, burst: float) -> TokenBucket:
        """The bucket of this account. Without a key the service tells callers apart by nothing but the service."""
        with self._lock:
            return self._buckets.setdefault((service, key), TokenBucket(rate, burst))
