"""The database of a cluster goes away amid the work, and comes back."""

import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from benchmarks.loopback import Network
from benchmarks.postgres import server
from tests import road
from tests.cluster.network import PATIENCE, await_that, cluster, clustered, lasting
from tests.running import ask, free_port


@pytest.fixture
def own_postgres() -> Iterator[Any]:
    """A PostgreSQL that may be stopped: nobody else of these tests is on it."""
    with server() as found:
        yield found


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
        process = psutil.Process(own_postgres.get_pid())
        process.send_signal(signal.SIGQUIT)
        await_that(lambda: "the database is away" in members.log(), members.log)
        during = ask(port, "/healthz/live")
        psutil.wait_procs([process], timeout=PATIENCE)
        own_postgres.ensure_postgres_running()
        await_that(members.is_idle, members.log)
        members.stop()

    assert during.status == 200
    assert "Traceback" not in members.log()
    assert lasting(road.tree(config)) == lasting(undisturbed)
