"""A cluster on this machine: workers and schedulers as processes of their own, on a real PostgreSQL."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from benchmarks.loopback import Network
from tests import road
from tests.plugins.small_network import configured

PATIENCE = 240.0  # seconds; a quiet machine needs a twentieth of it, one that is shared by many all the more
_SETTINGS = '[store]\nurl = "{}"\n[cluster]\ntick = 0.2\nquiet = 0.2\nlost = 5.0\n'


def clustered(folder: Path, feeds: Network, url: str, more: str = "") -> Path:
    """A configuration of the small network on a PostgreSQL."""
    return configured(folder, feeds, _SETTINGS.format(url) + more)


def lasting(tree: Mapping[str, str]) -> dict[str, str]:
    """Without what follows the moments of publishing, of which a cluster has many: site maps and search indexes."""
    return {
        path: digest for path, digest in tree.items() if "/sitemap/" not in path and "/pagefind/" not in path
    }


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

    def has_in_hand(self, task: str) -> bool:
        """A task of this kind is at work; one that translates holds translations."""
        held = "EXISTS (SELECT FROM pipeline_translation WHERE claimed_until IS NOT NULL)"
        try:
            (row,) = self.query(
                "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'doing' AND task_name = '"
                f"{task}')" + (f" AND {held}" if task == "translate" else "")
            )
        except psycopg.errors.UndefinedTable:  # not made yet
            return False
        return row == (True,)

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
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.05)
