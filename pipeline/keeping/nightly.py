"""The work of the night: a backup where backups are wanted, then prune, which alone cannot be undone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.config import Config
from pipeline.keeping.backup import Copied, backup
from pipeline.keeping.prune import prune
from pipeline.models import StoreFact

Advance = Callable[[int, int], None]
_DAY = timedelta(days=1)


def is_due(last: str | None, hour: int, now: datetime) -> bool:
    """Whether the hour has come since it was last done: who was off at that hour makes up for it.

    What was never done has nothing to make up for, and waits for its hour.
    """
    if last is None:
        return now.hour == hour
    come = now.replace(hour=hour, minute=0, second=0, microsecond=0)
    come -= _DAY if come > now else timedelta()
    # Done in days to come, under a clock that stood ahead, it is not done.
    return not come <= datetime.fromisoformat(last) < now + _DAY


def was_missed(fact: str, hour: int, now: datetime) -> bool:
    """Called when `serve` begins: what the fact tells of (PRUNED, NOTICED) was not done since its last hour."""
    last = StoreFact.objects.read(fact)
    return last is not None and is_due(last, hour, now)


def run(config: Config) -> None:
    """A backup that fails is named by its error, and nothing is pruned that is not backed up."""
    if config.keep.backups:
        dated_backup(config)
    prune(config)


def dated_backup(config: Config, *, progress: Advance = lambda _d, _t: None) -> Copied:
    """A backup in [keep] directory, named by its time; the oldest of too many go."""
    file = config.keep.directory / f"newswire-{datetime.now(UTC):%Y-%m-%d-%H%M%S}.db"
    copied = backup(config, file, progress=progress)
    _rotate(config.keep.directory, config.keep.backups)
    return copied


def _rotate(folder: Path, kept: int) -> None:
    """The oldest of our own dated files go; 0 keeps all."""
    for file in sorted(folder.glob("newswire-????-??-??-??????.db"))[: -kept or None] if kept else ():
        file.unlink()
