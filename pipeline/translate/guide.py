"""What the termbase and the memory have to say about single texts: to checks, and to engines that listen."""

from collections.abc import Callable, Iterable

from pipeline.records import Hints, MemoryHit, Pair, TermData
from pipeline.translate.engines.facts import Facts
from pipeline.translate.terms import TermIndex, hints_of, is_used, shipped

_EXAMPLES = 3  # a text
_LIKE = 0.7  # how alike an example is at the least

Similar = Callable[[Pair, str], tuple[MemoryHit, ...]]
Termbase = Callable[[Pair], TermIndex]


class Guide:
    """`termbase` gives the terms of a direction; `similar` remembered translations of texts like one."""

    def __init__(self, termbase: Termbase = shipped, similar: Similar = lambda _pair, _text: ()) -> None:
        self._termbase = termbase
        self._similar = similar

    def terms(self, text: str, pair: Pair) -> tuple[TermData, ...]:
        return tuple(place.term for place in self._termbase(pair).find(text))

    def hints(self, facts: Facts, texts: Iterable[str], pair: Pair) -> dict[str, Hints]:
        """By text, for an engine that makes use of them; empty for all others."""
        return {text: self._hints(facts, text, pair) for text in texts} if facts.uses_hints else {}

    def told(self, facts: Facts, text: str, pair: Pair) -> Hints:
        """The terms alone that such an engine would be told today."""
        return hints_of(self.terms(text, pair)) if facts.uses_terms else Hints()

    def lost(self, source: str, target: str, pair: Pair) -> tuple[str, ...]:
        """Words that were to stay as they are, as the source has them, and do not stand in the target."""
        index = self._termbase(pair)
        return tuple(
            source[place.start : place.end]
            for place in (index.find(source) if index.has_kept else ())
            if place.term.keep and not is_used(place.term, target, pair.target)
        )

    def _hints(self, facts: Facts, text: str, pair: Pair) -> Hints:
        told = self.told(facts, text, pair)
        if not facts.uses_examples:
            return told
        alike = [hit for hit in self._similar(pair, text) if hit.score >= _LIKE]
        examples = tuple((hit.source, hit.target) for hit in alike[:_EXAMPLES])
        return Hints(terms=told.terms, examples=examples)
