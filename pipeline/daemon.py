"""`serve`: APScheduler calls the cycles, waitress serves the pages, both in one process group.

A cycle runs in a child process (`run.py once`), so that parsing and projecting never stall the web
server, its memory goes back to the machine, and a broken cycle cannot take the server down.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from apscheduler.job import Job
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from django.db import DatabaseError, connection

from pipeline import loading, logs, mounts
from pipeline.config import Config
from pipeline.errors import NewswireError
from pipeline.keeping.nightly import was_missed
from pipeline.keeping.prune import PRUNED
from pipeline.lock import daemon_lock, lock_path
from pipeline.publishing import Publishing
from pipeline.review.notices import NOTICED
from pipeline.signals import Signals
from pipeline.webmetrics import Measured
from pipeline.webserver import Server, listening

RUN = Path(__file__).resolve().parent.parent / "run.py"
_GRACE = 80.0  # seconds a cycle has to put its work away after SIGTERM; systemd waits 90
_LOCKED = 75
_LOOK = 20.0  # seconds between two looks whether the configuration changed
_GATHER = 3.0  # seconds: what hubs tell of in one moment is fetched together
_RETRY = 30.0  # seconds until a cycle that was asked for is tried again, where another run was at work
_SETTLED = timedelta(seconds=60)  # a start brings its tables up to date first
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
        self._asked = threading.Event()
        self._last_end = time.monotonic()
        self.soon: Callable[[float], None] = lambda _seconds: None  # brings the next cycle forward

    def ask(self) -> None:
        """A source is due before its time. From any thread; many askings at once make one cycle."""
        self._asked.set()
        self.soon(_GATHER)

    def run(self) -> None:
        """One cycle, from the scheduler's thread."""
        with self._lock:
            if self._stopping:
                return
            asked = self._asked.is_set()
            self._asked.clear()
            cycle = logs.new_id(datetime.now(UTC))
            # Its stdin is a pipe that ends with this process, however that dies: `--tied` watches it.
            child = self._child = subprocess.Popen(  # noqa: S603 - our own program
                [*self._command, "--cycle", cycle], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        with child:
            output = child.stdout.read() if child.stdout else b""
        with logs.within(cycle=cycle):
            self._report(child.returncode, output)
        if asked and child.returncode == _LOCKED:
            self._asked.set()
            self.soon(_RETRY)
        elif self._asked.is_set():  # while it ran
            self.soon(_GATHER)

    def _report(self, code: int, output: bytes) -> None:
        if code == 0:
            self._last_end = time.monotonic()
            summary = json.loads(output)
            _log.info("cycle", files=summary["files_written"], seconds=summary["seconds"])
        elif code == _LOCKED:
            _log.info("cycle left out: another run is at work")
        elif not self._stopping:
            _log.error("cycle failed; the next one comes as planned", exit_code=code)

    def fault(self) -> str:
        """What is wrong with the cycles, in words; empty while they end well often enough."""
        silence = time.monotonic() - self._last_end
        if silence < 3 * self._every.total_seconds() + 600:
            return ""
        return f"no cycle has ended well for {silence / 60:.0f} minutes; read the log, and ./run.py status"

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
    publishing = Publishing(config_path)
    scheduler = _scheduler()
    if cycles:
        _add_cycles(scheduler, config, runner)
        _add_daily_jobs(scheduler, config, config_path)
    lock = daemon_lock(config) if cycles else nullcontext()
    kept = _kept(config, config_path) if cycles else nullcontext()
    with lock, kept, Signals(config, config_path, runner.stop) as signals:
        scheduler.add_job(signals.look, "interval", seconds=_LOOK)
        fault = runner.fault if cycles else lambda: ""
        application = mounts.application(config, fault=fault, publish=publishing.ask, collect=runner.ask)
        server = _listen(config, application)
        try:
            scheduler.start()
            say(
                f"Serving {config.network.base_url} on http://{config.serve.host}:{config.serve.port}/ (Ctrl-C ends it)"
            )
            server.run()
        finally:
            server.close()
            publishing.stop()
            runner.stop()
            if scheduler.running:
                scheduler.shutdown(wait=True)
    if signals.reload:
        os.execv(sys.executable, [sys.executable, str(RUN), *sys.argv[1:]])  # noqa: S606 - ourselves, with the new configuration


@contextmanager
def _kept(config: Config, path: Path) -> Iterator[None]:
    """A copy of the configuration for the runs to come: a file that is broken meanwhile stops none of them."""
    copy = lock_path(config).with_suffix(".serving.toml")
    copy.write_bytes(path.read_bytes())
    os.environ[loading.KEPT] = str(copy)
    try:
        yield
    finally:
        os.environ.pop(loading.KEPT, None)
        copy.unlink(missing_ok=True)


def _listen(config: Config, site: Measured) -> Server:
    # Says so for each request that finds another one waiting: under load a line a request.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        return listening(
            site,
            site.quick,
            host=config.serve.host,
            port=config.serve.port,
            threads=8,
            ident="",
            **_proxies(config),
        )
    except (OSError, ValueError) as error:  # waitress tells an unknown host by ValueError
        where = f"{config.serve.host}:{config.serve.port}"
        reason = getattr(error, "strerror", "") or "no such host; correct [serve] host"
        raise NewswireError(f"cannot listen: {reason}; choose another with --port", resource=where) from error


def _proxies(config: Config) -> dict[str, Any]:
    """Behind reverse proxies the client's address and scheme are what they say; else their headers are dropped."""
    if not config.desk.proxies:
        return {
            "clear_untrusted_proxy_headers": False
        }  # nobody believes them; /metrics sees that somebody is in between
    headers = {"x-forwarded-for", "x-forwarded-proto"}
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": config.desk.proxies,
        "trusted_proxy_headers": headers,
        "clear_untrusted_proxy_headers": True,
    }


def _scheduler() -> BackgroundScheduler:
    return BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )


def _add_cycles(scheduler: BackgroundScheduler, config: Config, runner: Cycles) -> None:
    every = timedelta(minutes=config.schedule.every)
    jitter = int(min(config.schedule.jitter, every.total_seconds() / 4))
    first = datetime.now(UTC)
    job = scheduler.add_job(
        runner.run, "interval", seconds=every.total_seconds(), jitter=jitter or None, next_run_time=first
    )
    runner.soon = lambda seconds: _bring_forward(job, seconds)


def _add_daily_jobs(scheduler: BackgroundScheduler, config: Config, config_path: Path) -> None:
    """Each by a process of its own: what hangs or fails there stalls nobody. What was missed is made up for."""
    # A quarter past: the jitter goes either way, and what is done before the hour does not count for this night.
    night = scheduler.add_job(
        _nightly, "cron", hour=config.keep.hour, minute=15, jitter=600, args=[config, config_path]
    )
    daily = [(night, PRUNED, config.keep.hour, "last night's work")]
    if config.notices.enabled:
        hour = config.notices.hour
        mail = scheduler.add_job(_run, "cron", hour=hour, args=["notices", config_path])
        daily.append((mail, NOTICED, hour, "the editors' mail"))
    now = datetime.now(UTC)
    with suppress(DatabaseError):  # no store yet: there was no day before
        for job, fact, hour, what in daily:
            if was_missed(fact, hour, now):
                _log.info(f"{what} was missed and is made up for", hour=hour)
                job.modify(next_run_time=now + _SETTLED)
    connection.close()


def _nightly(config: Config, config_path: Path) -> None:
    """Nothing is pruned that could not be backed up."""
    if not config.keep.backups or _run("backup", config_path):
        _run("prune", config_path)


def _run(command: str, config_path: Path) -> bool:
    arguments = [sys.executable, str(RUN), command, "--json", "--config", str(config_path)]
    done = subprocess.run(arguments, stdout=subprocess.PIPE, check=False)  # noqa: S603 - our own program
    if done.returncode == 0:
        _log.info(command, **json.loads(done.stdout))
    else:
        _log.error("failed; it is tried again tomorrow", command=command, exit_code=done.returncode)
    return done.returncode == 0


def _bring_forward(job: Job, seconds: float) -> None:
    when = datetime.now(UTC) + timedelta(seconds=seconds)
    with suppress(JobLookupError):  # the scheduler is being shut down
        if (
            job.next_run_time is None or job.next_run_time > when
        ):  # else those who ask again and again put it off
            job.modify(next_run_time=when)
