"""The log: one line an event on stderr, for people or as JSON, with the id of its run and of its entry.

Lines of libraries take the same form as ours. Does not decide what is worth a line.
"""

import logging
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from pipeline.options.log import Log
from pipeline.printable import printable

# Fetching tells of its own faults; a cycle that is longer than its interval is no fault.
_QUIET = ("urllib3", "apscheduler", "waitress.queue")
_SCANNED = (
    "django.security.DisallowedHost"  # an error with a traceback for each stranger that knocks at an address
)
_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


def begin(options: Log, *, stays: bool) -> None:
    """Set the process's log up; called again once the configuration is known. `stays`: it runs until it is ended."""
    level = _LEVELS.get(options.level, logging.INFO if stays else logging.WARNING)
    common: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last = _last(options)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Printer,
        processors=[*common, *last],
    )
    handler = _Handler()
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=common,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    for former in [each for each in root.handlers if isinstance(each, _Handler)]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger("pipeline").setLevel(level)
    logging.getLogger(_SCANNED).setLevel(logging.CRITICAL)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def is_json(options: Log) -> bool:
    return options.form == "json" or (options.form == "auto" and not sys.stderr.isatty())


def _last(options: Log) -> list[Processor]:
    if is_json(options):
        return [
            structlog.processors.format_exc_info,
            _readable,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    # Its own tracebacks would show the variables of every frame, with the keys and cookies in them.
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    return [structlog.processors.format_exc_info, _readable, _on_one_line, console]


def _readable(_logger: Any, _name: str, line: EventDict) -> EventDict:
    """Many lines quote strangers: a path that was asked for, a server's reason."""
    return {key: printable(value) if isinstance(value, str) else value for key, value in line.items()}


def _on_one_line(_logger: Any, _name: str, line: EventDict) -> EventDict:
    """No event looks like two; in JSON none does anyway."""
    line["event"] = str(line.get("event", "")).replace("\n", "\\n")
    return line


class _Handler(logging.StreamHandler[TextIO]):
    """Ours among those of the root, so that it can be set up anew."""

    def __init__(self) -> None:
        super().__init__(sys.stderr)


class _Printer(structlog.PrintLogger):
    """Prints to stderr and knows its name, which structlog's own printer forgets."""

    def __init__(self, *names: Any) -> None:
        super().__init__(sys.stderr)
        self.name = names[0] if names else "newswire"


def new_id(now: datetime) -> str:
    """Of a run: sorts by time, and two that begin together still differ."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


@contextmanager
def within(**ids: str) -> Iterator[None]:
    """Lines written inside carry these; a thread takes them along only with a copy of its maker's context."""
    with structlog.contextvars.bound_contextvars(**ids):
        yield
