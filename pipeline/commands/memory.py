"""memory export | import, terms export | import."""

import argparse
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from pipeline import store
from pipeline.commands.result import Command, Result
from pipeline.config import Config
from pipeline.errors import NewswireError, UsageError
from pipeline.lock import the_lock
from pipeline.models import Term, Translation
from pipeline.progress import Advance, Progress
from pipeline.translate.exporting import export_file
from pipeline.translate.importing import import_file
from pipeline.translate.termcsv import read_csv, write_csv
from pipeline.translate.termfile import TermRow, checked
from pipeline.translate.termtbx import read_tbx, write_tbx

_READERS = {".csv": read_csv, ".tbx": read_tbx}
_WRITERS = {".csv": write_csv, ".tbx": write_tbx}


def _memory(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    progress = Progress(quiet=options.json)
    if options.action == "export":
        _prepare(config)
        with progress.stage("Exporting") as advance:
            units = export_file(
                options.file,
                languages=options.languages,
                origins=options.origin,
                now=datetime.now(UTC),
                progress=_adding(advance),
            )
        progress.say(f"{options.file}: {units} units")
        return Result(data={"units": units})
    if len(options.origin) > 1:
        raise UsageError("one origin at a time: import, human or keep", resource="--origin")
    origin = options.origin[0] if options.origin else "import"
    if origin not in {"import", "human", "keep"}:
        raise UsageError(
            f"{origin!r} is no origin for an import; allowed: import, human, keep", resource="--origin"
        )
    with the_lock(config):
        store.prepare()
        with progress.stage("Importing") as advance:
            imported = import_file(
                options.file, frozenset(options.languages), origin=origin, progress=_adding(advance)
            )
        Translation.objects.wake(datetime.now(UTC))
    progress.say(
        f"{options.file}: {imported.units} units; {imported.marked} translations will be drafted anew"
    )
    return Result(data={"units": imported.units, "redrafted": imported.marked})


def _prepare(config: Config) -> None:
    """An export waits for no run, unless the tables are those of an older version."""
    if store.pending_migrations():
        with the_lock(config):
            store.prepare()


def _adding(advance: Advance) -> Callable[[int], None]:
    """Progress of what nobody has counted beforehand."""
    done = 0

    def add(count: int) -> None:
        nonlocal done
        done += count
        advance(done, done)

    return add


def _terms(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    progress = Progress(quiet=options.json)
    file: Path = options.file
    if file.suffix.lower() not in _READERS:
        raise UsageError("must end in .csv or .tbx", resource=str(file))
    if options.action == "export":
        _prepare(config)
        rows = Term.objects.order_by("source_language", "target_language", "source", "id")
        _write(file, _WRITERS[file.suffix.lower()](map(_row, rows)))
        progress.say(f"{file}: {len(rows)} terms")
        return Result(data={"terms": len(rows)})
    taken = checked(_READERS[file.suffix.lower()](_read(file), resource=str(file)), resource=str(file))
    with the_lock(config):
        store.prepare()
        Term.objects.put(map(_term, taken))
    progress.say(f"{file}: {len(taken)} terms; the newest drafts are checked anew at the next run")
    return Result(data={"terms": len(taken)})


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise NewswireError(f"cannot be read: {error.strerror}", resource=str(file)) from error


def _write(file: Path, data: bytes) -> None:
    part = file.with_name(f".{file.name}.part")
    try:
        part.write_bytes(data)
        part.replace(file)
    except OSError as error:
        raise NewswireError(f"cannot be written: {error.strerror}", resource=str(file)) from error
    finally:
        part.unlink(missing_ok=True)


def _row(term: Term) -> TermRow:
    return TermRow(
        source_language=term.source_language, target_language=term.target_language, term=term.as_data()
    )


def _term(row: TermRow) -> Term:
    return Term(
        source_language=row.source_language,
        target_language=row.target_language,
        source=row.term.source,
        source_forms=list(row.term.source_forms),
        target=row.term.target,
        forms=list(row.term.forms),
        do_not_translate=row.term.keep,
        forbidden=row.term.forbidden,
        note=row.term.note,
    )


COMMANDS: dict[str, Command] = {"memory": _memory, "terms": _terms}
