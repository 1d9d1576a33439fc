"""Opens the store: migrations brought up to date, faults named with their remedy."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from pipeline.errors import StoreError
from pipeline.remedies import store_remedy


def prepare() -> None:
    """Bring the store's tables up to date. The caller holds the lock, so nobody else migrates."""
    if connection.vendor == "sqlite":
        make_private(Path(str(connection.settings_dict["NAME"])))
    with faults_named("cannot be opened"):
        if pending_migrations():
            call_command("migrate", interactive=False, verbosity=0)


def make_private(file: Path) -> None:
    """Begin a new file for its owner alone: a store holds keys, hashed passwords, open sessions. SQLite keeps the mode.

    One that is there stays as the operator has it; one that cannot be made, SQLite itself complains of.
    """
    with suppress(OSError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


@contextmanager
def faults_named(what: str = "failed") -> Iterator[None]:
    """What the database refuses (locked, full, gone) becomes a StoreError with its own words."""
    try:
        yield
    except DatabaseError as error:
        raise StoreError(f"{what}: {store_remedy(str(error))}", resource=_name()) from error


def try_to_write(patience: int) -> None:
    """Raises DatabaseError when nothing can be written for so many milliseconds: locked, read-only. Changes nothing."""
    if connection.vendor != "sqlite":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE newswire_probe (one INTEGER) ON COMMIT DROP")
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout = {patience}")
        try:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {before}")


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _name() -> str:
    return f"store {connection.settings_dict['NAME']}"
