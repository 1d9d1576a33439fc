"""`check`: one line for everything a run depends on, each ok or with what to do."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.db import DatabaseError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline import store
from pipeline.collect.fetch import Fetcher
from pipeline.collect.gather import Gathered, Visit, first_request, gather
from pipeline.collect.opening import make_fetcher
from pipeline.collect.reading import coverage_of
from pipeline.config import Config, Source
from pipeline.errors import CollectError
from pipeline.models import Source as SourceRow
from pipeline.models import Subscription
from pipeline.records import FeedData, Pair
from pipeline.translate.looking import look_at_engines
from pipeline.translate.room import EngineRoom, open_engines

_ROOM_NEEDED = 500 * 1024 * 1024  # bytes; below it a night's work may not fit
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
        answers = [_source(fetcher, source, listed=found is not None) for source in sources]
    lines = [line for line, _feed in answers]
    if found is not None:
        found |= {line.about: feed for line, feed in answers if feed is not None}
    if only is None:
        lines = [*_store(), *_disk(config), *lines, *_engines(config)]
    return lines


def _store() -> Iterator[Line]:
    try:
        pending = store.pending_migrations()
    except DatabaseError as error:
        yield Line(id="store", about="store", ok=False, text=f"cannot be opened: {str(error).strip()}")
        return
    text = f"{pending} migrations wait; the next run applies them" if pending else "open, up to date"
    yield Line(id="store", about="store", ok=True, text=text)


def _disk(config: Config) -> Iterator[Line]:
    places = {"publish directory": config.publish.directory, "weights": config.engines.models}
    for name, path in places.items():
        folder = _standing(path)
        free = shutil.disk_usage(folder).free
        if not os.access(folder, os.W_OK):
            yield Line(id="disk", about=name, ok=False, text=f"{folder} may not be written; mend its rights")
        elif free < _ROOM_NEEDED:
            yield Line(
                id="disk", about=name, ok=False, text=f"{free // 2**20} MB left under {folder}; make room"
            )
        else:
            yield Line(id="disk", about=name, ok=True, text=f"{free // 2**20} MB free")


def _standing(path: Path) -> Path:
    """The nearest folder above that exists."""
    return path if path.is_dir() else _standing(path.parent)


def _source(fetcher: Fetcher, source: Source, *, listed: bool) -> tuple[Line, FeedData | None]:
    """One poll that stores nothing. A source that is switched off is asked only where its entries are wanted."""
    if not source.enabled and not listed:
        text = f"off: {source.note}" if source.note else "off"
        return Line(id="source", about=source.key, ok=True, text=text), None
    if faults := source.list.faults(source.reader):
        return Line(id="source", about=source.key, ok=False, text="; ".join(faults)), None
    try:
        feed = _looked_at(fetcher, source).feed
    except CollectError as error:
        text = f"{error}{_last_success(source.key)}"
        return Line(id="source", about=source.key, ok=False, text=text), None
    if not feed.entries and not source.may_be_empty:
        text = "answers, but holds no entries; is the address right, and the recipe?"
        return Line(id="source", about=source.key, ok=False, text=text), feed
    remarks = [f"{len(feed.entries)} entries", _drift(source.key), _hub(source.key), *feed.warnings]
    return Line(id="source", about=source.key, ok=True, text="; ".join(filter(None, remarks))), feed


def _looked_at(fetcher: Fetcher, source: Source) -> Gathered:
    """What a poll would find, with no more than a few articles."""
    if source.article is not None:
        few = source.article.model_copy(update={"limit": min(source.article.limit, _ARTICLES)})
        source = source.model_copy(update={"article": few})
    visit = Visit(source=source, fetch=fetcher.get, now=datetime.now(UTC))
    return gather(visit, fetcher.get(first_request(source)))


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
        table.add_row("[green]ok[/green]" if line.ok else "[red]!![/red]", line.about, escape(line.text))
    console.print(table)
