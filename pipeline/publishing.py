"""Publishes soon after the desk asked for it, in a child process, so that an editor sees the feed change.

Many askings at once make one run. While another run holds the lock it waits and tries again.
"""

import subprocess
import sys
import threading
from pathlib import Path

import structlog

RUN = Path(__file__).resolve().parent.parent / "run.py"
_GATHER = 0.5  # seconds: the clicks of one moment go out together
_RETRY = 5.0  # seconds until the lock is tried again
_GRACE = 20.0  # seconds a run has to put its work away
_LOCKED = 75
_log = structlog.get_logger("publishing")


class Publishing:
    """The one who publishes between the cycles. Starts its thread at the first asking."""

    def __init__(self, config_path: Path) -> None:
        command = [sys.executable, str(RUN), "publish", "--json", "--config", str(config_path)]
        self._command = command
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self) -> None:
        """Publish soon. Returns at once; may be called from any thread."""
        with self._lock:
            self._asked.set()
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._work, name="publishing", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """End; a run at work may put its work away. What it leaves undone the next cycle does."""
        self._stopping.set()
        self._asked.set()
        with self._lock:
            child, thread = self._child, self._thread
        if child is not None and child.poll() is None:
            child.terminate()
        if thread is not None:
            thread.join(_GRACE)

    def _work(self) -> None:
        while True:
            self._asked.wait()
            if self._stopping.wait(_GATHER):
                return
            self._asked.clear()
            if self._run() == _LOCKED:
                self._asked.set()
                self._stopping.wait(_RETRY)

    def _run(self) -> int:
        with self._lock:
            child = self._child = subprocess.Popen(  # noqa: S603 - our own program
                self._command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
            )
        code = child.wait()
        if code not in {0, _LOCKED} and not self._stopping.is_set():
            _log.error("publishing failed; the next cycle tries again", exit_code=code)
        return code
