"""`worker`: takes tasks from the queues until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Sequence
from contextlib import suppress

import structlog
from django.db import connection
from django.db.utils import InterfaceError, OperationalError
from procrastinate.exceptions import ConnectorException

from pipeline.cluster import jobs, workshop
from pipeline.cluster.opening import prepare, worker_app
from pipeline.config import Config
from pipeline.errors import StoreError

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
    jobs.listen()
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
    """A database that is away is an outage, not a fault of the code: its words are enough, without the stack."""
    if record.exc_info and isinstance(record.exc_info[1], _AWAY):
        record.exc_info, record.exc_text = None, None
    return True


async def _work(config: Config, place: workshop.Workshop, queues: Sequence[str], concurrency: int) -> None:
    # The worker listens and counts on connections of its own; the tasks' rows go through Django's.
    async with worker_app().open_async() as own:
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

        def end() -> None:
            place.stop.set()  # first: the tasks at work put their batches away
            working.cancel()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, end)
        with suppress(asyncio.CancelledError):
            await working
