"""Publishing between cycles: soon, once for many askings, again while another run holds the lock, never after the end."""

from pathlib import Path

import pytest

from pipeline import publishing
from pipeline.publishing import Publishing
from tests.running import eventually

# Notes each run; ends with the codes that stand in the file beside it, then with 0.
PROGRAM = """
import pathlib, sys, time
here = pathlib.Path(__file__).parent
with (here / "runs").open("a") as file:
    file.write(" ".join(sys.argv[1:]) + "\\n")
codes = (here / "codes").read_text().split()
(here / "codes").write_text(" ".join(codes[1:]))
time.sleep(float((here / "seconds").read_text()))
sys.exit(int(codes[0]) if codes else 0)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in place of run.py, and short waits."""
    (tmp_path / "run.py").write_text(PROGRAM)
    (tmp_path / "codes").write_text("")
    (tmp_path / "seconds").write_text("0")
    (tmp_path / "runs").write_text("")
    monkeypatch.setattr(publishing, "RUN", tmp_path / "run.py")
    monkeypatch.setattr(publishing, "_GATHER", 0.2)
    monkeypatch.setattr(publishing, "_RETRY", 0.1)
    return tmp_path


def runs(folder: Path) -> list[str]:
    return (folder / "runs").read_text().splitlines()


def test_many_askings_make_one_run(folder: Path) -> None:
    """The clicks of one moment go out together; a later one makes another run."""
    found = Publishing(folder / "config.toml")
    for _ in range(20):
        found.ask()
    eventually(lambda: len(runs(folder)) == 1)
    found.ask()
    eventually(lambda: len(runs(folder)) == 2)
    found.stop()

    assert runs(folder) == [f"publish --json --config {folder / 'config.toml'}"] * 2


def test_it_waits_for_the_lock(folder: Path) -> None:
    """Two runs that find another at work are followed by one that does the work."""
    (folder / "codes").write_text("75 75 0")
    found = Publishing(folder / "config.toml")
    found.ask()
    eventually(lambda: len(runs(folder)) == 3)
    found.stop()

    assert len(runs(folder)) == 3


def test_a_failure_is_left_to_the_next_cycle(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """It stands in the log, and the next asking runs again."""
    (folder / "codes").write_text("2")
    found = Publishing(folder / "config.toml")
    found.ask()
    eventually(lambda: len(runs(folder)) == 1)
    found.ask()
    eventually(lambda: len(runs(folder)) == 2)
    found.stop()

    assert "publishing failed" in "".join(capfd.readouterr())


def test_the_end_ends_a_run_at_work(folder: Path) -> None:
    """And whoever asks afterwards is not heard."""
    (folder / "seconds").write_text("60")
    found = Publishing(folder / "config.toml")
    found.ask()
    eventually(lambda: len(runs(folder)) == 1)
    found.stop()
    found.ask()

    assert len(runs(folder)) == 1
