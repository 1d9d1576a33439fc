"""The translate stage against the bare engine: same sentences, same number of engine processes, same run.

    ./do bench translate-stage --from en --to pt --source FILE --reference FILE [--limit N] [--rounds N]

The texts are parallel, one sentence a line. The stage works as in a cycle: entries of ten paragraphs in a
SQLite store, segmented, protected, translated, checked, put together and stored, with an empty memory.
The bare engine gets the same segments, handed to the same pool, and nothing else is done. Both alternate,
so that another load on the machine strikes both. What a process does once, before its first sentence (the table
that tells languages apart, the names, all patterns), is measured apart, and the ratio is given with it and without.
"""

import argparse
import html
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.claims import claim
from benchmarks.local import local_config
from benchmarks.measure import Measured, measured, peak_mb, table
from pipeline.config import Config
from pipeline.records import Pair
from pipeline.settings import django_settings

_PARAGRAPHS = 10  # of an entry
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    pair = Pair(options.source_language, options.target_language)
    lines, references = (_lines(path, options.limit) for path in (options.source, options.reference))
    with tempfile.TemporaryDirectory() as folder:
        config = local_config(Path(folder), pair)
        settings.configure(**django_settings(config.store.url))
        django.setup()
        from benchmarks.chrf import chrf2  # noqa: PLC0415 - slow to load

        bare, stage = [], []
        with measured() as start_up:
            _start_up(pair)
        for _ in range(options.rounds):
            plain, measured_bare = _bare(config, pair, lines)
            staged, measured_stage = _stage(config, pair, lines)
            bare.append(measured_bare)
            stage.append(measured_stage)
    rows = [
        _row("bare engine", bare, len(lines), chrf2(plain, references)),
        _row("translate stage", stage, len(lines), chrf2(staged, references)),
    ]
    print(
        f"{pair}, {len(lines)} lines, {config.engines.firefox.workers or 'a process for each core'}, {options.rounds} round(s)"
    )
    table(("", "lines / wall s", "lines / CPU s", "chrF2"), rows)
    walls, cpus = ([_ratio(b, s, name) for b, s in zip(bare, stage, strict=True)] for name in ("wall", "cpu"))
    with_start_up = [b.cpu / (s.cpu + start_up.cpu) for b, s in zip(bare, stage, strict=True)]
    print(
        f"start-up of a process, once: {start_up.cpu:.2f} s of CPU; with it {statistics.median(with_start_up):.3f} by CPU"
    )
    for name, runs in (("bare", bare), ("stage", stage)):
        parent = statistics.median(run.own for run in runs)
        workers = statistics.median(run.cpu - run.own for run in runs)
        print(
            f"{name}: CPU of this process {1000 * parent / len(lines):.2f} ms a line, of the workers {1000 * workers / len(lines):.2f}"
        )
    own, _child = peak_mb()
    print(
        f"throughput of the stage: {statistics.median(walls):.3f} of the bare engine by the wall clock, {statistics.median(cpus):.3f} by CPU"
    )
    print(f"peak memory of this process: {own:.0f} MB")
    claim("the translate stage, CPU", statistics.median(cpus), 0.95, peer="the bare engine", more=True)


def _start_up(pair: Pair) -> None:
    """What the first sentence of a process costs beside its translation."""
    from pipeline.translate.checks import UnitForCheck, run_checks  # noqa: PLC0415
    from pipeline.translate.conventions import localise  # noqa: PLC0415
    from pipeline.translate.segments import parse  # noqa: PLC0415
    from pipeline.translate.terms import shipped  # noqa: PLC0415

    text = "On 3 May the mayor said that the city had planted 1,200 trees."
    parse({"line": text}, pair.source)
    shipped(pair).find(text)
    run_checks(
        UnitForCheck(source=text, target=localise(text, text, str(pair.source), str(pair.target)), pair=pair)
    )


def _ratio(bare: Measured, stage: Measured, name: str) -> float:
    return float(getattr(bare, name) / getattr(stage, name))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench translate-stage", description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source_language", required=True)
    parser.add_argument("--to", dest="target_language", required=True)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    parser.add_argument("--rounds", type=int, default=1)
    return parser.parse_args(arguments)


def _lines(path: Path, limit: int | None) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()[:limit]]


def _segments(lines: Sequence[str], language: str) -> list[list[str]]:
    from pipeline.translate.segments import parse  # noqa: PLC0415

    return [
        [each.text for each in parse({"line": line}, language, plain=frozenset({"line"})).segments]
        for line in lines
    ]


def _bare(config: Config, pair: Pair, lines: Sequence[str]) -> tuple[list[str], Measured]:
    from pipeline.translate.room import open_engines  # noqa: PLC0415

    segments = _segments(lines, pair.source)
    distinct = list(dict.fromkeys(text for each in segments for text in each))
    with measured() as result, closing(open_engines(config)) as room:
        answers = room.routes.direct(pair)[0].translate(distinct, pair)
    found = dict(zip(distinct, map(str, answers), strict=True))
    return [" ".join(found[text] for text in each) for each in segments], result


def _stage(config: Config, pair: Pair, lines: Sequence[str]) -> tuple[list[str], Measured]:
    from pipeline.models import Unit  # noqa: PLC0415
    from pipeline.translate import stage  # noqa: PLC0415
    from pipeline.translate.room import open_engines  # noqa: PLC0415

    Path(connection.settings_dict["NAME"]).unlink(missing_ok=True)
    connection.close()
    call_command("migrate", verbosity=0)
    _fill(pair, lines)
    with measured() as result, closing(open_engines(config)) as room:
        stage.run(config, room.routes, threads=room.threads)
    found = dict(Unit.objects.values_list("segment__text", "text"))
    return [" ".join(found.get(text, "") for text in each) for each in _segments(lines, pair.source)], result


def _fill(pair: Pair, lines: Sequence[str]) -> None:
    from pipeline.models import Entry, Revision, Source  # noqa: PLC0415

    Source.objects.ensure(["bench"])
    for number, start in enumerate(range(0, len(lines), _PARAGRAPHS)):
        entry = Entry.objects.create(
            source_id="bench",
            guid=str(number),
            guid_hash=str(number),
            public_id=str(number),
            tag="bench,2026",
            language=pair.source,
            first_seen=_NOW,
            published=_NOW,
            updated=_NOW,
        )
        content = "".join(
            f"<p>{html.escape(line, quote=False)}</p>" for line in lines[start : start + _PARAGRAPHS]
        )
        entry.current = Revision.objects.create(entry=entry, number=1, content=content, seen_at=_NOW)
        entry.save()


def _row(name: str, runs: Sequence[Measured], count: int, score: float) -> tuple[str, str, str, str]:
    wall = statistics.median(run.wall for run in runs)
    cpu = statistics.median(run.cpu for run in runs)
    return name, f"{count / wall:.1f}", f"{count / cpu:.1f}", f"{score:.2f}"
