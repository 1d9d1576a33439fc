"""Fetches the pictures that entries show, so that pages ask no other host for them ([publish] pictures = "copy").

    what new texts show | due ones, newest first | fetch (parallel) | make small | store

A picture that cannot be had never keeps a text back: pages name it by a link until it comes. The addresses are what
strangers wrote, so they take the same guarded, polite way as everything else.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, datetime

import structlog
from django.db import transaction

from pipeline.collect.articles import host_of
from pipeline.collect.call import FetchRequest
from pipeline.collect.gather import Fetch
from pipeline.collect.parallel import Crew
from pipeline.collect.politeness import in_turns
from pipeline.collect.scaler import CostlyPictureError, Scaler
from pipeline.errors import CollectError, FetchError, ReadError
from pipeline.models import Entry, Picture, Revision
from pipeline.pictured import addresses
from pipeline.summary import SourceLine
from pipeline.wakeups import PUBLISH, announce

_log = structlog.get_logger("collect")
PER_SOURCE = 20  # in one run
_PATIENCE = 60.0  # seconds of a run after which none is asked for any more
_ACCEPT = "image/avif, image/webp, image/jpeg, image/png, image/gif, */*;q=0.1"
_LAST_CODES = frozenset(
    {"blocked", "held", "dns", "refused", "tls", "timeout"}
)  # the next would fare no better
_NEVER_CODES = frozenset({"robots", "forbidden"})
_GONE = frozenset({404, 410})

_Answer = bytes | FetchError | None  # None: it was not asked for


def note(texts: Iterable[tuple[Entry, Revision]], now: datetime) -> None:
    """Want what these show. The caller holds the transaction that stores them."""
    wanted: dict[int, list[str]] = {}
    sources: dict[int, str] = {}
    for entry, text in texts:
        if urls := list(addresses(text.image, text.summary, text.content)):
            wanted[entry.pk], sources[entry.pk] = urls, entry.source_id
    if wanted:
        Picture.objects.want(wanted, sources, now)


def run(
    fetch: Fetch,
    crew: Crew,
    stop: threading.Event,
    lines: dict[str, SourceLine],
    only: Collection[str] | None,
) -> None:
    """Fetch what is due of these sources' pictures, or of all; count it in their lines."""
    rows = [row for row in Picture.objects.due(only, datetime.now(UTC), PER_SOURCE) if row.source_id in lines]
    rows = in_turns(rows, lambda row: host_of(row.url))
    costly: set[str] = (
        set()
    )  # sources of pictures that used up their time: the rest of theirs waits for another run
    with Scaler() as scaler:
        # One for each thread, and no more: every one that waits to be made small holds its whole file.
        for found in crew.as_finished(_Asker(fetch, stop), rows, stop=stop, ahead=1):
            for row, answer in found:
                if answer is None or row.source_id in costly:
                    continue
                try:
                    _settle(row, answer, lines[row.source_id], scaler)
                except CostlyPictureError as error:
                    costly.add(row.source_id)
                    _failed(row, error, lines[row.source_id], for_good=True)
    for line in lines.values():
        if line.pictures_failed:
            word = "picture" if line.pictures_failed == 1 else "pictures"
            note = f"{line.pictures_failed} {word} could not be copied"
            line.note = "; ".join(filter(None, (line.note, note)))


class _Asker:
    """For the threads of the pool: it has no store. A host that fails is left alone for the rest of the run."""

    def __init__(
        self, fetch: Fetch, stop: threading.Event, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._stop = stop
        self._clock = clock
        self._until = clock() + _PATIENCE
        self._silent: set[str] = set()

    def __call__(self, row: Picture) -> _Answer:
        host = host_of(row.url)
        if self._stop.is_set() or host in self._silent or self._clock() > self._until:
            return None
        try:
            return self._fetch(FetchRequest(url=row.url, resource=row.source_id, accept=_ACCEPT)).body
        except FetchError as error:
            if error.code in _LAST_CODES or error.retry_after:
                self._silent.add(host)
            return error


def _settle(row: Picture, answer: bytes | FetchError, line: SourceLine, scaler: Scaler) -> None:
    """Raises CostlyPictureError."""
    try:
        if isinstance(answer, FetchError):
            raise answer
        copy = scaler.scaled(answer)
    except CostlyPictureError:
        raise
    except (FetchError, ReadError) as error:
        gone = isinstance(error, FetchError) and (error.code in _NEVER_CODES or error.status in _GONE)
        if not (isinstance(error, FetchError) and error.code == "held"):
            _failed(row, error, line, for_good=gone)
        return
    if copy is None:
        row.nothing()
        return
    with transaction.atomic():
        row.copied(copy)
        announce(PUBLISH)
    line.pictures += 1


def _failed(row: Picture, error: CollectError, line: SourceLine, *, for_good: bool) -> None:
    row.failed(error.message, datetime.now(UTC), for_good=for_good)
    line.pictures_failed += 1
    _log.info("picture not copied", source=row.source_id, url=row.url, why=error.message)
