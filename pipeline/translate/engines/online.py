"""What all engines behind a network share: batches, a look at each answer, the service's own faults told apart.

    batches | ask | (a call refused: halves) | look at each answer | (a doubtful place: alone) | in order

A subclass knows one protocol, and nothing of batches, retries or doubts.
"""

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Hints, Pair
from pipeline.translate.engines.answers import fault_of, misplaced
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.line import Line
from pipeline.translate.engines.transport import ServiceFaultError, Transport

Answers = list[str | EngineError]
# Calls for texts asked for again, in one call of the engine: a service that is all wrong is left alone.
_SPARE_CALLS, _SPARE_SHARE = 16, 4


@dataclass(slots=True, kw_only=True)
class Question:
    """What goes with the texts of one call of the engine."""

    transport: Transport
    pair: Pair
    spare: int


class OnlineEngine(ABC):
    """Safe to call from several threads. A subclass says which pairs there are, and how a batch is asked for."""

    def __init__(self, name: str, facts: Facts, line: Line) -> None:
        self.name = name
        self.facts = facts
        self._line = line
        self._closed = threading.Event()

    @abstractmethod
    def reason(self, pair: Pair) -> str | None:
        """Why `supports` says no; asks no network."""

    @abstractmethod
    def _ask(self, question: Question, texts: Sequence[str], hints: Sequence[Hints]) -> Answers:
        """The answers to texts that fit into one call, as the service gave them."""

    def supports(self, pair: Pair) -> bool:
        return self.reason(pair) is None

    def ready(self, pair: Pair) -> bool:
        return self.supports(pair)

    def version(self, pair: Pair) -> str:  # noqa: ARG002 -- services do not say which model they run
        return self.name

    def alphabet(self, pair: Pair) -> frozenset[str] | None:  # noqa: ARG002 -- they take any
        return None

    def close(self) -> None:
        """End calls under way before their next request."""
        self._closed.set()

    def translate(self, texts: Sequence[str], pair: Pair, hints: Sequence[Hints] = ()) -> Answers:
        """One result for each text, in order.

        A fault of the service itself ends the call: what is done is kept, the rest gets the fault; where nothing
        is done, it is raised.
        """
        if reason := self.reason(pair):
            raise EngineUnavailableError(reason, code="refused", resource=self.name)
        asked = [place for place, text in enumerate(texts) if text.strip()]
        told = list(hints) or [Hints()] * len(texts)
        with self._line.open() as transport:
            answers = self._all(
                Question(transport=transport, pair=pair, spare=max(_SPARE_CALLS, len(asked) // _SPARE_SHARE)),
                [texts[place] for place in asked],
                [told[place] for place in asked],
            )
        results: Answers = [""] * len(texts)
        for place, answer in zip(asked, answers, strict=True):
            results[place] = answer
        return results

    def _all(self, question: Question, texts: Sequence[str], hints: Sequence[Hints]) -> Answers:
        done: Answers = []
        for batch in self.facts.batches(texts):
            try:
                self._refuse_when_closed()
                done += self._batch(
                    question, texts[batch.start : batch.stop], hints[batch.start : batch.stop]
                )
            except ServiceFaultError as fault:
                if not any(isinstance(each, str) for each in done):
                    raise
                return [*done, *[fault] * (len(texts) - len(done))]
        return done

    def _refuse_when_closed(self) -> None:
        if self._closed.is_set():
            raise ServiceFaultError("the engine has been closed", code="refused", resource=self.name)

    def _batch(self, question: Question, texts: Sequence[str], hints: Sequence[Hints]) -> Answers:
        """One call, and what must be asked for again. Raises where the service itself is at fault."""
        if not self.facts.fits(texts):
            return [self._error("limit", f"too long to ask for: {texts[0][:60]!r}")]
        try:
            answers = self._ask(question, texts, hints)
        except (ServiceFaultError, EngineUnavailableError):
            raise
        except EngineError as error:
            return self._halves(question, texts, hints, error)
        looked_at = [self._looked_at(text, answer) for text, answer in zip(texts, answers, strict=True)]
        return self._settled(question, texts, hints, looked_at)

    def _halves(
        self, question: Question, texts: Sequence[str], hints: Sequence[Hints], error: EngineError
    ) -> Answers:
        """A call that was refused whole: one of its texts may be the reason, the others need not suffer for it."""
        if len(texts) == 1 or question.spare < 2:
            return [error] * len(texts)
        question.spare -= 2
        middle = len(texts) // 2
        first = self._batch(question, texts[:middle], hints[:middle])
        try:
            return first + self._batch(question, texts[middle:], hints[middle:])
        except ServiceFaultError as fault:
            return first + [fault] * (len(texts) - middle)

    def _settled(
        self, question: Question, texts: Sequence[str], hints: Sequence[Hints], answers: Answers
    ) -> Answers:
        """Answers in doubtful places asked for once more, alone, where nothing can be mixed up."""
        if len(texts) == 1:
            return answers
        known = [place for place, answer in enumerate(answers) if isinstance(answer, str)]
        mixed = misplaced([texts[place] for place in known], [str(answers[place]) for place in known])
        doubtful = {known[place] for place in mixed} | (set(range(len(texts))) - set(known))
        for place in sorted(doubtful):
            before = answers[place]
            answers[place] = (
                before
                if isinstance(before, EngineError)
                else self._error("garbled", f"mixed up with others: {texts[place][:60]!r}")
            )
            if question.spare < 1:
                continue
            question.spare -= 1
            try:
                answers[place] = self._batch(question, [texts[place]], [hints[place]])[0]
            except ServiceFaultError as fault:
                answers[place], question.spare = fault, 0
        return answers

    def _looked_at(self, text: str, answer: str | EngineError) -> str | EngineError:
        if isinstance(answer, EngineError):
            return answer
        fault = fault_of(text, answer)
        return self._error(*fault) if fault else answer.strip()

    def _error(self, code: str, message: str) -> EngineError:
        return EngineError(message, code=code, resource=self.name)

    def _texts(self, answer: object, count: int) -> Answers:
        """A list of so many texts; anything else cannot be told apart again, and is no answer."""
        if not isinstance(answer, list) or not all(isinstance(each, str) for each in answer):
            raise ServiceFaultError(
                "an answer that makes no sense (no texts)", code="http", resource=self.name
            )
        if len(answer) != count:
            raise self._error("garbled", f"{len(answer)} answers to {count} texts")
        return list(answer)
