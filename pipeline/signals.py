"""What ends `serve`, and what makes it begin anew: SIGTERM, SIGHUP, a configuration that changed.

A new configuration is tried before the former is given up: one that is broken, or that could not be served, is named
in the log and nothing else happens.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Self

import structlog

from pipeline import loading
from pipeline.config import Config
from pipeline.errors import ConfigError

RUN = Path(__file__).resolve().parent.parent / "run.py"
_TRIAL = 60.0  # seconds that opening the store may take
_log = structlog.get_logger("daemon")


class Signals:
    """SIGTERM ends waitress the way Ctrl-C does; SIGHUP, or a changed file, begins anew with the new configuration.

    `wind_down` lets the work at hand be put away; the pages are served until it is.
    """

    def __init__(self, config: Config, path: Path, wind_down: Callable[[], None]) -> None:
        self._config = config
        self._path = path
        self._wind_down = wind_down
        self._stamp = _stamp(path)
        self._trying = threading.Lock()
        self._ended = False
        self.reload = False

    def __enter__(self) -> Self:
        wanted = {signal.SIGTERM: self._end, signal.SIGHUP: self._asked}
        self._former = {number: signal.signal(number, handler) for number, handler in wanted.items()}
        return self

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def look(self) -> None:
        """From the scheduler's thread: whether the file is another one than at the start."""
        stamp = _stamp(self._path)
        if stamp and stamp != self._stamp:
            self._stamp = stamp
            self._begin_anew()

    def _end(self, _signal: int, _frame: FrameType | None) -> None:
        self._ended = True
        raise SystemExit

    def _asked(self, _signal: int, _frame: FrameType | None) -> None:
        self._stamp = _stamp(self._path)
        threading.Thread(target=self._begin_anew, name="reload", daemon=True).start()

    def _begin_anew(self) -> None:
        if not self._trying.acquire(blocking=False):
            return
        try:
            if fault := self._fault():
                _log.error(
                    "the configuration is broken; pages and cycles go on with the former one", mistakes=fault
                )
                return
            _log.info("beginning anew with the configuration as it is now", config=str(self._path))
            self._wind_down()
            if not self._ended:  # by SIGTERM meanwhile
                self.reload = True
                os.kill(os.getpid(), signal.SIGTERM)
        finally:
            self._trying.release()

    def _fault(self) -> str:
        """Why the new configuration cannot be served, in words."""
        try:
            config = loading.load(self._path, afresh=True)
        except ConfigError as error:
            return str(error)
        return self._port_fault(config) or _store_fault(self._path)

    def _port_fault(self, config: Config) -> str:
        """`--port` stands above the file, so the port counts only where the file's own was in use."""
        if config.serve.host == self._config.serve.host:
            return ""
        try:
            socket.create_server((config.serve.host, 0)).close()
        except OSError as error:
            return (
                f"[serve] host: {config.serve.host} is no address of this machine ({error.strerror or error})"
            )
        return ""


def _store_fault(path: Path) -> str:
    """Opened by a process of its own: this one keeps its store until it knows that the other can be opened."""
    command = [sys.executable, str(RUN), "manage", "--config", str(path), "showmigrations", "--plan"]
    environment = {name: value for name, value in os.environ.items() if name != loading.KEPT}
    try:
        told = subprocess.run(  # noqa: S603 - our own program
            command, env=environment, capture_output=True, text=True, timeout=_TRIAL, check=False
        )
    except subprocess.TimeoutExpired:
        return f"[store] url: the store did not open within {_TRIAL:.0f} s"
    return told.stderr.strip()[-500:] if told.returncode else ""


def _stamp(path: Path) -> tuple[int, int]:
    """Tells one state of a file from another; nothing while it is being replaced."""
    try:
        facts = path.stat()
    except OSError:
        return (0, 0)
    return (facts.st_ino, facts.st_mtime_ns)
