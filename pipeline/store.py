"""Opens the store: migrations brought up to date, faults named with their remedy."""

from django.core.management import call_command
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from pipeline.errors import StoreError


def prepare() -> None:
    """Bring the store's tables up to date. The caller holds the lock, so nobody else migrates."""
    try:
        if pending_migrations():
            call_command("migrate", interactive=False, verbosity=0)
    except DatabaseError as error:
        raise StoreError(f"cannot be opened: {str(error).strip()}", resource=_name()) from error


def pending_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _name() -> str:
    return f"store {connection.settings_dict['NAME']}"
