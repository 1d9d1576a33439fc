"""Kills (-9) at random moments: the published tree ends as the undisturbed one, nothing twice, nothing lost.

    ./do bench kills [--kills 200] [--seed 1] [--mode single|cluster|both]

`single` kills runs of each stage on SQLite; `cluster` kills workers, and now and then the scheduler at work, on a
PostgreSQL of its own. Moments are spread over the CPU time of an undisturbed run, which is measured first: so they
fall all over the work, however busy the machine is.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.claims import claim
from benchmarks.measure import measured, table
from benchmarks.postgres import postgres
from pipeline.demo.network import SampleNetwork
from tests import road
from tests.cluster.network import await_that, cluster, lasting

_RUNS = "runs, SQLite"
_ROUND = 6  # kills, two of each stage
_STAGES = ("collect", "translate", "publish")
_CLUSTER = '[store]\nurl = "{}"\n[cluster]\ntick = 0.5\nquiet = 0.5\nlost = 5.0\n'


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    what: str
    started: int
    killed: int  # those that were still at work
    same: bool  # whether the tree is the undisturbed one
    written_again: int  # files by one more cycle: 0
    doubled: int  # entries found new by one more cycle: 0
    seconds: float


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench kills", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", choices=("single", "cluster", "both"), default="both")
    options = parser.parse_args(arguments)
    kinds = ("single", "cluster") if options.mode == "both" else (options.mode,)
    share = -(-options.kills // len(kinds))
    chance = random.Random(options.seed)
    with SampleNetwork() as sites, tempfile.TemporaryDirectory() as scratch:
        config = road.write_config(Path(scratch) / "calm", sites)
        costs, calm = undisturbed(config), road.tree(config)
        found = []
        if "single" in kinds:
            found.append(
                together(
                    single(
                        road.write_config(Path(scratch) / f"single{number}", sites),
                        calm,
                        costs,
                        count,
                        chance,
                    )
                    for number, count in enumerate(_rounds(share))
                )
            )
        if "cluster" in kinds:
            found.append(clustered(Path(scratch) / "cluster", sites, calm, share, chance))
    report(found)
    sys.exit(not all(each.same and not each.written_again and not each.doubled for each in found))


def undisturbed(config: Path) -> dict[str, float]:
    """Run each stage to its end. What each took in CPU seconds, its start included."""
    costs = {}
    for stage in _STAGES:
        with measured() as took:
            road.run(stage, "--config", str(config))
        costs[stage] = took.cpu
    return costs


def kill_after(seconds: float, *arguments: str) -> bool:
    """Start a command and kill it once it has taken so much CPU time. Whether it was still running."""
    child = subprocess.Popen(
        road.command(*arguments), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=road.environment()
    )
    process = psutil.Process(child.pid)
    while child.poll() is None:
        with suppress(psutil.NoSuchProcess):
            spent = process.cpu_times()
            if spent.user + spent.system >= seconds:
                child.kill()
                break
        time.sleep(0.005)
    return child.wait() == -signal.SIGKILL


def single(
    config: Path, calm: Mapping[str, str], costs: dict[str, float], kills: int, chance: random.Random
) -> Outcome:
    """The stages in turn, each killed a few times and then run to its end; then a whole cycle, and one more.

    As in a cycle no stage begins before the one before it has ended: else a publish of half the translations would
    give them other places in the site map, and the search its index early.
    """
    began, killed = time.perf_counter(), 0
    for number in range(kills):
        stage = _STAGES[number * len(_STAGES) // kills]
        if stage != (before := _STAGES[max(0, number - 1) * len(_STAGES) // kills]):
            road.run(before, "--config", str(config))
        killed += kill_after(chance.uniform(0.15, 1.0) * costs[stage], stage, "--config", str(config))
    road.once(config)
    return _outcome(_RUNS, config, calm, (kills, killed), began)


def _rounds(kills: int) -> list[int]:
    """Each on a store of its own: after some kills of a stage there is hardly any work left to be killed at."""
    return [min(_ROUND, kills - start) for start in range(0, kills, _ROUND)]


def together(rounds: Iterable[Outcome]) -> Outcome:
    found = list(rounds)
    return Outcome(
        what=f"{found[0].what}, {len(found)} stores",
        started=sum(each.started for each in found),
        killed=sum(each.killed for each in found),
        same=all(each.same for each in found),
        written_again=sum(each.written_again for each in found),
        doubled=sum(each.doubled for each in found),
        seconds=sum(each.seconds for each in found),
    )


def clustered(
    folder: Path, sites: SampleNetwork, calm: Mapping[str, str], kills: int, chance: random.Random
) -> Outcome:
    """Workers one after the other, every eighth time with the scheduler at work; the last ones live."""
    began, killed = time.perf_counter(), 0
    with postgres() as url:
        config = road.write_config(folder, sites, extra=_CLUSTER.format(url))
        with cluster(config, url) as members:
            leader = members.start("scheduler")
            await_that(lambda: "scheduler at work" in members.log(), members.log)
            for number in range(kills):
                worker = members.start("worker")
                time.sleep(chance.uniform(0.5, 4.0))
                killed += worker.poll() is None
                worker.kill()
                worker.wait()
                if number % 8 == 7:
                    leader.kill()
                    leader.wait()
                    leader = members.start("scheduler")
            members.start("worker")
            await_that(members.is_idle, members.log)
            members.stop()
        return _outcome("workers, PostgreSQL", config, calm, (kills, killed), began)


def _outcome(
    what: str, config: Path, calm: Mapping[str, str], kills: tuple[int, int], began: float
) -> Outcome:
    tree = road.tree(config)
    same = tree == calm if what == _RUNS else lasting(tree) == lasting(calm)
    again = road.once(config)
    return Outcome(
        what=what,
        started=kills[0],
        killed=kills[1],
        same=same,
        written_again=again["files_written"],
        doubled=sum(line["new"] for line in again["sources"]),
        seconds=time.perf_counter() - began,
    )


def report(found: Sequence[Outcome]) -> None:
    head = ("what", "started", "killed at work", "tree", "written again", "twice", "seconds")
    rows = [
        (
            each.what,
            str(each.started),
            str(each.killed),
            "identical" if each.same else "DIFFERS",
            str(each.written_again),
            str(each.doubled),
            f"{each.seconds:.0f}",
        )
        for each in found
    ]
    table(head, rows)
    bad = sum(not each.same or bool(each.written_again) or bool(each.doubled) for each in found)
    claim("kinds of kills after which the tree differs", bad, 0.0, peer="the undisturbed tree")
