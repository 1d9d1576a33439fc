"""When a source is polled next. Pure: the moment is passed in, and the jitter comes from the source's key.

A busy source is polled at the configured interval, a quiet one more rarely; a failing one ever more rarely, but
it is never given up.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

CAP = timedelta(hours=24)  # no source waits longer, whatever it or its failures say
QUIET_CAP = timedelta(hours=2)  # nor does a healthy one: its next entry should be out the same day
WEEK = timedelta(days=7)
JITTER = 0.1  # part of the interval; keeps sources that began together from staying together
_RETRY_FLOOR = timedelta(minutes=1)  # of a failing source whose interval is 0
_MOST_DOUBLINGS = 20  # keeps the power within a float

HARD, SOFT, TEMPORARY = 1.0, 0.5, 0.25
_TEMPORARY_STATUS = frozenset({408, 425, 429, 503})
_SOFT_CODES = frozenset({"refused", "size", "dns"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Poll:
    """What is known of a source after a poll."""

    key: str
    now: datetime
    interval: float = 30.0  # minutes; the shortest, from config.toml
    entries_last_week: int | None = None  # None when not counted: the interval is used as it is
    freshness: float = 2.0  # polls for each entry expected; 0: the interval is used as it is
    stretch: float = 1.0  # how many times longer, as the source's hub tells of news
    failures: float = 0.0  # graded by `grade`, added up since the last success
    max_age: int | None = None  # seconds for which the source calls its answer fresh
    ttl: int | None = None  # seconds, from the feed itself
    retry_after: int | None = None  # seconds


def next_poll(poll: Poll) -> datetime:
    """The moment of the next poll: never before now, never later than CAP."""
    wait = _regular(poll) * _jitter(poll.key)
    if poll.failures == 0:
        wait *= poll.stretch
    else:
        doublings = min(poll.failures, _MOST_DOUBLINGS)
        wait = max(wait, _RETRY_FLOOR) * 2**doublings
    return poll.now + min(max(wait, _asked_for(poll)), CAP)


def _regular(poll: Poll) -> timedelta:
    """So often that each expected entry falls to `freshness` polls."""
    interval = min(timedelta(minutes=poll.interval), CAP)
    if poll.entries_last_week is None or not poll.freshness or not interval:
        return interval
    expected = WEEK / max(1.0, poll.entries_last_week * poll.freshness)
    return max(interval, min(expected, QUIET_CAP))


def _asked_for(poll: Poll) -> timedelta:
    """The longest of what the server and the feed ask for. Retry-After binds even where the rest is short."""
    asked = (poll.max_age, poll.ttl, poll.retry_after)
    return timedelta(seconds=max(0, *(min(seconds or 0, int(CAP.total_seconds())) for seconds in asked)))


def _jitter(key: str) -> float:
    """A factor of 0.9 to 1.1 that is always the same for a source."""
    digest = hashlib.sha256(key.encode()).digest()
    return 1 - JITTER + 2 * JITTER * int.from_bytes(digest[:4]) / 0xFFFFFFFF


def grade(code: str, status: int | None = None) -> float:
    """How much a failure counts: hard ones need a person, temporary ones pass by themselves.

    `code` is FetchError's; a body that could not be read is "read".
    """
    if code == "timeout" or status in _TEMPORARY_STATUS:
        return TEMPORARY
    if code in _SOFT_CODES or (status is not None and status >= 500):
        return SOFT
    return HARD
