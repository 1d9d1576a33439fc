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


def holders(config: Config) -> dict[str, str]:
    """Who holds which lock now, in words; a lock is free where nobody is named."""
    path = lock_path(config)
    found = {}
    for name, lock in (("run", path), ("daemon", path.with_suffix(".serve.lock"))):
        note = lock.with_suffix(".holder")
        if note.exists() and _lives(note):
            found[name] = _holder(note)
    return found


def _lives(note: Path) -> bool:
    """Whether the process that wrote the note is there still; the lock of a killed one is free, whatever the note says."""
    try:
        os.kill(json.loads(note.read_text(encoding="utf-8"))["pid"], 0)
    except (OSError, ValueError, KeyError, TypeError) as error:
        return isinstance(error, PermissionError)  # another account's process
    return True


@contextmanager
def _held(path: Path, taken: str) -> Iterator[None]:
    note = path.with_suffix(".holder")
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise LockedError(
            f"{taken}: {_holder(note)}; wait for its end, or end it", resource=str(path)
        ) from None
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
