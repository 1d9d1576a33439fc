"""Fixtures for every room: a store on SQLite and on a real PostgreSQL, deterministic hypothesis."""

import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from asgiref.local import Local
from django.conf import settings as django_conf
from django.core.management import call_command
from django.db import connections
from hypothesis import HealthCheck, settings

from benchmarks.postgres import postgres
from pipeline.settings import database, django_settings
from tests.plugins import emptied
from tests.plugins.left_out import pytest_sessionfinish  # noqa: F401 - pytest finds the hook here
from tests.plugins.small_network import feeds, undisturbed  # noqa: F401 - and these fixtures

# What a script runs in its background ignores Ctrl-C, and so would the programs that these tests start and end by it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "newswire", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("newswire")


class QueueOnPostgresOnly:
    """One process of tests meets both databases; the queue of a cluster has tables in one of them."""

    def allow_migrate(self, alias: str, label: str, **_hints: object) -> bool | None:
        return connections[alias].vendor == "postgresql" if label == "procrastinate" else None


if not django_conf.configured:
    with_a_queue = django_settings("postgresql://localhost/none")
    entry = {"default": database("sqlite:///:memory:")}
    django_conf.configure(**with_a_queue | {"DATABASES": entry, "DATABASE_ROUTERS": [QueueOnPostgresOnly()]})
    django.setup()


def use_database(entry: dict[str, Any]) -> None:
    """Point Django's default connection at another database."""
    connections.close_all()
    # A thread keeps one connection for itself and one more for the time an event loop runs in it, which is
    # Playwright's: both are forgotten, or a test in a browser would write to the store of the module before.
    vars(connections)["_connections"] = Local(connections.thread_critical)
    connections.settings["default"] = connections.configure_settings({"default": entry})["default"]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A real PostgreSQL server, from a package that carries its binaries; its own for this session."""
    with postgres() as url:
        use_database(database(url))
        emptied.without_care()
        yield url
        connections.close_all()


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store with its tables, on both databases. Gives the kind."""
    yield from _prepared(request, tmp_path, request.param)


@pytest.fixture
def sqlite_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty SQLite store, where the kind of database makes no difference."""
    yield from _prepared(request, tmp_path, "sqlite")


@pytest.fixture
def empty_postgres(postgres_url: str) -> str:
    """The address of a PostgreSQL without tables, for programs that open it themselves."""
    use_database(database(postgres_url))
    with connections["default"].cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    connections.close_all()
    return postgres_url


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store file with its tables, to be copied: migrating takes longer than most tests."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    use_database(database(f"sqlite:///{path}"))
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    return path


def _prepared(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[str]:
    if kind == "postgres":
        use_database(database(request.getfixturevalue("postgres_url")))
        emptied.empty()
    else:
        path = tmp_path / "store.db"
        shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
        use_database(database(f"sqlite:///{path}"))
    yield kind
    connections.close_all()
