"""The tasks, by queue: what a worker does when it is woken.

Imported by Procrastinate by this name, so that a task is called the same in every process.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from asgiref.sync import async_to_sync
from django.db import close_old_connections
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django.procrastinate_app import app

from pipeline.cluster.workshop import workshop
from pipeline.collect import stage as collecting
from pipeline.cycle import bring_out
from pipeline.errors import PublishError
from pipeline.keeping.prune import prune
from pipeline.translate import stage as translating

_log = structlog.get_logger("publish")

COLLECT, TRANSLATE, PUBLISH, UPKEEP = "collect", "translate", "publish", "upkeep"
QUEUES = (COLLECT, TRANSLATE, PUBLISH, UPKEEP)

# Lower runs later. What an editor did is waited for; fresh news goes before what has waited long.
FOR_EDITORS, FRESH, BACKFILL = 20, 10, 0

# A full disk, or a bucket that is not reached: what was released stands in no task but this.
_UNTIL_IT_CAN = RetryStrategy(wait=60, retry_exceptions={PublishError})
_CLAIMANT = "task "
_FAILED_HOURS = 7 * 24  # for how long a task that failed can be looked at


@contextmanager
def _own_connection() -> Iterator[None]:
    """A thread of the worker keeps its connection; one that has died meanwhile is opened anew."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


@app.task(name="collect", queue=COLLECT)
def collect(keys: list[str]) -> None:
    """Poll the due sources of one host, one worker at a time (the task's lock is the host)."""
    with _own_connection():
        place = workshop()
        collecting.run(place.config, only_due=True, only=frozenset(keys), stop=place.stop)


@app.task(name="translate", queue=TRANSLATE, pass_context=True)
def translate(context: JobContext) -> None:
    """Take up one batch of what is due, whatever made it so."""
    with _own_connection():
        place = workshop()
        translating.step(place.config, place.translating(), claimant(context.job.id))


def claimant(task: int | None) -> str:
    """The name under which a task claims translations: once it is at work no more, they are free again."""
    return f"{_CLAIMANT}{task}"


def is_claimant(name: str) -> bool:
    return name.startswith(_CLAIMANT)


@app.task(name="publish", queue=PUBLISH, retry=_UNTIL_IT_CAN)
def publish() -> None:
    """Release and publish what changed. One at a time in the whole cluster; what comes meanwhile goes together."""
    with _own_connection():
        place = workshop()
        place.stop.wait(max(0.0, place.published_at + place.config.cluster.quiet - time.monotonic()))
        try:
            bring_out(place.config)
        except PublishError as error:
            _log.error("cannot publish; tried again in a minute", reason=str(error))
            raise
        place.published_at = time.monotonic()


@app.task(name="upkeep", queue=UPKEEP)
def upkeep() -> None:
    """The nightly work on the store, and on the queue itself."""
    with _own_connection():
        prune(workshop().config)
        async_to_sync(app.job_manager.delete_old_jobs)(
            nb_hours=_FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
        )
