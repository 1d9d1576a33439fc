"""Calls in parallel: all of them, never too many at once, and an end when one is asked for."""

import threading
from collections.abc import Iterator

import pytest

from pipeline.collect.parallel import Crew


def test_every_row_comes_back_with_its_outcome() -> None:
    """In any order, each once."""
    with Crew(3, "test") as crew:
        found = [
            each
            for some in crew.as_finished(lambda row: row * 2, range(50), stop=threading.Event())
            for each in some
        ]

    assert len(found) == 50
    assert dict(found) == {row: row * 2 for row in range(50)}


def test_no_more_is_begun_than_can_be_held() -> None:
    """While nobody takes outcomes, the rows wait where they are."""
    taken: list[int] = []

    def rows() -> Iterator[int]:
        for row in range(50):
            taken.append(row)
            yield row

    with Crew(3, "test") as crew:
        outcomes = crew.as_finished(str, rows(), ahead=2, stop=threading.Event())
        first = next(outcomes)
        begun = len(taken)
        rest = [each for some in outcomes for each in some]

    assert begun <= 6
    assert len(first) + len(rest) == 50


def test_a_stop_ends_it() -> None:
    """What had not begun is not begun."""
    stop = threading.Event()
    begun: list[int] = []

    def work(row: int) -> None:
        begun.append(row)
        stop.set()

    with Crew(1, "test") as crew:
        list(crew.as_finished(work, range(50), ahead=4, stop=stop))

    assert len(begun) <= 4


def test_a_lull_is_said() -> None:
    """Whoever holds something back for company hears that nothing comes for now."""
    gate = threading.Event()
    with Crew(1, "test") as crew:
        outcomes = crew.as_finished(lambda _row: gate.wait(10), [1], stop=threading.Event(), lull=0.01)
        nothing = next(outcomes)
        gate.set()
        rest = [each for some in outcomes for each in some]

    assert nothing == []
    assert rest == [(1, True)]


def test_an_unexpected_error_is_raised_where_outcomes_are_taken() -> None:
    """A bug stops the run loudly."""
    with Crew(2, "test") as crew, pytest.raises(ZeroDivisionError):
        list(crew.as_finished(lambda row: 1 // row, [1, 0, 1], stop=threading.Event()))


def test_while_calls_wait_more_of_them_run_at_once() -> None:
    """It begins with few threads, and has all of them as soon as those few only wait."""
    gate = threading.Barrier(8, timeout=20)
    with Crew(8, "test") as crew:
        found = [
            each
            for some in crew.as_finished(lambda _row: gate.wait(), range(8), stop=threading.Event())
            for each in some
        ]

    assert sorted(place for _row, place in found) == list(range(8))
