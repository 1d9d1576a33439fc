"""How often something may happen: a bucket that fills up by itself. For threads of one process."""

import threading
import time


class Turnstile:
    """`per_second` on the average, and no more than `at_once` after a quiet time."""

    def __init__(self, per_second: float, at_once: int) -> None:
        self._rate = per_second
        self._most = float(at_once)
        self._left = self._most
        self._at = time.monotonic()
        self._lock = threading.Lock()

    def lets_pass(self) -> bool:
        with self._lock:
            now = time.monotonic()
            self._left = min(self._most, self._left + (now - self._at) * self._rate)
            self._at = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
