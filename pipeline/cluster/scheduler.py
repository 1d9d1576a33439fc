"""`scheduler`: sees what is due and puts in its tasks. Any number may run; exactly one is at work.

Whoever holds an advisory lock of the database is at work; when it dies the database gives the lock to another.
"""

import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import structlog
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.db.utils import InterfaceError, OperationalError
from procrastinate.contrib.django.procrastinate_app import app
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Status

from pipeline import clock
from pipeline.cluster import jobs
from pipeline.cluster.opening import prepare
from pipeline.cluster.tasks import is_claimant
from pipeline.config import Config
from pipeline.errors import StoreError
from pipeline.keeping.nightly import is_due
from pipeline.models import Entry, Picture, Release, RunRecord, Source, StoreFact, Translation
from pipeline.translate.stage import BATCH
from pipeline.watching.telling import tell

_LOCK = 0x43436E65  # of the scheduler; any number that nobody else of this database takes
_log = structlog.get_logger("scheduler")


def schedule(config: Config, stop: threading.Event) -> None:
    """Run until `stop`. While another is at work, wait to take its place."""
    leading = prepared = False
    told = time.monotonic()
    while not stop.is_set():
        try:
            if not prepared:
                prepared = prepare()
            if not leading and (leading := _take_the_lead()):
                _log.info("scheduler at work")
            if leading:
                tick(config)
            if leading and time.monotonic() - told >= config.schedule.every * 60:
                tell(config)
                told = time.monotonic()
        except (OperationalError, InterfaceError, ConnectorException, StoreError) as error:
            # Gone, and with it the lock: begin anew when it is back.
            _log.warning("the database is away; trying again", reason=str(error).strip())
            leading = False
            connection.close()
        stop.wait(config.cluster.tick)


def _take_the_lead() -> bool:
    """The lock lasts as long as this connection; nobody has to give it back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def tick(config: Config, now: datetime | None = None) -> dict[str, int]:
    """Put in tasks for all that is due. Tasks that exist already are left; how many were put in, by queue."""
    now = now or datetime.now(UTC)
    clock.mend(now)
    with transaction.atomic():
        made = {"collect": jobs.collect(_due_hosts(config, now))}
        Translation.objects.free_leases(now)
        made["translate"] = max(0, _batches_due(now) - jobs.waiting("translate"))
        jobs.translate(made["translate"])
        if _something_to_publish() or _is_record_due(config, now):
            made["publish"] = jobs.publish()
        if _has_come("night", config.keep.hour, now):
            made["upkeep"] = jobs.upkeep()
        if config.notices.enabled and _has_come("notices", config.notices.hour, now):
            made["notices"] = jobs.notices()
    made["returned"] = _give_back(config.cluster.lost)
    _free_claims()
    return made


def _batches_due(now: datetime) -> int:
    waiting = Translation.objects.due_count(now)
    return max(-(-waiting // BATCH), int(Entry.objects.filter(planned=False).exists()))


def _due_hosts(config: Config, now: datetime) -> dict[str, list[str]]:
    recipes = {source.key: source for source in config.enabled_sources}
    Source.objects.make_missing(recipes)
    hosts = defaultdict(list)
    for row in Source.objects.due(recipes, now):
        hosts[urlsplit(recipes[row.key].url).netloc].append(row.key)
    return hosts


def _something_to_publish() -> bool:
    return (
        Translation.objects.filter(release_due=True).exists()
        or Entry.objects.filter(release_due=True).exists()
        or Release.objects.filter(dirty=True).exists()
        or Picture.objects.filter(fresh=True).exists()
    )


def _is_record_due(config: Config, now: datetime) -> bool:
    """Where nothing changes, a publishing of nothing tells that scheduler, queue and workers are there."""
    last = RunRecord.objects.most_recent()
    return last is None or abs(now - last.ended_at) >= timedelta(minutes=config.schedule.every)


def _has_come(name: str, hour: int, now: datetime) -> bool:
    """Once a day, at this hour or as soon after it as a scheduler is there."""
    if not is_due(StoreFact.objects.read(name), hour, now):
        return False
    StoreFact.objects.write(name, now.isoformat())
    return True


def _give_back(lost: float) -> int:
    """Tasks of workers that gave no sign of life return to their queues. How many."""
    # Procrastinate asks this question asynchronously only; its connector for Django answers on our own connection.
    stalled = list(async_to_sync(app.job_manager.get_stalled_jobs)(seconds_since_heartbeat=lost))
    for job in stalled:
        assert job.id is not None
        try:
            with transaction.atomic():
                app.job_manager.retry_job_by_id(job.id, retry_at=datetime.now(UTC))
        except UniqueViolation:  # another of its kind waits already, and does its work
            async_to_sync(app.job_manager.finish_job)(job, Status.FAILED, delete_job=True)
    return len(stalled)


def _free_claims() -> None:
    """What tasks had claimed that are at work no more: they failed, or their worker is gone."""
    claims = {name for name in Translation.objects.claimants() if is_claimant(name)}
    if claims:
        Translation.objects.free_leases_of(claims - jobs.claimants_at_work())
