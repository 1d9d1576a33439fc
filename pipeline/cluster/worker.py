"""`worker`: takes tasks from the queues until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from procrastinate.exceptions import ConnectorException, UniqueViolation
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from pipeline.cluster import jobs, tasks, workshop
from pipeline.cluster.opening import prepare, worker_app
from pipeline.config import Config
from pipeline.errors import NewswireError, StoreError

_log = structlog.get_logger("worker")
_AWAY = (OperationalError, InterfaceError, ConnectorException)
POLL = 2.0  # seconds; a task that was given back is not announced, it is found
AWAY = 5.0  # seconds between two tries to reach a database that is away
GRACE = 80.0  # seconds a task has to put its work away after SIGTERM; systemd waits 90


def work(config: Config, queues: Sequence[str], concurrency: int) -> None:
    """Run until SIGTERM or Ctrl-C. A task at work finishes its batch; what it cannot finish returns to the queue."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    for handler in logging.getLogger().handlers:
        handler.addFilter(_in_words)
    jobs.listen(tasks.FRESH)
    with workshop.opened(config) as place:
        while not place.stop.is_set():
            try:
                prepare()
                asyncio.run(_work(config, place, queues, concurrency))
            except (*_AWAY, StoreError) as error:
                _log.warning("the database is away; trying again", reason=str(error).strip())
                connection.close()
                place.stop.wait(AWAY)


def _in_words(record: logging.LogRecord) -> bool:
    """What went wrong around us is no fault of the code: its words are enough, without the stack."""
    if record.exc_info and isinstance(record.exc_info[1], (*_AWAY, NewswireError)):
        error = record.exc_info[1]
        record.msg, record.args = f"{record.getMessage()}: {str(error.__cause__ or error).strip()}", ()
        record.exc_info, record.exc_text = None, None
    return True


class _Ends(JobManager):
    """Sees when the end of a task cannot be written.

    The task would stand as at work for ever, and keep its lock, for its worker goes on giving signs of life:
    the worker signs off and on again, by which all it has not ended returns to the queue.
    """

    begin_anew: Callable[[], object]

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: FBT001 - Procrastinate's own
        with self._seen(job):
            await super().finish_job(job, status, delete_job)

    async def retry_job(self, job: Job, *arguments: Any, **more: Any) -> None:
        with self._seen(job):
            try:
                await super().retry_job(job, *arguments, **more)
            except UniqueViolation:  # another of its kind waits already, and does its work
                await super().finish_job(job, Status.FAILED, delete_job=True)

    @contextmanager
    def _seen(self, job: Job) -> Iterator[None]:
        try:
            yield
        except ConnectorException as error:
            reason = str(error.__cause__ or error).strip()
            _log.warning("the end of a task could not be written; beginning anew", task=job.id, reason=reason)
            self.begin_anew()  # not raised: nobody waits for this


async def _work(config: Config, place: workshop.Workshop, queues: Sequence[str], concurrency: int) -> None:
    # The worker listens and counts on connections of its own; the tasks' rows go through Django's.
    async with worker_app().open_async() as own:
        own.job_manager = ends = _Ends(own.connector)
        working = asyncio.create_task(
            own.run_worker_async(
                queues=list(queues),
                concurrency=concurrency,
                fetch_job_polling_interval=POLL,
                shutdown_graceful_timeout=GRACE,
                delete_jobs="successful",
                update_heartbeat_interval=min(10.0, config.cluster.lost / 3),
                stalled_worker_timeout=config.cluster.lost,
                install_signal_handlers=False,
            )
        )

        ends.begin_anew = working.cancel

        def end() -> None:
            place.stop.set()  # first: the tasks at work put their batches away
            working.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        with suppress(asyncio.CancelledError):
            await working
