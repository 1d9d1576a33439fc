"""A true total time limit: one thread shuts down the sockets of calls that outlive their deadline.

requests limits each read only, so a server that drips a byte a second holds a thread for ever. Does not
limit the resolver (guard.py waits for it with a limit of its own).
"""

import contextlib
import heapq
import itertools
import os
import socket
import threading
import time
from collections.abc import Iterator


class Deadline:
    """The moment by which one call must be over, and the sockets it holds."""

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds
        self.done = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._borrowed: socket.socket | None = None

    @property
    def expired(self) -> bool:
        return time.monotonic() >= self.ends

    def remaining(self) -> float:
        return max(0.0, self.ends - time.monotonic())

    def attach(self, sock: socket.socket) -> None:
        """Watch `sock`. A duplicate is kept: TLS takes the original's descriptor away, and a closed number is reused."""
        copy = socket.socket(fileno=os.dup(sock.fileno()))  # TLS sockets refuse dup()
        with self._lock:
            self._sockets.append(copy)
            late = self.done
        if late or self.expired:
            self.cut()

    def borrow(self, sock: socket.socket) -> None:
        """Watch the connection of an earlier call, whose handshake is over: it keeps its descriptor, and knows when it is closed."""
        with self._lock:
            self._borrowed = sock
        if self.expired:
            self.cut()

    def cut(self) -> None:
        """End every transfer of this call, whichever thread is blocked in it."""
        with self._lock:
            for sock in (*self._sockets, *([self._borrowed] if self._borrowed else [])):
                with contextlib.suppress(OSError):  # already closed by the other side
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)  # TLS would have its own ideas of an end

    def release(self) -> None:
        """Forget the sockets: the call is over and its connection may serve the next one."""
        with self._lock:
            self.done = True
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()
            self._borrowed = None


class Watchdog:
    """A heap of deadlines and the thread that waits for the nearest one.

    Once `stop` is set every transfer under way is cut: whoever ends a run does not wait for a slow server.
    """

    GLANCE = 0.2  # seconds between two looks at `stop`

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop
        self._heap: list[tuple[float, int, Deadline]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextlib.contextmanager
    def watch(self, seconds: float) -> Iterator[Deadline]:
        deadline = Deadline(seconds)
        self._add(deadline)
        try:
            yield deadline
        finally:
            deadline.release()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _add(self, deadline: Deadline) -> None:
        with self._changed:
            if self._closed:
                raise RuntimeError("the watchdog is closed")
            heapq.heappush(self._heap, (deadline.ends, next(self._numbers), deadline))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="fetch-watchdog", daemon=True)
                self._thread.start()
            if self._heap[0][2] is deadline:
                self._changed.notify()

    def _run(self) -> None:
        while (deadline := self._next_due()) is not None:
            deadline.cut()

    def _next_due(self) -> Deadline | None:
        with self._changed:
            while not self._closed:
                while self._heap and self._heap[0][2].done:
                    heapq.heappop(self._heap)
                if self._heap and (self._heap[0][2].expired or self._is_stopped()):
                    return heapq.heappop(self._heap)[2]
                self._changed.wait(self._patience())
            return None

    def _is_stopped(self) -> bool:
        return self._stop is not None and self._stop.is_set()

    def _patience(self) -> float | None:
        """Until when nothing can be due."""
        due = self._heap[0][2].remaining() if self._heap else None
        return due if self._stop is None or due is None else min(due, self.GLANCE)
