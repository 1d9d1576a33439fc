"""A cluster on this machine: workers and schedulers as processes of their own, on a real PostgreSQL."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import road

PATIENCE = 90.0  # seconds; nothing here takes a fifth of it


class Cluster:
    def __init__(self, config: Path, url: str) -> None:
        self.config = config
        self._url = url
        self._processes: list[subprocess.Popen[bytes]] = []
        self._logs = config.parent / "cluster.log"

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self._logs.open("ab") as log:
            process = subprocess.Popen(
                road.command(*arguments, "--config", str(self.config)), stderr=log, env=road.environment()
            )
        self._processes.append(process)
        return process

    def stop(self) -> list[int]:
        """End all as systemd would; how each ended."""
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        return [process.wait(PATIENCE) for process in self._processes]

    def query(self, text: str) -> list[tuple[object, ...]]:
        with psycopg.connect(self._url) as connection:
            return connection.execute(text).fetchall()

    def is_idle(self) -> bool:
        """Nothing is due, no task waits and none is at work."""
        try:
            (row,) = self.query(
                """SELECT (SELECT COUNT(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing'))
                + (SELECT COUNT(*) FROM pipeline_source WHERE next_poll IS NULL)
                + (SELECT COUNT(*) FROM pipeline_entry WHERE NOT planned OR release_due)
                + (SELECT COUNT(*) FROM pipeline_translation WHERE release_due)
                + (SELECT COUNT(*) FROM pipeline_translation WHERE state = 'waiting' AND reason = '')
                + (SELECT COUNT(*) FROM pipeline_release WHERE dirty)
                + (SELECT COUNT(*) = 0 FROM pipeline_entry)::int"""
            )
        except psycopg.errors.UndefinedTable:  # not made yet
            return False
        return row == (0,)

    def log(self) -> str:
        return self._logs.read_text(encoding="utf-8")


@contextmanager
def cluster(config: Path, url: str) -> Iterator[Cluster]:
    """A cluster without members; whoever is left at the end is killed."""
    found = Cluster(config, url)
    try:
        yield found
    finally:
        for process in found._processes:
            if process.poll() is None:
                os.kill(process.pid, signal.SIGKILL)
                process.wait()


def await_that(condition: Callable[[], bool], what: Callable[[], str]) -> None:
    """Wait until it holds, twice in a row."""
    end = time.monotonic() + PATIENCE
    held = 0
    while held < 2:
        assert time.monotonic() < end, what()
        held = held + 1 if condition() else 0
        time.sleep(0.3)
