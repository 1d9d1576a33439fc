"""Translate: give every entry its text in every target language.

    pending | segment | memory | protect | engines | restore | normalise | check | project markup | store

Several threads each take a batch of translations down this pipe; the engines' own processes do the heavy
work. One translation that fails is recorded and the others go on; an unexpected error stops the run.
"""

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from django.db import connections

from pipeline.config import Config
from pipeline.models import EngineUsage, Entry, Revision, Segment, StoreFact, Translation, Unit, text_hash
from pipeline.records import Failure, FindingData, Pair, Suggestion
from pipeline.states import State
from pipeline.translate.importing import import_memories
from pipeline.translate.markup import Rebuilt, rebuild
from pipeline.translate.memory import StoredMemory
from pipeline.translate.plan import plan
from pipeline.translate.results import Draft, store_draft, store_failure
from pipeline.translate.risk import risk_of
from pipeline.translate.routes import Routes
from pipeline.translate.segments import Document, parse
from pipeline.translate.translator import Outcome, Translator
from pipeline.translate.usage import UsageMeter

LEASE = timedelta(minutes=15)
BATCH = 24  # translations a thread takes at once: enough sentences to keep the engine's processes busy


@dataclass(slots=True)
class TranslateReport:
    """What the stage did. What waits, and why, stands in the store."""

    translated: Counter[str] = field(default_factory=Counter)  # by language
    meter: UsageMeter = field(default_factory=UsageMeter)


@dataclass(frozen=True, slots=True, kw_only=True)
class TranslateRun:
    """What the pipe needs besides its translations."""

    translator: Translator
    report: TranslateReport
    now: Callable[[], datetime]
    stop: threading.Event
    progress: Callable[[int], None]
    lock: threading.Lock = field(default_factory=threading.Lock)


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
    languages = (
        frozenset(config.targets) | {source.language for source in config.source} | {config.engines.pivot}
    )
    imported = import_memories(config.engines.memories, languages)
    plan(config.targets, started)
    _wake(config, routes, started, imported=imported)
    total = Translation.objects.due_count(started)
    if total:
        done = Counter[str]()

        def advance(count: int) -> None:
            done["done"] += count
            progress(done["done"], total)

        translator = Translator(routes, StoredMemory(), report.meter)
        work = TranslateRun(
            translator=translator, report=report, now=_now, stop=stop or threading.Event(), progress=advance
        )
        _in_threads(work, started, threads)
    _record_usage(report.meter, started)
    return report


def _now() -> datetime:
    return datetime.now(UTC)


def _wake(config: Config, routes: Routes, now: datetime, *, imported: int) -> None:
    """When the engines or the memory changed, what waited for them is due again at once."""
    sources = {source.language for source in config.source}
    pairs = {Pair(source, target) for source in sources | {config.engines.pivot} for target in config.targets}
    pairs |= {Pair(source, config.engines.pivot) for source in sources}
    served = sorted(str(pair) for pair in pairs if routes.ready(pair))
    if imported or StoreFact.objects.read("engines") != served:
        Translation.objects.wake(now)
        StoreFact.objects.write("engines", served)


def _in_threads(work: TranslateRun, started: datetime, threads: int) -> None:
    """Claim and translate until nothing is due. The first unexpected error stops all threads and is raised."""
    with ThreadPoolExecutor(threads, thread_name_prefix="translate") as pool:
        futures = [
            pool.submit(_drain, work, f"{socket.gethostname()}:{os.getpid()}:{n}", started)
            for n in range(threads)
        ]
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
    documents = {row.entry_id: _document(row.entry) for row in rows}
    wanted: dict[Pair, list[str]] = {}
    for row in rows:
        pair = Pair(row.entry.language, row.language)
        wanted.setdefault(pair, []).extend(segment.text for segment in documents[row.entry_id].segments)
    outcomes = {pair: work.translator.translate(texts, pair) for pair, texts in wanted.items()}
    for row in rows:
        if work.stop.is_set():
            return
        pair = Pair(row.entry.language, row.language)
        _finish_row(work, row, documents[row.entry_id], outcomes[pair])
        with work.lock:
            work.progress(1)


def _revision(entry: Entry) -> Revision:
    if entry.current is None:
        raise AssertionError(f"entry {entry} has no revision")
    return entry.current


def _document(entry: Entry) -> Document:
    revision = _revision(entry)
    fields = {
        "title": revision.title,
        "summary": revision.summary,
        "content": revision.content,
        "image_alt": (revision.image or {}).get("alt", ""),
    }
    return parse(fields, entry.language, plain=frozenset({"title", "image_alt"}))


def _finish_row(
    work: TranslateRun, row: Translation, document: Document, outcomes: Mapping[str, Outcome]
) -> None:
    human = _human_units(row)
    texts: dict[str, Suggestion] = {}
    for segment in document.segments:
        former = human.get(text_hash(segment.text))
        outcome = Suggestion(text=former.text, origin=former.origin) if former else outcomes[segment.text]
        if isinstance(outcome, Failure):
            store_failure(row, outcome, work.now())
            return
        texts[segment.text] = outcome
    rebuilt = _project(work.translator, row, document, texts)
    _note_relocations(rebuilt, document, texts)
    findings = [
        finding for text, each in texts.items() if text_hash(text) not in human for finding in each.findings
    ]
    draft = Draft(fields=rebuilt.fields, units=texts, human=human, risk=risk_of(findings))
    segments = Segment.objects.ensure(
        _revision(row.entry).pk, ((each.field, each.text) for each in document.segments)
    )
    if store_draft(row, segments, draft, work.now()):
        with work.lock:
            work.report.translated[row.language] += 1


def _human_units(row: Translation) -> dict[str, Unit]:
    """A person's words for sentences of the former revision: they stay wherever the sentence stays."""
    if row.revision_id is None:
        return {}
    units = Unit.objects.filter(
        translation=row, segment__revision_id=row.revision_id, state__in=[State.EDITED, State.APPROVED]
    ).select_related("segment")
    return {unit.segment.text_hash: unit for unit in units}


def _project(
    translator: Translator, row: Translation, document: Document, texts: Mapping[str, Suggestion]
) -> Rebuilt:
    """Lay the markup onto the translated sentences; links that cannot be found are translated alone first."""
    pair = Pair(row.entry.language, row.language)
    plain = {text: each.text for text, each in texts.items()}
    unavailable: frozenset[str] = frozenset()
    while True:
        rebuilt = rebuild(document, plain, unavailable=unavailable)
        if not rebuilt.needed:
            return rebuilt
        hints = translator.translate(sorted(rebuilt.needed), pair)
        plain |= {text: each.text for text, each in hints.items() if isinstance(each, Suggestion)}
        unavailable |= {text for text, each in hints.items() if isinstance(each, Failure)}


def _note_relocations(rebuilt: Rebuilt, document: Document, texts: dict[str, Suggestion]) -> None:
    """A link whose words were not found stands behind its sentence: nothing is lost, but an editor may place it."""
    places = {(segment.field, segment.ordinal): segment.text for segment in document.segments}
    for each in rebuilt.relocations:
        text = places.get((each.field, each.ordinal))
        if text is not None:
            message = f"the link \u201c{each.text}\u201d stands behind its sentence"
            note = FindingData(check="link-relocated", severity="info", message=message)
            texts[text] = replace(texts[text], findings=(*texts[text].findings, note))


def _record_usage(meter: UsageMeter, now: datetime) -> None:
    for (engine, pair), usage in meter.by_pair().items():
        EngineUsage.objects.add(
            engine,
            pair,
            now.date(),
            {
                "calls": usage.calls,
                "sentences": usage.sentences,
                "characters": usage.characters,
                "failures": usage.failures,
                "seconds": usage.seconds,
            },
        )
