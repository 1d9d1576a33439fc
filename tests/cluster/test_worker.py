"""The worker in this process, on a real PostgreSQL."""

import asyncio
import os
import signal
from typing import Any

import pytest
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from structlog.testing import capture_logs

from pipeline.cluster import jobs, tasks, worker
from pipeline.cluster.scheduler import tick
from pipeline.cluster.workshop import opened
from pipeline.config import Config
from pipeline.errors import PublishError
from tests import builders
from tests.builders import NOW


def execute(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


@pytest.fixture(autouse=True)
def queue(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty; and the threads of tasks, which outlive a test, leave no connection."""
    execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    monkeypatch.setattr(tasks, "close_old_connections", connections.close_all)


pytestmark = pytest.mark.parametrize("store", ["postgres"], indirect=True)


def test_a_task_whose_end_cannot_be_written_returns(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was away for that moment only: the worker signs off, and so the task does not stand at work for ever."""
    written = JobManager.finish_job
    ended: list[int | None] = []

    async def away_at_first(self: JobManager, job: Any, *arguments: Any) -> None:
        ended.append(job.id)
        if len(ended) == 1:
            raise ConnectorException("server closed the connection unexpectedly")
        await written(self, job, *arguments)

    config = builders.config()
    monkeypatch.setattr(JobManager, "finish_job", away_at_first)
    monkeypatch.setattr(tasks.upkeep, "func", lambda: None)
    jobs.upkeep()
    with opened(config) as place, capture_logs() as said:
        asyncio.run(worker._work(config, place, ["upkeep"], 1))  # ends by itself
        (left,) = ProcrastinateJob.objects.filter(task_name="upkeep")
        returned = tick(config, NOW)["returned"]

    assert (left.status, returned, place.stop.is_set()) == ("doing", 1, False)
    assert ProcrastinateJob.objects.get(id=left.id).status == "todo"
    assert [line["task"] for line in said] == [left.id]


@pytest.mark.parametrize("another", [False, True])
def test_what_cannot_be_published_is_tried_again(
    store: str, monkeypatch: pytest.MonkeyPatch, another: bool
) -> None:
    """The disk is full: the task waits a minute; where another of its kind waits already, that one does its work."""

    def full(_config: Config) -> int:
        if another:
            jobs.publish(tasks.FOR_EDITORS)
        os.kill(os.getpid(), signal.SIGTERM)
        raise PublishError("cannot be written: No space left on device", resource="lv/all.rss")

    config = builders.config()
    monkeypatch.setattr(tasks, "bring_out", full)
    jobs.publish()
    with opened(config) as place, capture_logs() as said:
        asyncio.run(worker._work(config, place, ["publish"], 1))
    (left,) = ProcrastinateJob.objects.filter(task_name="publish")

    assert left.status == "todo"
    assert (left.priority, left.scheduled_at is None) == (tasks.FOR_EDITORS * another, another)
    assert "No space left on device" in said[0]["reason"]


def test_the_night_forgets_tasks_that_failed_long_ago(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of the last week can still be looked at."""
    monkeypatch.setattr(tasks, "prune", lambda _config: None)
    jobs.translate(3)
    old, new, waits = ProcrastinateJob.objects.order_by("id").values_list("id", flat=True)
    execute(f"UPDATE procrastinate_jobs SET status = 'failed' WHERE id IN ({old}, {new})")
    execute(
        f"UPDATE procrastinate_events SET at = now() - interval '8 days' WHERE job_id IN ({old}, {waits})"
    )
    with opened(builders.config()):
        tasks.upkeep()

    assert set(ProcrastinateJob.objects.values_list("id", flat=True)) == {new, waits}
