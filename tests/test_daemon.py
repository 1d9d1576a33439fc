"""`./run.py serve` as a real process: cycles, pages, and every way it can end."""

import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from pipeline.loading import load
from pipeline.lock import daemon_lock, the_lock
from tests.collect.servers import LoopbackServer, answer, serve, silent
from tests.running import (
    FEED,
    NO_ROBOTS,
    PATIENCE,
    SILENCE,
    Answer,
    ask,
    asked,
    children,
    ended,
    eventually,
    free_port,
    run,
    started,
    written_config,
)


@pytest.fixture
def sites() -> Iterator[LoopbackServer]:
    """A good feed, and a site that takes a request and never answers."""
    with serve({"/feed": answer(FEED), "/slow": silent, **NO_ROBOTS}) as server:
        yield server


@pytest.fixture
def port() -> int:
    return free_port()


def _page(port: int, path: str) -> Answer | None:
    try:
        return ask(port, path)
    except ConnectionRefusedError:
        return None


def _is_up(port: int, path: str = "/healthz") -> bool:
    answer = _page(port, path)
    return answer is not None and answer.status == 200


def _leaves_nothing(config: Path, family: list[psutil.Process]) -> None:
    """No process, no lock, no note of a holder."""
    psutil.wait_procs(family, timeout=PATIENCE)
    assert [each for each in family if each.is_running()] == []
    loaded = load(config)
    with the_lock(loaded), daemon_lock(loaded):
        pass
    assert list(config.parent.glob("*.holder")) == []


def test_it_runs_a_cycle_and_serves_the_files(tmp_path: Path, sites: LoopbackServer, port: int) -> None:
    """Started on an empty folder it collects, publishes and serves; SIGTERM ends it with 0."""
    config = written_config(tmp_path, sites.url("/feed"), port=port)
    with started("serve", "--config", config, log=tmp_path / "log") as daemon:
        eventually(lambda: _is_up(port, "/lv/all.rss"))
        assert "Atklāj tiltu" in ask(port, "/lv/all.rss").body.decode()
        assert ask(port, "/healthz").body == b"ok\n"
        assert ask(port, "/desk")["Location"] == "/desk/"
        family = children(daemon)

        assert ended(daemon) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    _leaves_nothing(config, family)


def test_it_goes_on_cycling(tmp_path: Path, port: int) -> None:
    """What changes at the source is served after the next cycle, at the port given on the command line, until Ctrl-C."""
    routes = {"/feed": answer(FEED), **NO_ROBOTS}
    often = "[schedule]\nevery = 0.01\njitter = 0\n"
    with serve(routes) as sites:
        config = written_config(tmp_path, sites.url("/feed"), more=often)
        config.write_text(config.read_text() + "interval = 0\n")
        with started("serve", "--port", port, "--config", config, log=tmp_path / "log") as daemon:
            eventually(lambda: _is_up(port, "/lv/all.rss"))
            routes["/feed"] = answer(FEED.replace(b"Maina laternas", b"Maina visas laternas"))
            eventually(lambda: "Maina visas laternas" in ask(port, "/lv/all.rss").body.decode())

            assert ended(daemon, signal.SIGINT) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_it_ends_in_the_middle_of_a_cycle(tmp_path: Path, sites: LoopbackServer, port: int) -> None:
    """A site that does not answer holds up neither the pages nor the end."""
    config = written_config(tmp_path, sites.url("/slow"), port=port, fetch_timeout=SILENCE)
    with started("serve", "--config", config, log=tmp_path / "log") as daemon:
        eventually(lambda: asked(sites, "/slow"))
        family = children(daemon)
        assert _is_up(port)
        assert family

        assert ended(daemon) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()
    _leaves_nothing(config, family)


def test_only_one_daemon_and_one_run(tmp_path: Path, sites: LoopbackServer, port: int) -> None:
    """A second `serve`, on whatever port, and a `once` during the cycle end with 75 and say who is at work."""
    config = written_config(tmp_path, sites.url("/slow"), port=port, fetch_timeout=SILENCE)
    with started("serve", "--config", config, log=tmp_path / "log") as daemon:
        eventually(lambda: asked(sites, "/slow"))
        second = run("serve", "--config", config, "--port", free_port())
        once = run("once", "--json", "--config", config)

        assert (second.code, second.out) == (75, "")
        assert f"run.py serve --config {config} (process {daemon.pid}, since " in second.err
        assert (once.code, once.out) == (75, "")
        assert "another run is at work: run.py once --json --due " in once.err
        assert f"(process {children(daemon)[0].pid}, since " in once.err
        assert "Traceback" not in second.err + once.err


def test_it_serves_while_cron_is_at_work(tmp_path: Path, sites: LoopbackServer, port: int) -> None:
    """A daemon that meets a run of cron's leaves its own cycle out and serves all the same."""
    config = written_config(tmp_path, sites.url("/slow"), port=port, fetch_timeout=SILENCE)
    log = tmp_path / "log"
    with started("once", "--config", config, log=tmp_path / "cron.log"):
        eventually(lambda: asked(sites, "/slow"))
        with started("serve", "--config", config, log=log) as daemon:
            eventually(lambda: "cycle left out: another run is at work" in log.read_text())

            assert _is_up(port)
            assert ended(daemon) == 0


def test_a_killed_daemon_takes_its_cycle_along(tmp_path: Path, sites: LoopbackServer, port: int) -> None:
    """After kill -9 the cycle notices, puts its work away and ends; the next run finds the locks free."""
    config = written_config(tmp_path, sites.url("/slow"), port=port, fetch_timeout=SILENCE)
    with started("serve", "--config", config, log=tmp_path / "log") as daemon:
        eventually(lambda: asked(sites, "/slow"))
        family = children(daemon)
        assert family

        assert ended(daemon, signal.SIGKILL) == -signal.SIGKILL
        psutil.wait_procs(family, timeout=PATIENCE)
        assert [each for each in family if each.is_running()] == []
    loaded = load(config)
    with the_lock(loaded), daemon_lock(loaded):
        pass


def test_a_broken_cycle_does_not_take_the_pages_down(
    tmp_path: Path, sites: LoopbackServer, port: int
) -> None:
    """The store is unusable: the log says so in words, and what is published stays up."""
    config = written_config(tmp_path, sites.url("/feed"), port=port)
    (tmp_path / "newswire.db").write_bytes(b"this is no database\n" * 100)
    (tmp_path / "public").mkdir()
    (tmp_path / "public/index.html").write_text("still here")
    log = tmp_path / "log"
    with started("serve", "--config", config, log=log) as daemon:
        eventually(lambda: "cycle failed; the next one comes as planned" in log.read_text())

        assert ask(port, "/").body == b"still here"
        assert ended(daemon) == 0
    assert "file is not a database" in log.read_text()
    assert "Traceback" not in log.read_text()


def test_a_changed_configuration_is_taken_up(tmp_path: Path, sites: LoopbackServer, port: int) -> None:
    """SIGHUP: a file that is broken, or cannot be served, is named and the pages go on; a mended one is served, here on another port."""
    config = written_config(tmp_path, sites.url("/feed"), port=port)
    other = free_port()
    log = tmp_path / "log"
    with started("serve", "--config", config, log=log) as daemon:
        eventually(lambda: _is_up(port, "/lv/all.rss"))
        good = config.read_text()
        config.write_text(good.replace("port = ", "prot = "))
        daemon.send_signal(signal.SIGHUP)
        eventually(lambda: "go on with the former one" in log.read_text())
        assert _is_up(port)

        config.write_text(good.replace("[serve]", '[serve]\nhost = "192.0.2.1"'))
        daemon.send_signal(signal.SIGHUP)
        eventually(lambda: "192.0.2.1 is no address of this machine" in log.read_text())
        config.write_text(good.replace("sqlite:///", "postgresql://nobody@127.0.0.1:1/"))
        daemon.send_signal(signal.SIGHUP)
        eventually(lambda: "the database server does not run" in log.read_text())
        assert _is_up(port)

        config.write_text(good.replace(f"port = {port}", f"port = {other}"))
        daemon.send_signal(signal.SIGHUP)
        eventually(lambda: _is_up(other))
        assert _page(port, "/healthz") is None
        assert "prot" in log.read_text()
        assert ended(daemon) == 0


def test_metrics_are_for_this_machine(tmp_path: Path, sites: LoopbackServer, port: int) -> None:
    """/metrics tells what runs and requests there were; who comes through a proxy is refused."""
    config = written_config(tmp_path, sites.url("/feed"), port=port)
    with started("serve", "--config", config, log=tmp_path / "log") as daemon:
        eventually(
            lambda: (
                b"newswire_last_run_timestamp_seconds" in ask(port, "/metrics").body
                if _is_up(port, "/lv/all.rss")
                else False
            )
        )
        metrics = ask(port, "/metrics").body.decode()
        proxied = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Host")
        refused = [ask(port, "/metrics", **{name: "203.0.113.5"}).status for name in proxied]
        assert ended(daemon) == 0

    assert 'newswire_web_requests_total{part="tree",status="200"}' in metrics
    assert 'newswire_source_last_success_timestamp_seconds{source="city1"}' in metrics
    assert set(refused) == {403}
