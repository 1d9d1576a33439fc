"""A pool of worker processes for the neural engine, shared by every thread of the program.

    translate() | batches, longest texts first | queue by direction | a thread for each worker | answers

Processes, because the engine holds the interpreter's lock while it works: in a thread of ours one odd text
would stall the desk for seconds. A text that kills its worker or overruns its time fails alone; the others of its
batch are done again. Workers start when there is work and end when idle, with the pool, or with this process.
"""

import os
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.translate.engines.child import BrokenModelError, Child, ChildLostError, Limits
from pipeline.translate.engines.queues import Queues
from pipeline.translate.engines.weights import ModelFiles

_NAME = "firefox"
_TRIES = 2  # of anything a lost worker may be blamed for: a kill from outside must not fail a text


@dataclass(slots=True, eq=False)
class _Call:
    """One caller's texts and what became of them."""

    model: ModelFiles
    texts: Sequence[str]
    answers: dict[int, str | EngineError] = field(default_factory=dict)
    fault: EngineError | None = None
    finished: threading.Event = field(default_factory=threading.Event)

    def answer(self, index: int, answer: str | EngineError) -> None:
        self.answers[index] = answer
        if len(self.answers) == len(self.texts):
            self.finished.set()

    def fail(self, fault: EngineError) -> None:
        """The whole call is lost: the model or the pool is at fault, not a text."""
        self.fault = fault
        self.finished.set()


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    call: _Call
    indices: tuple[int, ...]
    tries: int = 0

    def texts(self) -> list[str]:
        return [self.call.texts[index] for index in self.indices]


class Pool:
    """Does not know languages or where weights come from: a model is its files."""

    def __init__(
        self, *, workers: int = 0, batch: int = 16, limits: Limits | None = None, idle_seconds: float = 600.0
    ) -> None:
        self.workers = workers or available_cores()
        self._batch = batch
        self._limits = limits or Limits()
        self._idle_seconds = idle_seconds
        self._queues: Queues[_Batch] = Queues()
        self._changed = threading.Condition()
        self._idle = 0
        self._threads: set[threading.Thread] = set()
        self._children: dict[threading.Thread, Child] = {}
        self._closed = False

    def translate(self, model: ModelFiles, texts: Sequence[str]) -> list[str | EngineError]:
        """One answer for each text, in order. Call it from as many threads as you like."""
        if not texts:
            return []
        call = _Call(model, texts)
        try:
            self._submit(model.key, self._batches(call))
            call.finished.wait()
        finally:
            call.finished.set()  # an interrupted caller's batches are dropped
        if call.fault:
            raise call.fault
        return [call.answers[index] for index in range(len(texts))]

    def pids(self) -> list[int]:
        """The worker processes alive now."""
        with self._changed:
            return [child.pid for child in self._children.values()]

    def close(self) -> None:
        """End all workers; calls under way fail. For ever."""
        with self._changed:
            self._closed = True
            for batch in self._queues.clear():
                batch.call.fail(_closed())
            for child in self._children.values():
                child.kill()
            threads = list(self._threads)
            self._changed.notify_all()
        for thread in threads:
            thread.join()

    def _batches(self, call: _Call) -> list[_Batch]:
        """Longest texts first, so that no worker is left alone with a long one at the end.

        A small call is cut finer, to keep every worker busy.
        """
        size = max(1, min(self._batch, len(call.texts) // (4 * self.workers)))
        order = sorted(range(len(call.texts)), key=lambda index: -len(call.texts[index]))
        return [_Batch(call, tuple(order[start : start + size])) for start in range(0, len(order), size)]

    def _submit(self, key: str, batches: list[_Batch]) -> None:
        with self._changed:
            if self._closed:
                raise _closed()
            self._queues.put(key, batches, time.monotonic())
            self._changed.notify(len(batches))
            missing = min(len(self._queues) - self._idle, self.workers - len(self._threads))
            for _ in range(missing):
                thread = threading.Thread(target=self._dispatch, name="translation-worker", daemon=True)
                self._threads.add(thread)
                thread.start()

    def _dispatch(self) -> None:
        """One worker process's life, seen from here: it is fed by this thread alone."""
        me = threading.current_thread()
        try:
            while (batch := self._next(me)) is not None:
                try:
                    self._run(me, batch)
                except BaseException:
                    batch.call.fail(EngineError("the dispatcher failed", code="crash", resource=_NAME))
                    raise
        finally:
            self._dismiss(me)
            with self._changed:
                self._threads.discard(me)

    def _next(self, me: threading.Thread) -> _Batch | None:
        """The next batch; None when this worker is to end."""
        with self._changed:
            while not self._closed:
                child = self._children.get(me)
                batch = self._queues.take(child.loaded if child else (), time.monotonic())
                if batch is None:
                    if not self._wait() and not self._queues:
                        self._threads.discard(me)  # now, under the lock: the next call starts a new one
                        return None
                elif not batch.call.finished.is_set():
                    return batch
            return None

    def _wait(self) -> bool:
        self._idle += 1
        try:
            return self._changed.wait(self._idle_seconds)
        finally:
            self._idle -= 1

    def _run(self, me: threading.Thread, batch: _Batch) -> None:
        done = 0
        try:
            child = self._children.get(me) or self._hire(me)
            for answer in child.translate(batch.call.model, batch.texts()):
                index = batch.indices[done]
                batch.call.answer(index, answer if isinstance(answer, str) else _refused(answer))
                done += 1
        except BrokenModelError as error:
            message = f"the weights of {batch.call.model.pair} cannot be used: {error}"
            batch.call.fail(EngineUnavailableError(message, code="refused", resource=_NAME))
            return
        except ChildLostError as lost:
            self._dismiss(me)
            self._recover(batch, done, lost)
            return
        if child.is_spent:
            self._dismiss(me)

    def _hire(self, me: threading.Thread) -> Child:
        child = Child(self._limits)
        with self._changed:
            self._children[me] = child
            closed = self._closed
        if closed:
            child.kill()
        return child

    def _dismiss(self, me: threading.Thread) -> None:
        with self._changed:
            child = self._children.pop(me, None)
        if child:
            child.close()

    def _recover(self, batch: _Batch, done: int, lost: ChildLostError) -> None:
        """After a worker's death: blame the text it was at, do the rest again."""
        if self._closed:
            batch.call.fail(_closed())
        elif not lost.started:
            self._retry_whole(batch, lost)
        else:
            suspect, rest = batch.indices[done : done + 1], batch.indices[done + 1 :]
            alone = len(batch.indices) == 1 and batch.tries > 0
            if suspect and (lost.overtime or alone):
                batch.call.answer(suspect[0], _blamed(lost, batch.call.texts[suspect[0]]))
                suspect = ()
            again = [_Batch(batch.call, suspect, tries=1)] if suspect else []
            self._put_back(batch, [*again, *([_Batch(batch.call, rest)] if rest else [])])

    def _retry_whole(self, batch: _Batch, lost: ChildLostError) -> None:
        """The worker could not start, or died on the model: no text is to blame."""
        if batch.tries + 1 >= _TRIES:
            message = f"no worker could be started for {batch.call.model.pair}: {lost}"
            batch.call.fail(EngineUnavailableError(message, code="crash", resource=_NAME))
        else:
            self._put_back(batch, [_Batch(batch.call, batch.indices, tries=batch.tries + 1)])

    def _put_back(self, batch: _Batch, batches: Iterable[_Batch]) -> None:
        with self._changed:
            self._queues.put_first(batch.call.model.key, list(batches), time.monotonic())
            self._changed.notify_all()


def available_cores() -> int:
    """The cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _closed() -> EngineUnavailableError:
    return EngineUnavailableError("the engine has been closed", code="refused", resource=_NAME)


def _refused(error: ValueError) -> EngineError:
    return EngineError(f"the text was refused: {error}", code="refused", resource=_NAME)


def _blamed(lost: ChildLostError, text: str) -> EngineError:
    code = "timeout" if lost.overtime or lost.slow else "crash"
    what = "took too long" if code == "timeout" else "ended its worker process"
    return EngineError(
        f"a text of {len(text)} characters {what} ({lost}): {text[:60]!r}", code=code, resource=_NAME
    )
