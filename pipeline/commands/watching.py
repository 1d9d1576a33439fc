"""status: what is wrong, in words. And what every run says of itself at its end."""

import argparse
import sys
import threading

import structlog

from pipeline import store
from pipeline.commands.result import DONE, FAILED, Command, Result
from pipeline.config import Config
from pipeline.errors import NewswireError, UsageError
from pipeline.progress import Progress
from pipeline.watching import mail, prometheus
from pipeline.watching.troubles import troubles

_log = structlog.get_logger("watch")


def _status(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    if store.pending_migrations():
        raise UsageError("there is no store yet, or an older one; run ./run.py once first", resource="store")
    if options.metrics:
        sys.stdout.write(prometheus.text(config).decode())
        return Result()
    progress = Progress(quiet=options.json)
    found = troubles(config)
    for each in found:
        progress.say(f"!! {each.about + ': ' if each.about else ''}{each.text}")
    if not found:
        progress.say("All is well.")
    data = {"troubles": [{"id": each.id, "about": each.about, "text": each.text} for each in found]}
    return Result(code=FAILED if found else DONE, data=data)


def after_run(config: Config) -> None:
    """The text file for node_exporter, and mail on trouble. A mail server that refuses does not fail the run."""
    if config.watch.textfile:
        prometheus.write(config, config.watch.textfile)
    try:
        mail.send(config)
    except NewswireError as error:
        _log.warning("nobody could be told of trouble", reason=str(error))


COMMANDS: dict[str, Command] = {"status": _status}
