"""Engines that answer later: a text is asked for once, waits, and finds its answer at a later run.

    known? | answered: look at it | still on its way: pending | late: ask again | new: ask

Knows neither the engine's protocol (a Submitter does) nor where the questions are kept (a JobStore).
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Hints, Pair
from pipeline.translate.engines.answers import fault_of
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.line import Line
from pipeline.translate.engines.transport import ServiceFaultError, Transport

PENDING = "has been asked; the answer is on its way"
_ATTEMPTS = 3
_FAILED_FOR = timedelta(hours=24)  # how long a refusal stands before the same text is tried once more


@dataclass(frozen=True, slots=True, kw_only=True)
class JobData:
    """A question as it stands."""

    state: str  # asked, done, failed
    asked_at: datetime
    attempts: int = 1
    request_id: str = ""
    answer: str = ""
    error: str = ""


class JobStore(Protocol):
    """Where questions stand between runs. A question is written down before it is put."""

    def known(self, engine: str, pair: Pair, texts: Sequence[str]) -> Mapping[str, JobData]: ...

    def ask(self, engine: str, pair: Pair, text: str, token: str, now: datetime) -> None: ...

    def accepted(self, token: str, request_id: str) -> None: ...

    def failed(self, token: str, error: str, now: datetime) -> None: ...


class Submitter(Protocol):
    """One engine's protocol. The answer comes to the address of the token."""

    @property
    def facts(self) -> Facts: ...

    def reason(self, pair: Pair) -> str | None: ...

    def submit(self, transport: Transport, text: str, pair: Pair, token: str) -> str:
        """Put one question; the engine's own number for it. Raises EngineError where the engine does not take it."""


class AsynchronousEngine:
    """Safe to call from several threads."""

    def __init__(
        self,
        name: str,
        line: Line,
        submitter: Submitter,
        jobs: JobStore,
        *,
        patience: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self.facts = submitter.facts
        self._line = line
        self._submitter = submitter
        self._jobs = jobs
        self._patience = patience
        self._now = now

    def supports(self, pair: Pair) -> bool:
        return self.reason(pair) is None

    def ready(self, pair: Pair) -> bool:
        return self.supports(pair)

    def reason(self, pair: Pair) -> str | None:
        return self._submitter.reason(pair)

    def version(self, pair: Pair) -> str:  # noqa: ARG002 -- it does not say which model it ran
        return self.name

    def alphabet(self, pair: Pair) -> frozenset[str] | None:  # noqa: ARG002 -- it takes any
        return None

    def close(self) -> None:
        """Holds nothing."""

    def translate(
        self,
        texts: Sequence[str],
        pair: Pair,
        hints: Sequence[Hints] = (),  # noqa: ARG002 -- nothing to tell it with
    ) -> list[str | EngineError]:
        """What has been answered; an error with the code `pending` for what is on its way."""
        if reason := self.reason(pair):
            raise EngineUnavailableError(reason, code="refused", resource=self.name)
        known = self._jobs.known(self.name, pair, [text for text in texts if text.strip()])
        results: list[str | EngineError] = []
        with self._line.open() as transport:
            for text in texts:
                try:
                    results.append(self._one(transport, text, pair, known.get(text)) if text.strip() else "")
                except ServiceFaultError as fault:
                    if not any(_is_worth(each) for each in results):
                        raise
                    return [*results, *[fault] * (len(texts) - len(results))]
        return results

    def _one(self, transport: Transport, text: str, pair: Pair, job: JobData | None) -> str | EngineError:
        if job is None:
            return self._submit(transport, text, pair)
        # Either way: a clock that stood ahead may have been set back since.
        late = abs(self._now() - job.asked_at) > self._patience
        match job.state:
            case "done":
                fault = fault_of(text, job.answer)
                return self._error(*fault) if fault else job.answer.strip()
            case "asked" if not late:
                return self._pending()
            case "asked" if job.attempts >= _ATTEMPTS:
                return self._error("timeout", f"no answer, asked {job.attempts} times: {text[:60]!r}")
            case "failed" if abs(self._now() - job.asked_at) < _FAILED_FOR:
                return self._error("refused", f"{job.error}: {text[:60]!r}")
        return self._submit(transport, text, pair)

    def _submit(self, transport: Transport, text: str, pair: Pair) -> EngineError:
        if not self.facts.fits([text]):
            return self._error("limit", f"too long to ask for: {text[:60]!r}")
        token = secrets.token_urlsafe(32)
        self._jobs.ask(self.name, pair, text, token, self._now())
        try:
            request_id = self._submitter.submit(transport, text, pair, token)
        except EngineError as error:
            self._jobs.failed(token, error.message, self._now())
            if isinstance(error, ServiceFaultError):
                raise
            return error
        self._jobs.accepted(token, request_id)
        return self._pending()

    def _pending(self) -> EngineError:
        return self._error("pending", PENDING)

    def _error(self, code: str, message: str) -> EngineError:
        return EngineError(message, code=code, resource=self.name)


def _is_worth(result: str | EngineError) -> bool:
    """Something came of it: a text, or a question under way."""
    return (isinstance(result, str) and bool(result)) or (
        isinstance(result, EngineError) and result.code == "pending"
    )
