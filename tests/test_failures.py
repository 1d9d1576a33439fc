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
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.loopback import Network, network
from tests import road
from tests.collect.servers import answer, serve
from tests.plugins.small_network import configured
from tests.running import FEED, NO_ROBOTS, ask, eventually, free_port, started, written_config


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
        timeout=600,
        check=False,
    )


@pytest.mark.parametrize("before", [(), ("collect",), ("collect", "translate")])
def test_a_full_disk_is_named_and_nothing_is_lost(
    feeds: Network, undisturbed: Mapping[str, str], tmp_path: Path, before: tuple[str, ...]
) -> None:
    """Whatever stage it meets, the run ends with what is full; once there is room, all is as after a calm one."""
    config = configured(tmp_path, feeds)
    for stage in before:
        road.run(stage, "--config", str(config))
    told = run_with_little_room(40 * 1024, "once", "--due", "--config", str(config))
    after = road.once(config, "--due")

    assert told.returncode == 2
    assert "Traceback" not in told.stderr
    assert any(word in told.stderr for word in ("full", "too large", "disk I/O error"))
    assert road.tree(config) == undisturbed
    assert after["languages"]["lv"]["published"] > 0


def test_a_file_in_the_place_of_the_tree_is_named(
    feeds: Network, undisturbed: Mapping[str, str], tmp_path: Path
) -> None:
    """Where the published directory cannot be, the message says what is in the way; the store keeps what was done."""
    config = configured(tmp_path, feeds)
    (tmp_path / "public").write_text("in the way", encoding="utf-8")
    told = road.run("once", "--config", str(config))
    (tmp_path / "public").unlink()
    summary = road.once(config)

    assert told.code == 2
    assert str(tmp_path / "public") in told.err
    assert "Traceback" not in told.err
    assert sum(engine["calls"] for engine in summary["engines"].values()) == 0
    assert road.tree(config) == undisturbed


def test_a_damaged_store_is_named_and_left_alone(feeds: Network, tmp_path: Path) -> None:
    """A file that is no database any more is never overwritten; the way back is a backup."""
    config = configured(tmp_path, feeds)
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
        timeout=600,
        check=False,
    )


def test_a_directory_that_may_not_be_written_is_named(
    feeds: Network, undisturbed: Mapping[str, str], tmp_path: Path
) -> None:
    """The message says which file could not be written; once rights are mended, nothing is translated again."""
    config = configured(tmp_path, feeds)
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
    assert road.tree(config) == undisturbed


def test_a_broken_config_is_named_while_pages_go_on(tmp_path: Path) -> None:
    """Broken at work, it is named in the log; pages and cycles go on with the former one, with fresh news too."""
    port = free_port()
    routes = {"/feed": answer(FEED), **NO_ROBOTS}
    log = tmp_path / "log"
    with serve(routes) as sites:
        config = written_config(
            tmp_path, sites.url("/feed"), port=port, more="[schedule]\nevery = 0.02\njitter = 0\n"
        )
        config.write_text(config.read_text() + "interval = 0\n")
        with started("serve", "--config", config, log=log) as daemon:
            eventually((tmp_path / "public/lv/all.rss").exists)
            config.write_text(config.read_text() + "[nonsense\n")
            daemon.send_signal(signal.SIGHUP)
            eventually(lambda: "the configuration is broken" in log.read_text())
            routes["/feed"] = answer(FEED.replace(b"Maina laternas", b"Maina visas laternas"))
            eventually(lambda: "visas laternas" in ask(port, "/lv/all.rss").body.decode())

    assert str(config) in log.read_text()
    assert "Traceback" not in log.read_text()


def an_hour_passes(store: Path) -> None:
    """As if: what waits is due, and pauses are over."""
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("UPDATE pipeline_translation SET due_at = '2020-01-01 00:00:00'")
        connection.execute("UPDATE pipeline_enginepause SET until = '2020-01-01 00:00:00'")


def test_an_engine_that_is_away_is_waited_for(
    feeds: Network, undisturbed: Mapping[str, str], tmp_path: Path
) -> None:
    """While it is away nothing is published in its place; once it is back, all comes out as had it never been away."""
    port = free_port()
    config = configured(tmp_path, feeds, engine=f"http://127.0.0.1:{port}")
    away = road.once(config)
    with network(port):
        soon = road.once(config)
        an_hour_passes(config.parent / "newswire.db")
        back = road.once(config)

    assert away["languages"]["lv"]["published"] == soon["languages"]["lv"]["published"] == 0
    assert away["languages"]["lv"]["waiting"] == back["languages"]["lv"]["published"] > 0
    assert any(reason.startswith("libre") for reason in away["waiting_for"])
    assert back["languages"]["lv"]["waiting"] == 0
    assert road.tree(config) == undisturbed
