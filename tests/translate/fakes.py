"""An engine and a memory for tests of the translator: the outside world's answers and faults, on demand."""

from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Hints, MemoryHit, Pair, Suggestion
from pipeline.translate.engines.facts import Facts

Answer = Callable[[str, Pair], str | EngineError]


def marked(text: str, pair: Pair) -> str:
    """A stand-in for a translation: the same words, marked with the direction."""
    return f"{text} ({pair})"


class FakeEngine:
    """Answers by a function; keeps what it was asked."""

    def __init__(
        self,
        name: str = "fake",
        answer: Answer = marked,
        *,
        pairs: Sequence[str] | None = None,
        fault: EngineError | None = None,
        facts: Facts | None = None,
    ) -> None:
        self.name = name
        self.facts = facts or Facts(sends_data_out=False, batch=None)
        self.hints: list[Hints] = []
        self.asked: list[tuple[str, Pair]] = []
        self.calls = 0
        self.fault = fault
        self._answer = answer
        self._pairs = pairs

    def supports(self, pair: Pair) -> bool:
        return self._pairs is None or str(pair) in self._pairs

    def ready(self, pair: Pair) -> bool:
        return self.supports(pair)

    def reason(self, pair: Pair) -> str | None:
        return None if self.supports(pair) else f"{self.name} does not know {pair}"

    def version(self, pair: Pair) -> str:
        return "1"

    def alphabet(self, pair: Pair) -> frozenset[str] | None:
        return None

    def translate(
        self, texts: Sequence[str], pair: Pair, hints: Sequence[Hints] = ()
    ) -> list[str | EngineError]:
        self.calls += 1
        self.hints += hints
        self.asked += [(text, pair) for text in texts]
        if self.fault:
            raise self.fault
        return [self._answer(text, pair) for text in texts]

    def close(self) -> None:
        """Holds nothing."""


class DictMemory:
    """A memory without a store."""

    def __init__(self, known: Mapping[tuple[Pair, str], Suggestion] | None = None) -> None:
        self.known = dict(known or {})
        self.examples: dict[tuple[Pair, str], tuple[MemoryHit, ...]] = {}

    def lookup(self, pair: Pair, texts: Sequence[str], engines: Sequence[str]) -> dict[str, Suggestion]:
        return {text: self.known[pair, text] for text in texts if (pair, text) in self.known}

    def turns(self, pair: Pair, texts: Sequence[str]) -> Generator[tuple[Sequence[str], bool], None, None]:
        yield texts, False

    def remember(self, pair: Pair, found: Mapping[str, Suggestion]) -> None:
        self.known |= {(pair, text): each for text, each in found.items()}

    def similar(self, pair: Pair, text: str) -> tuple[MemoryHit, ...]:
        return self.examples.get((pair, text), ())

    def in_place(self, pair: Pair, places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Suggestion]:
        return {}


def failing(code: str) -> Answer:
    return lambda text, _pair: EngineError(f"no answer to {text!r}", code=code)


UNAVAILABLE = EngineUnavailableError("no weights", code="refused")
