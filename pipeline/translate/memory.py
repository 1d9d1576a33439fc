"""The translation memory and the termbase of the store, as the translator sees them."""

import threading
from collections.abc import Generator, Iterable, Mapping, Sequence

from django.db import transaction

from pipeline.models import HUMAN, IMPORTED, MACHINE, MemoryIntent, MemoryUnit, Term, turns
from pipeline.records import MemoryHit, Pair, Suggestion
from pipeline.translate.terms import TermIndex

Turn = tuple[
    Sequence[str], bool
]  # texts, and whether another process may have remembered some of them meanwhile
_ORIGINS = {HUMAN: "tm:human", IMPORTED: "tm:import"}


class StoredMemory:
    """Safe to use from several threads (each has its own connection)."""

    def lookup(self, pair: Pair, texts: Sequence[str], engines: Sequence[str]) -> dict[str, Suggestion]:
        """The best remembered translation of each text that has one: exact matches only."""
        if not texts:
            return {}
        units = MemoryUnit.objects.best(pair, texts, engines)
        return {text: _suggestion(unit) for text, unit in units.items()}

    def in_place(self, pair: Pair, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Suggestion]:
        """A person's words for (text, the text before it), where they were made for just that place."""
        units = MemoryUnit.objects.in_context(pair, places)
        return {place: _suggestion(unit) for place, unit in units.items()}

    def similar(self, pair: Pair, text: str) -> tuple[MemoryHit, ...]:
        """What people and files have for texts like this one: examples for engines that take them."""
        return MemoryUnit.objects.similar(pair, text)

    def turns(self, pair: Pair, texts: Sequence[str]) -> Generator[Turn, None, None]:
        """First what no other process translates just now; it is held until the next portion is asked for."""
        if not texts or not turns.are_needed():
            yield texts, False
            return
        keys = {text: turns.key(f"{pair}\0{text}") for text in texts}
        shared = set(list(keys.values())[: turns.MOST])
        with turns.taken(shared) as mine:
            yield [text for text in texts if keys[text] in mine or keys[text] not in shared], True
        if others := [text for text in texts if keys[text] in shared and keys[text] not in mine]:
            turns.wait({keys[text] for text in others})
            yield others, True

    def remember(self, pair: Pair, found: Mapping[str, Suggestion]) -> None:
        """Keep what engines made. What came out of the memory on both legs is kept as a machine's too."""
        intents = [
            MemoryIntent(
                pair=pair,
                source=text,
                target=each.text,
                origin=each.origin,
                rank=MACHINE,
                version=each.version,
                pivot=each.pivot,
                raw=each.raw,
                terms=each.terms,
            )
            for text, each in found.items()
            if not each.origin.startswith("tm:")
        ]
        with transaction.atomic():
            MemoryUnit.objects.remember(intents)


class NoMemory:
    """Remembers nothing: every text goes to the engines, without examples."""

    def lookup(self, _pair: Pair, _texts: Sequence[str], _engines: Sequence[str]) -> dict[str, Suggestion]:
        return {}

    def remember(self, _pair: Pair, _found: Mapping[str, Suggestion]) -> None:
        """Nothing to keep."""

    def turns(self, _pair: Pair, texts: Sequence[str]) -> Generator[Turn, None, None]:
        yield texts, False

    def similar(self, _pair: Pair, _text: str) -> tuple[MemoryHit, ...]:
        return ()

    def in_place(self, _pair: Pair, _places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Suggestion]:
        return {}


class ExamplesOnly(NoMemory):
    """Every text goes to the engines, with the examples they would be given."""

    def similar(self, pair: Pair, text: str) -> tuple[MemoryHit, ...]:
        return MemoryUnit.objects.similar(pair, text)


class StoredTerms:
    """The terms of each direction, read once and again when the termbase has changed. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: object = None
        self._found: dict[Pair, TermIndex] = {}

    def __call__(self, pair: Pair) -> TermIndex:
        with self._lock:
            if pair not in self._found:
                self._found[pair] = TermIndex(pair, Term.objects.of_pair(pair))
            return self._found[pair]

    def refresh(self) -> None:
        """Called before each batch: forget what was read if the termbase is another one since."""
        state = Term.objects.state()
        with self._lock:
            if state != self._state:
                self._state, self._found = state, {}


def _suggestion(unit: MemoryUnit) -> Suggestion:
    return Suggestion(
        text=unit.target,
        origin=_ORIGINS.get(unit.rank, unit.origin),
        version=unit.version,
        raw=unit.raw or unit.target,
        pivot=unit.pivot,
        terms=unit.terms,
    )
