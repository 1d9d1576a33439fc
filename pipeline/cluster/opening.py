"""Opens the store for a member of a cluster: its tables, and Procrastinate's own connections."""

from django.db import connection
from procrastinate import App
from procrastinate.contrib.django import app

from pipeline import store

_MIGRATING = 0x43436E66  # an advisory lock; any number that nobody else of this database takes


def prepare() -> bool:
    """Bring the tables up to date; of several that start at once, one does it and the others wait. True when done."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATING])
        try:
            store.prepare()
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATING])
    return True


def worker_app() -> App:
    """The tasks' application on asynchronous connections, as a worker needs it."""
    return app.with_connector(app.connector.get_worker_connector())  # type: ignore[attr-defined]
