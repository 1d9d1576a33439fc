"""The desk's two pages with a full store: the queue and the editor's page, against a limit of 100 ms.

    ./do bench desk [--entries 10000] [--languages 10] [--rounds 40] [--waiting 0.6] [--store URL]

The store (SQLite in a temporary folder, or the PostgreSQL of --store, which must be empty) is filled with
entries, each with a translation in every language, four sentences and a finding here and there. Then each
question a page asks is asked many times, each time about other rows. Server time without templates.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from benchmarks.claims import claim
from benchmarks.measure import table
from pipeline.settings import django_settings

LIMIT = 100.0  # milliseconds at the median
_NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_LANGUAGES = ("lv", "lt", "en", "de", "nl", "fr", "es", "it", "ro", "pt", "pl")
_SENTENCES = 4
_SOURCES = 14
_BATCH = 2_000
Intent = Callable[[], object]


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings.configure(**django_settings(options.store or f"sqlite:///{Path(folder) / 'desk.db'}"))
        django.setup()
        call_command("migrate", verbosity=0)
        started = time.perf_counter()
        count = _fill(options)
        print(f"{count} translations in {connection.vendor}, filled in {time.perf_counter() - started:.0f} s")
        _measure(options)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench desk", description=__doc__.splitlines()[0])
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--languages", type=int, default=10, choices=range(1, 11))
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--waiting", type=float, default=0.6, help="the share that waits for an editor")
    parser.add_argument("--store", default="", metavar="URL")
    return parser.parse_args(arguments)


def _fill(options: argparse.Namespace) -> int:
    from pipeline.models import Entry, Revision, Segment, Source, Translation, Unit  # noqa: PLC0415

    chance = random.Random(7)
    Source.objects.ensure(f"city{number}" for number in range(_SOURCES))
    _store(Entry, (_entry(number) for number in range(options.entries)))
    entries = list(Entry.objects.order_by("id"))
    _store(Revision, (_revision(entry) for entry in entries))
    revisions = dict(Revision.objects.values_list("entry_id", "id"))
    for entry in entries:
        entry.current_id = revisions[entry.pk]
    for start in range(0, len(entries), _BATCH):
        Entry.objects.bulk_update(entries[start : start + _BATCH], ["current"])
    _store(Segment, (_segment(revisions[entry.pk], n) for entry in entries for n in range(_SENTENCES)))
    languages = _LANGUAGES[: options.languages]
    rows = (_translation(entry, code, options.waiting, chance) for entry in entries for code in languages)
    _store(Translation, rows)
    segments: dict[int, list[int]] = {}
    for key, revision in Segment.objects.order_by("id").values_list("id", "revision_id"):
        segments.setdefault(revision, []).append(key)
    _store(
        Unit,
        (
            Unit(
                translation_id=key,
                segment_id=each,
                state="machine",
                text=f"Teikums {each} par pilsētu.",
                origin="firefox",
            )
            for key, revision in Translation.objects.order_by("id").values_list("id", "revision_id")
            for each in segments[revision]
        ),
    )
    _findings(chance)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return Translation.objects.count()


def _store(model: Any, rows: Iterator[Any]) -> None:
    while batch := list(islice(rows, _BATCH)):
        with transaction.atomic():
            model.objects.bulk_create(batch)


def _entry(number: int) -> Any:
    from pipeline.models import Entry  # noqa: PLC0415

    stamp = _NOW - timedelta(minutes=13 * number)
    return Entry(
        source_id=f"city{number % _SOURCES}",
        guid=str(number),
        guid_hash=str(number),
        public_id=f"e{number}",
        tag="bench,2026",
        url=f"https://city.example/{number}",
        language="pl",
        first_seen=stamp,
        published=stamp,
        updated=stamp,
        planned=True,
        release_due=False,
    )


def _revision(entry: Any) -> Any:
    from pipeline.models import Revision  # noqa: PLC0415

    body = "".join(f"<p>Zdanie {n} o mieście i jego planach na rok.</p>" for n in range(_SENTENCES - 1))
    return Revision(entry=entry, number=1, title=f"Tytuł {entry.guid}", content=body, seen_at=_NOW)


def _segment(revision_id: int, number: int) -> Any:
    from pipeline.models import Segment, text_hash  # noqa: PLC0415

    text = f"Zdanie {number - 1} o mieście i jego planach na rok." if number else f"Tytuł {revision_id - 1}"
    return Segment(
        revision_id=revision_id,
        ordinal=number,
        field="content" if number else "title",
        text=text,
        text_hash=text_hash(text),
    )


def _translation(entry: Any, language: str, waiting: float, chance: random.Random) -> Any:
    from pipeline.models import Translation  # noqa: PLC0415

    return Translation(
        entry=entry,
        language=language,
        published=entry.published,
        state="machine",
        revision_id=entry.current_id,
        title=f"Virsraksts {entry.guid}",
        content="<p>Teikums par pilsētu un tās plāniem gadam.</p>" * 12,
        risk=chance.choice((0.0, 0.0, 0.0, 0.2, 0.36, 0.5, 0.6, 1.0)),
        engines=["firefox"],
        due_at=_NOW,
        changed_at=entry.published,
        waits=chance.random() < waiting,
        version=1,
    )


def _findings(chance: random.Random) -> None:
    from pipeline.models import Finding, Unit  # noqa: PLC0415

    keys = Unit.objects.order_by("id").values_list("id", flat=True).iterator()
    _store(
        Finding,
        (
            Finding(unit_id=key, check_id="numbers", severity="warn", message="4 is missing")
            for key in keys
            if chance.random() < 0.1
        ),
    )


def _measure(options: argparse.Namespace) -> None:
    from pipeline.models import Translation  # noqa: PLC0415
    from pipeline.review.people import Actor, GrantData  # noqa: PLC0415
    from pipeline.review.queue import QueueFilter, counts, first_ten, queue  # noqa: PLC0415
    from pipeline.review.sheet import open_sheet  # noqa: PLC0415

    editor = Actor(name="editor", grants=(GrantData(role="editor", language="lv"),))
    chief = Actor(name="chief", grants=(GrantData(role="chief"),))
    city = Actor(name="city", grants=(GrantData(role="editor", language="lv", source_key="city3"),))
    chance = random.Random(11)
    ids = list(Translation.objects.filter(language="lv").values_list("id", flat=True))

    def page(actor: Actor, **wanted: Any) -> Intent:
        def ask() -> object:
            chosen = QueueFilter(**wanted)
            return queue(actor, chosen, offset=50 * chance.randrange(10)), counts(actor)

        return ask

    questions: dict[str, Intent] = {
        "queue, one language": page(editor, language="lv"),
        "queue, all languages": page(chief),
        "queue, one city": page(city),
        "queue, a city chosen": page(chief, source="city5"),
        "queue, oldest first": page(editor, language="lv", order="age"),
        "queue, doubtful only": page(chief, risk="doubtful"),
        "queue, words": page(editor, language="lv", text="Virsraksts 77"),
        "queue, all states": page(editor, language="lv", waiting_only=False),
        "queue, not reviewed": page(editor, language="lv", unreviewed=True),
        "the same, all languages": page(chief, unreviewed=True),
        "first ten": lambda: first_ten(chief),
        "editor's page": lambda: open_sheet(editor, chance.choice(ids)),
        "editor's page, chief": lambda: open_sheet(chief, chance.choice(ids)),
    }
    rows = []
    for name, ask in questions.items():
        ask()
        times = [_milliseconds(ask) for _ in range(options.rounds)]
        walls, cpus = sorted(wall for wall, _cpu in times), [cpu for _wall, cpu in times]
        median = statistics.median(walls)
        late = walls[int(len(walls) * 0.95)]
        rows.append(
            (name, f"{median:.1f}", f"{late:.1f}", f"{statistics.median(cpus):.1f}", f"{median / LIMIT:.2f}")
        )
    worst = max(float(row[3]) for row in rows)
    claim("the desk's slowest question, CPU", worst / LIMIT, 1.0, peer=f"{LIMIT:.0f} ms")
    table(("", "median ms", "95 % ms", "CPU ms", f"of {LIMIT:.0f} ms"), rows)


def _milliseconds(ask: Intent) -> tuple[float, float]:
    """By the clock, and by this process's CPU, which another load on the machine does not lengthen."""
    wall, cpu = time.perf_counter(), time.process_time()
    ask()
    return (time.perf_counter() - wall) * 1_000, (time.process_time() - cpu) * 1_000
