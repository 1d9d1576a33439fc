"""Opens the store for a member of a cluster: its tables, and Procrastinate's own connections."""

from django.db import connection
from procrastinate import App, PsycopgConnector
from procrastinate.contrib.django import app
from procrastinate.contrib.django.utils import connector_params

from pipeline import store

_MIGRATING = 0x43436E66  # an advisory lock; any number that nobody else of this database takes

_PATIENCE = 10.0  # seconds for a connection; who waits longer is not told sooner that the database is away


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
    # One connection in peace: a server grants a hundred in all, and every task at work has one of Django's besides.
    connector = PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4, timeout=_PATIENCE)
    return app.with_connector(connector)
