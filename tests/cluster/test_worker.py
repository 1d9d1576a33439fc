"""The worker in this process, on a real PostgreSQL."""

import asyncio
import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from django.db import connection, connections
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException
from procrastinate.manager import JobManager
from structlog.testing import capture_logs

from pipeline.cluster import jobs, tasks, worker
from pipeline.cluster.opening import worker_app
from pipeline.cluster.scheduler import tick
from pipeline.cluster.workshop import opened
from pipeline.config import Config
from pipeline.errors import PublishError, StoreError
from pipeline.keeping import nightly
from pipeline.keeping.backup import verify
from pipeline.keeping.prune import PRUNED
from pipeline.models import RunRecord, Source, StoreFact
from pipeline.review import notices as mail
from pipeline.watching.troubles import troubles
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


def worked(config: Config, queue: str) -> None:
    """A worker takes all that waits in a queue, and ends."""

    async def to_the_end() -> None:
        async with worker_app().open_async() as own:
            await own.run_worker_async(
                queues=[queue], wait=False, delete_jobs="successful", install_signal_handlers=False
            )

    with opened(config):
        asyncio.run(to_the_end())


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
    monkeypatch.setattr(tasks.upkeep, "func", lambda _context: None)
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
    monkeypatch.setattr(nightly, "run", lambda _config: None)
    jobs.translate(3)
    old, new, waits = ProcrastinateJob.objects.order_by("id").values_list("id", flat=True)
    execute(f"UPDATE procrastinate_jobs SET status = 'failed' WHERE id IN ({old}, {new})")
    execute(
        f"UPDATE procrastinate_events SET at = now() - interval '8 days' WHERE job_id IN ({old}, {waits})"
    )
    jobs.upkeep()
    worked(builders.config(), "upkeep")

    assert set(ProcrastinateJob.objects.values_list("id", flat=True)) == {new, waits}


def test_what_a_cluster_publishes_is_its_record(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`status` and the metrics read it as that of a run; the log's lines carry the task."""
    files = iter([3, 4])
    monkeypatch.setattr(tasks, "bring_out", lambda _config: next(files))
    config = builders.config(cluster={"quiet": 0})
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as said:
        for _ in range(2):
            jobs.publish()
            worked(config, "publish")
    RunRecord.objects.add(entries=2, memory_hits=0)
    RunRecord.objects.add(entries=1, translated=5)
    (record,) = RunRecord.objects.all()
    published = [line["task"] for line in said if line["event"] == "published"]

    assert (record.files, record.entries, record.translated, record.memory_hits) == (7, 3, 5, 0)
    assert list(record.seconds) == ["publish"]
    assert [task.split()[0] for task in published] == ["publish", "publish"]
    assert len(set(published)) == 2
    assert troubles(config) == []


def test_a_cluster_has_one_record_an_interval(store: str) -> None:
    """However often it publishes; what was polled, and what of it failed, is that of the last interval."""
    Source.objects.ensure(["dublin", "poznan"])
    Source.objects.update(last_attempt=NOW, error="")
    Source.objects.filter(key="poznan").update(error="timed out")
    for minute in (0, 5, 20, 25, 50):
        RunRecord.objects.published(
            NOW + timedelta(minutes=minute),
            timedelta(minutes=15),
            files=1,
            seconds=0.5,
            polled=Source.objects.polled_since(NOW)[0],
            failed=Source.objects.polled_since(NOW)[1],
        )
    rows = RunRecord.objects.order_by("ended_at")

    assert [(row.files, (row.ended_at - NOW).seconds // 60) for row in rows] == [(2, 5), (2, 25), (1, 50)]
    assert {(row.polled, row.failed) for row in rows} == {(2, 1)}


def test_the_night_backs_up_before_it_prunes(
    store: str, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cluster's store too, into one verified file; where that fails nothing is pruned."""

    def refused(*_: object, **_more: object) -> None:
        raise StoreError("no room", resource="backup")

    keep = {"backups": 2, "directory": str(tmp_path / "kept")}
    config = builders.config(keep=keep, store={"url": postgres_url})
    pruned = []
    with monkeypatch.context() as patch:
        patch.setattr(nightly, "backup", refused)
        jobs.upkeep()
        worked(config, "upkeep")
        pruned.append(StoreFact.objects.read(PRUNED))
    jobs.upkeep()
    worked(config, "upkeep")
    pruned.append(StoreFact.objects.read(PRUNED))
    (file,) = (tmp_path / "kept").iterdir()

    assert verify(file) == 0
    assert pruned[0] is None
    assert pruned[1] is not None


def test_editors_of_a_cluster_have_their_mail(store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who could not be told is named."""
    report = mail.NoticeReport(sent=("a@example.org",), failed=(("b@example.org", "no such user"),))
    monkeypatch.setattr(mail, "send", lambda _config: report)
    jobs.notices()
    with capture_logs() as said:
        worked(builders.config(), "upkeep")

    assert [(line["event"], line.get("address")) for line in said] == [
        ("notices", None),
        ("the mail server refuses an address", "b@example.org"),
    ]
