"""Translate: give every entry its text in every target language.

    pending | segment | memory | protect | engines | restore | normalise | check | project markup | store

Several threads each take a batch of translations down this pipe; the engines' own processes do the heavy
work. One translation that fails is recorded and the others go on; an unexpected error stops the run.
"""

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import UTC, datetime

from django.db import connections

from pipeline.config import Config
from pipeline.models import StoreFact, Translation
from pipeline.records import Pair
from pipeline.translate.accounts import record_usage, restore_pauses, settle, share_pauses
from pipeline.translate.drafting import document_of, finish, in_place, revision_of
from pipeline.translate.importing import import_memories
from pipeline.translate.memory import StoredMemory, StoredTerms
from pipeline.translate.passages import copies, foreign, pairs
from pipeline.translate.plan import plan
from pipeline.translate.redraft import redraft_marked
from pipeline.translate.routes import Routes
from pipeline.translate.translator import Outcome, Translator
from pipeline.translate.work import LEASE, TranslateReport, TranslateRun

__all__ = ["TranslateReport", "TranslateRun", "prepare", "run", "step"]

BATCH = 24  # translations a thread takes at once: enough sentences to keep the engine's processes busy


def run(
    config: Config,
    routes: Routes,
    *,
    threads: int,
    stop: threading.Event | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> TranslateReport:
    """Take up all that is due. `progress` is told how many of how many translations are done."""
    report = TranslateReport()
    started = _now()
    imported = import_memories(config.engines.memories, _languages(config))
    plan(config.targets, started)
    _wake(config, routes, started, imported=imported)
    restore_pauses(routes.guards, started)
    work = _work(routes, report, stop or threading.Event())
    redraft_marked(work, _who(0))
    total = Translation.objects.due_count(started)
    if total:
        done = Counter[str]()

        def advance(count: int) -> None:
            done["done"] += count
            progress(done["done"], total)

        _in_threads(replace(work, progress=advance), started, threads)
    record_usage(report.meter, started)
    report.notes |= settle(routes.guards, _now())
    return report


def prepare(config: Config, routes: Routes, stop: threading.Event) -> TranslateRun:
    """What a worker of a cluster keeps between its batches."""
    restore_pauses(routes.guards, _now())
    imported = import_memories(config.engines.memories, _languages(config))
    _wake(config, routes, _now(), imported=imported, alone=False)
    return _work(routes, TranslateReport(), stop)


def step(config: Config, work: TranslateRun, who: str) -> TranslateReport:
    """One batch of what is due, in a cluster. What this worker has done that was not told yet."""
    now = work.now()
    plan(config.targets, now)
    work.termbase.refresh()
    redraft_marked(work, who)
    rows = Translation.objects.claim(who, BATCH, now, now + LEASE)
    if rows:
        _translate_batch(work, rows)
    with work.lock:
        report = TranslateReport(translated=work.report.translated, meter=work.report.meter.taken())
        work.report.translated = Counter()
    record_usage(report.meter, now)
    with work.lock:
        share_pauses(work.guards, work.told, work.now())
    return report


def _work(routes: Routes, report: TranslateReport, stop: threading.Event) -> TranslateRun:
    termbase = StoredTerms()
    termbase.refresh()
    return TranslateRun(
        translator=Translator(routes, StoredMemory(), report.meter, termbase),
        termbase=termbase,
        report=report,
        now=_now,
        stop=stop,
        progress=lambda _done: None,
        guards=routes.guards,
    )


def _who(number: int) -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{number}"


def _now() -> datetime:
    return datetime.now(UTC)


def _languages(config: Config) -> frozenset[str]:
    return frozenset(config.targets) | {source.language for source in config.source} | {config.engines.pivot}


def _wake(config: Config, routes: Routes, now: datetime, *, imported: int, alone: bool = True) -> None:
    """When the engines or the memory changed, what waited for them is due again at once.

    Workers of a cluster that do not stand `alone` may each serve other pairs: only one that nobody served is news.
    """
    sources = {source.language for source in config.source}
    pairs = {Pair(source, target) for source in sources | {config.engines.pivot} for target in config.targets}
    pairs |= {Pair(source, config.engines.pivot) for source in sources}
    served = sorted(str(pair) for pair in pairs if routes.ready(pair))
    known = StoreFact.objects.read("engines")
    if not alone:
        served = sorted({*served, *(known or ())})
    if imported or known != served:
        Translation.objects.wake(now)
        StoreFact.objects.write("engines", served)


def _in_threads(work: TranslateRun, started: datetime, threads: int) -> None:
    """Claim and translate until nothing is due. The first unexpected error stops all threads and is raised."""
    with ThreadPoolExecutor(threads, thread_name_prefix="translate") as pool:
        futures = [
            pool.submit(copy_context().run, _drain, work, _who(n), started) for n in range(threads)
        ]  # the lines of their log carry the run's id
        try:
            for future in futures:
                future.result()
        except BaseException:
            work.stop.set()
            raise


def _drain(work: TranslateRun, who: str, started: datetime) -> None:
    try:
        while not work.stop.is_set():
            rows = Translation.objects.claim(who, BATCH, started, work.now() + LEASE)
            if not rows:
                return
            _translate_batch(work, rows)
    except BaseException:
        work.stop.set()
        raise
    finally:
        connections.close_all()


def _translate_batch(work: TranslateRun, rows: Sequence[Translation]) -> None:
    """All sentences of the batch go to the engines together, pair by pair; then each row is finished alone."""
    documents = {row.entry_id: document_of(row.entry) for row in rows}
    spoken = {
        row.entry_id: foreign(documents[row.entry_id], revision_of(row.entry).tongues.get("mixed", ()))
        for row in rows
    }
    wanted: dict[Pair, list[str]] = {}
    headlines: set[str] = set()
    directions: dict[int, dict[str, Pair]] = {}
    for row in rows:
        document, pair = documents[row.entry_id], Pair(row.entry.language, row.language)
        directions[row.pk] = pairs(document, pair, spoken[row.entry_id], work.translator.serves)
        for text, own in directions[row.pk].items():
            wanted.setdefault(own, []).append(text)
        headlines |= {segment.text for segment in document.segments if segment.field == "title"}
    outcomes = {pair: work.translator.translate(texts, pair, headlines) for pair, texts in wanted.items()}
    for row in rows:
        if work.stop.is_set():
            return
        pair = Pair(row.entry.language, row.language)
        document = documents[row.entry_id]
        found: dict[str, Outcome] = {text: outcomes[own][text] for text, own in directions[row.pk].items()}
        found |= copies(document, row.language, spoken[row.entry_id])
        finished = finish(work, row, document, in_place(work.translator, pair, document, found))
        with work.lock:
            work.report.translated[row.language] += finished
            work.progress(1)
