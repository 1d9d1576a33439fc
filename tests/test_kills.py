"""Killed at any moment (-9), the next run finishes, and the tree equals that of an undisturbed run, byte for byte."""

import os
import random
from pathlib import Path

from benchmarks.kills import single, undisturbed
from benchmarks.loopback import Network
from tests import road
from tests.plugins.small_network import configured

KILLS = int(os.environ.get("NEWSWIRE_KILLS", "9"))  # in all; `./do bench kills` has hundreds, and a cluster's


def test_killed_runs_leave_the_tree_of_an_undisturbed_one(feeds: Network, tmp_path: Path) -> None:
    """Several kills in each stage, then one run to the end: same files, nothing twice, nothing lost."""
    calm = configured(tmp_path / "calm", feeds)
    costs = undisturbed(calm)
    harried = configured(tmp_path / "harried", feeds)
    found = single(harried, road.tree(calm), costs, KILLS, random.Random(1))

    assert found.killed > KILLS // 3
    assert found.same
    assert (found.written_again, found.doubled) == (0, 0)
