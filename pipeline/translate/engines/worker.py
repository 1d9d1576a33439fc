"""A worker process: holds neural models in memory and answers over its pipes until its parent is gone.

pool.py starts this file by its path in an isolated interpreter: start-up is short and nothing of the pipeline,
of Django or of the main program is imported, so this file may use the standard library and fxtranslate only.

A frame is four bytes of length, then JSON, both ways:
    in   {"key": …, "model": {path of each file}, "texts": [{"text", "seconds"}, …]}
    out  {"ready": …} once; then for each batch {"loaded": …} or {"broken": …}, one {"text"} or {"error"} for
         each text in order, and {"done": …}
An answer goes out as soon as it is known, so the parent can tell which text a lost worker was at.
"""

import contextlib
import ctypes
import json
import os
import signal
import struct
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Protocol

Frame = dict[str, Any]

_LENGTH = struct.Struct(">I")
_PR_SET_PDEATHSIG = 1


class Model(Protocol):
    def translate(self, text: str, /) -> str: ...


def write_frame(stream: IO[bytes], frame: Frame) -> None:
    body = json.dumps(frame).encode()
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def read_frame(stream: IO[bytes]) -> Frame | None:
    """The next frame; None where the other side is gone, also in the middle of one."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    body = stream.read(_LENGTH.unpack(head)[0])
    try:
        frame: Frame = json.loads(body)
    except ValueError:
        return None
    return frame


class Models:
    """The loaded models, least recently used first; never more than `most`."""

    def __init__(self, most: int, load: Callable[[Frame], Model]) -> None:
        self._most = most
        self._load = load
        self._models: OrderedDict[str, Model] = OrderedDict()

    def get(self, key: str, files: Frame) -> Model:
        if key not in self._models:
            self._make_room()
            self._models[key] = self._load(files)
        self._models.move_to_end(key)
        return self._models[key]

    def keys(self) -> list[str]:
        return list(self._models)

    def _make_room(self) -> None:
        evicted = len(self._models) >= self._most
        while len(self._models) >= self._most:
            self._models.popitem(last=False)
        if evicted:
            _return_memory()


def serve(incoming: IO[bytes], outgoing: IO[bytes], models: Models) -> None:
    """Answer batches until the parent closes its end."""
    while (batch := read_frame(incoming)) is not None:
        try:
            model = models.get(batch["key"], batch["model"])
        except (OSError, ValueError) as error:
            write_frame(outgoing, {"broken": str(error)})
            continue
        write_frame(outgoing, {"loaded": batch["key"]})
        for answer in _answers(model, batch["texts"]):
            write_frame(outgoing, answer)
        write_frame(outgoing, {"done": {"loaded": models.keys(), "rss": resident_bytes()}})


def _answers(model: Model, texts: list[Frame]) -> Iterator[Frame]:
    for each in texts:
        with _cpu_limit(each["seconds"]):
            try:
                answer = {"text": model.translate(each["text"])}
            except ValueError as error:  # a lone surrogate, for one
                answer = {"error": str(error)}
        yield answer


@contextlib.contextmanager
def _cpu_limit(seconds: float) -> Iterator[None]:
    """End this process by SIGPROF when the block takes more CPU time than that.

    CPU time, not the clock: on a busy machine a healthy text must not be taken for a runaway.
    """
    if not hasattr(signal, "setitimer"):  # Windows: the parent's clock is the only limit
        yield
        return
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


def _return_memory() -> None:
    """Give freed pages back: glibc keeps them otherwise (591 MB held where 142 MB were in use)."""
    with contextlib.suppress(OSError, AttributeError):  # not glibc
        ctypes.CDLL(None).malloc_trim(0)


def resident_bytes() -> int:
    """Memory of this process; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _die_with(parent: int) -> None:
    """Have the kernel end this process with its parent, also when the parent is killed.

    Elsewhere than on Linux the closed pipe does it, at the latest after the text at hand.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # gone before the line above took effect
        sys.exit(0)


def _own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Keep both pipes to ourselves: whatever a library prints goes to standard error, it can read nothing."""
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return open(incoming, "rb"), open(outgoing, "wb")  # noqa: PTH123 -- descriptors, not paths


def load_model(files: Frame) -> Model:
    from fxtranslate import Translator  # noqa: PLC0415 -- after sys.path is set

    content = {name: Path(path).read_bytes() for name, path in files.items()}
    return Translator(
        model=content["model"],
        src_vocab=content["source_vocab"],
        trg_vocab=content["target_vocab"],
        shortlist=content.get("shortlist"),
    )


def main(settings: Frame) -> None:
    # Ctrl-C and a service manager's stop reach the whole group; the parent decides when the work here ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _die_with(settings["parent"])
    incoming, outgoing = _own_pipes()
    if hasattr(os, "nice"):
        os.nice(settings["nice"])
    sys.path.append(settings["packages"])
    import fxtranslate  # noqa: F401, PLC0415 -- a missing or unfit engine shows now, before the first batch

    with incoming, outgoing, contextlib.suppress(BrokenPipeError):  # the parent went away
        write_frame(outgoing, {"ready": os.getpid()})
        serve(incoming, outgoing, Models(settings["loaded"], load_model))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
