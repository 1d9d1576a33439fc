"""Texts of one pair, translated: memory, then the chain of engines, then the way through the pivot.

    memory | engines (protect | translate | restore | normalise | check) | pivot | remember

Knows no entries and no HTML. Safe to call from several threads, and by several processes on one store: a text
that two of them meet at the same time is translated once.
"""

import threading
from collections.abc import Collection, Generator, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from pipeline.records import Failure, FindingData, MemoryHit, Pair, Suggestion
from pipeline.translate.asking import Asking, Outcome, check
from pipeline.translate.conventions import localise
from pipeline.translate.guide import Guide, Termbase
from pipeline.translate.passages import COPY
from pipeline.translate.routes import Routes
from pipeline.translate.terms import digest, shipped
from pipeline.translate.usage import UsageMeter

__all__ = ["HUMAN_ORIGIN", "Memory", "Outcome", "Translator"]

HUMAN_ORIGIN = "tm:human"
_FROM_MEMORY = "tm:"
_OF_A_LEG = "negation"  # what is lost on a leg is not seen by comparing the ends, for directions of which this is told
Place = tuple[str, str]  # a text, and the one before it


class Memory(Protocol):
    """What the translator asks of the translation memory."""

    def lookup(self, pair: Pair, texts: Sequence[str], engines: Sequence[str]) -> dict[str, Suggestion]: ...

    def turns(
        self, pair: Pair, texts: Sequence[str]
    ) -> Generator[tuple[Sequence[str], bool], None, None]: ...

    def remember(self, pair: Pair, found: Mapping[str, Suggestion]) -> None: ...

    def similar(self, pair: Pair, text: str) -> tuple[MemoryHit, ...]: ...

    def in_place(self, pair: Pair, places: Iterable[Place]) -> dict[Place, Suggestion]: ...


class Translator:
    def __init__(
        self, routes: Routes, memory: Memory, meter: UsageMeter, termbase: Termbase = shipped
    ) -> None:
        self._routes = routes
        self._memory = memory
        self._meter = meter
        self._guide = Guide(termbase, memory.similar)
        self._asking = Asking(routes.guards, meter, self._guide)
        self._in_flight: dict[tuple[Pair, str], Future[Outcome]] = {}
        self._lock = threading.Lock()

    def translate(
        self, texts: Iterable[str], pair: Pair, headlines: Collection[str] = ()
    ) -> dict[str, Outcome]:
        """An outcome for every text: a suggestion that may be shown, or why there is none.

        `headlines`: those of the texts that come first where a budget runs out.
        """
        # Shared out first: a text that another thread remembers between a look into the memory and the sharing out
        # would be translated, and paid for, again.
        mine, others = self._share_out(pair, list(dict.fromkeys(texts)))
        found: dict[str, Outcome] = {}
        try:
            found |= self._known(mine, pair)
            unknown = [text for text in mine if text not in found]
            with closing(self._memory.turns(pair, unknown)) as turns:
                for some, look_again in turns:
                    found |= self._known(some, pair) if look_again else {}
                    found |= self._work([text for text in some if text not in found], pair, headlines)
        finally:
            self._hand_over(pair, mine, found)
        return found | {text: future.result() for text, future in others.items()}

    def in_place(self, pair: Pair, places: Iterable[Place]) -> dict[Place, Suggestion]:
        """A person's words made for just these places, where one text is said in more than one way."""
        return self._memory.in_place(pair, places)

    def listens(self, origin: str) -> bool:
        """Whether the engine of this name takes terms: its words may be others when the terms are."""
        engine = self._routes.engines.get(origin)
        return engine is not None and engine.facts.uses_terms

    def remembered(self, pair: Pair, texts: Sequence[str]) -> dict[str, Suggestion]:
        """What people and files have for these very texts; no engine is asked, nor its former work."""
        return self._memory.lookup(pair, texts, ())

    def serves(self, pair: Pair) -> bool:
        """Whether some engine, or two by way of the pivot, can translate this pair."""
        return not self._routes.missing(pair)

    def rechecked(self, text: str, remembered: Suggestion, pair: Pair) -> Suggestion:
        """Findings are not remembered: checks improve. A person's words are not doubted, nor what was copied."""
        if remembered.origin in (HUMAN_ORIGIN, COPY):
            return remembered
        findings = check(text, remembered.text, pair, self._guide.terms(text, pair))
        return replace(remembered, findings=findings)

    def _known(self, texts: Sequence[str], pair: Pair) -> dict[str, Outcome]:
        """What the memory has, looked at as if it were new."""
        remembered = self._memory.lookup(pair, texts, self._routes.names_of(pair))
        known = {text: each for text, each in remembered.items() if self._still_counts(text, each, pair)}
        self._meter.hit(len(known))
        return {text: self.rechecked(text, each, pair) for text, each in known.items()}

    def _still_counts(self, text: str, remembered: Suggestion, pair: Pair) -> bool:
        """Not so the work of an engine that was told other terms than it would be today."""
        if remembered.origin.startswith(_FROM_MEMORY):
            return True
        return remembered.terms == self._told(remembered.origin, text, pair)

    def _told(self, origin: str, text: str, pair: Pair) -> str:
        engine = self._routes.engines.get(origin)
        return digest(self._guide.told(engine.facts, text, pair)) if engine else ""

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

    def _work(self, texts: list[str], pair: Pair, headlines: Collection[str]) -> dict[str, Outcome]:
        """Engines in order; a text that one fails, or that a check blocks, goes to the next."""
        if not texts:
            return {}
        found: dict[str, Outcome] = {}
        blocked: dict[str, Outcome] = {}
        todo = texts
        for engine in self._routes.direct(pair):
            outcomes = self._asking.ask(engine, todo, pair, headlines)
            found |= outcomes
            blocked = {text: each for text, each in outcomes.items() if _is_blocked(each)} | blocked
            todo = [text for text in todo if not _is_good(found[text]) and not _is_held(found[text])]
            if not todo:
                break
        else:
            found |= self._through_pivot(todo, pair, found, headlines)
        found |= {
            text: each
            for text, each in blocked.items()
            if not isinstance(found[text], Suggestion) and not _is_held(found[text])
        }
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
        self, texts: list[str], pair: Pair, tried: Mapping[str, Outcome], headlines: Collection[str]
    ) -> dict[str, Outcome]:
        """Both legs, each with its own memory and chain. What was tried and failed directly keeps its reason."""
        legs = self._routes.legs(pair)
        if legs is None:
            reason = self._routes.missing(pair) or f"no engine translates {pair}"
            return {text: tried.get(text) or Failure(reason=reason, waiting=True) for text in texts}
        first = self.translate(texts, legs[0], headlines)
        middle: dict[str, Suggestion] = {
            text: each for text, each in first.items() if isinstance(each, Suggestion)
        }
        second = self.translate(
            [each.text for each in middle.values()],
            legs[1],
            {each.text for text, each in middle.items() if text in headlines},
        )
        joined: dict[str, Outcome] = {
            text: self._joined(text, first[text], second[middle[text].text] if text in middle else None, pair)
            for text in texts
        }
        return {
            text: each if isinstance(each, Suggestion) or _is_held(each) else tried.get(text) or each
            for text, each in joined.items()
        }

    def _joined(self, text: str, first: Outcome, second: Outcome | None, pair: Pair) -> Outcome:
        if not isinstance(first, Suggestion):
            # The first leg's reason tells half of it: what waits names all that is missing on the way.
            missing = self._routes.missing(pair) if first.waiting and not first.hold else ""
            return replace(first, reason=missing) if missing else first
        if not isinstance(second, Suggestion):
            return second or Failure(reason="no text in the middle")
        target = localise(text, second.text, pair.source, pair.target)
        origin = second.origin if not second.origin.startswith(_FROM_MEMORY) else first.origin
        findings = check(text, target, pair, self._guide.terms(text, pair))
        return Suggestion(
            text=target,
            origin=origin,
            version=second.version or first.version,
            raw=second.raw,
            pivot=self._routes.pivot,
            findings=(*_of_legs(first, second, findings), *findings),
            terms=self._told(origin, text, pair),
        )


def _of_legs(first: Suggestion, second: Suggestion, joined: Sequence[FindingData]) -> tuple[FindingData, ...]:
    """What was found on the way and still counts at its end."""
    blocks = tuple(finding for finding in first.findings if finding.severity == "block")
    said = {finding.check for finding in joined}
    lost = (each for each in (*first.findings, *second.findings) if each.check == _OF_A_LEG)
    return blocks + tuple(replace(each, start=None, end=None) for each in lost if each.check not in said)[:1]


def _is_blocked(outcome: Outcome) -> bool:
    return isinstance(outcome, Suggestion) and any(
        finding.severity == "block" for finding in outcome.findings
    )


def _is_held(outcome: Outcome) -> bool:
    return isinstance(outcome, Failure) and outcome.hold


def _is_good(outcome: Outcome) -> bool:
    return isinstance(outcome, Suggestion) and not _is_blocked(outcome)
