"""The door to every command: sets the process up, turns errors into exit codes."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence

import structlog

from pipeline.arguments import WRONG_USE, parse
from pipeline.errors import ConfigError, LockedError, NewswireError, UsageError

DONE, FAILED, BROKEN, LOCKED = 0, 2, 70, 75  # 70 and 75 as in sysexits.h
_CODES: dict[type[NewswireError], int] = {
    ConfigError: WRONG_USE,
    UsageError: WRONG_USE,
    LockedError: LOCKED,
}
_GRACE = 80.0  # seconds a cycle has to put its work away when its daemon is gone


def main(arguments: Sequence[str]) -> int:
    """Run one command. The exit code: 0 done, 1 wrong use, 2 something that matters failed, 70 a bug, 75 locked."""
    try:
        return _main(arguments)
    except Exception:  # noqa: BLE001 - Python's own code for it is 1, which here means wrong use
        traceback.print_exc()
        sys.stderr.write("This is a fault of the program. Please report it with the lines above.\n")
        return BROKEN


def _main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
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
