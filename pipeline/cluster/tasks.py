"""The tasks, by queue: what a worker does when it is woken.

Imported by Procrastinate by this name, so that a task is called the same in every process.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import structlog
from asgiref.sync import async_to_sync
from django.db import close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django.procrastinate_app import app

from pipeline import logs
from pipeline.cluster.workshop import Workshop, workshop
from pipeline.collect import stage as collecting
from pipeline.config import Config
from pipeline.cycle import bring_out
from pipeline.errors import PublishError
from pipeline.keeping import nightly
from pipeline.models import RunRecord, Source
from pipeline.review import notices as mail
from pipeline.translate import stage as translating

_log = structlog.get_logger("worker")

COLLECT, TRANSLATE, PUBLISH, UPKEEP = "collect", "translate", "publish", "upkeep"
QUEUES = (COLLECT, TRANSLATE, PUBLISH, UPKEEP)

# Lower runs later. What an editor did is waited for; fresh news goes before what has waited long.
FOR_EDITORS, FRESH, BACKFILL = 20, 10, 0

# A full disk, or a bucket that is not reached: what was released stands in no task but this.
_UNTIL_IT_CAN = RetryStrategy(wait=60, retry_exceptions={PublishError})
_CLAIMANT = "task "
_FAILED_HOURS = 7 * 24  # for how long a task that failed can be looked at


@contextmanager
def _at_work(context: JobContext) -> Iterator[Workshop]:
    """The log's lines carry the task. A thread of the worker keeps its connection; one that has died is opened anew."""
    close_old_connections()
    place = workshop()
    try:
        with logs.within(task=f"{context.job.task_name} {context.job.id}"):
            yield place
    finally:
        close_old_connections()
        place.tidy()


@app.task(name="collect", queue=COLLECT, pass_context=True)
def collect(context: JobContext, keys: list[str]) -> None:
    """Poll the due sources of one host, one worker at a time (the task's lock is the host)."""
    with _at_work(context) as place:
        lines = collecting.run(place.config, only_due=True, only=frozenset(keys), stop=place.stop)
        RunRecord.objects.add(entries=sum(line.new + line.changed for line in lines))


@app.task(name="translate", queue=TRANSLATE, pass_context=True)
def translate(context: JobContext) -> None:
    """Take up one batch of what is due, whatever made it so."""
    with _at_work(context) as place:
        done = translating.step(place.config, place.translating(), claimant(context.job.id))
        RunRecord.objects.add(translated=done.translated.total(), memory_hits=done.meter.memory_hits)


def claimant(task: int | None) -> str:
    """The name under which a task claims translations: once it is at work no more, they are free again."""
    return f"{_CLAIMANT}{task}"


def is_claimant(name: str) -> bool:
    return name.startswith(_CLAIMANT)


@app.task(name="publish", queue=PUBLISH, retry=_UNTIL_IT_CAN, pass_context=True)
def publish(context: JobContext) -> None:
    """Release and publish what changed. One at a time in the whole cluster; what comes meanwhile goes together."""
    with _at_work(context) as place:
        place.stop.wait(max(0.0, place.published_at + place.config.cluster.quiet - time.monotonic()))
        begun = time.monotonic()
        try:
            files = bring_out(place.config)
        except PublishError as error:
            _log.error("cannot publish; tried again in a minute", reason=str(error))
            raise
        place.published_at = time.monotonic()
        _record(place.config, files, place.published_at - begun)


def _record(config: Config, files: int, seconds: float) -> None:
    """What is published is the end of all the tasks before: so this is how a cluster says that it works."""
    now, every = datetime.now(UTC), timedelta(minutes=config.schedule.every)
    polled, failed = Source.objects.polled_since(now - every)
    RunRecord.objects.published(now, every, files=files, seconds=seconds, polled=polled, failed=failed)
    if files:
        _log.info("published", files=files, seconds=round(seconds, 3))


@app.task(name="notices", queue=UPKEEP, pass_context=True)
def notices(context: JobContext) -> None:
    """Mail the editors what waits for them."""
    with _at_work(context) as place:
        report = mail.send(place.config)
        _log.info("notices", sent=len(report.sent))
        for address, reason in report.failed:
            _log.warning("the mail server refuses an address", address=address, reason=reason)


@app.task(name="upkeep", queue=UPKEEP, pass_context=True)
def upkeep(context: JobContext) -> None:
    """The nightly work on the store, and on the queue itself."""
    with _at_work(context) as place:
        nightly.run(place.config)
        async_to_sync(app.job_manager.delete_old_jobs)(
            nb_hours=_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )
