"""Publish after one new item, with few and with many entries in the store: time, files, memory.

    ./do bench publish [--stored 1000 100000 1000000] [--rounds 5] [--withdrawn 100]

Each size has a SQLite store of its own: three entries by the project's own code, published, then copied inside the
database as often as asked, marked as published already. Then, in a process of its own, one new translated entry a
round goes through release, stories and publish; afterwards what a cycle counts of the whole store.

Left out: the pages, archives and parts of the site map of the copies are not on the disk (a file system's folders
are not measured here), the copies have no sentences, no audit log and no stories, and Pagefind does not run: it
indexes the newest `search_items` every few hours, whatever is stored.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models, transaction

from benchmarks.claims import claim
from benchmarks.measure import measured, peak_mb, table
from pipeline import logs
from pipeline.config import Config
from pipeline.options.log import Log
from pipeline.settings import django_settings

LIMIT = 1.5  # times what the smallest store takes
_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_SOURCES = 10
_PAUSE = timedelta(minutes=30)  # between two entries: 48 a day; a million are 57 years
_BATCH = 50_000  # copies made by one statement
_STAGES = ("release", "stories", "publish")


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    found = [(stored, _of_size(stored, options)) for stored in sorted(options.stored)]
    _report(found)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench publish", description=__doc__.splitlines()[0])
    parser.add_argument("--stored", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5, help="new items, one after the other")
    parser.add_argument("--withdrawn", type=int, default=100, help="every so manieth copy was withdrawn")
    return parser.parse_args(arguments)


def _of_size(stored: int, options: argparse.Namespace) -> Any:
    """Filled by this process's child and measured by another one, so that the fill is in nobody's memory."""
    with tempfile.TemporaryDirectory() as folder:
        for step in (["fill", str(stored), str(options.withdrawn)], ["measure", str(options.rounds)]):
            command = [sys.executable, "-m", "benchmarks.publish", folder, *step]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)


def _opened(folder: Path) -> Config:
    """The store of a folder, ready for queries."""
    config = Config.model_validate(
        {
            "network": {"title": "B", "base_url": "http://127.0.0.1", "contact": "mailto:bench@example.org"},
            "languages": {"targets": ["lv"]},
            "source": [
                {"key": f"city{n}", "name": f"City {n}", "language": "pl", "url": f"http://127.0.0.1/{n}"}
                for n in range(_SOURCES)
            ],
            "topic": [{"key": "transport", "names": {"en": "Transport"}, "categories": ["transport"]}],
            "publish": {"directory": folder / "public", "search_hours": 0},
            "store": {"url": f"sqlite:///{folder / 'bench.db'}"},
        }
    )
    settings.configure(**django_settings(config.store.url))
    django.setup()
    call_command("migrate", verbosity=0)
    return config


def _new_item(number: int, published: datetime) -> None:
    """One translated entry, as collect and translate leave it. Every fifth has a topic."""
    from pipeline.models import Entry, Revision, Translation  # noqa: PLC0415 - needs Django's settings

    source, stamps = f"city{number % _SOURCES}", {"published": published, "updated": published}
    entry = Entry.objects.create(
        source_id=source,
        guid=str(number),
        guid_hash=str(number),
        public_id=f"e{number}",
        tag="bench,2026",
        url=f"http://127.0.0.1/{number}",
        language="pl",
        first_seen=published,
        planned=True,
        **stamps,
    )
    entry.current = Revision.objects.create(
        entry=entry,
        number=1,
        title=f"Tytuł {number}",
        content="<p>Tramwaje jeżdżą od poniedziałku.</p>",
        url=entry.url,
        categories=["transport"] if number % 5 == 0 else [],
        seen_at=published,
    )
    entry.save()
    Translation.objects.create(
        entry=entry,
        language="lv",
        published=published,
        state="machine",
        revision=entry.current,
        title=f"Virsraksts {number}",
        content="<p>Tramvaji kursē no pirmdienas.</p>",
        engines=["firefox"],
        due_at=published,
        changed_at=published,
        release_due=True,
    )


def _fill(config: Config, stored: int, withdrawn: int) -> None:
    from pipeline import cycle  # noqa: PLC0415 - needs Django's settings
    from pipeline.models import Entry, Place, Release, Revision, Shelf, Source, Translation  # noqa: PLC0415

    Source.objects.ensure(source.key for source in config.source)
    samples = 2 * _SOURCES  # each city with and without the topic
    for number in range(samples):
        _new_item(number, _NOW - _PAUSE * (stored + number))
    cycle.bring_out(config)
    base = {model: max(model.objects.values_list("pk", flat=True)) for model in (Entry, Place)}
    # Numbers of rows agree: entry n has revision n, translation n and release n.
    assert len({*_ids(Entry), *_ids(Revision), *_ids(Translation), *_ids(Release)}) == samples
    when = f"strftime('%Y-%m-%d %H:%M:%S', '{_NOW:%Y-%m-%d %H:%M:%S}', '-' || ({_PAUSE.seconds // 60} * ({stored} - copy.n)) || ' minutes')"
    own = {"id": f"copy.n + {base[Entry]}", "published": when}
    gone = f"CASE WHEN copy.n % {withdrawn} = 0"
    entry_id = f"copy.n + {base[Entry]}"
    keys = dict.fromkeys(("guid", "guid_hash", "public_id"), "'c' || copy.n")
    left = f"{gone} THEN {when} END"
    row = {"entry_id": entry_id, "revision_id": entry_id, "public_id": keys["public_id"]}
    with transaction.atomic():  # entries and revisions name each other
        _copy(Entry, own | keys | {"current_id": entry_id, "first_seen": when, "withdrawn_at": left}, stored)
        _copy(Revision, {"id": entry_id, "entry_id": entry_id}, stored)
        _copy(Translation, own | {"entry_id": entry_id, "revision_id": entry_id}, stored)
        _copy(Release, own | row | {"released_at": when, "withdrawn": f"{gone} THEN 1 ELSE 0 END"}, stored)
        for channel, count in Shelf.objects.values_list("channel", "count"):
            _copy_places(channel, count, stored, base[Entry], when)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _ids(model: Any) -> list[int]:
    return list(model.objects.values_list("pk", flat=True))


def _copy(model: type[models.Model], changed: Mapping[str, str], count: int) -> None:
    """Copies of the sample rows, one after the other in their order."""
    meta = model._meta  # noqa: SLF001 - Django documents it
    columns = [field.column for field in meta.concrete_fields]
    values = ", ".join(changed.get(name, f't."{name}"') for name in columns)
    names = ", ".join(f'"{name}"' for name in columns)
    samples = 2 * _SOURCES
    for start in range(1, count + 1, _BATCH):
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {meta.db_table} ({names}) {_numbers(start, count)} SELECT {values} FROM copy JOIN {meta.db_table} t ON t.id = 1 + copy.n % {samples}"
            )


def _numbers(start: int, end: int) -> str:
    """A table of the numbers of one batch."""
    return (
        f"WITH RECURSIVE copy(n) AS (SELECT {start} UNION ALL SELECT n + 1 FROM copy "
        f"WHERE n < {min(start + _BATCH - 1, end)})"
    )


def _copy_places(channel: str, known: int, stored: int, base: int, when: str) -> None:
    """The copies stand in the channels in which their samples stand, numbered on from these."""
    from pipeline.models import Place, Shelf  # noqa: PLC0415 - needs Django's settings

    name, samples = Place._meta.db_table, 2 * _SOURCES  # noqa: SLF001 - the same
    for start in range(1, stored + 1, _BATCH):
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {name} (release_id, channel, number, published) {_numbers(start, stored)} "
                f"SELECT copy.n + {base}, t.channel, row_number() OVER (ORDER BY copy.n) + {known} - 1, {when} "
                f"FROM copy JOIN {name} t ON t.release_id = 1 + copy.n % {samples} AND t.channel = %s",
                [channel],
            )
            known += cursor.rowcount
    Shelf.objects.filter(channel=channel).update(count=known)


def _measure(config: Config, rounds: int) -> dict[str, Any]:
    """The first round warms up: it loads templates and catalogues, and lists the parts of the site map anew."""
    from feeds import stage as publish  # noqa: PLC0415 - needs Django's settings
    from pipeline import cycle  # noqa: PLC0415
    from pipeline.models import Entry  # noqa: PLC0415
    from pipeline.review import release  # noqa: PLC0415
    from pipeline.stories import stage as stories  # noqa: PLC0415
    from pipeline.summary import LanguageLine, Summary  # noqa: PLC0415

    summary = Summary(languages={"lv": LanguageLine()})
    stages: dict[str, Callable[[], object]] = {
        "release": lambda: release.run(config),
        "stories": lambda: stories.run(config),
        "publish": lambda: publish.run(config),
        "counting": lambda: cycle._add_standing(config, summary),  # noqa: SLF001 - the part of a cycle that is measured
    }
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in stages}
    files: object = 0
    for number in range(rounds + 1):
        _new_item(Entry.objects.count() + 1, _NOW + _PAUSE * (number + 1))
        for name, run in stages.items():
            with measured() as cost:
                done = run()
            times[name].append((cost.cpu, cost.wall))
            files = done if name == "publish" else files
    medians = {
        name: [statistics.median(column) for column in zip(*each[1:], strict=True)]
        for name, each in times.items()
    }
    return {"seconds": medians, "files": files, "peak": peak_mb()[0]}


def _report(found: Sequence[tuple[int, Any]]) -> None:
    names = (*_STAGES, "counting")
    cpu, wall = ({stored: _total(result, clock) for stored, result in found} for clock in (0, 1))
    least = min(cpu)
    rows = [
        [
            f"{stored:,}",
            *(f"{1000 * result['seconds'][name][0]:.0f}" for name in names),
            f"{1000 * wall[stored]:.0f}",
            f"{cpu[stored] / cpu[least]:.2f}",
            str(result["files"]),
            f"{result['peak']:.0f}",
        ]
        for stored, result in found
    ]
    head = ("stored", *names, "by the clock", "ratio", "files", "peak MB")
    print("milliseconds of CPU; by the clock and ratio: release, stories and publish together")
    table(head, rows)
    print(
        f"one new item: {max(cpu.values()) / cpu[least]:.2f} times the smallest store's CPU; the aim is {LIMIT}"
    )
    claim(
        "publishing one item, largest store",
        max(cpu.values()) / cpu[least],
        LIMIT,
        peer="smallest store, CPU",
    )


def _total(result: Any, clock: int) -> float:
    return sum(float(result["seconds"][name][clock]) for name in _STAGES)


if __name__ == "__main__":
    logs.begin(Log(), stays=False)  # what is told of each entry goes not among the figures
    _folder, _step, *_counts = sys.argv[1:]
    _config = _opened(Path(_folder))
    if _step == "fill":
        _fill(_config, *map(int, _counts))
    else:
        print(json.dumps(_measure(_config, *map(int, _counts))))
