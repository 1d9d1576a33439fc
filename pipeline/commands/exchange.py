"""xliff: translations out to another tool and back. notices: the mail of what waits."""

import argparse
import threading

from pipeline import store
from pipeline.commands.result import DONE, FAILED, Command, Result
from pipeline.config import Config
from pipeline.errors import UsageError
from pipeline.lock import the_lock
from pipeline.progress import Progress
from pipeline.review import exchange, notices, people


def _xliff(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    _prepare(config)
    progress = Progress(quiet=options.json)
    return _export(options, config, progress) if options.action == "export" else _import(options, progress)


def _export(options: argparse.Namespace, config: Config, progress: Progress) -> Result:
    if options.language not in config.targets:
        raise UsageError(
            f"name one of languages.targets ({', '.join(config.targets)})",
            resource=f"--language {options.language or ''}".strip(),
        )
    found = exchange.export(options.file, options.language, tuple(options.state or ("waiting",)))
    for each in found:
        progress.say(f"{each.file}: {each.entries} texts, {each.pair}")
    return Result(
        data={
            "files": [
                {"file": str(each.file), "pair": str(each.pair), "texts": each.entries} for each in found
            ]
        }
    )


def _import(options: argparse.Namespace, progress: Progress) -> Result:
    if not options.editor:
        raise UsageError("say whose words these are: --editor NAME", resource="xliff import")
    found = exchange.import_file(options.file, people.actor_of(people.by_name(options.editor)))
    progress.say(
        f"{len(found.saved)} saved, {len(found.approved)} approved, {len(found.unchanged)} unchanged, "
        f"{len(found.left_out)} left out"
    )
    for public_id, reason in found.left_out:
        progress.say(f"  {public_id}: {reason}")
    return Result(
        code=FAILED if found.left_out else DONE,
        data={
            "saved": list(found.saved),
            "approved": list(found.approved),
            "unchanged": list(found.unchanged),
            "left_out": dict(found.left_out),
        },
    )


def _notices(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    _prepare(config)
    progress = Progress(quiet=options.json)
    report = notices.send(config)
    progress.say(f"{len(report.sent)} mails sent")
    for address, reason in report.failed:
        progress.say(f"  {address}: {reason}")
    return Result(
        code=FAILED if report.failed else DONE,
        data={"sent": len(report.sent), "failed": dict(report.failed)},
    )


def _prepare(config: Config) -> None:
    if store.pending_migrations():
        with the_lock(config):
            store.prepare()


COMMANDS: dict[str, Command] = {"xliff": _xliff, "notices": _notices}
