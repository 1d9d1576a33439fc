"""Killed at any moment (-9), the next run finishes, and the tree equals that of an undisturbed run, byte for byte."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipeline.demo.network import SampleNetwork
from tests import road

KILLS = int(os.environ.get("NEWSWIRE_KILLS", "3"))  # of each stage; raise it for a long run


def kill_after(seconds: float, *arguments: str) -> bool:
    """Start a command and kill it after a while. Whether it was still running."""
    child = subprocess.Popen(
        road.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=road.environment()
    )
    time.sleep(seconds)
    alive = child.poll() is None
    child.send_signal(signal.SIGKILL) if alive else None
    child.wait()
    return alive


@pytest.mark.parametrize("seed", [1])
def test_killed_runs_leave_the_tree_of_an_undisturbed_one(tmp_path: Path, seed: int) -> None:
    """Several kills in each stage, then one run to the end: same files, nothing twice, nothing lost."""
    chance = random.Random(seed)
    with SampleNetwork() as sites:
        calm = road.write_config(tmp_path / "calm", sites)
        durations = road.once(calm)["seconds"]
        harried = road.write_config(tmp_path / "harried", sites)
        killed = 0
        for stage in ("collect", "translate", "publish"):
            for _ in range(KILLS):
                moment = chance.uniform(0.2, 1.0) + chance.random() * durations[stage]
                killed += kill_after(moment, stage, "--config", str(harried))
        last = road.once(harried)
        again = road.once(harried)

    sys.stderr.write(f"{killed} of {3 * KILLS} runs were killed\n")
    assert killed > KILLS
    assert road.tree(harried) == road.tree(calm)
    assert again["files_written"] == 0
    assert {line["new"] for line in again["sources"]} == {0}
    assert last["languages"]["lv"]["published"] == again["languages"]["lv"]["published"]
