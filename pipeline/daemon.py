"""`serve`: APScheduler calls the cycles, waitress serves the pages, both in one process group.

A cycle runs in a child process (`run.py once`), so that parsing and projecting never stall the web
server, its memory goes back to the machine, and a broken cycle cannot take the server down.
"""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from pipeline.config import Config
from pipeline.errors import NewswireError
from pipeline.lock import daemon_lock
from pipeline.web import Site, health

RUN = Path(__file__).resolve().parent.parent / "run.py"
_GRACE = 80.0  # seconds a cycle has to put its work away after SIGTERM; systemd waits 90
_log = structlog.get_logger("daemon")


class Cycles:
    """Runs cycles in child processes, one at a time, and remembers how the last one ended."""

    def __init__(self, config_path: Path, every: timedelta) -> None:
        self._command = [
            sys.executable,
            str(RUN),
            "once",
            "--json",
            "--due",
            "--tied",
            "--config",
            str(config_path),
        ]
        self._every = every
        self._child: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopping = False
        self._last_end = time.monotonic()

    def run(self) -> None:
        """One cycle, from the scheduler's thread."""
        with self._lock:
            if self._stopping:
                return
            # Its stdin is a pipe that ends with this process, however that dies: `--tied` watches it.
            child = self._child = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        with child:
            output = child.stdout.read() if child.stdout else b""
        self._report(child.returncode, output)

    def _report(self, code: int, output: bytes) -> None:
        if code == 0:
            self._last_end = time.monotonic()
            summary = json.loads(output)
            _log.info("cycle", files=summary["files_written"], seconds=summary["seconds"])
        elif code == 75:
            _log.info("cycle left out: another run is at work")
        elif not self._stopping:
            _log.error("cycle failed; the next one comes as planned", exit_code=code)

    def is_ready(self) -> bool:
        return time.monotonic() - self._last_end < 3 * self._every.total_seconds() + 600

    def stop(self) -> None:
        """Let the running cycle put its work away; end it hard only when it does not."""
        with self._lock:
            self._stopping = True
            child = self._child
        if child is None or child.poll() is not None:
            return
        child.terminate()
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()


def serve(config: Config, config_path: Path, *, say: Callable[[str], None], cycles: bool = True) -> None:
    """Serve until SIGTERM or Ctrl-C. `cycles=False`: pages only."""
    runner = Cycles(config_path, timedelta(minutes=config.schedule.every))
    ready = runner.is_ready if cycles else lambda: True
    scheduler = _scheduler(config, runner)
    with daemon_lock(config) if cycles else nullcontext(), _ends_on_signals():
        server = _listen(config, Site(config.publish.directory, {"/healthz": health(ready)}))
        try:
            if cycles:
                scheduler.start()
            say(
                f"Serving {config.network.base_url} on http://{config.serve.host}:{config.serve.port}/ (Ctrl-C ends it)"
            )
            server.run()
        finally:
            server.close()
            runner.stop()
            if scheduler.running:
                scheduler.shutdown(wait=True)


def _listen(config: Config, site: Site) -> BaseWSGIServer | MultiSocketServer:
    try:
        return create_server(site, host=config.serve.host, port=config.serve.port, threads=8, ident="")
    except (OSError, ValueError) as error:  # waitress tells an unknown host by ValueError
        where = f"{config.serve.host}:{config.serve.port}"
        reason = getattr(error, "strerror", "") or "no such host; correct [serve] host"
        raise NewswireError(f"cannot listen: {reason}; choose another with --port", resource=where) from error


def _scheduler(config: Config, runner: Cycles) -> BackgroundScheduler:
    every = timedelta(minutes=config.schedule.every)
    jitter = int(min(config.schedule.jitter, every.total_seconds() / 4))
    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    first = datetime.now(UTC)
    scheduler.add_job(
        runner.run, "interval", seconds=every.total_seconds(), jitter=jitter or None, next_run_time=first
    )
    return scheduler


class _ends_on_signals:  # noqa: N801 - reads as a phrase
    """SIGTERM ends waitress the way Ctrl-C does."""

    def __enter__(self) -> None:
        self._former = signal.signal(signal.SIGTERM, self._end)

    def __exit__(self, *_error: object) -> None:
        signal.signal(signal.SIGTERM, self._former)

    @staticmethod
    def _end(_signal: int, _frame: FrameType | None) -> None:
        raise SystemExit
