"""What a run needs of the machine: places to write, and the clock."""

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import machine
from tests import builders

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)


def faults(folder: Path) -> dict[str, str]:
    config = builders.config(
        store={"url": f"sqlite:///{folder}/store/newswire.db"},
        publish={"directory": str(folder / "public")},
        engines={"models": str(folder / "models")},
        keep={"backups": 2, "directory": str(folder / "backup")},
        watch={"textfile": str(folder / "prom" / "x.prom")},
    )
    return {place.name: place.fault for place in machine.places(config)}


def test_every_folder_that_is_written_is_looked_at(tmp_path: Path) -> None:
    """One that is not there yet stands for the nearest above it."""
    assert faults(tmp_path) == dict.fromkeys(
        ("store's folder", "publish directory", "weights", "backups", "metrics file"), ""
    )


def test_little_room_and_missing_rights_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with what to do."""
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=3 * 2**20))
    assert "3 MB left" in faults(tmp_path)["publish directory"]

    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert "mend its owner" in faults(tmp_path)["weights"]


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        ([0.5], ""),
        ([-1.0, 1.0, 9_999.0], ""),  # one server's clock is wrong, not ours
        ([7.0, 7.0], "7 minutes ahead of the clocks of 2 site(s)"),
        ([-6_000.0], "4 days behind"),
        ([180.0], "3 hours ahead"),
    ],
)
def test_the_clock_is_compared_with_those_of_the_sites(minutes: list[float], words: str) -> None:
    """The middle one of what they say counts; some minutes are a fault."""
    fault = machine.clock_fault(NOW, [timedelta(minutes=each) for each in minutes], None)

    assert words in fault
    assert bool(fault) == bool(words)
    assert not fault or "timedatectl" in fault


def test_without_an_answer_the_store_tells_a_clock_that_is_behind() -> None:
    """A run cannot have ended in the future."""
    assert "but a run ended at 2026-12-01" in machine.clock_fault(NOW, [], NOW + timedelta(days=1))
    assert machine.clock_fault(NOW, [], NOW) == ""
