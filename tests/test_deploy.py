"""The files in deploy/: units that systemd takes, a container file that the linter takes, commands that exist."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline import arguments

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_every_unit_starts_a_command_that_exists(unit: Path) -> None:
    """ExecStart is one of our own commands, with options it takes."""
    started = re.search(
        r"^ExecStart=/opt/newswire/run\.py (.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE
    )

    assert started is not None
    assert arguments.parse(started[1].split()).command in started[1]


@pytest.mark.parametrize("unit", UNITS, ids=[unit.name for unit in UNITS])
def test_units_are_hardened(unit: Path) -> None:
    """Systemd's own rating, where it is installed: 2.0 or better, of 10 that would be no protection."""
    analyze = shutil.which("systemd-analyze")
    assert "ProtectSystem=strict" in unit.read_text(encoding="utf-8")
    if analyze is None:
        return
    told = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
    )
    rating = re.search(r"exposure level for \S+: ([\d.]+)", told.stdout)

    assert rating is not None
    assert float(rating[1]) <= 2.0


def test_the_container_file_is_clean() -> None:
    """Hadolint finds nothing in it."""
    linter = Path(sys.executable).parent / "hadolint"
    told = subprocess.run(
        [linter, "--no-color", DEPLOY / "container" / "Containerfile"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.stdout == ""
