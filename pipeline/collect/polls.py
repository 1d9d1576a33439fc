"""What a poll leaves on its source: validators, failures, and when to come back.

Outcomes are noted one by one and saved many at a time, always after the entries: should the run die between,
the source is merely asked again with its old validators, and finds its entries unchanged.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from pipeline.collect.call import FetchResult
from pipeline.collect.politeness import LONGEST_HOLD
from pipeline.collect.timing import WEEK, Poll, grade, next_poll
from pipeline.config import Fetch
from pipeline.config import Source as SourceConfig
from pipeline.errors import CollectError, FetchError
from pipeline.models import Entry, Source

MOVED_AFTER = 3  # permanent redirects to the same place before we go there at once
_BATCH = 200  # sources saved together
_OF_PAGES = frozenset({"reading"})  # columns that only reading changes
_OF_BODIES = frozenset(
    {"etag", "last_modified", "body_hash", "ttl"}
)  # and those that only an answer with a body does
_TTL = re.compile(rb"<ttl>\s*([0-9]{1,6})\s*</ttl>")  # minutes, in RSS
_HEAD = 16 * 1024  # bytes; channels say it before their entries


class Outcome(Protocol):
    """What a poll that succeeded gave."""

    @property
    def answer(self) -> FetchResult: ...

    @property
    def found(self) -> object | None:
        """None where nothing was read."""

    @property
    def body_hash(self) -> str: ...

    @property
    def ttl(self) -> int | None: ...


class Polls:
    """The outcomes of one run. A context manager: leaving it saves the rest."""

    def __init__(self, fetch: Fetch, stretched: Mapping[str, float] | None = None) -> None:
        """`stretched`: sources whose hubs tell of news, and how many times longer they are left alone."""
        self._fetch = fetch
        self._stretched = stretched or {}
        self._noted: list[tuple[Source, Poll | None, frozenset[str]]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.save()

    def success(self, row: Source, recipe: SourceConfig, outcome: Outcome, *, read_as: str) -> None:
        """Remember the validators. `read_as` names the recipe the body was read with."""
        now, answer = datetime.now(UTC), outcome.answer
        full = answer.status != 304
        if full:
            row.etag, row.last_modified, row.body_hash = answer.etag, answer.last_modified, outcome.body_hash
            row.ttl = outcome.ttl
        row.recipe_hash = read_as
        row.polls_since_full = 0 if full else row.polls_since_full + 1
        _note_move(row, answer.permanent_url)
        row.last_attempt = row.last_success = now
        row.failures, row.error, row.error_code, row.held_until = 0, "", "", None
        unread = _OF_PAGES if outcome.found is None else frozenset()
        as_it_was = unread if full else unread | _OF_BODIES
        self._note(row, self._poll(row, recipe, now, max_age=answer.max_age), as_it_was)

    def failure(self, row: Source, recipe: SourceConfig, error: CollectError) -> None:
        """Remember why, and come back later and later, but always."""
        now = datetime.now(UTC)
        code, status, wait = _facts(error)
        row.held_until = now + timedelta(seconds=wait) if wait else None
        if code == "held":  # nothing was asked, so nothing failed
            row.next_poll = row.held_until or row.next_poll
            self._note(row, None, _OF_PAGES | _OF_BODIES)
            return
        row.failures += grade(code, status)
        row.error, row.error_code, row.last_attempt = str(error), code, now
        row.moved_seen = 0  # should the new place be the fault, the configured one is asked again
        self._note(row, self._poll(row, recipe, now, retry_after=wait), _OF_BODIES)

    def save(self) -> None:
        """Plan the next polls by what each source published last week, and save the rows."""
        noted, self._noted = self._noted, []
        if not noted:
            return
        week = Entry.objects.counts([row.key for row, _poll, _same in noted], datetime.now(UTC) - WEEK)
        alike: dict[frozenset[str], list[Source]] = {}
        for row, poll, as_it_was in noted:
            if poll is not None:
                row.next_poll = next_poll(replace(poll, entries_last_week=week.get(row.key, 0)))
            alike.setdefault(as_it_was, []).append(row)
        for as_it_was, rows in alike.items():
            Source.objects.keep(rows, but=as_it_was)

    def _poll(
        self,
        row: Source,
        recipe: SourceConfig,
        now: datetime,
        *,
        max_age: int | None = None,
        retry_after: int | None = None,
    ) -> Poll:
        own = recipe.interval  # set for one source, it is meant as it stands
        return Poll(
            key=row.key,
            now=now,
            interval=self._fetch.interval if own is None else own,
            freshness=self._fetch.freshness if own is None else 0.0,
            stretch=self._stretched.get(row.key, 1.0),
            failures=row.failures,
            ttl=row.ttl,
            max_age=max_age,
            retry_after=retry_after,
        )

    def _note(self, row: Source, poll: Poll | None, as_it_was: frozenset[str]) -> None:
        """`as_it_was`: columns that need not be written."""
        self._noted.append((row, poll, as_it_was))
        if len(self._noted) >= _BATCH:
            self.save()


def feed_ttl(body: bytes) -> int | None:
    """The seconds between two polls that an RSS feed asks for."""
    found = _TTL.search(body, 0, _HEAD)
    return int(found[1]) * 60 if found else None


def _note_move(row: Source, target: str) -> None:
    if not target:
        return
    row.moved_seen = row.moved_seen + 1 if target == row.moved_to else 1
    row.moved_to = target


def _facts(error: CollectError) -> tuple[str, int | None, int | None]:
    """The code, the status and the seconds to wait."""
    if isinstance(error, FetchError):
        return error.code, error.status, min(error.retry_after or 0, LONGEST_HOLD) or None
    return "read", None, None
