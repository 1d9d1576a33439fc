"""What the tasks of one worker share: the configuration, the engines with their loaded models, the wish to stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from pipeline.config import Config
from pipeline.machine import give_back_memory
from pipeline.translate.room import EngineRoom, open_engines
from pipeline.translate.stage import TranslateRun, prepare

_TIDY = 60.0  # seconds between two times that freed memory is given back to the system


class Workshop:
    """One a process. Engines are opened at the first translation: a worker that only collects needs none."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.stop = threading.Event()
        self.published_at = 0.0  # monotonic
        self._tidied_at = time.monotonic()
        self._lock = threading.Lock()
        self._room: EngineRoom | None = None
        self._run: TranslateRun | None = None

    def translating(self) -> TranslateRun:
        """The translator of this worker, with its memory of what is in flight."""
        with self._lock:
            if self._run is None:
                self._room = open_engines(self.config)
                self._run = prepare(self.config, self._room.routes, stop=self.stop)
            return self._run

    def tidy(self) -> None:
        """Called after each task: a worker lives for months."""
        now = time.monotonic()
        if now - self._tidied_at >= _TIDY:
            self._tidied_at = now
            give_back_memory()

    def close(self) -> None:
        if self._room is not None:
            self._room.close()


_open: list[Workshop] = []


@contextmanager
def opened(config: Config) -> Iterator[Workshop]:
    """The workshop of this process, for as long as its worker runs."""
    with closing(Workshop(config)) as place:
        _open.append(place)
        try:
            yield place
        finally:
            _open.remove(place)


def workshop() -> Workshop:
    return _open[-1]
