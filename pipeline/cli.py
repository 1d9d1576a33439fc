"""The door to every command: sets the process up, turns errors into exit codes."""

import argparse
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Sequence

import structlog

from pipeline import logs
from pipeline.arguments import WRONG_USE, parse
from pipeline.errors import ConfigError, LockedError, NewswireError, UsageError
from pipeline.options.log import Log
from pipeline.remedies import remedy

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
    logs.begin(Log(), stays=_stays(options))
    stop = threading.Event()
    if threading.current_thread() is threading.main_thread() and options.command not in {"serve", "demo"}:
        signal.signal(signal.SIGTERM, lambda _signal, _frame: stop.set())
    if getattr(options, "tied", False):
        threading.Thread(target=_stop_with_input, args=(stop,), daemon=True).start()
    try:
        return _run(options, stop)
    except NewswireError as error:
        return _complain(options, error, _CODES.get(type(error), FAILED))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `run.py … | head` is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        if error.filename is None:
            raise
        # A folder that cannot be made, a disk that is full: the operator's to mend, a traceback would not help.
        fault = NewswireError(remedy(error), resource=str(error.filename))
        return _complain(options, fault, FAILED)


def _stop_with_input(stop: threading.Event) -> None:
    """The daemon's child: its input ends when the daemon does, also by kill -9; a cycle must not outlive it."""
    while os.read(0, 1):  # not sys.stdin: a thread in its buffer's lock would break the interpreter's end
        pass
    stop.set()
    time.sleep(_GRACE)
    os._exit(FAILED)


def _complain(options: argparse.Namespace, error: NewswireError, code: int) -> int:
    """To people as it is; of what runs unwatched as a line of its log."""
    if _stays(options) and not isinstance(error, ConfigError | UsageError):
        structlog.get_logger(options.command).error(str(error), exit_code=code)
    else:
        sys.stderr.write(f"{error}\n")
    return code


def _stays(options: argparse.Namespace) -> bool:
    """Whether it runs until it is ended, or is a run of one that does."""
    return options.command in {"serve", "worker", "scheduler"} or getattr(options, "tied", False)


def _run(options: argparse.Namespace, stop: threading.Event) -> int:
    # Imported here: models can be imported only once Django is ready, and --help needs none of it.
    from pipeline import loading, settings  # noqa: PLC0415

    if options.command == "demo":
        from pipeline.demo.command import demo  # noqa: PLC0415

        return demo(options)
    config = loading.load(options.config)
    logs.begin(config.log, stays=_stays(options))
    settings.boot(config)
    from pipeline import commands, store  # noqa: PLC0415

    with store.faults_named():
        result = commands.COMMANDS[options.command](options, config, stop)
    if options.json and result.data is not None:
        json.dump(result.data, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        sys.stdout.flush()  # here and not at the end, where a reader that has gone away would be a fault
    return result.code
