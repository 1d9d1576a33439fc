"""`check`: one line for everything a run depends on, each ok or with what to do."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from django.db import DatabaseError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline import bucket, store
from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.gather import Gathered, Visit, first_request, gather
from pipeline.collect.opening import make_fetcher
from pipeline.collect.reading import coverage_of
from pipeline.config import Config, Source
from pipeline.errors import CollectError
from pipeline.lock import holders
from pipeline.machine import clock_fault, places
from pipeline.models import Picture, PictureState, RunRecord, Subscription
from pipeline.models import Source as SourceRow
from pipeline.printable import printable
from pipeline.records import FeedData, Pair
from pipeline.remedies import store_remedy
from pipeline.translate.looking import look_at_engines
from pipeline.translate.room import EngineRoom, open_engines

Fetch = Callable[[FetchRequest], FetchResult]
_PATIENCE = 3_000  # milliseconds that another's writing may keep the store
_ARTICLES = 5  # pages fetched for a look at a recipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`id` is stable: docs/operating.md says more about each."""

    id: str
    about: str
    ok: bool
    text: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run(config: Config, *, only: str | None = None, found: dict[str, FeedData] | None = None) -> list[Line]:
    """Look at everything, or at one source only. `found` takes what each source gave, also those switched off."""
    sources = [source for source in config.source if only in {None, source.key}]
    if only and not sources:
        known = ", ".join(source.key for source in config.source)
        return [Line(id="source", about=only, ok=False, text=f"no such source; there are {known}")]
    with make_fetcher(config) as fetcher:
        watch = _Watch(fetcher.get)
        answers = [_source(watch.get, source, listed=found is not None) for source in sources]
    lines = [line for line, _feed in answers]
    if found is not None:
        found |= {line.about: feed for line, feed in answers if feed is not None}
    if only is None:
        machine = [
            *_store(),
            *_locks(config),
            *_disk(config),
            *_bucket(config),
            *_pictures(config),
            _clock(watch.offsets),
        ]
        lines = [*machine, *lines, *_engines(config)]
    return lines


class _Watch:
    """Fetches, and notes by how much our clock differs from those of the servers that answer."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self.offsets: list[timedelta] = []

    def get(self, request: FetchRequest) -> FetchResult:
        result = self._fetch(request)
        if result.sent_at is not None:
            self.offsets.append(datetime.now(UTC) - result.sent_at)
        return result


def _store() -> Iterator[Line]:
    try:
        pending = store.pending_migrations()
    except DatabaseError as error:
        text = f"cannot be opened: {store_remedy(str(error))}"
        yield Line(id="store", about="store", ok=False, text=text)
        return
    try:
        store.try_to_write(_PATIENCE)
    except DatabaseError as error:
        text = f"cannot be written: {store_remedy(str(error))}"
        yield Line(id="store", about="store", ok=False, text=text)
        return
    text = f"{pending} migrations wait; the next run applies them" if pending else "open, up to date"
    yield Line(id="store", about="store", ok=True, text=text)


def _locks(config: Config) -> Iterator[Line]:
    """Somebody at work is no fault, but whoever wonders why a run ends with 75 finds here whose it is."""
    held = holders(config)
    text = (
        "; ".join(f"{name}: {who}" for name, who in held.items()) or "free: no run and no daemon is at work"
    )
    yield Line(id="lock", about="locks", ok=True, text=text)


def _clock(offsets: Sequence[timedelta]) -> Line:
    try:
        last = RunRecord.objects.most_recent()
    except DatabaseError:  # no store yet: the line about the store says so
        last = None
    now = datetime.now(UTC)
    fault = clock_fault(now, offsets, last.ended_at if last else None)
    agreed = f", as {len(offsets)} site(s) say" if offsets else "; no site said otherwise"
    return Line(id="clock", about="clock", ok=not fault, text=fault or f"{now:%Y-%m-%d %H:%M} UTC{agreed}")


def _disk(config: Config) -> Iterator[Line]:
    for place in places(config):
        text = place.fault or f"{place.free // 2**20} MB free"
        yield Line(id="disk", about=place.name, ok=not place.fault, text=text)


def _source(fetch: Fetch, source: Source, *, listed: bool) -> tuple[Line, FeedData | None]:
    """One poll that stores nothing. A source that is switched off is asked only where its entries are wanted."""
    if not source.enabled and not listed:
        text = f"off: {source.note}" if source.note else "off"
        return Line(id="source", about=source.key, ok=True, text=text), None
    if faults := source.list.faults(source.reader):
        return Line(id="source", about=source.key, ok=False, text="; ".join(faults)), None
    try:
        feed = _looked_at(fetch, source).feed
    except CollectError as error:
        text = f"{error.message}{_last_success(source.key)}"
        return Line(id="source", about=source.key, ok=False, text=text), None
    if not feed.entries and not source.may_be_empty:
        text = "answers, but holds no entries; is the address right, and the recipe?"
        return Line(id="source", about=source.key, ok=False, text=text), feed
    remarks = [f"{len(feed.entries)} entries", _drift(source.key), _hub(source.key), *feed.warnings]
    return Line(id="source", about=source.key, ok=True, text="; ".join(filter(None, remarks))), feed


def _looked_at(fetch: Fetch, source: Source) -> Gathered:
    """What a poll would find, with no more than a few articles."""
    if source.article is not None:
        few = source.article.model_copy(update={"limit": min(source.article.limit, _ARTICLES)})
        source = source.model_copy(update={"article": few})
    visit = Visit(source=source, fetch=fetch, now=datetime.now(UTC))
    return gather(visit, fetch(first_request(source)))


def _drift(key: str) -> str:
    """What the source's last polls lost, as the store remembers it."""
    try:
        row = SourceRow.objects.filter(key=key).first()
    except DatabaseError:  # no store yet: the line about the store says so
        return ""
    return coverage_of(row).note if row else ""


def _hub(key: str) -> str:
    """What stands with the hub that tells of the source's news, if it has one."""
    try:
        row = Subscription.objects.filter(source_id=key).first()
    except DatabaseError:  # no store yet: the line about the store says so
        return ""
    return row.remark(datetime.now(UTC)) if row else ""


def _last_success(key: str) -> str:
    try:
        row = SourceRow.objects.filter(key=key).first()
    except DatabaseError:  # no store yet: the line about the store says so
        return ""
    return f" (last success {row.last_success:%Y-%m-%d %H:%M} UTC)" if row and row.last_success else ""


def _bucket(config: Config) -> Iterator[Line]:
    if config.publish.bucket:
        wrong = bucket.fault(config)
        text = wrong or "a file could be written there and taken away"
        yield Line(id="bucket", about=config.publish.bucket, ok=not wrong, text=text)


def _pictures(config: Config) -> Iterator[Line]:
    """How the copies of pictures stand. Those that cannot be had are links on the pages, so none of it is a fault of the network's."""
    try:
        counts = Picture.objects.counts() if config.publish.pictures == "copy" else {}
        last = Picture.objects.last_refused() if counts else None
    except DatabaseError:  # no store yet: the line about the store says so
        return
    if counts:
        copied, waiting, given_up = (
            counts.get(state, 0) for state in (PictureState.COPIED, PictureState.WAITING, PictureState.FAILED)
        )
        text = f"{copied} copied, {waiting} wait, {given_up} given up and shown as links"
        why = f"; the last one refused, of {last.source_id}: {last.note}" if last else ""
        yield Line(id="pictures", about="pictures", ok=True, text=text + why)


def _engines(config: Config) -> Iterator[Line]:
    with closing(open_engines(config)) as room:
        for look in look_at_engines(config, room, datetime.now(UTC)):
            yield Line(id="service", about=look.name, ok=look.ok, text=look.text)
        for language in config.targets:
            yield _language(config, room, language)


def _language(config: Config, room: EngineRoom, language: str) -> Line:
    sources = {source.language for source in config.enabled_sources} - {language}
    missing: dict[str, str] = {}
    for source in sorted(sources):
        pair = Pair(source, language)
        legs = [pair] if room.routes.direct(pair) else list(room.routes.legs(pair) or [pair])
        missing |= {str(leg): room.routes.missing(leg) for leg in legs if not room.routes.ready(leg)}
    if not missing:
        return Line(
            id="engine",
            about=f"into {language}",
            ok=True,
            text=f"from {', '.join(sorted(sources))}" if sources else "originals only",
        )
    may_come = config.engines.firefox.download and all(
        room.routes.direct(Pair(*name.split("-"))) for name in missing
    )
    text = f"weights to come: {', '.join(missing)} (./run.py models fetch brings them now)"
    return Line(
        id="engine",
        about=f"into {language}",
        ok=may_come,
        text=text if may_come else "; ".join(missing.values()),
    )


def show(lines: Iterable[Line], console: Console) -> None:
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for line in lines:
        table.add_row(
            "[green]ok[/green]" if line.ok else "[red]!![/red]", line.about, escape(printable(line.text))
        )
    console.print(table)
