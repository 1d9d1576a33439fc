"""Puts tasks into the store: in the caller's own transaction, so that both are there or neither."""

from collections.abc import Mapping, Sequence
from functools import partial

from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.contrib.django.procrastinate_app import app
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import JobDeferrer
from procrastinate.types import JSONValue

from pipeline import wakeups
from pipeline.cluster import tasks
from pipeline.translate.stage import BATCH

_MOST = 200  # translate tasks put in at once; each takes a batch, and the scheduler looks again soon
_TOGETHER = 1_000  # collect tasks in one statement


def listen(priority: int) -> None:
    """From now on, whatever makes work in this process also makes its task, of this priority."""
    wakeups.listen(partial(_announced, priority))


def _announced(priority: int, stage: str, count: int) -> None:
    if stage == wakeups.TRANSLATE:
        translate(-(-count // BATCH), priority)
    else:
        publish(priority)


def collect(hosts: Mapping[str, Sequence[str]]) -> int:
    """A task for each host, unless one waits or is at work. How many were put in."""
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.collect.name, status__in=["todo", "doing"])
    busy = set(jobs.values_list("queueing_lock", flat=True))
    wanted: dict[str, list[JSONValue]] = {f"host {host}": list(keys) for host, keys in hosts.items()}
    made = [
        tasks.collect.configure(lock=name, queueing_lock=name, priority=tasks.FRESH).make_new_job(keys=keys)
        for name, keys in wanted.items()
        if name not in busy
    ]
    for start in range(0, len(made), _TOGETHER):
        app.job_manager.batch_defer_jobs(made[start : start + _TOGETHER])
    return len(made)


def translate(count: int, priority: int = tasks.BACKFILL) -> None:
    """So many tasks; who finds nothing left to do has lost nothing."""
    if count > 0:
        tasks.translate.configure(priority=priority).batch_defer(*[{} for _ in range(min(count, _MOST))])


def waiting(name: str) -> int:
    """How many tasks of a name nobody has taken yet."""
    return ProcrastinateJob.objects.filter(task_name=name, status="todo").count()


def claimants_at_work() -> set[str]:
    """The names under which translate tasks that are at work claim translations."""
    jobs = ProcrastinateJob.objects.filter(task_name=tasks.translate.name, status="doing")
    return {tasks.claimant(job) for job in jobs.values_list("id", flat=True)}


def publish(priority: int = tasks.BACKFILL) -> int:
    """One task, unless one waits already: it brings out all that has changed by then."""
    return _once(tasks.publish.configure(lock="publish", queueing_lock="publish", priority=priority))


def upkeep() -> int:
    return _once(tasks.upkeep.configure(lock="upkeep", queueing_lock="upkeep"))


def notices() -> int:
    return _once(tasks.notices.configure(lock="notices", queueing_lock="notices"))


def _once(deferrer: JobDeferrer) -> int:
    """One that waits already is enough, and goes as early as the more urgent of the two."""
    job = deferrer.job
    if ProcrastinateJob.objects.filter(
        queueing_lock=job.queueing_lock, status="todo", priority__gte=job.priority
    ).exists():
        return 0
    try:
        with (
            transaction.atomic()
        ):  # a savepoint: a task that waits already must not spoil the caller's transaction
            deferrer.defer()
    except AlreadyEnqueued:
        _hasten(job.queueing_lock, job.priority)
        return 0
    return 1


def _hasten(queueing_lock: str | None, priority: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET priority = %s"
            " WHERE queueing_lock = %s AND status = 'todo' AND priority < %s",
            [priority, queueing_lock, priority],
        )
