"""The parent's end of one worker process: start it, hand it a batch, read its answers, notice its death."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipeline.translate.engines import worker
from pipeline.translate.engines.weights import ModelFiles

_SLACK = 10  # the clock may run this many times longer than the CPU limit: the machine may be busy


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a worker may use. The deadline of a text is CPU time; the clock stops it only much later."""

    loaded: int = 6  # directions in memory
    nice: int = 5
    seconds: float = 4.0  # CPU time for any text …
    seconds_per_character: float = 0.003  # … and more for a long one
    patience: float = 60.0  # by the clock, for starting and for loading a model
    texts: int = 50_000  # a worker is replaced after so many, against slow leaks
    rss: int = 1_500_000_000  # bytes; likewise

    def deadline(self, text: str) -> float:
        return self.seconds + self.seconds_per_character * len(text)


class ChildLostError(Exception):
    """The worker is gone in the middle of a batch.

    `started` says whether it had the model and was at the texts; `overtime` that the text at hand used up its
    CPU time: a second try would end the same way. `slow` that the parent's clock ran out.
    """

    def __init__(
        self, message: str, *, started: bool = False, overtime: bool = False, slow: bool = False
    ) -> None:
        super().__init__(message)
        self.started = started
        self.overtime = overtime
        self.slow = slow


class BrokenModelError(Exception):
    """The worker cannot make a model of these files; it goes on with others."""


class Child:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._texts = 0
        self._rss = 0
        self._slow = False
        self.loaded: frozenset[str] = frozenset()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 -- a pipe nobody reads would fill and block
        try:
            self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and our own file
                [sys.executable, "-I", "-S", worker.__file__, json.dumps(self._settings())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._errors,
            )
        except OSError as error:  # no memory or no process left
            self._errors.close()
            raise ChildLostError(f"no worker process: {error}") from error
        self._await_ready()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_spent(self) -> bool:
        """It should be replaced by a fresh one."""
        return self._texts >= self._limits.texts or self._rss >= self._limits.rss

    def translate(self, model: ModelFiles, texts: Sequence[str]) -> Iterator[str | ValueError]:
        """One answer for each text, in order, each as soon as it is there."""
        deadlines = [self._limits.deadline(text) for text in texts]
        with self._clock(self._limits.patience + _SLACK * sum(deadlines)):
            self._send(model, texts, deadlines)
            for _ in texts:
                answer = self._read()
                if answer is None:
                    raise self._lost(started=True)
                yield answer["text"] if "text" in answer else ValueError(answer["error"])
            self._finish(len(texts))

    def close(self) -> None:
        """End the process at once: it holds nothing that must be saved."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._errors):
            if stream:
                with suppress(OSError):  # bytes for a process that is gone
                    stream.close()

    def kill(self) -> None:
        """End the process from another thread; the one that reads from it cleans up."""
        self._process.kill()

    def _await_ready(self) -> None:
        with self._clock(self._limits.patience):
            ready = self._read()
        if ready is None:
            lost = self._lost(started=False)
            self.close()
            raise lost

    def _settings(self) -> dict[str, object]:
        return {
            "parent": os.getpid(),
            "packages": _engine_folder(),
            "nice": self._limits.nice,
            "loaded": self._limits.loaded,
        }

    def _send(self, model: ModelFiles, texts: Sequence[str], deadlines: Sequence[float]) -> None:
        assert self._process.stdin
        units = [{"text": text, "seconds": limit} for text, limit in zip(texts, deadlines, strict=True)]
        try:
            worker.write_frame(
                self._process.stdin, {"key": model.key, "model": model.paths(), "texts": units}
            )
        except OSError as error:
            raise self._lost(started=False) from error
        answer = self._read()
        if answer is None:
            raise self._lost(started=False)
        if "broken" in answer:
            raise BrokenModelError(answer["broken"])

    def _finish(self, texts: int) -> None:
        answer = self._read()
        if answer is None:
            return  # every text has its answer; the next batch finds out
        self.loaded = frozenset(answer["done"]["loaded"])
        self._rss = answer["done"]["rss"]
        self._texts += texts

    def _read(self) -> worker.Frame | None:
        assert self._process.stdout
        return worker.read_frame(self._process.stdout)

    def _lost(self, *, started: bool) -> ChildLostError:
        with suppress(subprocess.TimeoutExpired):  # its pipe is closed, it is about to end by itself
            self._process.wait(1)
        self._process.kill()
        code = self._process.wait()
        overtime = started and code == -getattr(signal, "SIGPROF", 0)
        message = f"worker process {self.pid} ended by {_words(code)}{self._last_words()}"
        return ChildLostError(message, started=started, overtime=overtime, slow=self._slow)

    def _last_words(self) -> str:
        self._errors.seek(max(0, self._errors.seek(0, os.SEEK_END) - 500))
        said = self._errors.read().decode(errors="replace").strip()
        return f": {said}" if said else ""

    @contextmanager
    def _clock(self, seconds: float) -> Iterator[None]:
        """Kill the process when the block takes longer; the reader then sees its end."""
        timer = threading.Timer(seconds, self._out_of_time)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _out_of_time(self) -> None:
        self._slow = True
        self._process.kill()


def _engine_folder() -> str:
    """Where fxtranslate is installed: the worker's isolated interpreter does not look there by itself."""
    spec = importlib.util.find_spec("fxtranslate")
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else ""


def _words(code: int) -> str:
    try:
        return signal.Signals(-code).name if code < 0 else f"exit {code}"
    except ValueError:
        return f"signal {-code}"
