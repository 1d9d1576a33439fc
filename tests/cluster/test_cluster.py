"""Several workers and schedulers on one PostgreSQL bring about what one cycle on one machine does."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo.network import SampleNetwork
from tests import road
from tests.cluster.network import await_that, cluster


@pytest.fixture(scope="module")
def sites() -> Iterator[SampleNetwork]:
    with SampleNetwork() as network:
        yield network


@pytest.fixture(scope="module")
def calm(sites: SampleNetwork, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The tree of one undisturbed cycle on one machine."""
    config = road.write_config(tmp_path_factory.mktemp("calm"), sites)
    road.once(config)
    return road.tree(config)


def lasting(tree: dict[str, str]) -> dict[str, str]:
    """Without what follows the moments of publishing, of which a cluster has many: site maps and search indexes."""
    return {
        path: digest for path, digest in tree.items() if "/sitemap/" not in path and "/pagefind/" not in path
    }


def clustered(folder: Path, sites: SampleNetwork, url: str) -> Path:
    return road.write_config(
        folder, sites, extra=f'[store]\nurl = "{url}"\n[cluster]\ntick = 0.5\nquiet = 0.5\nlost = 5.0\n'
    )


def test_workers_bring_about_what_a_cycle_does(
    sites: SampleNetwork, calm: dict[str, str], empty_postgres: str, tmp_path: Path
) -> None:
    """Two workers, two schedulers of which one is at work: the same tree, byte for byte; and all end in peace."""
    config = clustered(tmp_path, sites, empty_postgres)
    with cluster(config, empty_postgres) as members:
        members.start("scheduler")
        members.start("scheduler")
        members.start("worker", "--queues", "collect", "translate")
        members.start("worker", "--queues", "translate", "publish", "upkeep", "--concurrency", "2")
        await_that(members.is_idle, members.log)
        leaders = members.log().count("scheduler at work")
        codes = members.stop()

    assert lasting(road.tree(config)) == lasting(calm)
    assert leaders == 1
    assert codes == [0, 0, 0, 0]


def test_killed_members_lose_nothing(
    sites: SampleNetwork, calm: dict[str, str], empty_postgres: str, tmp_path: Path
) -> None:
    """Workers and the leading scheduler die by kill -9; others take over, and the tree is the undisturbed one."""
    chance = random.Random(1)
    config = clustered(tmp_path, sites, empty_postgres)
    with cluster(config, empty_postgres) as members:
        leader = members.start("scheduler")
        await_that(lambda: "scheduler at work" in members.log(), members.log)
        members.start("scheduler")
        for _ in range(3):
            worker = members.start("worker")
            time.sleep(chance.uniform(1.0, 4.0))
            worker.kill()
            worker.wait()
        leader.kill()
        leader.wait()
        members.start("worker")
        await_that(lambda: members.log().count("scheduler at work") == 2, members.log)
        await_that(members.is_idle, members.log)
        members.stop()

    assert lasting(road.tree(config)) == lasting(calm)


def test_a_cluster_needs_postgresql(sites: SampleNetwork, tmp_path: Path) -> None:
    """On SQLite the commands say what is needed."""
    config = road.write_config(tmp_path, sites)
    refused = [road.run(name, "--config", str(config)) for name in ("worker", "scheduler")]

    assert [each.code for each in refused] == [1, 1]
    assert all("move-store" in each.err for each in refused)
