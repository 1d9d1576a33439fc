"""Prune: what is past its time by the policy of [keep] leaves the store, a little at a time.

Small steps, each its own transaction: editors and cycles are never kept waiting, and a run that is cut
off has done a part of the work and nothing by half.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from pipeline.config import Config
from pipeline.models import StoreFact, upkeep

PRUNED = "pruned"  # the fact that tells when it was last done
_STEP = 500  # rows a transaction
_PAGES = 2_000  # of the word index, some seconds at most
_FORWARD = timedelta(
    days=30
)  # at most, from one prune to the next: a clock that stands ahead must not empty the store
_log = structlog.get_logger("prune")


def prune(config: Config, now: datetime | None = None) -> Counter[str]:
    """How many rows left, by what they were."""
    now = _believable(now or datetime.now(UTC))
    gone = Counter[str]()
    if config.keep.entries:
        gone["entries"] = _entries(config, now)
    if config.keep.revisions:
        before = now - timedelta(days=config.keep.revisions)
        gone["revisions"] = _in_steps(lambda: upkeep.former_revisions(before, _STEP), upkeep.remove_revisions)
    if config.keep.records:
        for name, rows in upkeep.old_records(now - timedelta(days=config.keep.records)).items():
            gone[name] = rows.delete()[0]
    gone["pictures"] = _in_steps(lambda: upkeep.idle_pictures(_STEP), upkeep.remove_pictures)
    gone["sessions"] = Session.objects.filter(expire_date__lt=now).delete()[0]
    _tidy()
    return gone


def _believable(now: datetime) -> datetime:
    """Now, or where the clock jumped since the last prune, a month after that one."""
    last = StoreFact.objects.read(PRUNED)
    latest = datetime.fromisoformat(last) + _FORWARD if last else now
    if latest < now:
        _log.warning(
            "the last prune was long ago, or the clock stands ahead: this one goes a month on and no further",
            clock=f"{now:%Y-%m-%d}",
            taken=f"{latest:%Y-%m-%d}",
        )
    taken = min(now, latest)
    StoreFact.objects.write(PRUNED, taken.isoformat())
    return taken


def _entries(config: Config, now: datetime) -> int:
    before = now - timedelta(days=config.keep.entries)
    cutoff = StoreFact.objects.read("kept_since") if config.publish.keep_days else None
    left_before = datetime.fromisoformat(cutoff) if cutoff else None
    return _in_steps(lambda: upkeep.past_entries(before, left_before, _STEP), upkeep.remove_entries)


def _in_steps(find: Callable[[], Sequence[int]], remove: Callable[[Sequence[int]], None]) -> int:
    count = 0
    while ids := find():
        with transaction.atomic():
            remove(ids)
        count += len(ids)
    return count


def _tidy() -> None:
    """Let the database bring its statistics and its files up to date."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # The memory's word index grows in pieces; a bounded number of pages is put together each night.
            cursor.execute("INSERT INTO memory_words (memory_words, rank) VALUES ('merge', %s)", [_PAGES])
            cursor.execute("PRAGMA optimize")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute("ANALYZE")
