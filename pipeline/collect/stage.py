"""Collect: bring the sources up to date.

    due sources | fetch and read and clean (parallel) | decide | store

One source's failure is recorded on it and never stops the others; an unexpected error stops the run.
Does not decide whether an entry changed (decide.py) and does not know how to read a feed (readers/).
"""

import hashlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from pipeline.collect import storing
from pipeline.collect.clean import clean_entry
from pipeline.collect.fetch import Fetcher, FetchRequest, FetchResult, Limits
from pipeline.collect.readers import READERS
from pipeline.config import Config
from pipeline.config import Source as SourceConfig
from pipeline.errors import CollectError
from pipeline.models import Source
from pipeline.records import FeedData
from pipeline.summary import SourceLine

FULL_EVERY = 24  # polls: some servers answer 304 for ever; now and then we ask without validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one source gave. `feed` is None when nothing changed since the last poll."""

    answer: FetchResult
    feed: FeedData | None = None
    body_hash: str = ""
    note: str = ""


def run(
    config: Config,
    *,
    only_due: bool = False,
    stop: threading.Event | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[SourceLine]:
    """Poll the sources, all or those that are due, and store what they have. A line for every configured one."""
    stop = stop or threading.Event()
    now = datetime.now(UTC)
    recipes = {source.key: source for source in config.source}
    Source.objects.ensure(recipes)
    wanted = [source.key for source in config.enabled_sources if source.reader in READERS]
    rows = Source.objects.due(wanted, now) if only_due else Source.objects.not_held(wanted, now)
    lines = {key: SourceLine(key=key, note=_idle_note(recipes[key], only_due=only_due)) for key in recipes}
    with (
        closing(_fetcher(config)) as fetcher,
        ThreadPoolExecutor(config.fetch.threads, thread_name_prefix="collect") as pool,
    ):
        futures = {pool.submit(_fetch, fetcher, recipes[row.key], row, stop): row for row in rows}
        for done, (row, outcome) in enumerate(_finished(futures, stop), start=1):
            lines[row.key] = _store(config, recipes[row.key], row, outcome)
            progress(done, len(rows))
    return list(lines.values())


def _idle_note(source: SourceConfig, *, only_due: bool) -> str:
    if not source.enabled:
        return f"off: {source.note}" if source.note else "off"
    if source.reader not in READERS:
        return f"reader {source.reader!r} is not there yet"
    return "not due" if only_due else "its server asked us to wait"


def _fetcher(config: Config) -> Fetcher:
    limits = Limits(
        timeout=config.fetch.timeout, max_bytes=config.fetch.max_bytes, per_host=config.fetch.per_host
    )
    return Fetcher(user_agent=config.user_agent, allow=config.fetch.allow, limits=limits)


def _finished(
    futures: dict["Future[Fetched | CollectError]", Source], stop: threading.Event
) -> Iterator[tuple[Source, Fetched | CollectError]]:
    """Outcomes as they come. A stop, or an unexpected error, cancels what has not begun."""
    try:
        for future in as_completed(futures):
            if stop.is_set():
                return
            yield futures[future], future.result()
    finally:
        for future in futures:
            future.cancel()


def _fetch(
    fetcher: Fetcher, recipe: SourceConfig, row: Source, stop: threading.Event
) -> Fetched | CollectError:
    """The part of the pipe without a store, for a thread of the pool."""
    if stop.is_set():
        return CollectError("the run was ended before its turn", resource=recipe.key)
    fresh = row.recipe_hash != recipe_hash(recipe) or row.polls_since_full >= FULL_EVERY
    moved = row.moved_seen >= storing.MOVED_AFTER and row.recipe_hash == recipe_hash(recipe)
    request = FetchRequest(
        url=row.moved_to if moved else recipe.url,
        resource=recipe.key,
        etag="" if fresh else row.etag,
        last_modified="" if fresh else row.last_modified,
    )
    try:
        return _read(fetcher.get(request), recipe, "" if fresh else row.body_hash)
    except CollectError as error:
        return error


def _read(answer: FetchResult, recipe: SourceConfig, known_hash: str) -> Fetched:
    if answer.status == 304:
        return Fetched(answer=answer, note="not modified")
    body_hash = hashlib.blake2b(answer.body, digest_size=16).hexdigest()
    if body_hash == known_hash:
        return Fetched(answer=answer, body_hash=body_hash, note="same bytes as before")
    feed = READERS[recipe.reader](
        answer.body,
        url=answer.url,
        content_type=answer.content_type,
        zone=ZoneInfo(recipe.timezone),
        max_entries=recipe.max_entries,
    )
    entries = tuple(
        clean_entry(entry, base_url=answer.url, language=recipe.language) for entry in feed.entries
    )
    cleaned = FeedData(
        entries=entries,
        title=feed.title,
        language=feed.language,
        updated=feed.updated,
        warnings=feed.warnings,
    )
    return Fetched(answer=answer, feed=cleaned, body_hash=body_hash, note="; ".join(feed.warnings))


def recipe_hash(recipe: SourceConfig) -> str:
    """Changes with whatever changes how the same bytes are read."""
    parts = (recipe.url, recipe.reader, recipe.language, recipe.timezone, recipe.max_entries)
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _store(config: Config, recipe: SourceConfig, row: Source, outcome: Fetched | CollectError) -> SourceLine:
    now = datetime.now(UTC)
    interval = recipe.interval if recipe.interval is not None else config.fetch.interval
    if isinstance(outcome, CollectError):
        storing.record_failure(row, outcome, now, interval)
        return SourceLine(key=recipe.key, error=str(outcome))
    with transaction.atomic():
        line = SourceLine(key=recipe.key, note=outcome.note)
        if outcome.feed is not None:
            seen = storing.Sighting(
                source_key=recipe.key, language=recipe.language, host=config.network.host, at=now
            )
            storing.store_entries(outcome.feed, outcome.answer, seen, line)
        storing.record_success(row, outcome.answer, outcome.body_hash, recipe_hash(recipe), now, interval)
    return line
