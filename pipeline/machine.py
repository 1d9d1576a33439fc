"""What a run needs of the machine: room and rights where it writes, and a clock that is right; and what it gives back."""

import contextlib
import ctypes
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median

from pipeline.config import Config

ROOM_NEEDED = 500 * 1024 * 1024  # bytes; below it a night's work may not fit
CLOCK_TOLERANCE = timedelta(minutes=2)  # servers' clocks differ by seconds


def give_back_memory() -> None:
    """Freed pages, which glibc keeps otherwise: some 20 MB in a process that ran 200 cycles."""
    with contextlib.suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """`fault` says what is wrong and what to do; empty where nothing is."""

    name: str
    folder: Path
    free: int  # bytes
    fault: str


def places(config: Config) -> Iterator[Place]:
    """Every folder that a run writes into."""
    wanted = {"publish directory": config.publish.directory, "weights": config.engines.models}
    if config.store.url.startswith("sqlite:///"):
        wanted = {"store's folder": Path(config.store.url.removeprefix("sqlite:///")).parent} | wanted
    if config.keep.backups:
        wanted["backups"] = config.keep.directory
    if config.watch.textfile:
        wanted["metrics file"] = config.watch.textfile.parent
    for name, path in wanted.items():
        folder = _standing(path)
        free = shutil.disk_usage(folder).free
        yield Place(name=name, folder=folder, free=free, fault=_fault(folder, free))


def _fault(folder: Path, free: int) -> str:
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return f"{folder} lies on a disk that is mounted read-only; mount it for writing (after a disk error: look at dmesg first)"
    if not os.access(folder, os.W_OK | os.X_OK):
        return f"{folder} may not be written by this account; mend its owner or its rights"
    if free < ROOM_NEEDED:
        return f"{free // 2**20} MB left under {folder}, less than the {ROOM_NEEDED // 2**20} MB that are safe; make room"
    return ""


def _standing(path: Path) -> Path:
    """The nearest folder above that exists."""
    return path if path.is_dir() else _standing(path.parent)


def clock_fault(now: datetime, offsets: Sequence[timedelta], last_run: datetime | None) -> str:
    """By what other machines said the time is (`offsets`: ours minus theirs), else by what stands in the store."""
    by = timedelta(seconds=median(each.total_seconds() for each in offsets)) if offsets else timedelta()
    if abs(by) > CLOCK_TOLERANCE:
        direction = "ahead of" if by > timedelta() else "behind"
        return (
            f"it says {now:%Y-%m-%d %H:%M} UTC, {_length(abs(by))} {direction} the clocks of {len(offsets)} site(s); "
            "set it right (timedatectl set-ntp true)"
        )
    if not offsets and last_run is not None and last_run > now + CLOCK_TOLERANCE:
        return (
            f"it says {now:%Y-%m-%d %H:%M} UTC, but a run ended at {last_run:%Y-%m-%d %H:%M} UTC; "
            "set it right (timedatectl set-ntp true)"
        )
    return ""


def _length(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    if minutes < 120:
        return f"{minutes} minutes"
    return f"{minutes // 60} hours" if minutes < 72 * 60 else f"{minutes // 1440} days"
