"""The worker in this process, on a real PostgreSQL."""

import asyncio
from typing import Any

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from structlog.testing import capture_logs

from pipeline.cluster import jobs, tasks, worker
from pipeline.cluster.scheduler import tick
from pipeline.cluster.workshop import opened
from tests import builders
from tests.builders import NOW

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
