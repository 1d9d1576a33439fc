"""Texts of one pair, translated: memory, then the chain of engines, then the way through the pivot.

    memory | engines (protect | translate | restore | normalise | check) | pivot | remember

Knows no entries and no HTML. Safe to call from several threads: a text that two of them meet at the
same time is translated once.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import replace
from typing import Protocol

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Failure, FindingData, Pair, Suggestion
from pipeline.translate.checks import UnitForCheck, run_checks
from pipeline.translate.conventions import localise
from pipeline.translate.engines import Engine
from pipeline.translate.protect import Protected, protect, restore
from pipeline.translate.routes import Breaker, Routes
from pipeline.translate.usage import Usage, UsageMeter

Outcome = Suggestion | Failure
HUMAN_ORIGIN = "tm:human"


class Memory(Protocol):
    """What the translator asks of the translation memory."""

    def lookup(self, pair: Pair, texts: Sequence[str], engines: Sequence[str]) -> dict[str, Suggestion]: ...

    def remember(self, pair: Pair, found: Mapping[str, Suggestion]) -> None: ...


class Translator:
    def __init__(
        self,
        routes: Routes,
        memory: Memory,
        meter: UsageMeter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._routes = routes
        self._memory = memory
        self._meter = meter
        self._breakers = {name: Breaker(clock) for name in routes.engines}
        self._in_flight: dict[tuple[Pair, str], Future[Outcome]] = {}
        self._lock = threading.Lock()

    def translate(self, texts: Iterable[str], pair: Pair) -> dict[str, Outcome]:
        """An outcome for every text: a suggestion that may be shown, or why there is none."""
        wanted = list(dict.fromkeys(texts))
        known = self._memory.lookup(pair, wanted, self._routes.names_of(pair))
        self._meter.hit(len(known))
        found: dict[str, Outcome] = {text: _rechecked(text, each, pair) for text, each in known.items()}
        mine, others = self._share_out(pair, [text for text in wanted if text not in found])
        try:
            found |= self._work(mine, pair)
        finally:
            self._hand_over(pair, mine, found)
        return found | {text: future.result() for text, future in others.items()}

    def _share_out(self, pair: Pair, texts: list[str]) -> tuple[list[str], dict[str, Future[Outcome]]]:
        """Split the texts into those this thread takes and those another is at already."""
        with self._lock:
            others = {text: self._in_flight[pair, text] for text in texts if (pair, text) in self._in_flight}
            mine = [text for text in texts if text not in others]
            self._in_flight |= {(pair, text): Future() for text in mine}
        return mine, others

    def _hand_over(self, pair: Pair, mine: list[str], found: Mapping[str, Outcome]) -> None:
        with self._lock:
            futures = {text: self._in_flight.pop((pair, text)) for text in mine}
        for text, future in futures.items():
            future.set_result(
                found.get(text) or Failure(reason="the run stopped before its turn", waiting=True)
            )

    def _work(self, texts: list[str], pair: Pair) -> dict[str, Outcome]:
        """Engines in order; a text that one fails, or that a check blocks, goes to the next."""
        if not texts:
            return {}
        found: dict[str, Outcome] = {}
        blocked: dict[str, Outcome] = {}
        todo = texts
        for engine in self._routes.direct(pair):
            outcomes = self._ask(engine, todo, pair)
            found |= outcomes
            blocked = {text: each for text, each in outcomes.items() if _is_blocked(each)} | blocked
            todo = [text for text in todo if not _is_good(found[text])]
            if not todo:
                break
        else:
            found |= self._through_pivot(todo, pair, found)
        found |= {text: each for text, each in blocked.items() if not isinstance(found[text], Suggestion)}
        self._memory.remember(
            pair,
            {
                text: each
                for text, each in found.items()
                if isinstance(each, Suggestion) and not _is_blocked(each)
            },
        )
        return found

    def _through_pivot(
        self, texts: list[str], pair: Pair, tried: Mapping[str, Outcome]
    ) -> dict[str, Outcome]:
        """Both legs, each with its own memory and chain. What was tried and failed directly keeps its reason."""
        legs = self._routes.legs(pair)
        if legs is None:
            reason = self._routes.missing(pair) or f"no engine translates {pair}"
            return {text: tried.get(text) or Failure(reason=reason, waiting=True) for text in texts}
        first = self.translate(texts, legs[0])
        middle: dict[str, Suggestion] = {
            text: each for text, each in first.items() if isinstance(each, Suggestion)
        }
        second = self.translate([each.text for each in middle.values()], legs[1])
        joined: dict[str, Outcome] = {
            text: self._joined(text, first[text], second[middle[text].text] if text in middle else None, pair)
            for text in texts
        }
        return {
            text: each if isinstance(each, Suggestion) else tried.get(text) or each
            for text, each in joined.items()
        }

    def _joined(self, text: str, first: Outcome, second: Outcome | None, pair: Pair) -> Outcome:
        if not isinstance(first, Suggestion):
            # The first leg's reason tells half of it: what waits names all that is missing on the way.
            missing = self._routes.missing(pair) if first.waiting else ""
            return replace(first, reason=missing) if missing else first
        if not isinstance(second, Suggestion):
            return second or Failure(reason="no text in the middle")
        target = localise(text, second.text, pair.source, pair.target)
        blocks = tuple(finding for finding in first.findings if finding.severity == "block")
        return Suggestion(
            text=target,
            origin=second.origin if not second.origin.startswith("tm:") else first.origin,
            version=second.version or first.version,
            raw=second.raw,
            pivot=self._routes.pivot,
            findings=blocks + _check(text, target, pair),
        )

    def _ask(self, engine: Engine, texts: list[str], pair: Pair) -> dict[str, Outcome]:
        breaker = self._breakers[engine.name]
        if breaker.is_open:
            return {
                text: Failure(reason=f"{engine.name} is paused after failures", waiting=True)
                for text in texts
            }
        alphabet = engine.alphabet(pair)
        guarded = {text: protect(text, language=pair.source, alphabet=alphabet) for text in texts}
        found = self._call(engine, guarded, pair)
        # A placeholder that did not survive: once more with what it stood for kept between the parts.
        again = {
            text: protect(text, language=pair.source, alphabet=alphabet, mask=False)
            for text, each in found.items()
            if each is None
        }
        found |= self._call(engine, again, pair) if again else {}
        return {
            text: each or Failure(reason=f"{engine.name} lost a placeholder") for text, each in found.items()
        }

    def _call(
        self, engine: Engine, guarded: Mapping[str, Protected], pair: Pair
    ) -> dict[str, Outcome | None]:
        """One call of the engine. None where the engine's answer could not be put together again."""
        parts = [part for each in guarded.values() for part in each.parts]
        usage = Usage(calls=1, sentences=len(parts), characters=sum(map(len, parts)))
        breaker = self._breakers[engine.name]
        started = time.perf_counter()
        try:
            answers = engine.translate(parts, pair)
        except EngineUnavailableError as error:  # nothing was asked: no call to count
            return dict.fromkeys(guarded, Failure(reason=error.message, waiting=True))
        except EngineError as error:
            self._count(engine, pair, replace(usage, failures=len(parts)), started)
            breaker.failed(retry_after=error.retry_after)
            return dict.fromkeys(guarded, Failure(reason=str(error)))
        self._count(engine, pair, usage, started)
        breaker.succeeded()
        return self._put_together(engine, guarded, answers, pair)

    def _count(self, engine: Engine, pair: Pair, usage: Usage, started: float) -> None:
        self._meter.add(engine.name, pair, replace(usage, seconds=time.perf_counter() - started))

    def _put_together(
        self,
        engine: Engine,
        guarded: Mapping[str, Protected],
        answers: Sequence[str | EngineError],
        pair: Pair,
    ) -> dict[str, Outcome | None]:
        found: dict[str, Outcome | None] = {}
        position = 0
        version = engine.version(pair)
        for text, each in guarded.items():
            own = answers[position : position + len(each.parts)]
            position += len(each.parts)
            errors = [answer for answer in own if isinstance(answer, EngineError)]
            if errors:
                self._meter.add(engine.name, pair, Usage(failures=len(errors)))
                found[text] = Failure(reason=str(errors[0]))
                continue
            outputs = [answer for answer in own if isinstance(answer, str)]
            restored = restore(outputs, each)
            found[text] = (
                _suggest(text, restored, " ".join(outputs), engine.name, version, pair) if restored else None
            )
        return found


def _suggest(text: str, restored: str, raw: str, origin: str, version: str, pair: Pair) -> Suggestion:
    target = localise(text, restored, pair.source, pair.target)
    return Suggestion(
        text=target, origin=origin, version=version, raw=raw, findings=_check(text, target, pair)
    )


def _rechecked(text: str, remembered: Suggestion, pair: Pair) -> Suggestion:
    """Findings are not remembered: checks improve. A person's words are not doubted."""
    if remembered.origin == HUMAN_ORIGIN:
        return remembered
    return replace(remembered, findings=_check(text, remembered.text, pair))


def _check(source: str, target: str, pair: Pair) -> tuple[FindingData, ...]:
    return tuple(run_checks(UnitForCheck(source=source, target=target, pair=pair)))


def _is_blocked(outcome: Outcome) -> bool:
    return isinstance(outcome, Suggestion) and any(
        finding.severity == "block" for finding in outcome.findings
    )


def _is_good(outcome: Outcome) -> bool:
    return isinstance(outcome, Suggestion) and not _is_blocked(outcome)
