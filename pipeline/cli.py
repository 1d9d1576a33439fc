"""The commands: parses arguments, sets the process up, turns errors into exit codes."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import structlog

from pipeline.errors import ConfigError, LockedError, NewswireError, UsageError

DONE, WRONG_USE, FAILED, LOCKED = 0, 1, 2, 75
_CODES: dict[type[NewswireError], int] = {
    ConfigError: WRONG_USE,
    UsageError: WRONG_USE,
    LockedError: LOCKED,
}
_GRACE = 80.0  # seconds a cycle has to put its work away when its daemon is gone


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(WRONG_USE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str]) -> int:
    """Run one command. The exit code: 0 done, 1 wrong use, 2 something that matters failed, 75 locked."""
    options = _parse(arguments)
    _log_to_stderr()
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread() and options.command not in {"serve", "demo"}:
        signal.signal(signal.SIGTERM, lambda _signal, _frame: stop.set())
    if getattr(options, "tied", False):
        threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    try:
        return _run(options, stop)
    except NewswireError as error:
        return _complain(error, _CODES.get(type(error), FAILED))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `run.py … | head` is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        if error.filename is None:
            raise
        # A folder that cannot be made, a disk that is full: the operator's to mend, a traceback would not help.
        return _complain(NewswireError(error.strerror or str(error), resource=str(error.filename)), FAILED)


def _stop_with_input(stop: threading.Event) -> None:
    """The daemon's child: its input ends when the daemon does, also by kill -9; a cycle must not outlive it."""
    while os.read(0, 1):  # not sys.stdin: a thread in its buffer's lock would break the interpreter's end
        pass
    stop.set()
    time.sleep(_GRACE)
    os._exit(FAILED)


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The arguments; pairs of `models` may stand behind its options, which argparse alone does not take."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command == "models" and not any(each.startswith("-") for each in rest):
        options.pairs += rest
    elif rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options


def _complain(error: NewswireError, code: int) -> int:
    sys.stderr.write(f"{error}\n")
    return code


def _log_to_stderr() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("urllib3").setLevel(
        logging.ERROR
    )  # retries are ours; their outcome stands in the summary
    logging.getLogger("pipeline").setLevel(logging.INFO)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer(),
        ],
    )


def _count(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of lines; allowed: 1 or more")
    return int(text)


def _port(text: str) -> int:
    if not (text.isdecimal() and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; allowed: 1 to 65535")
    return int(text)


def _parser() -> _Parser:
    json_only = _Parser(add_help=False)
    json_only.add_argument(
        "--json", action="store_true", help="one JSON object on stdout, nothing else there"
    )
    common = _Parser(add_help=False, parents=[json_only])
    common.add_argument(
        "--config", type=Path, default=Path("config.toml"), metavar="FILE", help="default config.toml"
    )
    parser = _Parser(prog="run.py", description="The news of partner cities, in every partner's language.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, text: str, parent: _Parser = common) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=text, description=text, parents=[parent])

    demo = command("demo", "one cycle on the sample network, then serve the result", json_only)
    demo.add_argument("--once", action="store_true", help="stop after the summary")
    demo.add_argument("--port", type=_port, default=8000)
    demo.add_argument("--dir", type=Path, default=Path("var/demo"), metavar="DIR")
    once = command("once", "one cycle, for cron")
    once.add_argument("--strict", action="store_true", help="a failed source is exit code 2")
    once.add_argument("--due", action="store_true", help="poll only the sources whose time has come")
    once.add_argument("--tied", action="store_true", help=argparse.SUPPRESS)
    serve = command("serve", "cycles on schedule, pages, feeds and desk")
    serve.add_argument("--port", type=_port, help="overrides [serve] port")
    collect = command("collect", "bring sources up to date")
    collect.add_argument("--due", action="store_true", help="poll only the sources whose time has come")
    command("translate", "translate what waits")
    publish = command("publish", "write the files that changed")
    publish.add_argument("--all", action="store_true", help="compose everything anew")
    check = command("check", "configuration, sources, engines, store and disk: ok, or what to do")
    check.add_argument("--source", metavar="KEY", help="one source only")
    check.add_argument("--show", action="store_true", help="print the entries that each recipe finds")
    models = command("models", "the local engine's weights")
    models.add_argument("action", choices=["list", "fetch", "verify"])
    models.add_argument("pairs", nargs="*", metavar="SRC-TRG", help="default: all the configuration needs")
    evaluate = command("evaluate", "chrF and BLEU of the configured chain on a parallel text")
    evaluate.add_argument("--from", dest="source_language", required=True, metavar="LANG")
    evaluate.add_argument("--to", dest="target_language", required=True, metavar="LANG")
    evaluate.add_argument("--source", type=Path, required=True, metavar="FILE")
    evaluate.add_argument("--reference", type=Path, required=True, metavar="FILE")
    evaluate.add_argument("--limit", type=_count, metavar="N", help="the first N lines only")
    manage = command("manage", "Django's own commands")
    manage.add_argument("arguments", nargs=argparse.REMAINDER)
    return parser


def _run(options: argparse.Namespace, stop: threading.Event) -> int:
    # Imported here: models can be imported only once Django is ready, and --help needs none of it.
    from pipeline import loading, settings  # noqa: PLC0415

    if options.command == "demo":
        from pipeline.demo.command import demo  # noqa: PLC0415

        return demo(options)
    config = loading.load(options.config)
    settings.boot(config)
    from pipeline import commands, store  # noqa: PLC0415

    with store.faults_named():
        result = commands.COMMANDS[options.command](options, config, stop)
    if options.json and result.data is not None:
        json.dump(result.data, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        sys.stdout.flush()  # here and not at the end, where a reader that has gone away would be a fault
    return result.code
