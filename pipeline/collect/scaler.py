"""Has pictures made small by a process of its own, which may be lost to what it reads without any harm to the run.

A file of some kilobytes can ask for hours (a JPEG of a hundred thousand passes), for more memory than it says (an AVIF
whose frame is larger than its head says), or find a hole in a decoder. So each picture gets some seconds of a
processor, and the process a bounded memory: what uses them up is refused, and the next picture gets another process.

Both ways a head, then bytes:
    in   length | the file as it came
    out  what became of it, width, height, length | the copy, or why there is none
"""

import contextlib
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from pipeline.collect.scaling import named, scaled
from pipeline.errors import ReadError
from pipeline.records import PictureBytes

SECONDS: Final = 10.0  # of a processor for one picture; the slowest honest ones took 1.6
_SLACK = 6  # times as long by the clock: the machine may be busy
MEMORY: Final = 768 << 20  # bytes of addresses; the largest that pass the limits of scaling.py need 471 MB
_HEAD_IN, _HEAD_OUT = struct.Struct(">I"), struct.Struct(">cHHI")
_COPY, _NOTHING, _REFUSED = b"c", b"n", b"r"
_ROOT = Path(__file__).resolve().parents[2]


class CostlyPictureError(ReadError):
    """It used up its time: a second try would end the same way."""


class Scaler:
    """A context manager. The process begins with the first picture and ends with the block."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def scaled(self, body: bytes) -> PictureBytes | None:
        """As scaling.scaled: None for a dot. Raises ReadError."""
        child = self._child or self._begin()
        timer = threading.Timer(self._seconds * _SLACK, child.kill)
        timer.daemon = True
        timer.start()
        try:
            assert child.stdin
            assert child.stdout
            with contextlib.suppress(BrokenPipeError):  # it is gone: the answer says so
                _send(child.stdin, _HEAD_IN.pack(len(body)), body)
            found = _received(child.stdout)
        finally:
            timer.cancel()
        if found is None:
            raise self._lost()
        kind, width, height, said = found
        if kind == _REFUSED:
            raise ReadError(said.decode(errors="replace"))
        return named(said, width, height) if kind == _COPY else None

    def _begin(self) -> subprocess.Popen[bytes]:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own interpreter and this file
                [sys.executable, "-m", __name__, str(self._seconds), str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": path},
            )
        except OSError as error:  # no memory or no process left
            raise ReadError(f"could not be read: no process for it ({error.strerror})") from error
        return self._child

    def _lost(self) -> ReadError:
        code = self._end()
        if code in {-signal.SIGPROF, -signal.SIGKILL}:
            return CostlyPictureError("takes too long, or too much memory, to be read")
        return ReadError(f"is a broken picture: what reads it ended by {code}")

    def _end(self) -> int:
        child, self._child = self._child, None
        if child is None:
            return 0
        for stream in (child.stdin, child.stdout):
            if stream:
                with contextlib.suppress(OSError):  # bytes for a process that is gone
                    stream.close()
        with contextlib.suppress(subprocess.TimeoutExpired):  # without its pipes it ends by itself
            child.wait(1)
        child.kill()
        return child.wait()


def _send(stream: IO[bytes], *parts: bytes) -> None:
    for part in parts:
        stream.write(part)
    stream.flush()


def _received(stream: IO[bytes]) -> tuple[bytes, int, int, bytes] | None:
    """None where the process ended, also in the middle of an answer."""
    head = stream.read(_HEAD_OUT.size)
    if len(head) < _HEAD_OUT.size:
        return None
    kind, width, height, length = _HEAD_OUT.unpack(head)
    said = stream.read(length)
    return (kind, width, height, said) if len(said) == length else None


def _serve(requests: IO[bytes], answers: IO[bytes], seconds: float, memory: int) -> None:
    """The process: until whoever began it closes the pipe, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the run, which ends this one
    with contextlib.suppress(ValueError, OSError):  # not every system lets itself be bound
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while len(head := requests.read(_HEAD_IN.size)) == _HEAD_IN.size:
        body = requests.read(_HEAD_IN.unpack(head)[0])
        signal.setitimer(signal.ITIMER_PROF, seconds)  # ends the process, wherever it is
        try:
            copy = scaled(body)
        except ReadError as error:
            answer, said = (_REFUSED, 0, 0), error.message.encode(errors="replace")
        else:
            answer = (_COPY, copy.width, copy.height) if copy else (_NOTHING, 0, 0)
            said = copy.body if copy else b""
        signal.setitimer(signal.ITIMER_PROF, 0)
        _send(answers, _HEAD_OUT.pack(*answer, len(said)), said)


if __name__ == "__main__":
    _serve(sys.stdin.buffer, sys.stdout.buffer, float(sys.argv[1]), int(sys.argv[2]))
