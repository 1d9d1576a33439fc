"""Workers on one PostgreSQL beside a plain cycle, the price of a task, and a model of many sources.

    ./do bench cluster [--feeds 60] [--workers 1 2 4] [--tasks 1000] [--looks 10000] [--minutes 30]

All on this machine and in one run, so that the ratios hold. The model takes the CPU seconds that were measured here
for a poll, for a translated text without its engine, for a task and for a look of the scheduler at so many sources
(`--looks`), and says how many such cores a network needs, for several sizes and numbers of languages. Assumed are the
entries of a source a day, sources on hosts of their own, evenly spread polls, and that all that was measured grows in
proportion; not in it is the engine, which is sized by its own speed.
"""

import argparse
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from benchmarks.claims import claim
from benchmarks.loopback import Network, network, write_config
from benchmarks.measure import measured, table
from benchmarks.postgres import postgres
from tests import road
from tests.cluster.network import Cluster, await_that, cluster, lasting

_EXTRA = '[store]\nurl = "{}"\n[cluster]\ntick = 0.5\nquiet = 0.5\n[publish]\ndirectory = "public"\nsearch_hours = 0\n'
_LOOKS = 86_400 // 15
_NEWS = 3.0  # entries a source has a day: assumption of the model


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    what: str
    texts: int
    seconds: float
    same: bool


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench cluster", description=__doc__.splitlines()[0])
    parser.add_argument("--feeds", type=int, default=60)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--looks", type=int, default=10_000, help="sources that the scheduler looks at")
    parser.add_argument("--minutes", type=float, default=30.0, help="between two polls of a source")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, network() as found, postgres() as url:
        folder = Path(scratch)
        plain, costs = _plain(folder / "plain", found, options.feeds)
        rounds = [plain]
        calm = road.tree(folder / "plain/config.toml")
        for workers in options.workers:
            _empty(url)
            rounds.append(_clustered(folder / f"with{workers}", found, url, options.feeds, workers, calm))
        task = _tasks(folder / f"with{options.workers[-1]}/config.toml", url, options.tasks)
        _empty(url)
        looks = _looks(url, options.looks)
    _report(rounds, task, options)
    table(("a look of the scheduler", "tasks put in", "CPU seconds"), looks)
    _model(costs, task, float(looks[-1][2]) / options.looks, options.minutes)


def _plain(folder: Path, found: Network, feeds: int) -> tuple[Round, tuple[float, float]]:
    """A cycle with everything new and one with nothing new: CPU seconds of a text, and of a poll."""
    config = write_config(folder, found, feeds, more=_EXTRA.format("sqlite:///newswire.db"))
    began = time.perf_counter()
    with measured() as full:
        summary = road.once(config)
    seconds = time.perf_counter() - began
    with measured() as idle:
        road.once(config)
    with measured() as start:
        road.run("--version")
    texts = summary["languages"]["lv"]["published"]
    poll = max(0.0, idle.cpu - start.cpu) / feeds
    return Round(what="once, SQLite", texts=texts, seconds=seconds, same=True), (
        max(0.0, full.cpu - idle.cpu) / texts,
        poll,
    )


def _empty(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


def _clustered(
    folder: Path, found: Network, url: str, feeds: int, workers: int, calm: dict[str, str]
) -> Round:
    """From the scheduler's first tick until nothing is left to do."""
    config = write_config(folder, found, feeds, more=_EXTRA.format(url))
    text = config.read_text(encoding="utf-8")
    config.write_text(
        text.replace("interval = 0\n", "interval = 600\n"), encoding="utf-8"
    )  # idle when all is out
    # All feeds are of one host here, which one worker at a time polls: as it is for a town's own site.
    with cluster(config, url) as members:
        for _ in range(workers):
            members.start("worker")
        time.sleep(6)  # they start
        began = time.perf_counter()
        members.start("scheduler")
        await_that(members.is_idle, members.log)
        seconds = time.perf_counter() - began
        texts = int(str(members.query("SELECT COUNT(*) FROM pipeline_release WHERE NOT withdrawn")[0][0]))
        members.stop()
    return Round(
        what=f"{workers} worker{'s' * (workers > 1)}, PostgreSQL",
        texts=texts,
        seconds=seconds,
        same=lasting(road.tree(config)) == lasting(calm),
    )


def _tasks(config: Path, url: str, count: int) -> float:
    """CPU seconds of a worker for a translate task that finds nothing to do: it takes so many, one after the other."""
    with cluster(config, url) as members:
        worker = members.start("worker", "--queues", "translate", "--concurrency", "1")
        _put(url, 1)
        await_that(lambda: _left(members) == 0, members.log)  # it is up
        _put(url, count)
        began = psutil.Process(worker.pid).cpu_times()
        while _left(members):
            time.sleep(0.2)
        ended = psutil.Process(worker.pid).cpu_times()
        seconds = ended.user + ended.system - began.user - began.system
        members.stop()
    return seconds / count


def _put(url: str, count: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, priority, args, status) "
            "SELECT 'translate', 'translate', 0, '{}'::jsonb, 'todo' FROM generate_series(1, %s)",
            [count],
        )
        connection.execute('NOTIFY procrastinate_any_queue_v1, \'{"type": "job_inserted", "job_id": 0}\'')


def _left(members: Cluster) -> int:
    return int(
        str(members.query("SELECT COUNT(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")[0][0])
    )


def _looks(url: str, sources: int) -> list[tuple[str, str, str]]:
    """What the scheduler's looks at so many sources cost in its own process."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ticks", url, str(sources)],
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        (f"{sources} sources, {what}", made, cpu)
        for what, made, cpu in (line.split("\t") for line in done.stdout.splitlines())
    ]


def _report(rounds: Sequence[Round], task: float, options: argparse.Namespace) -> None:
    plain = rounds[0]
    rows = [
        (
            each.what,
            str(each.texts),
            f"{each.seconds:.1f}",
            f"{each.texts / each.seconds:.1f}",
            f"{each.texts / each.seconds * plain.seconds / plain.texts:.2f}",
            "identical" if each.same else "DIFFERS",
        )
        for each in rounds
    ]
    table(("who", "texts", "seconds", "texts a second", "of once", "tree"), rows)
    pace = rounds[-1].texts / rounds[-1].seconds * plain.seconds / plain.texts
    claim(f"texts a second, {rounds[-1].what}", pace, 0.5, peer="a plain cycle on the same cores", more=True)
    print(f"a task that finds nothing to do, of {options.tasks}: {task * 1000:.1f} ms of CPU")


_SIZES = (100, 1_000, 10_000, 100_000)
_LANGUAGES = (1, 3, 10)
_BATCH = 24  # texts a task; see pipeline/translate/stage.py


def _model(costs: tuple[float, float], task: float, look: float, minutes: float) -> None:
    """`costs`: CPU seconds of a text and of a poll; `look`: of the scheduler's for one source."""
    text, poll = costs
    print(
        f"model: measured are {poll * 1000:.1f} ms of CPU a poll, {text * 1000:.1f} a text without its engine, "
        f"{task * 1000:.1f} a task, {look * 1e6:.1f} microseconds a source in a look. "
        f"Assumed: a poll every {minutes:g} minutes, {_NEWS:g} entries a source and day, {_BATCH} texts a task."
    )
    rows = []
    for sources in _SIZES:
        polls = sources * 86_400 / (minutes * 60)
        for languages in _LANGUAGES:
            texts = sources * _NEWS * languages
            collecting = polls * (poll + task) / 86_400
            translating = (texts * text + texts / _BATCH * task) / 86_400
            looking = look * sources * _LOOKS / 86_400
            total = collecting + translating
            rows.append(
                (
                    f"{sources:,}",
                    str(languages),
                    f"{texts:,.0f}",
                    f"{collecting:.2f}",
                    f"{translating:.2f}",
                    f"{looking:.2f}",
                    str(max(1, math.ceil(total * 1.5))),
                )
            )
    table(
        (
            "sources",
            "languages",
            "texts a day",
            "collect",
            "texts",
            "scheduler",
            "workers at two thirds of load",
        ),
        rows,
    )
