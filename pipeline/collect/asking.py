"""One poll of one source, without a store: for a thread of the pool.

The request with what the last answer left, the fetch, and what is new in the answer, read and clean.
"""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pipeline.collect import sieve
from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.gather import Gathered, Visit, first_request, gather
from pipeline.collect.hubs import Offer, offered
from pipeline.collect.polls import MOVED_AFTER, feed_ttl
from pipeline.collect.reading import Reading
from pipeline.collect.stumbles import contained
from pipeline.config import Source as SourceConfig
from pipeline.errors import CollectError
from pipeline.models import Source

FULL_EVERY = 24  # polls: some servers answer 304 for ever; now and then we ask without validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A source whose turn has come: what it is, and what is remembered of it."""

    recipe: SourceConfig
    digest: str  # of the recipe
    row: Source
    known: Reading
    last: str = ""  # what its last answer held, for the sieve


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one source gave. `found` is None when nothing changed since the last poll. The body is let go."""

    answer: FetchResult
    found: Gathered | None = None
    body_hash: str = ""
    ttl: int | None = None  # seconds, from the feed itself
    offer: Offer | None = None  # the hub that it names
    note: str = ""


class Asker:
    """Polls sources in any thread. Errors that are expected become values."""

    def __init__(
        self, fetch: Callable[[FetchRequest], FetchResult], stop: threading.Event, *, hubs: bool = False
    ) -> None:
        """`hubs`: look for the hub that an answer names."""
        self._fetch = fetch
        self._stop = stop
        self._hubs = hubs

    def ask(self, turn: Turn) -> Fetched | CollectError:
        if self._stop.is_set():
            return CollectError("the run was ended before its turn", resource=turn.recipe.key)
        now, row = datetime.now(UTC), turn.row
        same = row.recipe_hash == turn.digest
        fresh = not same or row.polls_since_full >= FULL_EVERY or turn.known.due(turn.recipe, now)
        moved = row.moved_to if same and row.moved_seen >= MOVED_AFTER else ""
        address = moved or (turn.known.feed if same else "")
        request = first_request(
            turn.recipe,
            address,
            etag="" if fresh else row.etag,
            last_modified="" if fresh else row.last_modified,
        )
        try:
            answer = self._fetch(request)
            if answer.status == 304:
                return Fetched(answer=answer, note="not modified")
            return self._read(turn, now, answer, "" if fresh else row.body_hash)
        except CollectError as error:
            return error

    def _read(self, turn: Turn, now: datetime, answer: FetchResult, known_hash: str) -> Fetched:
        body_hash, ttl = _digest(answer.body), feed_ttl(answer.body)
        if body_hash == known_hash:
            return Fetched(
                answer=replace(answer, body=b""), body_hash=body_hash, ttl=ttl, note="same bytes as before"
            )
        with contained(answer.url):
            found = gather(self._visit(turn, now), answer)
        if found.answer is not None:  # the validators that count are those of the feed
            answer, body_hash, ttl = found.answer, _digest(found.answer.body), feed_ttl(found.answer.body)
        return Fetched(
            answer=replace(answer, body=b""),
            found=replace(found, answer=None),
            body_hash=body_hash,
            ttl=ttl,
            offer=offered(answer) if self._hubs else None,
            note="; ".join(found.feed.warnings),
        )

    def _visit(self, turn: Turn, now: datetime) -> Visit:
        return Visit(
            source=turn.recipe,
            fetch=self._fetch,
            now=now,
            recipe=turn.digest,
            before=turn.known.pages,
            known=sieve.unpacked(turn.last),
            code=sieve.code(),
            unfinished=turn.known.unfinished,
            stopped=self._stop.is_set,
        )


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def recipe_hash(recipe: SourceConfig) -> str:
    """Changes with whatever changes how the same bytes are read."""
    parts = (
        *(recipe.url, recipe.site, recipe.reader, recipe.language, recipe.timezone, recipe.max_entries),
        *(recipe.list.model_dump_json(), recipe.article.model_dump_json() if recipe.article else ""),
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
