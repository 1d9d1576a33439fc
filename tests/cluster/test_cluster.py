"""Several workers and schedulers on one PostgreSQL bring about what one cycle on one machine does."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks.loopback import Network
from tests import road
from tests.cluster.network import await_that, cluster, clustered, lasting
from tests.plugins.small_network import configured

QUEUES = ("collect", "translate", "publish")


def test_workers_bring_about_what_a_cycle_does(
    feeds: Network, undisturbed: Mapping[str, str], empty_postgres: str, tmp_path: Path
) -> None:
    """Two workers, two schedulers of which one is at work: the same tree, byte for byte; and all end in peace."""
    config = clustered(tmp_path, feeds, empty_postgres)
    with cluster(config, empty_postgres) as members:
        members.start("scheduler")
        members.start("scheduler")
        members.start("worker", "--queues", "collect", "translate")
        members.start("worker", "--queues", "translate", "publish", "upkeep", "--concurrency", "2")
        await_that(members.is_idle, members.log)
        leaders = members.log().count("scheduler at work")
        codes = members.stop()

    assert lasting(road.tree(config)) == lasting(undisturbed)
    assert leaders == 1
    assert codes == [0, 0, 0, 0]


def test_killed_members_lose_nothing(
    feeds: Network, undisturbed: Mapping[str, str], empty_postgres: str, tmp_path: Path
) -> None:
    """Workers die by kill -9 with a task of each kind in hand, and the leading scheduler too; others take over."""
    config = clustered(tmp_path, feeds, empty_postgres)
    with cluster(config, empty_postgres) as members:
        leader = members.start("scheduler")
        await_that(lambda: "scheduler at work" in members.log(), members.log)  # of two, either may come first
        members.start("scheduler")
        for last in range(1, 4):
            worker = members.start("worker", "--queues", *QUEUES[:last])
            await_that(partial(members.has_in_hand, QUEUES[last - 1]), members.log)
            worker.kill()
            worker.wait()
        leader.kill()
        leader.wait()
        members.start("worker")
        await_that(lambda: members.log().count("scheduler at work") == 2, members.log)
        await_that(members.is_idle, members.log)
        members.stop()

    assert lasting(road.tree(config)) == lasting(undisturbed)


def test_a_cluster_needs_postgresql(feeds: Network, tmp_path: Path) -> None:
    """On SQLite the commands say what is needed."""
    config = configured(tmp_path, feeds)
    refused = [road.run(name, "--config", str(config)) for name in ("worker", "scheduler")]

    assert [each.code for each in refused] == [1, 1]
    assert all("move-store" in each.err for each in refused)
