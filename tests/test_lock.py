"""The locks: one holder, known by name, and free again however the holder ends."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.errors import LockedError, StoreError
from pipeline.loading import load
from pipeline.lock import daemon_lock, lock_path, the_lock
from tests.running import written_config

HOLD = """
import sys, time
from pathlib import Path
from pipeline.loading import load
from pipeline.lock import the_lock
with the_lock(load(Path(sys.argv[2]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return load(written_config(tmp_path, "http://127.0.0.1:9/feed"))


def test_it_stands_beside_the_store(config: Config) -> None:
    """Whoever uses the same SQLite file meets at the same lock; with a server, at the published tree."""
    server = config.model_copy(
        update={"store": config.store.model_copy(update={"url": "postgresql://db/news"})}
    )

    assert lock_path(config) == config.publish.directory.parent / "newswire.db.lock"
    assert lock_path(server) == config.publish.directory.parent / "public.lock"


def test_a_second_holder_is_told_who_is_first(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names command, process and time, so an operator knows what to wait for."""
    monkeypatch.setattr(sys, "argv", ["run.py", "once", "--due"])
    with the_lock(config), pytest.raises(LockedError) as caught, the_lock(config):
        pytest.fail("the lock was given twice")

    assert "another run is at work: run.py once --due (process " in str(caught.value)
    assert caught.value.resource == str(lock_path(config))


def test_only_one_of_many_threads_gets_it(config: Config) -> None:
    """Never two holders at a time, whoever asks."""
    gate = threading.Barrier(8)
    hold = threading.Event()
    outcomes: list[str] = []

    def ask() -> None:
        gate.wait()
        try:
            with the_lock(config):
                outcomes.append("held")
                hold.wait(10)
        except LockedError:
            outcomes.append("locked")
        if outcomes.count("locked") == 7:
            hold.set()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["held"] + ["locked"] * 7


def test_it_is_free_after_its_block(config: Config) -> None:
    """After the end, and after an error, without a note left behind."""
    with pytest.raises(ZeroDivisionError), the_lock(config):
        _ = 1 / 0
    with the_lock(config):
        note = json.loads(lock_path(config).with_suffix(".holder").read_text())

    assert set(note) == {"pid", "since", "command"}
    assert not lock_path(config).with_suffix(".holder").exists()


def test_a_killed_holder_leaves_it_free(config: Config, tmp_path: Path) -> None:
    """Kill -9 leaves a note but no lock; the next holder writes its own."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, "once", str(tmp_path / "config.toml")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(LockedError, match=rf"run\.py once .* \(process {holder.pid}, since "),
            the_lock(config),
        ):
            pytest.fail("the lock was given twice")
        holder.send_signal(signal.SIGKILL)

    with the_lock(config), pytest.raises(LockedError) as caught, the_lock(config):
        pytest.fail("the lock was given twice")
    assert str(holder.pid) not in str(caught.value)


@pytest.mark.parametrize("note", ["", "{", "[]", "null", '{"pid": 1}'])
def test_an_unreadable_note_is_no_fault(config: Config, note: str) -> None:
    """A holder that has only just begun has not written its note whole yet."""
    with the_lock(config):
        lock_path(config).with_suffix(".holder").write_text(note)
        with pytest.raises(LockedError, match="who holds it is not known"), the_lock(config):
            pytest.fail("the lock was given twice")


def test_the_daemon_has_a_lock_of_its_own(config: Config) -> None:
    """A daemon between its cycles keeps other daemons away, not cron."""
    message = "another daemon serves this store"
    with (
        daemon_lock(config),
        the_lock(config),
        pytest.raises(LockedError, match=message),
        daemon_lock(config),
    ):
        pytest.fail("the lock was given twice")


def test_a_place_that_cannot_be_locked(config: Config) -> None:
    """A fault of the file system names the file and what to do."""
    lock_path(config).mkdir()
    with (
        pytest.raises(StoreError, match=r"newswire\.db\.lock: cannot be locked: Is a directory"),
        the_lock(config),
    ):
        pytest.fail("a folder was locked")
