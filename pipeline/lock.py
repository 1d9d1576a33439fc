"""The one lock that keeps cycles from overlapping, whoever started them. A killed holder leaves it free."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline.config import Config
from pipeline.errors import LockedError


def lock_path(config: Config) -> Path:
    """Beside the SQLite file; with a database server, beside the published tree."""
    if config.store.url.startswith("sqlite:///"):
        return Path(config.store.url.removeprefix("sqlite:///") + ".lock")
    return config.publish.directory.with_name(config.publish.directory.name + ".lock")


@contextmanager
def the_lock(config: Config) -> Iterator[None]:
    """Hold the lock, or raise LockedError saying who does."""
    path = lock_path(config)
    path.parent.mkdir(parents=True, exist_ok=True)
    note = path.with_suffix(".holder")
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise LockedError(f"another run is at work: {_holder(note)}", resource=str(path)) from None
    try:
        holder = {"pid": os.getpid(), "since": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC", "command": sys.argv[1:]}
        note.write_text(json.dumps(holder), encoding="utf-8")
        yield
    finally:
        note.unlink(missing_ok=True)
        lock.release()


def _holder(note: Path) -> str:
    try:
        holder = json.loads(note.read_text(encoding="utf-8"))
        return f"run.py {' '.join(holder['command'])} (process {holder['pid']}, since {holder['since']})"
    except (OSError, ValueError, KeyError):
        return "who holds it is not known; it has only just begun"
