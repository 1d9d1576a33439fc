"""status: what is wrong, in words."""

import argparse
import sys
import threading

from pipeline import store
from pipeline.commands.result import DONE, FAILED, Command, Result
from pipeline.config import Config
from pipeline.errors import UsageError
from pipeline.progress import Progress
from pipeline.watching import prometheus
from pipeline.watching.troubles import troubles


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


COMMANDS: dict[str, Command] = {"status": _status}
