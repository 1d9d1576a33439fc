"""Cycles, the daemon, and the commands that look at things."""

import argparse
import threading

from django.core.management import execute_from_command_line

from pipeline.commands.result import DONE, FAILED, Command, Result
from pipeline.config import Config
from pipeline.cycle import STAGES, Run, run_cycle
from pipeline.progress import Progress, show
from pipeline.records import FeedData
from pipeline.watching.telling import tell


def _cycle(stages: tuple[str, ...]) -> Command:
    def command(options: argparse.Namespace, config: Config, stop: threading.Event) -> Result:
        progress = Progress(quiet=options.json)
        run = Run(
            config=config,
            progress=progress,
            stop=stop,
            only_due=getattr(options, "due", False),
            publish_all=getattr(options, "all", False),
            cycle=getattr(options, "cycle", ""),
        )
        summary = run_cycle(run, stages)
        tell(config)
        show(summary, progress.console)
        failed = getattr(options, "strict", False) and summary.failed_sources
        return Result(code=FAILED if failed else DONE, data=summary.as_dict())

    return command


def _serve(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    from pipeline import daemon  # noqa: PLC0415 - the web server is loaded by those who serve

    if options.port:
        config = config.model_copy(update={"serve": config.serve.model_copy(update={"port": options.port})})
    if options.pages and config.store.url.startswith("postgres"):
        from pipeline.cluster import jobs, tasks  # noqa: PLC0415 - their models exist on PostgreSQL only

        jobs.listen(tasks.FOR_EDITORS)  # what an editor does is brought out by a worker
    daemon.serve(config, options.config, say=Progress().say, cycles=not options.pages)
    return Result()


def _models(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    from pipeline import weights_commands  # noqa: PLC0415

    lines = weights_commands.run(options.action, options.pairs, config, Progress(quiet=options.json))
    return Result(
        code=FAILED if any(line.fault for line in lines) else DONE,
        data={"models": [line.as_dict() for line in lines]},
    )


def _check(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    from pipeline import checkup, showing  # noqa: PLC0415

    console = Progress(quiet=options.json).console
    found: dict[str, FeedData] | None = {} if options.show else None
    lines = checkup.run(config, only=options.source, found=found)
    checkup.show(lines, console)
    data = [line.as_dict() for line in lines]
    if found is not None:
        languages = {source.key: source.language for source in config.source}
        showing.show(found.items(), console, languages)
        data = [
            row
            | {
                "entries": [
                    showing.as_dict(entry, languages[line.about]) for entry in found[line.about].entries
                ]
            }
            if line.about in found
            else row
            for row, line in zip(data, lines, strict=True)
        ]
    return Result(code=DONE if all(line.ok for line in lines) else FAILED, data={"checks": data})


def _evaluate(options: argparse.Namespace, config: Config, _stop: threading.Event) -> Result:
    from pipeline import evaluate  # noqa: PLC0415

    return Result(data=evaluate.run(options, config, Progress(quiet=options.json)))


def _manage(options: argparse.Namespace, _config: Config, _stop: threading.Event) -> Result:
    execute_from_command_line(["run.py manage", *options.arguments])
    return Result()


COMMANDS: dict[str, Command] = {
    "once": _cycle(STAGES),
    "collect": _cycle(("collect",)),
    "translate": _cycle(("translate",)),
    "publish": _cycle(("publish",)),
    "serve": _serve,
    "check": _check,
    "models": _models,
    "evaluate": _evaluate,
    "manage": _manage,
}
