"""The watchdog: sockets of late calls are shut down, those of finished calls are left alone."""

import socket
import time

import pytest

from pipeline.collect.watchdog import Watchdog


def test_a_late_call_is_cut_on_time() -> None:
    """A blocked read ends within a few hundredths of a second of the deadline."""
    watchdog = Watchdog()
    ours, theirs = socket.socketpair()
    with ours, theirs, watchdog.watch(0.2) as deadline:
        deadline.attach(ours)
        started = time.monotonic()
        received = ours.recv(1)
        elapsed = time.monotonic() - started
    watchdog.close()

    assert received == b""
    assert 0.15 < elapsed < 0.4


def test_the_nearest_deadline_comes_first() -> None:
    """A short call that begins after a long one is still cut in time."""
    watchdog = Watchdog()
    ours, theirs = socket.socketpair()
    with ours, theirs, watchdog.watch(60), watchdog.watch(0.1) as deadline:
        deadline.attach(ours)
        started = time.monotonic()
        ours.recv(1)
        elapsed = time.monotonic() - started
    watchdog.close()

    assert elapsed < 0.4


def test_a_finished_call_keeps_its_connection() -> None:
    """A connection that went back to the pool outlives the deadline of the call that used it."""
    watchdog = Watchdog()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with watchdog.watch(0.05) as deadline:
            deadline.attach(ours)
        time.sleep(0.15)
        theirs.sendall(b"x")
        received = ours.recv(1)
    watchdog.close()

    assert received == b"x"


def test_a_socket_attached_too_late_is_cut_at_once() -> None:
    """A connection that was made only after the deadline does not escape it."""
    watchdog = Watchdog()
    ours, theirs = socket.socketpair()
    with ours, theirs, watchdog.watch(0.0) as deadline:
        time.sleep(0.05)
        deadline.attach(ours)
        received = ours.recv(1)
    watchdog.close()

    assert received == b""


def test_a_closed_watchdog_watches_nothing_more() -> None:
    """Using a fetcher after its end is a mistake that is told."""
    watchdog = Watchdog()
    watchdog.close()

    with pytest.raises(RuntimeError), watchdog.watch(1):
        pass
