"""Outcomes of many calls as they come, with no more begun than can be held: whoever takes them sets the pace.

Threads with two queues and not an executor: its futures cost as much as a poll that finds nothing new. And only as
many threads as have something to wait for: where answers come at once, more of them merely fight for the interpreter,
which costs half as much again.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Self, TypeVar

_FIRST = 2  # threads; doubled as long as the process mostly waits
_GLANCE = 0.002  # seconds without an outcome, after which that is looked at
_BUSY = 0.5  # of a processor
AHEAD = 4  # calls begun or waiting to be taken, for each thread; an outcome may hold a whole answer

_Row = TypeVar("_Row")
_Outcome = TypeVar("_Outcome")


class Crew:
    """Threads that wait for calls. A context manager: leaving it waits for the calls under way."""

    def __init__(self, threads: int, name: str) -> None:
        self._size = threads
        self._wanted = min(_FIRST, threads)
        self._clocks = time.perf_counter(), time.process_time()
        self._name = name
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._forget()
        for _thread in self._threads:
            self._calls.put(None)
        for thread in self._threads:
            thread.join()

    def as_finished(
        self,
        call: Callable[[_Row], _Outcome],
        rows: Iterable[_Row],
        *,
        stop: threading.Event,
        ahead: int = AHEAD,
        lull: float = 0.5,
    ) -> Iterator[list[tuple[_Row, _Outcome]]]:
        """Each row with what `call` made of it, as many at a time as are there; none when for `lull` seconds none came.

        A stop, or an unexpected error, cancels what has not begun.
        """
        waiting, running = iter(rows), 0
        finished: SimpleQueue[tuple[_Row, Any, BaseException | None]] = SimpleQueue()
        try:
            while not stop.is_set():
                for row in islice(waiting, ahead * self._size - running):
                    running += 1
                    self._start(call, row, finished)
                if not running:
                    return
                growing = self._wanted < self._size
                found = _taken(finished, min(lull, _GLANCE) if growing else lull)
                running -= len(found)
                if growing and not found:
                    self._grow_if_idle()
                elif not stop.is_set():
                    yield found
        finally:
            self._forget()

    def _start(self, call: Callable[[_Row], Any], row: _Row, finished: "SimpleQueue[Any]") -> None:
        def work() -> None:
            try:
                finished.put((row, call(row), None))
            except BaseException as error:  # noqa: BLE001 - raised where the outcomes are taken
                finished.put((row, None, error))

        self._calls.put(work)
        self._man()

    def _man(self) -> None:
        while len(self._threads) < self._wanted:
            self._threads.append(threading.Thread(target=self._work, name=self._name))
            self._threads[-1].start()

    def _grow_if_idle(self) -> None:
        """Twice as many threads, unless those there are keep a processor busy already."""
        before, self._clocks = self._clocks, (time.perf_counter(), time.process_time())
        wall, cpu = (now - then for now, then in zip(self._clocks, before, strict=True))
        if cpu < _BUSY * wall:
            self._wanted = min(2 * self._wanted, self._size)
            self._man()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call()

    def _forget(self) -> None:
        with contextlib.suppress(Empty):
            while True:
                self._calls.get_nowait()


def _taken(
    finished: "SimpleQueue[tuple[_Row, Any, BaseException | None]]", lull: float
) -> list[tuple[_Row, Any]]:
    """The next outcome, waited for a while, and those that are there besides."""
    found: list[tuple[_Row, Any, BaseException | None]] = []
    with contextlib.suppress(Empty):
        found.append(finished.get(timeout=lull))
        while True:
            found.append(finished.get_nowait())
    for _row, _outcome, error in found:
        if error is not None:
            raise error
    return [(row, outcome) for row, outcome, _error in found]
