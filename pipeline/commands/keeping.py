"""backup, restore, move-store, prune."""

import argparse
import threading

from pipeline import store
from pipeline.commands.result import Command, Result
from pipeline.config import Config
from pipeline.errors import UsageError
from pipeline.keeping import backup as copies
from pipeline.keeping.copying import copy, is_empty, opened
from pipeline.keeping.nightly import dated_backup
from pipeline.keeping.prune import prune
from pipeline.lock import daemon_lock, the_lock
from pipeline.progress import Progress


def _backup(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    progress = Progress(quiet=options.json)
    with progress.stage("Backing up") as advance:
        if options.file is None:
            copied = dated_backup(config, progress=advance)
        else:
            copied = copies.backup(config, options.file, progress=advance)
    progress.say(f"{copied.file}: {copied.entries} entries, {copied.bytes / 1e6:.1f} MB, verified")
    return Result(data=copied.as_dict())


def _restore(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    progress = Progress(quiet=options.json)
    with progress.stage("Restoring") as advance:
        copied = copies.restore(config, options.file, replace=options.replace, progress=advance)
    progress.say(f"{copied.entries} entries restored. Now: ./run.py publish --all")
    return Result(data=copied.as_dict())


def _move_store(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    progress = Progress(quiet=options.json)
    if options.to == config.store.url:
        raise UsageError("is the store that is in use; name another", resource="--to")
    with daemon_lock(config), the_lock(config):
        store.prepare()
        with opened(options.to) as other, progress.stage("Moving") as advance:
            if not is_empty(other):
                raise UsageError("holds rows already; name an empty database", resource="--to")
            rows = copy("default", other, progress=advance)
    progress.say(
        f"{rows} rows copied and verified. Now set [store] url in {options.config}; the old store stays."
    )
    return Result(data={"rows": rows})


def _prune(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    progress = Progress(quiet=options.json)
    if store.pending_migrations():
        with the_lock(config):
            store.prepare()
    gone = prune(config)
    for name, count in gone.items():
        progress.say(f"{name:<12}{count:>10}")
    return Result(data=dict(gone))


COMMANDS: dict[str, Command] = {
    "backup": _backup,
    "restore": _restore,
    "move-store": _move_store,
    "prune": _prune,
}
