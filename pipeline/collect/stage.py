"""Collect: bring the sources up to date.

    due sources | fetch and read and clean (parallel) | decide | store | ask for what is missing | withdraw

One source's failure is recorded on it and never stops the others; an unexpected error stops the run.
Does not decide whether an entry changed (decide.py) and does not know how a source is read (gather.py, readers/).
"""

import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from urllib.parse import urlsplit

from django.db import transaction

from pipeline.collect import reading, storing, withdrawals
from pipeline.collect.fetch import Fetcher, FetchResult
from pipeline.collect.gather import Gathered, Visit, first_request, gather
from pipeline.collect.opening import open_fetcher
from pipeline.collect.parallel import AHEAD, as_finished
from pipeline.collect.politeness import in_turns
from pipeline.collect.polls import MOVED_AFTER, Polls
from pipeline.collect.reading import Reading
from pipeline.collect.withdrawals import Missing, missing_from, settle
from pipeline.config import Config
from pipeline.config import Source as SourceConfig
from pipeline.errors import CollectError, FetchError
from pipeline.models import Source
from pipeline.summary import SourceLine

FULL_EVERY = 24  # polls: some servers answer 304 for ever; now and then we ask without validators


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What one source gave. `found` is None when nothing changed since the last poll."""

    answer: FetchResult
    found: Gathered | None = None
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
    wanted = [source.key for source in config.enabled_sources]
    rows = Source.objects.due(wanted, now) if only_due else Source.objects.not_held(wanted, now)
    lines = {key: SourceLine(key=key, note=_idle_note(recipes[key], only_due=only_due)) for key in recipes}
    for row in rows:
        lines[row.key].note = "the run was ended before its turn"  # until its poll says otherwise
    lost: list[Missing] = []
    rows = in_turns(rows, lambda row: urlsplit(recipes[row.key].url).netloc)
    with (
        open_fetcher(config, stop) as fetcher,
        Polls(config.fetch) as polls,
        ThreadPoolExecutor(config.fetch.threads, thread_name_prefix="collect") as pool,
    ):

        def fetch(opened: tuple[Source, Reading]) -> Fetched | CollectError:
            row, known = opened
            return _fetch(fetcher, recipes[row.key], row, known, stop)

        known = ((row, reading.opened(row)) for row in rows)  # read here: the pool's threads have no store
        outcomes = as_finished(pool, fetch, known, ahead=AHEAD * config.fetch.threads, stop=stop)
        for done, ((row, _known), outcome) in enumerate(outcomes, start=1):
            lines[row.key] = _store(config, recipes[row.key], row, outcome, polls, lost)
            progress(done, len(rows))
        asking = partial(withdrawals.ask, fetcher.get, stop)
        asked = as_finished(pool, asking, lost, ahead=AHEAD * config.fetch.threads, stop=stop)
        anew = [each.source_key for each, gone in asked if settle(each, gone, lines[each.source_key])]
    Source.objects.read_anew(anew)  # after the polls are saved
    return list(lines.values())


def _idle_note(source: SourceConfig, *, only_due: bool) -> str:
    if not source.enabled:
        return f"off: {source.note}" if source.note else "off"
    return "not due" if only_due else "its server asked us to wait"


def _fetch(
    fetcher: Fetcher, recipe: SourceConfig, row: Source, known: Reading, stop: threading.Event
) -> Fetched | CollectError:
    """The part of the pipe without a store, for a thread of the pool."""
    if stop.is_set():
        return CollectError("the run was ended before its turn", resource=recipe.key)
    now, digest = datetime.now(UTC), recipe_hash(recipe)
    same = row.recipe_hash == digest
    fresh = not same or row.polls_since_full >= FULL_EVERY or known.due(recipe, now)
    moved = row.moved_to if same and row.moved_seen >= MOVED_AFTER else ""
    request = replace(
        first_request(recipe, moved or (known.feed if same else "")),
        etag="" if fresh else row.etag,
        last_modified="" if fresh else row.last_modified,
    )
    visit = Visit(
        source=recipe,
        fetch=fetcher.get,
        now=now,
        recipe=digest,
        before=known.pages,
        unfinished=known.unfinished,
        stopped=stop.is_set,
    )
    try:
        return _read(visit, fetcher.get(request), "" if fresh else row.body_hash)
    except CollectError as error:
        return error


def _read(visit: Visit, answer: FetchResult, known_hash: str) -> Fetched:
    if answer.status == 304:
        return Fetched(answer=answer, note="not modified")
    body_hash = _digest(answer.body)
    if body_hash == known_hash:
        return Fetched(answer=answer, body_hash=body_hash, note="same bytes as before")
    found = gather(visit, answer)
    if found.answer is not None:  # the validators that count are those of the feed
        answer, body_hash = found.answer, _digest(found.answer.body)
    return Fetched(answer=answer, found=found, body_hash=body_hash, note="; ".join(found.feed.warnings))


def _digest(body: bytes) -> str:
    return hashlib.blake2b(body, digest_size=16).hexdigest()


def recipe_hash(recipe: SourceConfig) -> str:
    """Changes with whatever changes how the same bytes are read."""
    parts = (
        *(recipe.url, recipe.site, recipe.reader, recipe.language, recipe.timezone, recipe.max_entries),
        *(recipe.list.model_dump_json(), recipe.article.model_dump_json() if recipe.article else ""),
    )
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _store(
    config: Config,
    recipe: SourceConfig,
    row: Source,
    outcome: Fetched | CollectError,
    polls: Polls,
    lost: list[Missing],
) -> SourceLine:
    if isinstance(outcome, CollectError):
        row.reading.pop("feed", None)  # should the feed that was found be the fault, the page is asked again
        polls.failure(row, recipe, outcome)
        if isinstance(outcome, FetchError) and outcome.code == "held":
            return SourceLine(key=recipe.key, note="its server asked us to wait")
        return SourceLine(key=recipe.key, error=str(outcome))
    line = SourceLine(key=recipe.key, note=outcome.note)
    now, digest = datetime.now(UTC), recipe_hash(recipe)
    drift = reading.coverage_of(row)
    if outcome.found is not None:
        seen = storing.Sighting(
            source_key=recipe.key, language=recipe.language, host=config.network.host, at=now
        )
        with transaction.atomic():
            present = storing.store_entries(outcome.found.feed, outcome.answer, seen, line)
        anew = row.recipe_hash != digest
        if not anew:  # another recipe may mean other entries
            lost.extend(missing_from(outcome.found, recipe, present, before=drift.entries, now=now))
        drift = reading.keep(row, recipe, outcome.found, now, anew=anew)
    line.note = "; ".join(filter(None, (drift.note, line.note)))
    polls.success(row, recipe, outcome.answer, body_hash=outcome.body_hash, read_as=digest)
    return line
