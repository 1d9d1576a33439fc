"""One engine asked for texts of one pair, behind its guards.

    breaker | budget | protect | translate | restore | normalise | check | keep what was to be kept

Knows no chain and no pivot, and of the memory only its examples.
"""

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Failure, FindingData, Hints, Pair, Suggestion, TermData
from pipeline.translate.checks import BLOCK, UnitForCheck, run_checks
from pipeline.translate.conventions import localise
from pipeline.translate.engines import Engine
from pipeline.translate.guards import Guards
from pipeline.translate.guide import Guide
from pipeline.translate.protect import Protected, legible, protect, restore
from pipeline.translate.terms import digest
from pipeline.translate.usage import Usage, UsageMeter

Outcome = Suggestion | Failure
Found = dict[str, Outcome | None]  # None: the engine's answer could not be put together again


class Asking:
    """Safe to use from several threads."""

    def __init__(self, guards: Guards, meter: UsageMeter, guide: Guide) -> None:
        self._guards = guards
        self._meter = meter
        self._guide = guide

    def ask(
        self, engine: Engine, texts: list[str], pair: Pair, headlines: Collection[str]
    ) -> dict[str, Outcome]:
        """Ask for what the engine's budget allows, where it may be asked at all."""
        breaker = self._guards.breaker(engine.name)
        if not breaker.admit():
            reason = f"{engine.name} is left alone for a while: {breaker.why}"
            return dict.fromkeys(texts, Failure(reason=reason, waiting=True))
        affordable, too_much = self._guards.afford(engine.name, texts, headlines)
        found: dict[str, Outcome] = {}
        if affordable:
            found |= self._within_budget(engine, affordable, pair)
        else:
            breaker.released()
        if too_much:
            budgets = self._guards.budgets
            spent = Failure(reason=budgets.reason(engine.name), waiting=True, hold=budgets.holds(engine.name))
            found |= dict.fromkeys(too_much, spent)
        return found

    def _within_budget(self, engine: Engine, texts: list[str], pair: Pair) -> dict[str, Outcome]:
        alphabet = engine.alphabet(pair)
        guarded = {text: protect(text, language=pair.source, alphabet=alphabet) for text in texts}
        found = self._call(engine, guarded, pair)
        found |= self._kept(engine, found, pair)
        # A name that did not survive is hidden like the rest.
        again = {
            text: protect(text, language=pair.source, alphabet=alphabet, show=False)
            for text, each in found.items()
            if each is None and guarded[text].shown
        }
        found |= self._call(engine, again, pair) if again else {}
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

    def _kept(self, engine: Engine, found: Found, pair: Pair) -> Found:
        """Once more, with the words hidden that were to stay and did not: hiding costs quality, so not before.

        Only where the engine's alphabet is known: others read a token as they please, or take terms themselves.
        """
        alphabet = engine.alphabet(pair)
        if alphabet is None:
            return {}
        lost = {
            text: words
            for text, each in found.items()
            if isinstance(each, Suggestion) and (words := self._guide.lost(text, each.text, pair))
        }
        hidden = {
            text: protect(text, language=pair.source, alphabet=alphabet, keep=words)
            for text, words in lost.items()
        }
        again = self._call(engine, hidden, pair) if hidden else {}
        return {
            text: each
            for text, each in again.items()
            if isinstance(each, Suggestion)
            and len(self._guide.lost(text, each.text, pair)) < len(lost[text])
            and not any(finding.severity == BLOCK for finding in each.findings)
        }

    def _call(self, engine: Engine, guarded: Mapping[str, Protected], pair: Pair) -> Found:
        """One call of the engine."""
        parts = [part for each in guarded.values() for part in each.parts]
        hints = self._guide.hints(engine.facts, guarded, pair)
        spread = [hints[text] for text, each in guarded.items() for _ in each.parts] if hints else []
        usage = Usage(calls=1, sentences=len(parts), characters=sum(map(len, parts)))
        breaker = self._guards.breaker(engine.name)
        started = time.perf_counter()
        try:
            given = engine.translate(parts, pair, spread) if spread else engine.translate(parts, pair)
        except EngineUnavailableError as error:  # nothing was asked: no call to count
            breaker.released()
            self._give_back(engine, guarded)
            return dict.fromkeys(guarded, Failure(reason=error.message, waiting=True))
        except EngineError as error:
            self._give_back(engine, guarded if error.unsent else ())
            self._count(engine, pair, replace(usage, failures=len(parts)), started)
            breaker.failed(str(error), retry_after=error.retry_after)
            return dict.fromkeys(guarded, Failure(reason=str(error)))
        answers = [legible(each) if isinstance(each, str) else each for each in given]
        self._judge(engine, parts, answers, pair, started)
        return self._put_together(engine, guarded, answers, pair, hints)

    def _judge(
        self,
        engine: Engine,
        parts: Sequence[str],
        answers: Sequence[str | EngineError],
        pair: Pair,
        started: float,
    ) -> None:
        """Count what was done. A call of which nothing came counts against the engine; what is on its way for neither."""
        done = [part for part, answer in zip(parts, answers, strict=True) if not _is_pending(answer)]
        usage = Usage(calls=1, sentences=len(done), characters=sum(map(len, done)))
        self._count(engine, pair, usage if done else Usage(), started)
        breaker = self._guards.breaker(engine.name)
        errors = [answer for answer in answers if isinstance(answer, EngineError)]
        asked_to_wait = next((error for error in errors if error.retry_after), None)
        if asked_to_wait:
            breaker.failed(str(asked_to_wait), retry_after=asked_to_wait.retry_after)
        elif len(done) > 1 and len(errors) == len(answers):  # one text alone may be at fault itself
            breaker.failed(str(errors[0]))
        else:
            breaker.succeeded()

    def _give_back(self, engine: Engine, texts: Iterable[str]) -> None:
        """What the engine did not take costs nothing: it is asked for again later, and counted then."""
        if characters := sum(map(len, texts)):
            self._guards.budgets.give_back(engine.name, characters)

    def _count(self, engine: Engine, pair: Pair, usage: Usage, started: float) -> None:
        self._meter.add(engine.name, pair, replace(usage, seconds=time.perf_counter() - started))

    def _put_together(
        self,
        engine: Engine,
        guarded: Mapping[str, Protected],
        answers: Sequence[str | EngineError],
        pair: Pair,
        hints: Mapping[str, Hints],
    ) -> Found:
        found: Found = {}
        position = 0
        version = engine.version(pair)
        for text, each in guarded.items():
            own = answers[position : position + len(each.parts)]
            position += len(each.parts)
            errors = [answer for answer in own if isinstance(answer, EngineError)]
            if errors:
                self._give_back(engine, [text] if all(each.unsent for each in errors) else ())
                found[text] = self._failed(engine, errors, pair)
                continue
            outputs = [answer for answer in own if isinstance(answer, str)]
            restored = restore(outputs, each)
            found[text] = None
            if restored:
                target = localise(text, restored, pair.source, pair.target)
                found[text] = Suggestion(
                    text=target,
                    origin=engine.name,
                    version=version,
                    raw=" ".join(outputs),
                    findings=check(text, target, pair, self._guide.terms(text, pair)),
                    terms=digest(hints[text]) if text in hints else "",
                )
        return found

    def _failed(self, engine: Engine, errors: Sequence[EngineError], pair: Pair) -> Failure:
        """Why a text has no translation; where an answer is on its way, nobody else is asked."""
        underway = next((error for error in errors if _is_pending(error)), None)
        if underway:
            return Failure(reason=str(underway), waiting=True, hold=True)
        self._meter.add(engine.name, pair, Usage(failures=len(errors)))
        return Failure(reason=str(errors[0]))


def check(source: str, target: str, pair: Pair, terms: tuple[TermData, ...] = ()) -> tuple[FindingData, ...]:
    return tuple(run_checks(UnitForCheck(source=source, target=target, pair=pair, terms=terms)))


def _is_pending(answer: str | EngineError) -> bool:
    return isinstance(answer, EngineError) and answer.code == "pending"
