"""Asks the sources' hubs to tell us of news, and to go on when a lease runs out. Polling stays the net.

    hubs that sources name | asked, through the guard | verified by their call (callback.py)

A question is written down before it is asked: a hub may verify before its answer comes.
"""

import secrets
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.hubs import Offer
from pipeline.collect.parallel import Crew
from pipeline.config import Config
from pipeline.errors import FetchError
from pipeline.models import Subscription

_TAKEN = frozenset({200, 202, 204})
_TO_VERIFY = timedelta(hours=1)  # a question that is not verified by then is asked again
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=30), timedelta(days=7)
_LONGEST_WAIT = int(_LONGEST_PAUSE.total_seconds())
_GOODBYES = 3  # times a hub is asked to let go

Fetch = Callable[[FetchRequest], FetchResult]


def note_offers(offers: Mapping[str, Offer | None]) -> None:
    """What each source names now: a hub, or none any more."""
    now = datetime.now(UTC)
    for key, offer in offers.items():
        if offer is not None:
            token, secret = secrets.token_urlsafe(24), secrets.token_urlsafe(32)
            Subscription.objects.offered(key, offer.hub, offer.topic, token=token, secret=secret, now=now)
    if silent := Subscription.objects.keys().intersection(
        key for key, offer in offers.items() if offer is None
    ):
        Subscription.objects.leave(silent, now)


def run(
    config: Config, fetch: Fetch, crew: Crew, stop: threading.Event, only: Collection[str] | None = None
) -> None:
    """Ask what is due. `only` names the sources that a worker of a cluster looks after."""
    now = datetime.now(UTC)
    gone = Subscription.objects.keys() - {source.key for source in config.enabled_sources}
    Subscription.objects.leave(gone, now)
    wanted = None if only is None else {*only, *gone}
    due = [row for row in Subscription.objects.due(config.websub.callback, now, wanted) if not _is_over(row)]
    for row in due:
        row.callback = (row.is_leaving and row.callback) or config.websub.callback
        Subscription.objects.asking(row, row.callback, now, now + max(_TO_VERIFY, _pause(row)))

    def ask(row: Subscription) -> FetchError | None:
        return _ask(config, fetch, row)

    for some in crew.as_finished(ask, due, stop=stop):
        for row, error in some:
            if error is not None:
                wait = max(_pause(row), timedelta(seconds=min(error.retry_after or 0, _LONGEST_WAIT)))
                Subscription.objects.refused(row, error.message, datetime.now(UTC) + wait)


def _is_over(row: Subscription) -> bool:
    """A hub that does not let go forgets us when its lease runs out."""
    if row.is_leaving and row.attempts >= _GOODBYES:
        Subscription.objects.give_up(row)
        return True
    return False


def _pause(row: Subscription) -> timedelta:
    doublings: int = 2 ** min(row.attempts, 12)
    return min(_FIRST_PAUSE * doublings, _LONGEST_PAUSE)


def _ask(config: Config, fetch: Fetch, row: Subscription) -> FetchError | None:
    """For a thread of the pool."""
    form = {
        "hub.callback": f"{row.callback}/{row.token}",
        "hub.mode": "unsubscribe" if row.is_leaving else "subscribe",
        "hub.topic": row.topic,
        "hub.lease_seconds": str(int(config.websub.lease * 3600)),
        "hub.secret": row.secret,
    }
    request = FetchRequest(
        url=row.hub,
        resource=row.source_id,
        accept="*/*",
        method="POST",
        body=urlencode(form).encode(),
        content_type="application/x-www-form-urlencoded",
        first_bytes=4_096,
        robots=False,  # not a page: the hub is there to be asked
        accepted=_TAKEN,
    )
    try:
        fetch(request)
    except FetchError as error:
        return error
    return None
