"""One run: collect → translate → release → publish, under the lock.

Does not know who called it: cron, the daemon's child, the demo and the tests all come this way.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from feeds import search
from feeds import stage as publish
from pipeline import announcing, bucket, clock, logs, store
from pipeline.collect import stage as collect
from pipeline.config import Config
from pipeline.errors import ALSO
from pipeline.lock import the_lock
from pipeline.machine import give_back_memory
from pipeline.models import Release, RunRecord, Translation
from pipeline.progress import Advance, Progress
from pipeline.review import release
from pipeline.stories import stage as stories
from pipeline.summary import EngineLine, LanguageLine, Summary
from pipeline.translate import stage as translate
from pipeline.translate.room import open_engines
from pipeline.translate.usage import UsageMeter

STAGES = ("collect", "translate", "publish")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a run needs besides the configuration."""

    config: Config
    progress: Progress
    stop: threading.Event = field(default_factory=threading.Event)
    only_due: bool = False  # poll only the sources whose time has come; else all
    publish_all: bool = False  # compose every file anew
    cycle: str = ""  # the id of the run in the log; made where whoever starts it gives none


def run_cycle(run: Run, stages: tuple[str, ...] = STAGES) -> Summary:
    """Run the stages under the lock, and say what they did. Raises LockedError when another run is at work."""
    summary = Summary(languages={code: LanguageLine() for code in run.config.targets})
    started = datetime.now(UTC)
    summary.cycle = run.cycle or logs.new_id(started)
    with the_lock(run.config), logs.within(cycle=summary.cycle):
        store.prepare()
        clock.mend(started)
        Translation.objects.free_leases_of_dead_runs()
        for name in stages:
            if run.stop.is_set():
                break
            with _timed(summary, name):
                _STEPS[name](run, summary)
        _add_standing(run.config, summary)
        summary.cut = run.stop.is_set()
        RunRecord.objects.record(started, datetime.now(UTC), summary.as_dict())
    give_back_memory()
    return summary


@contextmanager
def _timed(summary: Summary, name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    summary.seconds[name] = round(time.perf_counter() - started, 3)


def _collect(run: Run, summary: Summary) -> None:
    with run.progress.stage("Collecting") as advance:
        summary.sources = collect.run(run.config, only_due=run.only_due, stop=run.stop, progress=advance)


def _translate(run: Run, summary: Summary) -> None:
    with (
        closing(open_engines(run.config)) as room,
        run.progress.stage("Translating") as advance,
    ):
        report = translate.run(run.config, room.routes, threads=room.threads, stop=run.stop, progress=advance)
    for language, count in report.translated.items():
        summary.languages[language].translated = count
    _add_engines(summary, report.meter)
    for name, note in report.notes.items():
        summary.engines.setdefault(name, EngineLine()).note = note


def _add_engines(summary: Summary, meter: UsageMeter) -> None:
    summary.memory_hits = meter.memory_hits
    for name, usage in sorted(meter.by_engine().items()):
        summary.engines[name] = EngineLine(
            calls=usage.calls,
            sentences=usage.sentences,
            failures=usage.failures,
            characters=usage.characters,
            seconds=round(usage.seconds, 3),
        )


def _publish(run: Run, summary: Summary) -> None:
    with run.progress.stage("Publishing") as advance:
        summary.files_written = bring_out(run.config, everything=run.publish_all, progress=advance)


def bring_out(config: Config, *, everything: bool = False, progress: Advance = lambda _d, _t: None) -> int:
    """Release what may go out, recognise what several sources tell, and publish it. How many files were written."""
    release.run(config)
    stories.run(config)
    written = publish.run(config, everything=everything, progress=progress)
    bucket.send(config)
    announcing.announce(config)  # who is told comes at once
    if indexed := search.run(config):
        bucket.send(config)
    return written + indexed


_STEPS: dict[str, Callable[[Run, Summary], None]] = {
    "collect": _collect,
    "translate": _translate,
    "publish": _publish,
}


def _add_standing(config: Config, summary: Summary) -> None:
    """What stands in the store after the run, by language."""
    waiting = Translation.objects.waiting(config.targets)
    held = Translation.objects.held(config.targets)
    for language, line in summary.languages.items():
        line.waiting = waiting.get(language, 0)
        line.held = held.get(language, 0)
        makers = Release.objects.makers(language)
        line.made_by = dict(makers)
        line.published = sum(makers.values())
    summary.waiting_for = _each_reason(Translation.objects.reasons(config.targets))


def _each_reason(reasons: Mapping[str, int]) -> dict[str, int]:
    """One line for each thing that is missing, however many pairs lack it together with others; the most wanted first."""
    found: Counter[str] = Counter()
    for reason, count in reasons.items():
        for part in reason.split(ALSO):
            found[part] += count
    return dict(found.most_common())
