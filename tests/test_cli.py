"""The commands as scripts meet them: exit codes, one JSON object, plain words instead of tracebacks."""

import contextlib
import json
import runpy
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline import cli, logs
from tests.collect.servers import Behaviour, LoopbackServer, answer, serve, silent
from tests.running import (
    FEED,
    NO_ROBOTS,
    RUN,
    SILENCE,
    asked,
    ended,
    eventually,
    free_port,
    run,
    started,
    written_config,
)

COMMANDS = (
    "demo",
    "once",
    "serve",
    "collect",
    "translate",
    "publish",
    "check",
    "models",
    "evaluate",
    "manage",
)


@pytest.fixture
def routes() -> dict[str, Behaviour]:
    return {"/feed": answer(FEED), "/slow": silent, "/none": answer(status="404 Not Found"), **NO_ROBOTS}


@pytest.fixture
def sites(routes: dict[str, Behaviour]) -> Iterator[LoopbackServer]:
    with serve(routes) as server:
        yield server


def test_help_names_every_command() -> None:
    """--help is for people: on stdout, with exit code 0, whatever the environment lacks."""
    done = run("--help")

    assert (done.code, done.err) == (0, "")
    assert [name for name in COMMANDS if f"\n    {name}" not in done.out] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the following arguments are required: COMMAND"),
        (("bogus",), "invalid choice: 'bogus'"),
        (("once", "--bogus"), "once does not know --bogus; what it takes: ./run.py once --help"),
        (("once", "--stric"), "once does not know --stric"),
        (("--config", "my.toml", "check"), "--config stands behind the command"),
        (("serve", "--port", "65536"), "argument --port: '65536' is not a port; allowed: 1 to 65535"),
        (("demo", "--port", "eight"), "argument --port: 'eight' is not a port; allowed: 1 to 65535"),
        (("models", "burn"), "invalid choice: 'burn'"),
        (("evaluate", "--from", "en"), "the following arguments are required: --to, --source, --reference"),
        (("once", "--config", "/nowhere/config.toml"), "no such file; name another with --config FILE"),
    ],
)
def test_wrong_use_is_1(arguments: tuple[str, ...], message: str) -> None:
    """A mistake of the caller's: exit code 1, what is wrong on stderr, nothing on stdout."""
    done = run(*arguments)

    assert (done.code, done.out) == (1, "")
    assert message in done.err
    assert "Traceback" not in done.err


def test_a_folder_in_the_place_of_the_configuration_is_named(tmp_path: Path) -> None:
    """A usual slip: the folder instead of the file in it."""
    done = run("check", "--config", tmp_path)

    assert (done.code, done.err) == (
        1,
        f"{tmp_path} has 1 mistake:\n  is a folder; name the file in it with --config\n",
    )


def test_an_environment_that_is_closed_to_the_account_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set up by root with a python below /root, then run as a service: no traceback, but what to do."""
    monkeypatch.setattr(sys, "prefix", "/usr")
    monkeypatch.setattr(Path, "exists", _refused)

    with pytest.raises(
        SystemExit, match=r"remove \.venv and run \./do setup with a python3 that every account"
    ):
        runpy.run_path(str(RUN), run_name="__main__")


def _refused(_path: Path) -> bool:
    raise PermissionError(13, "Permission denied")


def test_a_wrong_configuration_is_1_with_every_mistake(tmp_path: Path) -> None:
    """All mistakes at once, each with its key; nothing is made or started."""
    config = written_config(tmp_path, "http://127.0.0.1:9/feed", "not an address", more="prot = 1")
    config.write_text(config.read_text().replace('targets = ["lv"]', 'targets = ["lv", "Latvian"]'))

    done = run("once", "--json", "--config", config)

    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"{config} has 3 mistakes:\n")
    for part in ("languages.targets[2]", "source[2].url", "serve.prot"):
        assert f"\n  {part}: " in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["config.toml"]


def test_json_is_one_object_with_every_documented_key(tmp_path: Path, sites: LoopbackServer) -> None:
    """`once --json`: the summary alone on stdout; a failed source is named in it and does not stop the run."""
    config = written_config(tmp_path, sites.url("/feed"), sites.url("/none"))

    done = run("once", "--json", "--config", config)

    assert done.code == 0, done.err
    summary, end = json.JSONDecoder().raw_decode(done.out)
    assert done.out[end:] == "\n"
    good, bad = summary["sources"]
    assert (
        good.items()
        >= {"key": "city1", "new": 2, "changed": 0, "unchanged": 0, "withdrawn": 0, "error": None}.items()
    )
    assert bad["key"] == "city2"
    assert "404" in bad["error"]
    assert summary["languages"]["lv"].items() >= {"translated": 0, "waiting": 0, "published": 2}.items()
    assert summary["engines"] == {}
    assert summary["memory_hits"] == 0
    assert summary["files_written"] > 10
    assert set(summary["seconds"]) == {"collect", "translate", "publish"}
    assert all(seconds >= 0 for seconds in summary["seconds"].values())
    assert "Traceback" not in done.err


def test_strict_turns_a_failed_source_into_2(tmp_path: Path, sites: LoopbackServer) -> None:
    """The run is finished and its summary shown all the same."""
    config = written_config(tmp_path, sites.url("/feed"), sites.url("/none"))

    done = run("once", "--strict", "--config", config)

    assert (done.code, done.out) == (2, "")
    assert "city1" in done.err
    assert (tmp_path / "public/lv/all.rss").exists()


def test_the_stages_one_by_one_are_the_cycle(tmp_path: Path, sites: LoopbackServer) -> None:
    """collect, translate and publish each do their part; done again, nothing is written."""
    config = written_config(tmp_path, sites.url("/feed"))
    collected, translated, published = (
        run(stage, "--json", "--config", config).data for stage in ("collect", "translate", "publish")
    )
    again = run("publish", "--all", "--json", "--config", config)

    assert [line["new"] for line in collected["sources"]] == [2]
    assert set(collected["seconds"]) == {"collect"}
    assert not translated["sources"]
    assert published["languages"]["lv"]["published"] == 2
    assert "Maina laternas" in (tmp_path / "public/lv/all.rss").read_text()
    assert again.data["files_written"] == 0


def _store_of_garbage(folder: Path) -> None:
    (folder / "newswire.db").write_bytes(b"this is no database\n" * 100)


def _store_in_a_file(folder: Path) -> None:
    text = (folder / "config.toml").read_text()
    (folder / "config.toml").write_text(text.replace("sqlite:///", "sqlite:///config.toml/"))


def _store_of_nobody(folder: Path) -> None:
    text = (folder / "config.toml").read_text()
    url = f"postgresql://nobody@127.0.0.1:{free_port()}/news"
    (folder / "config.toml").write_text(text.replace("sqlite:///newswire.db", url))


def _publish_into_a_file(folder: Path) -> None:
    (folder / "public").write_text("in the way")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_store_of_garbage, "newswire.db: cannot be opened: file is not a database"),
        (_store_in_a_file, "config.toml"),
        (_store_of_nobody, "cannot be opened: connection"),
        (_publish_into_a_file, "public: cannot be written: "),
    ],
)
def test_what_the_machine_refuses_is_2_in_words(
    tmp_path: Path, sites: LoopbackServer, spoil: object, message: str
) -> None:
    """An unusable store or folder: exit code 2, the place and the reason, no traceback, no summary."""
    config = written_config(tmp_path, sites.url("/feed"))
    assert callable(spoil)
    spoil(tmp_path)

    done = run("once", "--json", "--config", config)

    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("host", ["127.0.0.1", "no host"])
def test_serve_without_a_place_to_listen_is_2(tmp_path: Path, host: str) -> None:
    """A taken port and an unknown host are told with what to do."""
    with serve({}) as taken:
        config = written_config(tmp_path, taken.url("/feed"), port=taken.port, more=f'host = "{host}"')
        done = run("serve", "--config", config)

    assert (done.code, done.out) == (2, "")
    assert f"{host}:{taken.port}: cannot listen: " in done.err
    assert "choose another with --port" in done.err
    assert "Traceback" not in done.err


def test_a_reader_of_the_summary_may_go_away(tmp_path: Path) -> None:
    """`./run.py check --json | true` is no fault and leaves no trace of one."""
    config = written_config(tmp_path, "http://127.0.0.1:9/feed")
    command = subprocess.Popen(
        [sys.executable, str(RUN), "translate", "--json", "--config", str(config)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with command:
        assert command.stdout
        assert command.stderr
        command.stdout.close()
        errors = command.stderr.read()

    assert (command.returncode, errors) == (0, b"")


def test_a_run_that_is_ended_keeps_its_work(
    tmp_path: Path, sites: LoopbackServer, routes: dict[str, Behaviour]
) -> None:
    """SIGTERM while one site is silent: what the other gave is stored, and the next run finishes the rest."""
    config = written_config(tmp_path, sites.url("/feed"), sites.url("/slow"), fetch_timeout=SILENCE)
    log = tmp_path / "log"
    with started("once", "--config", config, log=log) as process:
        eventually(lambda: _entries(tmp_path) == 2 and asked(sites, "/slow"))

        assert ended(process) == 0
    assert "Traceback" not in log.read_text()
    assert "Cut short" in log.read_text()
    assert _entries(tmp_path) == 2
    routes["/slow"] = answer(FEED.replace(b"Kalnpils", b"Lejaspils"))
    after = run("once", "--strict", "--json", "--config", config)

    assert after.code == 0
    assert [line["error"] for line in after.data["sources"]] == [None, None]
    assert after.data["languages"]["lv"]["published"] == 4


def _entries(folder: Path) -> int:
    """How many entries another process has stored; none before its tables are there."""
    if not (folder / "newswire.db").exists():
        return 0
    store = sqlite3.connect(folder / "newswire.db")
    with contextlib.closing(store), contextlib.suppress(sqlite3.OperationalError):
        return int(store.execute("SELECT count(*) FROM pipeline_entry").fetchone()[0])
    return 0


def test_a_fault_of_the_program_is_told_apart_from_wrong_use(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 70, with all that is needed to report it."""
    monkeypatch.setattr(logs, "begin", lambda _options, *, stays: None)  # of the whole process
    monkeypatch.setattr(cli, "_run", lambda _options, _stop: int("x"))

    assert cli.main(["once", "--config", "x.toml"]) == 70
    assert "ValueError" in capsys.readouterr().err
