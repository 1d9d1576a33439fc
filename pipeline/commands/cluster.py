"""worker and scheduler."""

import argparse
import threading

from pipeline.commands.result import Command, Result
from pipeline.config import Config
from pipeline.errors import ConfigError


def _worker(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    _require_postgresql(config)
    from pipeline.cluster import worker  # noqa: PLC0415 - its models exist on PostgreSQL only

    worker.work(config, options.queues, options.concurrency)
    return Result()


def _scheduler(_options: argparse.Namespace, config: Config, stop: threading.Event) -> Result:
    _require_postgresql(config)
    from pipeline.cluster import scheduler  # noqa: PLC0415

    scheduler.schedule(config, stop)
    return Result()


def _require_postgresql(config: Config) -> None:
    if config.store.url.startswith("sqlite"):
        raise ConfigError(
            [
                "store.url: several machines need one PostgreSQL; ./run.py move-store brings the SQLite file there"
            ]
        )


COMMANDS: dict[str, Command] = {"worker": _worker, "scheduler": _scheduler}
