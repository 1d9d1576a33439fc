"""Outcomes of many calls as they come, with no more begun than can be held: whoever takes them sets the pace."""

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

AHEAD = 4  # calls begun or waiting to be taken, for each thread; an outcome may hold a whole answer

_Row = TypeVar("_Row")
_Outcome = TypeVar("_Outcome")


def as_finished(
    pool: Executor,
    call: Callable[[_Row], _Outcome],
    rows: Iterable[_Row],
    *,
    ahead: int,
    stop: threading.Event,
) -> Iterator[tuple[_Row, _Outcome]]:
    """Each row with what `call` made of it. A stop, or an unexpected error, cancels what has not begun."""
    waiting = iter(rows)
    running: dict[Future[_Outcome], _Row] = {}
    finished: SimpleQueue[Future[_Outcome]] = SimpleQueue()
    try:
        while not stop.is_set():
            for row in islice(waiting, ahead - len(running)):
                future = pool.submit(call, row)
                running[future] = row
                future.add_done_callback(finished.put)
            if not running:
                return
            future = finished.get()
            if not stop.is_set():
                yield running.pop(future), future.result()
    finally:
        for future in running:
            future.cancel()
