"""Puts tasks into the store: in the caller's own transaction, so that both are there or neither."""

from collections.abc import Mapping, Sequence

from django.db import transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from pipeline import wakeups
from pipeline.cluster import tasks
from pipeline.translate.stage import BATCH

_MOST = 200  # translate tasks put in at once; each takes a batch, and the scheduler looks again soon


def listen() -> None:
    """From now on, whatever makes work in this process also makes its task."""
    wakeups.listen(_announced)


def _announced(stage: str, count: int) -> None:
    if stage == wakeups.TRANSLATE:
        translate(-(-count // BATCH), tasks.FRESH)
    else:
        publish(tasks.FRESH)


def collect(hosts: Mapping[str, Sequence[str]]) -> int:
    """A task for each host, unless one waits already. How many were put in."""
    return sum(
        _once(
            tasks.collect.configure(lock=f"host {host}", queueing_lock=f"host {host}", priority=tasks.FRESH),
            keys=list(keys),
        )
        for host, keys in hosts.items()
    )


def translate(count: int, priority: int = tasks.BACKFILL) -> None:
    """So many tasks; who finds nothing left to do has lost nothing."""
    if count > 0:
        tasks.translate.configure(priority=priority).batch_defer(*[{} for _ in range(min(count, _MOST))])


def waiting(name: str) -> int:
    """How many tasks of a name nobody has taken yet."""
    return ProcrastinateJob.objects.filter(task_name=name, status="todo").count()


def publish(priority: int = tasks.BACKFILL) -> int:
    """One task, unless one waits already: it brings out all that has changed by then."""
    return _once(tasks.publish.configure(lock="publish", queueing_lock="publish", priority=priority))


def upkeep() -> int:
    return _once(tasks.upkeep.configure(queueing_lock="upkeep"))


def _once(deferrer: object, **arguments: object) -> int:
    """A savepoint: a task that waits already must not spoil the caller's transaction."""
    try:
        with transaction.atomic():
            deferrer.defer(**arguments)  # type: ignore[attr-defined]
    except AlreadyEnqueued:
        return 0
    return 1
