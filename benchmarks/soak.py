"""Months of a network's life in minutes: cycle after cycle over changing feeds, in one process, with time moved on.

    ./do bench soak [--cycles 1000] [--hours 6] [--feeds 6] [--plot FILE.svg]

After each cycle the clock moves on by --hours, the feeds turn, and once a simulated day the store is pruned. Measured
are this process's memory and the entries in the store, which must not grow once the policy's days are over, what is
left of each entry that went (its bare row, so that it never comes back as new, its lines of the log, its sentences in
the memory), and at the end whether the published tree is what would be composed anew from the store.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from statistics import fmean

import psutil
import pygal

from benchmarks.claims import claim
from benchmarks.loopback import network, write_config
from benchmarks.measure import table

_POLICY = (20, 30, 5, 10)  # days: pages are kept, entries, former revisions, records
_MORE = """[publish]
directory = "public"
search_hours = 0
keep_days = {}
[keep]
entries = {}
revisions = {}
records = {}
"""
_POINTS = 12  # lines of the table


class _Kind(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime)


class MovedClock(datetime, metaclass=_Kind):
    """`datetime` for every module of the newswire: its now is `ahead` of the real one."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + cls.ahead

    @classmethod
    def install(cls) -> None:
        for name, module in list(sys.modules.items()):
            ours = name.split(".")[0] in ("pipeline", "feeds") or name == "django.utils.timezone"
            if ours and getattr(module, "datetime", None) is datetime:
                module.datetime = cls  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    cycle: int
    days: float
    rss: float  # MB
    store: float  # MB in use
    entries: int  # with texts
    public: int
    waiting: int  # for an editor
    tombstones: int
    files: int
    seconds: float  # of this cycle


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench soak", description=__doc__.splitlines()[0])
    parser.add_argument("--cycles", type=int, default=1000)
    parser.add_argument("--hours", type=float, default=6.0, help="of simulated time between two cycles")
    parser.add_argument("--feeds", type=int, default=6)
    parser.add_argument("--plot", type=Path, default=Path("var/bench/soak.svg"))
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, network(hours=options.hours) as found:
        config = write_config(Path(scratch), found, options.feeds, more=_MORE.format(*_POLICY))
        samples, differing = _soak(config, found.turn, options)
    _report(samples, differing, options)
    _plot(samples, options.plot)


def _soak(path: Path, turn: Callable[[], None], options: argparse.Namespace) -> tuple[list[Sample], int]:
    from pipeline.loading import load  # noqa: PLC0415 - models need the settings first
    from pipeline.settings import boot  # noqa: PLC0415 - models need the settings first

    config = load(path)
    boot(config)
    from pipeline.cycle import Run, run_cycle  # noqa: PLC0415 - models need the settings first
    from pipeline.keeping.prune import prune  # noqa: PLC0415 - models need the settings first
    from pipeline.progress import Progress  # noqa: PLC0415 - models need the settings first

    samples: list[Sample] = []
    daily = max(1, round(24 / options.hours))
    run = Run(config=config, progress=Progress(quiet=True))
    run_cycle(run)
    MovedClock.install()
    for cycle in range(options.cycles):
        turn()
        MovedClock.ahead += timedelta(hours=options.hours)
        began = time.perf_counter()
        run_cycle(run)
        seconds = time.perf_counter() - began
        if cycle % daily == 0:
            prune(config, datetime.now(UTC) + MovedClock.ahead)
        if cycle % max(1, options.cycles // 100) == 0 or cycle == options.cycles - 1:
            samples.append(_sample(cycle + 1, options, path.parent, seconds))
    differing = run_cycle(
        Run(config=config, progress=Progress(quiet=True), publish_all=True), ("publish",)
    ).files_written
    return samples, differing


def _sample(cycle: int, options: argparse.Namespace, folder: Path, seconds: float) -> Sample:
    from django.db import connection  # noqa: PLC0415 - models need the settings first

    from pipeline.models import Entry, Release, Translation  # noqa: PLC0415 - models need the settings first

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT page_size * (page_count - freelist_count) "
            "FROM pragma_page_size, pragma_page_count, pragma_freelist_count"
        )
        size = cursor.fetchone()[0]
    return Sample(
        cycle=cycle,
        days=cycle * options.hours / 24,
        rss=psutil.Process().memory_info().rss / 2**20,
        store=size / 2**20,
        entries=Entry.objects.filter(current__isnull=False).count(),
        public=Release.objects.filter(withdrawn=False).count(),
        waiting=Translation.objects.filter(waits=True).count(),
        tombstones=Entry.objects.filter(current__isnull=True).count(),
        files=sum(path.is_file() for path in (folder / "public").rglob("*")),
        seconds=seconds,
    )


def _report(samples: Sequence[Sample], differing: int, options: argparse.Namespace) -> None:
    step = max(1, len(samples) // _POINTS)
    rows = [
        (
            str(each.cycle),
            f"{each.days:.0f}",
            f"{each.rss:.0f}",
            f"{each.store:.2f}",
            str(each.entries),
            str(each.public),
            str(each.tombstones),
            str(each.files),
            f"{each.seconds:.2f}",
        )
        for each in (*samples[::step], samples[-1])
    ]
    table(("cycle", "day", "RSS MB", "store MB", "entries", "public", "tombstones", "files", "seconds"), rows)
    middle, last = samples[len(samples) // 2], samples[-1]
    print(
        f"{options.cycles} cycles, {last.days:.0f} simulated days: second half against the middle: "
        f"RSS {last.rss / middle.rss:.3f}, store {last.store / middle.store:.3f}, entries {last.entries / middle.entries:.3f}"
    )
    print(f"composed anew from the store at the end: {differing} files differ")
    claim("memory at the end of a soak", last.rss / middle.rss, 1.05, peer="at its middle")
    # Entries go in waves of months, with the archives' blocks. A longer stretch meets a higher crest by chance, so
    # that means of whole waves are compared.
    quarter, half = samples[len(samples) // 4 : len(samples) // 2], samples[len(samples) // 2 :]
    means = [fmean(each.entries for each in stretch) for stretch in (quarter, half)]
    claim("entries with texts in a soak", means[1] / means[0], 1.1, peer="in its second quarter")
    waiting = max(each.waiting for each in samples)
    claim("texts that wait for an editor in a soak", waiting, 0.0, peer="all of them are public")
    left = (last.store - middle.store) * 1024 / max(1, last.tombstones - middle.tombstones)
    claim(
        "what an entry that left keeps of the store, kB", left, 2.0, peer="2 kB: its bare row, log and memory"
    )
    claim("files that differ from those composed anew", differing, 0.0, peer="the whole tree")


def _plot(samples: Sequence[Sample], path: Path) -> None:
    chart = pygal.XY(title="Soak", x_title="simulated days", y_title="MB", show_dots=False, js=[])
    chart.add("resident memory", [(each.days, each.rss) for each in samples])
    chart.add("store", [(each.days, each.store) for each in samples])
    path.parent.mkdir(parents=True, exist_ok=True)
    chart.render_to_file(str(path))
    print(f"plot: {path}")
