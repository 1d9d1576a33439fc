"""When a time in the store has come: also where it lies so far ahead that another clock must have written it.

A machine whose clock once stood years ahead leaves such times behind; nothing may sleep until then.
"""

from datetime import datetime, timedelta

from django.db.models import Q

FARTHEST = timedelta(hours=25)  # an hour more than the longest wait for a poll, an engine or another try


def has_come(column: str, now: datetime, farthest: timedelta = FARTHEST) -> Q:
    """Rows whose wait is over, or longer than `farthest`, which nobody ever asks for."""
    return Q(**{f"{column}__lte": now}) | Q(**{f"{column}__gt": now + farthest})


def is_ahead(column: str, now: datetime, farthest: timedelta = FARTHEST) -> Q:
    """Rows that still wait, within reason."""
    return Q(**{f"{column}__gt": now, f"{column}__lte": now + farthest})
