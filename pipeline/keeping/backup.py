"""Backup and restore: one SQLite file that holds the whole store, whatever database the store is.

A backup is taken while others read and write. It stands under its name only when it is whole and verified.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.db.migrations.loader import MigrationLoader

from pipeline.config import Config
from pipeline.errors import StoreError, UsageError
from pipeline.keeping.copying import copy, is_empty, opened
from pipeline.lock import daemon_lock, the_lock
from pipeline.store import make_private

Advance = Callable[[int, int], None]
_ENTRIES = "pipeline_entry"
_OUR_TRIGGERS = {  # of migrations 0004 and 0005
    *(f"memory_words_{name}" for name in ("in", "out", "gone", "new")),
    *("audit_unchanged", "audit_undeleted"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy holds."""

    file: Path
    entries: int
    bytes: int

    def as_dict(self) -> dict[str, object]:
        return {"file": str(self.file), "entries": self.entries, "bytes": self.bytes}


def backup(config: Config, file: Path, *, progress: Advance = lambda _d, _t: None) -> Copied:
    """Write the store into a new file, and verify it. Raises UsageError when the file is there already."""
    if file.exists():
        raise UsageError("exists already; name another file, or remove it first", resource=str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    incoming = file.with_name(f".{file.name}.incoming")
    incoming.unlink(missing_ok=True)
    make_private(incoming)
    try:
        if config.store.url.startswith("sqlite:///"):
            _require_store(config)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(incoming)])
        else:
            with opened(f"sqlite:///{incoming}") as other:
                copy("default", other, progress=progress)
                with connections[other].cursor() as cursor:
                    cursor.execute("PRAGMA journal_mode=DELETE")
        entries = verify(incoming)
        _make_lasting(incoming)
        incoming.replace(file)
        _make_lasting(file.parent)
    finally:
        for left in (incoming, *_journals(incoming)):
            left.unlink(missing_ok=True)
    return Copied(file=file, entries=entries, bytes=file.stat().st_size)


def verify(file: Path) -> int:
    """Prove that a file is a whole store. How many entries it holds; raises StoreError where it is not."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as store:
            told = [row[0] for row in store.execute("PRAGMA quick_check")]
            if told != ["ok"]:
                raise StoreError(f"is damaged: {told[0]}; take an older backup", resource=str(file))
            if store.execute("PRAGMA foreign_key_check").fetchone():
                raise StoreError("holds rows that point nowhere; take an older backup", resource=str(file))
            added = "SELECT name FROM sqlite_master WHERE type IN ('trigger', 'view')"
            if strange := {row[0] for row in store.execute(added)} - _OUR_TRIGGERS:
                message = f"holds a program of its own ({min(strange)}); it is no backup of ours"
                raise StoreError(message, resource=str(file))
            known = set(MigrationLoader(None).disk_migrations)
            applied = {tuple(row) for row in store.execute("SELECT app, name FROM django_migrations")}
            if newer := sorted(name for app, name in applied - known if app == "pipeline"):
                raise StoreError(
                    f"was written by a newer version ({newer[-1]}); update the code first", resource=str(file)
                )
            return int(store.execute(f"SELECT COUNT(*) FROM {_ENTRIES}").fetchone()[0])  # noqa: S608 - our own name
    except sqlite3.Error as error:
        raise StoreError(f"is no backup of a store: {error}", resource=str(file)) from error


def restore(config: Config, file: Path, *, replace: bool, progress: Advance = lambda _d, _t: None) -> Copied:
    """Make the store what the file says. A store that holds entries is only replaced where `replace` says so.

    With SQLite the former store stays beside the new one, under a name with the time in it.
    """
    if not file.is_file():
        raise UsageError("no such file", resource=str(file))
    entries = verify(file)
    with daemon_lock(config), the_lock(config):
        if config.store.url.startswith("sqlite:///"):
            _restore_file(Path(config.store.url.removeprefix("sqlite:///")), file, replace=replace)
        else:
            _restore_rows(file, replace=replace, progress=progress)
    return Copied(file=file, entries=entries, bytes=file.stat().st_size)


def _restore_file(store: Path, file: Path, *, replace: bool) -> None:
    if store.exists() and not replace and _holds_entries():
        raise UsageError("holds entries already; --replace puts it aside and restores", resource=str(store))
    incoming = store.with_name(f".{store.name}.incoming")
    make_private(incoming)
    with (
        closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as whole,
        closing(sqlite3.connect(incoming)) as target,
    ):
        whole.backup(target)
    _make_lasting(incoming)
    if store.exists():
        _put_aside(store)
    incoming.replace(store)
    _make_lasting(store.parent)
    call_command("migrate", interactive=False, verbosity=0)


def _put_aside(store: Path) -> None:
    """The former store, whole in one file; a damaged one with its journals, as it is.

    A run killed between this and the next step has both files.
    """
    aside = f"before-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError:
        for journal in filter(Path.exists, _journals(store)):
            os.link(journal, f"{journal}.{aside}")
    connections.close_all()
    os.link(store, f"{store}.{aside}")
    for left in _journals(store):
        left.unlink(missing_ok=True)


def _holds_entries() -> bool:
    try:
        return not is_empty("default")
    except DatabaseError:  # not a store yet: there is nothing to lose
        return False


def _restore_rows(file: Path, *, replace: bool, progress: Advance) -> None:
    call_command("migrate", interactive=False, verbosity=0)
    if not replace and not is_empty("default"):
        raise UsageError("holds entries already; --replace removes them and restores", resource="store")
    working = file.with_name(f".{file.name}.restoring")  # brought up to date first; the backup stays as it is
    make_private(working)
    try:
        with (
            closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as whole,
            closing(sqlite3.connect(working)) as target,
        ):
            whole.backup(target)
        with opened(f"sqlite:///{working}") as other:
            copy(other, "default", replace=replace, progress=progress)
    finally:
        for left in (working, *_journals(working)):
            left.unlink(missing_ok=True)


def _require_store(config: Config) -> None:
    path = Path(config.store.url.removeprefix("sqlite:///"))
    if not path.is_file():
        raise UsageError("there is no store yet; run once first", resource=str(path))


def _journals(file: Path) -> tuple[Path, ...]:
    return tuple(file.with_name(f"{file.name}{end}") for end in ("-wal", "-shm", "-journal"))


def _make_lasting(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
