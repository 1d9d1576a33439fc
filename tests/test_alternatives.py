"""Other engines' words for one sentence: each engine of the chain alone, opened and closed for the question."""

from dataclasses import dataclass, field

from pipeline.alternatives import alternatives
from pipeline.config import Config
from pipeline.errors import EngineError
from pipeline.records import Failure, Pair, Suggestion
from pipeline.translate.room import EngineRoom
from pipeline.translate.routes import Routes
from tests import builders
from tests.translate.fakes import Answer, FakeEngine, marked

PL_LV = Pair("pl", "lv")


class Closable(FakeEngine):
    """Knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


@dataclass
class Opener:
    """Opens a room of these engines in the place of configured ones."""

    engines: list[Closable] = field(default_factory=list)

    def add(self, name: str, answer: Answer = marked, **more: object) -> None:
        self.engines.append(Closable(name, answer, **more))  # type: ignore[arg-type]

    def __call__(self, _config: Config) -> EngineRoom:
        by_name = {engine.name: engine for engine in self.engines}
        return EngineRoom(
            routes=Routes(engines=by_name, chain=tuple(by_name), pivot="en"), engines=by_name, threads=1
        )


def test_every_engine_of_the_chain_answers_for_itself(sqlite_store: str) -> None:
    """One that succeeds does not keep the next from being asked; each is closed afterwards."""
    opener = Opener()
    opener.add("first", lambda _text, _pair: "Pirmais teikums.")
    opener.add("second", lambda _text, _pair: "Otrs teikums.")
    found = alternatives(builders.config(), open_room=opener)(PL_LV, "Zdanie pierwsze.")

    texts = {name: each.text for name, each in found.items() if isinstance(each, Suggestion)}
    assert texts == {"first": "Pirmais teikums.", "second": "Otrs teikums."}
    assert all(engine.closed for engine in opener.engines)


def test_an_engine_that_fails_says_why(sqlite_store: str) -> None:
    """The others answer all the same."""
    opener = Opener()
    opener.add("first", lambda _text, _pair: "Pirmais teikums.")
    opener.add("second", fault=EngineError("the server is asleep", code="network", resource="second"))
    found = alternatives(builders.config(), open_room=opener)(PL_LV, "Zdanie pierwsze.")

    assert isinstance(found["first"], Suggestion)
    assert isinstance(found["second"], Failure)
    assert "asleep" in found["second"].reason


def test_an_engine_goes_by_the_pivot_where_it_has_to(sqlite_store: str) -> None:
    """It does not know the pair: both legs are its own."""
    steps = {"pl-en": "The first sentence.", "en-lv": "Pirmais teikums."}
    opener = Opener()
    opener.add("one", lambda _text, pair: steps[str(pair)], pairs=tuple(steps))
    found = alternatives(builders.config(), open_room=opener)(PL_LV, "Zdanie pierwsze.")

    assert isinstance(found["one"], Suggestion)
    assert found["one"].text == "Pirmais teikums."
    assert found["one"].pivot == "en"
