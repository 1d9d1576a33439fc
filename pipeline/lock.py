"""The locks: one keeps cycles from overlapping, whoever started them; one keeps a second daemon away.

A killed holder leaves them free: the system takes back what a dead process had locked.
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.config import Config
from pipeline.errors import LockedError, StoreError
from pipeline.remedies import remedy


def lock_path(config: Config) -> Path:
    """Beside the SQLite file; with a database server, beside the published tree."""
    if config.store.url.startswith("sqlite:///"):
        return Path(config.store.url.removeprefix("sqlite:///") + ".lock")
    return config.publish.directory.with_name(config.publish.directory.name + ".lock")


@contextmanager
def the_lock(config: Config) -> Iterator[None]:
    """Hold the cycle's lock, or raise LockedError saying who does."""
    with _held(lock_path(config), "another run is at work"):
        yield


@contextmanager
def daemon_lock(config: Config) -> Iterator[None]:
    """Held as long as `serve` lives, between its cycles too; a run of cron's may come in between."""
    with _held(lock_path(config).with_suffix(".serve.lock"), "another daemon serves this store"):
        yield


@contextmanager
def _held(path: Path, taken: str) -> Iterator[None]:
    note = path.with_suffix(".holder")
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise LockedError(f"{taken}: {_holder(note)}", resource=str(path)) from None
    except OSError as error:
        raise StoreError(f"cannot be locked: {remedy(error)}", resource=str(path)) from error
    try:
        holder = {
            "pid": os.getpid(),
            "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
            "command": sys.argv[1:],
        }
        note.write_text(json.dumps(holder), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        holder = json.loads(note.read_text(encoding="utf-8"))
        return f"run.py {' '.join(holder['command'])} (process {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "who holds it is not known; it has only just begun"
