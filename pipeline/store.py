"""Opens the store: migrations brought up to date, faults named with their remedy."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from pipeline.errors import StoreError


def prepare() -> None:
    """Bring the store's tables up to date. The caller holds the lock, so nobody else migrates."""
    with faults_named("cannot be opened"):
        if pending_migrations():
            call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def faults_named(what: str = "failed") -> Iterator[None]:
    """What the database refuses (locked, full, gone) becomes a StoreError with its own words."""
    try:
        yield
    except DatabaseError as error:
        raise StoreError(f"{what}: {str(error).strip()}", resource=_name()) from error


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _name() -> str:
    return f"store {connection.settings_dict['NAME']}"
