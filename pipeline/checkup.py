"""`check`: one line for everything a run depends on, each ok or with what to do."""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from django.db import DatabaseError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline import store
from pipeline.collect.fetch import Fetcher, FetchRequest, Limits
from pipeline.collect.readers import READERS
from pipeline.config import Config, Source
from pipeline.errors import CollectError
from pipeline.models import Source as SourceRow
from pipeline.records import Pair
from pipeline.translate.room import EngineRoom, open_engines

_ROOM_NEEDED = 500 * 1024 * 1024  # bytes; below it a night's work may not fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`id` is stable: docs/operating.md says more about each."""

    id: str
    about: str
    ok: bool
    text: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def run(config: Config, *, only: str | None = None) -> list[Line]:
    """Look at everything, or at one source only."""
    sources = [source for source in config.source if only in {None, source.key}]
    if only and not sources:
        known = ", ".join(source.key for source in config.source)
        return [Line(id="source", about=only, ok=False, text=f"no such source; there are {known}")]
    with closing(_fetcher(config)) as fetcher:
        lines = [_source(fetcher, source) for source in sources]
    if only is None:
        lines = [*_store(), *_disk(config), *lines, *_engines(config)]
    return lines


def _fetcher(config: Config) -> Fetcher:
    limits = Limits(
        timeout=config.fetch.timeout, max_bytes=config.fetch.max_bytes, per_host=config.fetch.per_host
    )
    return Fetcher(user_agent=config.user_agent, allow=config.fetch.allow, limits=limits)


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


def _source(fetcher: Fetcher, source: Source) -> Line:
    if not source.enabled:
        return Line(
            id="source", about=source.key, ok=True, text=f"off: {source.note}" if source.note else "off"
        )
    reader = READERS.get(source.reader)
    if reader is None:
        return Line(
            id="source",
            about=source.key,
            ok=False,
            text=f"reader {source.reader!r} is not there yet; set enabled = false",
        )
    try:
        answer = fetcher.get(FetchRequest(url=source.url, resource=source.key))
        feed = reader(
            answer.body,
            url=answer.url,
            content_type=answer.content_type,
            zone=ZoneInfo(source.timezone),
            max_entries=source.max_entries,
        )
    except CollectError as error:
        return Line(id="source", about=source.key, ok=False, text=f"{error}{_last_success(source.key)}")
    remarks = "; ".join(feed.warnings)
    return Line(
        id="source",
        about=source.key,
        ok=bool(feed.entries),
        text=f"{len(feed.entries)} entries{'; ' + remarks if remarks else ''}"
        if feed.entries
        else "answers, but holds no entries; is the address right?",
    )


def _last_success(key: str) -> str:
    try:
        row = SourceRow.objects.filter(key=key).first()
    except DatabaseError:  # no store yet: the line about the store says so
        return ""
    return f" (last success {row.last_success:%Y-%m-%d %H:%M} UTC)" if row and row.last_success else ""


def _engines(config: Config) -> Iterator[Line]:
    with closing(open_engines(config)) as room:
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
            text=f"from {', '.join(sorted(sources)) or 'nothing'}",
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
