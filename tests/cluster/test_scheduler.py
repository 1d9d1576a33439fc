"""What the scheduler sees and puts in, on a real PostgreSQL without any worker."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from pipeline import wakeups
from pipeline.cluster import jobs, tasks
from pipeline.cluster.scheduler import _take_the_lead, tick
from pipeline.config import Config
from pipeline.models import Entry, RunRecord, Source, Translation
from pipeline.states import State
from tests import builders
from tests.builders import NOW

pytestmark = pytest.mark.parametrize("store", ["postgres"], indirect=True)


@pytest.fixture
def queue(store: str) -> Config:
    """An empty store with an empty queue; two sources, each on a host of its own."""
    execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")
    return builders.config()


def waiting() -> Translation:
    """A text that waits for its translation."""
    row = builders.translation(builders.entry(1, language="pl"), "lv", state=State.WAITING)
    Entry.objects.update(planned=True)
    return row


def execute(text: str, *arguments: str | int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text, arguments)


def standing(**wanted: Any) -> list[tuple[str, str, int]]:
    rows = ProcrastinateJob.objects.filter(**wanted).order_by("id")
    return list(rows.values_list("task_name", "status", "priority"))


def taken(worker: str = "now()") -> int:
    """The next task of all, as a worker takes it that gave its last sign of life then. Its id."""
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO procrastinate_workers (last_heartbeat) VALUES ({worker}) RETURNING id")
        number = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [number])
        return int(cursor.fetchone()[0])


def test_each_host_has_one_task(queue: Config) -> None:
    """A host whose task waits or is at work gets no other one; its sources all come with it."""
    first = tick(queue, NOW)
    taken()
    second = tick(queue, NOW)

    assert (first["collect"], second["collect"]) == (2, 0)
    rows = ProcrastinateJob.objects.filter(task_name="collect").order_by("id")
    assert [job.args for job in rows] == [{"keys": ["dublin"]}, {"keys": ["poznan"]}]
    assert {row.lock for row in rows} == {
        "host dublin.example",
        "host poznan.example",
    }


def test_a_source_that_is_not_due_has_no_task(queue: Config) -> None:
    """What was polled waits for its time."""
    Source.objects.ensure(["dublin", "poznan"])
    Source.objects.update(next_poll=NOW + timedelta(minutes=5))

    assert tick(queue, NOW)["collect"] == 0
    assert tick(queue, NOW + timedelta(minutes=6))["collect"] == 2


@pytest.mark.parametrize("end", ["failed", "aborted"])
def test_claims_of_a_task_that_failed_are_free_at_once(queue: Config, end: str) -> None:
    """Its database went away amid the work: nobody waits for the lease to run out."""
    row = waiting()
    jobs.translate(1)
    job = taken()
    claimed = Translation.objects.claim(tasks.claimant(job), 10, NOW, NOW + timedelta(minutes=15))
    while_at_work = tick(queue, NOW)["translate"]
    held = Translation.objects.get(pk=row.pk).claimed_by
    execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", end, job)
    tick(queue, NOW)

    assert [each.pk for each in claimed] == [row.pk]
    assert (while_at_work, held) == (0, f"task {job}")
    assert Translation.objects.get(pk=row.pk).claimed_by == ""
    assert tick(queue, NOW)["translate"] == 1


def test_what_a_lost_worker_had_returns(queue: Config) -> None:
    """No sign of life for `lost` seconds: its tasks wait again, and its claims are free. A living one keeps its own."""
    waiting()
    jobs.translate(2)
    lost, alive = taken("now() - interval '10 minutes'"), taken()
    Translation.objects.claim(tasks.claimant(lost), 10, NOW, NOW + timedelta(minutes=15))
    made = tick(queue, NOW)

    assert made["returned"] == 1
    assert ProcrastinateJob.objects.get(id=lost).status == "todo"
    assert ProcrastinateJob.objects.get(id=alive).status == "doing"
    assert Translation.objects.claimants() == set()


def test_a_lost_task_whose_like_waits_goes(queue: Config) -> None:
    """Two of a kind would come back as one: that one waits already."""
    jobs.publish()
    taken("now() - interval '10 minutes'")
    jobs.publish()

    assert tick(queue, NOW)["returned"] == 1
    assert standing(task_name="publish") == [("publish", "todo", tasks.BACKFILL)]


def test_claims_of_others_are_left(queue: Config) -> None:
    """A run of one machine holds its own claims for as long as it says."""
    waiting()
    Translation.objects.claim("host:17:0", 10, NOW, NOW + timedelta(minutes=15))
    tick(queue, NOW)

    assert Translation.objects.claimants() == {"host:17:0"}


@pytest.fixture
def desk() -> Iterator[None]:
    """From now on it is announced here as at the desk."""
    before = list(wakeups._listeners)
    jobs.listen(tasks.FOR_EDITORS)
    yield
    wakeups._listeners[:] = before


def test_what_an_editor_does_goes_first(queue: Config, desk: None) -> None:
    """Of a publishing that waits already, the more urgent wish counts; fresh news and what waited long come later."""
    jobs.translate(1)
    jobs.publish(tasks.BACKFILL)
    jobs.translate(1, tasks.FRESH)
    wakeups.announce(wakeups.PUBLISH)
    wakeups.announce(wakeups.TRANSLATE, 3)
    order = [ProcrastinateJob.objects.get(id=taken()).task_name for _ in range(4)]
    jobs.publish(tasks.FRESH)
    jobs.publish(tasks.BACKFILL)

    assert order == ["publish", "translate", "translate", "translate"]
    assert standing(status="doing") == [
        ("translate", "doing", tasks.BACKFILL),
        ("publish", "doing", tasks.FOR_EDITORS),
        ("translate", "doing", tasks.FRESH),
        ("translate", "doing", tasks.FOR_EDITORS),
    ]
    assert standing(status="todo") == [("publish", "todo", tasks.FRESH)]


def test_work_and_its_task_are_there_together_or_not_at_all(queue: Config, desk: None) -> None:
    """A transaction that is undone takes the task along."""
    with transaction.atomic():
        wakeups.announce(wakeups.PUBLISH)
        inside = standing()
        transaction.set_rollback(True)

    assert len(inside) == 1
    assert standing() == []


def test_the_night_has_its_upkeep_once(queue: Config) -> None:
    """At the hour of [keep], once a day; a scheduler that was away at that hour makes up for it."""
    night = NOW.replace(hour=queue.keep.hour)
    made = tick(queue, night)
    again = tick(queue, night + timedelta(minutes=20))
    next_night = tick(queue, night + timedelta(days=1))

    assert made["upkeep"] == 1
    assert "upkeep" not in again
    assert next_night["upkeep"] == 0  # yesterday's still waits: no worker took it
    assert "upkeep" in tick(queue, night + timedelta(days=2, hours=9))
    assert standing(task_name="upkeep") == [("upkeep", "todo", 0)]


def test_editors_are_told_once_a_day(queue: Config) -> None:
    """At the hour of [notices], where a mail server is named."""
    named = builders.config(notices={"host": "127.0.0.1", "sender": "newswire@example.org"})
    morning = NOW.replace(hour=named.notices.hour)
    made = [tick(config, morning) for config in (queue, named, named)]

    assert [each.get("notices") for each in made] == [None, 1, None]


def test_a_quiet_cluster_tells_that_it_lives(queue: Config) -> None:
    """Where nothing changes it publishes nothing once in an interval; that is what `status` looks for."""
    first = tick(queue, NOW)
    RunRecord.objects.published(NOW, timedelta(minutes=15), files=0, seconds=0.1, polled=0, failed=0)
    execute("TRUNCATE procrastinate_jobs CASCADE")
    later = [tick(queue, NOW + timedelta(minutes=minutes)).get("publish") for minutes in (14, 15)]

    assert (first["publish"], *later) == (1, None, 1)


def test_a_second_look_at_the_lock_is_in_vain(queue: Config) -> None:
    """One scheduler leads; who asks on another connection is told so."""
    found: list[bool] = [_take_the_lead()]

    def other() -> None:
        found.append(_take_the_lead())
        connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    connection.close()

    assert found == [True, False]
