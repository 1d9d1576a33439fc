"""The end of a run names what was left out."""

import subprocess
import sys
from pathlib import Path

import pytest

SAMPLE = """
import pytest

@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.skipif(True, reason="no kettle here: tea is not tried")
def test_tea(number): pass

def test_cake():
    pytest.skip("no oven: cake is not tried")

def test_bread(): pass
"""


@pytest.mark.parametrize(
    ("chosen", "last"),
    [
        (
            "",
            [
                "left out, 2 tests: no kettle here: tea is not tried",
                "left out, 1 test: no oven: cake is not tried",
            ],
        ),
        ("bread", ["1 passed, 3 deselected"]),
    ],
)
def test_what_was_left_out_is_said_last(tmp_path: Path, chosen: str, last: list[str]) -> None:
    """One line for each reason, after everything else; no line where nothing was."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    plugins = ["-p", "tests.plugins.left_out", "-p", "no:randomly", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *plugins,
            "-k",
            chosen,
            f"--rootdir={tmp_path}",
            str(tmp_path),
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = done.stdout.splitlines()[-len(last) :]

    assert done.returncode == 0, done.stdout + done.stderr
    assert all(line.startswith(begin) for line, begin in zip(lines, last, strict=True)), done.stdout
