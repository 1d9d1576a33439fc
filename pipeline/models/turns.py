"""What is at work, so that two processes on one PostgreSQL do not do the same at the same time.

Advisory locks of the database's sessions: whoever is killed leaves none behind, and nothing is written. On SQLite
nobody else is at work (the cycle's lock), so there is nothing to hold.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from hashlib import blake2b

from django.db import OperationalError, connection

MOST = 100  # locks for one call: a server has room for some 6,400 by default, all its sessions together
PATIENCE = 60.0  # seconds for what another is at; then it is done twice rather than not at all
_PAUSE = 0.1
_NO_ROOM = "53200"  # PostgreSQL's state for a full table of locks


def are_needed() -> bool:
    return connection.vendor == "postgresql"


def key(text: str) -> int:
    """The number that PostgreSQL locks: 64 bits with a sign."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)


@contextmanager
def taken(keys: Collection[int]) -> Iterator[Collection[int]]:
    """Those of the keys that no other process holds; they are held meanwhile.

    All of them, and none held, where the server has no room for more locks.
    """
    try:
        mine = _take(keys)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _NO_ROOM:
            raise
        _give_back(keys)
        yield keys
        return
    try:
        yield mine
    finally:
        _give_back(mine)


def wait(keys: Collection[int], patience: float = PATIENCE) -> None:
    """Until nobody holds any of these, or so many seconds."""
    end = time.monotonic() + patience
    left = set(keys)
    while left and time.monotonic() < end:
        time.sleep(_PAUSE)
        free = _take(left)
        _give_back(free)
        left -= free


def _take(keys: Collection[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key FROM unnest(%s::bigint[]) AS key WHERE pg_try_advisory_lock(key)", [list(keys)]
        )
        return {number for (number,) in cursor.fetchall()}


def _give_back(keys: Collection[int]) -> None:
    if keys:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(key) FROM unnest(%s::bigint[]) AS key", [list(keys)])
