"""Calls in parallel: all of them, never too many at once, and an end when one is asked for."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.collect.parallel import as_finished


def test_every_row_comes_back_with_its_outcome() -> None:
    """In any order, each once."""
    with ThreadPoolExecutor(3) as pool:
        found = dict(as_finished(pool, lambda row: row * 2, range(50), ahead=6, stop=threading.Event()))

    assert found == {row: row * 2 for row in range(50)}


def test_no_more_is_begun_than_can_be_held() -> None:
    """While nobody takes outcomes, the rows wait where they are."""
    taken: list[int] = []

    def rows() -> Iterator[int]:
        for row in range(50):
            taken.append(row)
            yield row

    with ThreadPoolExecutor(3) as pool:
        outcomes = as_finished(pool, str, rows(), ahead=6, stop=threading.Event())
        next(outcomes)
        begun = len(taken)
        rest = len(list(outcomes))

    assert begun <= 7
    assert rest == 49


def test_a_stop_ends_it() -> None:
    """What had not begun is not begun."""
    stop = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        found = []
        for row, _outcome in as_finished(pool, str, range(50), ahead=4, stop=stop):
            found.append(row)
            stop.set()

    assert len(found) == 1


def test_an_unexpected_error_is_raised_where_outcomes_are_taken() -> None:
    """A bug stops the run loudly."""
    with ThreadPoolExecutor(2) as pool, pytest.raises(ZeroDivisionError):
        list(as_finished(pool, lambda row: 1 // row, [1, 0, 1], ahead=4, stop=threading.Event()))
