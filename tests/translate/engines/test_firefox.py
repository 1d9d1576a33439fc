"""The local engine with the real models that are installed with a package we use."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipeline.errors import EngineError, EngineUnavailableError
from pipeline.records import Pair
from pipeline.translate.engines.child import Limits
from pipeline.translate.engines.firefox import FirefoxEngine
from pipeline.translate.engines.pool import Pool
from pipeline.translate.engines.weights import locate
from pipeline.translate.engines.weights_server import WeightsServer
from tests.translate.engines.servers import RemoteSettings

PT, EN = Pair("en", "pt"), Pair("pt", "en")
LV = Pair("en", "lv")


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirefoxEngine]:
    made = FirefoxEngine(tmp_path_factory.mktemp("models"), Pool(workers=2))
    yield made
    made.close()


@pytest.fixture
def remote() -> Iterator[RemoteSettings]:
    """A server that has the Portuguese weights under the name of Latvian ones."""
    files = locate(Path("nowhere"), PT)
    assert files
    with RemoteSettings() as server:
        server.add("en-lv", {Path(path).name: Path(path).read_bytes() for path in files.paths().values()})
        yield server


def downloading(models: Path, remote: RemoteSettings) -> FirefoxEngine:
    return FirefoxEngine(models, Pool(workers=1), download=WeightsServer(remote.url, read=2, pause=0.01))


def test_translates(engine: FirefoxEngine) -> None:
    """Two directions, in order; what has no words is answered with nothing."""
    assert engine.translate(["The city council met on Monday.", "", " ", "Good morning."], PT) == [
        "O conselho da cidade se reuniu na segunda-feira.",
        "",
        "",
        "Bom dia.",
    ]
    assert engine.translate(["O teatro abre na sexta-feira."], EN) == ["The theater opens on Friday."]


def test_same_answers_from_many_threads(engine: FirefoxEngine) -> None:
    """Callers at once get what a caller alone gets."""
    texts = [f"The bridge will be closed for {n} days." for n in range(3, 9)]
    alone = engine.translate(texts, PT)
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(lambda _n: engine.translate(texts, PT), range(8)))

    assert together == [alone] * 8
    assert len(set(map(str, alone))) == len(texts)


def test_odd_texts(engine: FirefoxEngine) -> None:
    """What no model should be given ends in a text or an error, and harms nobody."""
    texts = ["\ud800 broken", "Good morning.", "\0", "\N{WORD JOINER}", "🎉" * 50]
    answers = engine.translate(texts, PT)

    assert isinstance(answers[0], EngineError)
    assert answers[1] == "Bom dia."
    assert len(answers) == len(texts)


def test_endless_word_has_a_deadline(tmp_path: Path) -> None:
    """One word of 5,000 characters, seconds of work for the model, fails in time; its neighbours are translated."""
    engine = FirefoxEngine(
        tmp_path, Pool(workers=1, limits=Limits(seconds=0.3, seconds_per_character=0.0001))
    )
    answers = engine.translate(["Good morning.", "Zq9" * 1667, "Good morning."], PT)
    engine.close()

    assert answers[0] == answers[2] == "Bom dia."
    assert isinstance(answers[1], EngineError)
    assert answers[1].code == "timeout"


def test_facts(engine: FirefoxEngine) -> None:
    """What the engine says of itself: the model's hash, its characters, and that nothing leaves the machine."""
    alphabet = engine.alphabet(PT)
    assert alphabet is not None

    assert engine.supports(PT)
    assert engine.reason(PT) is None
    assert len(engine.version(PT)) == 12
    assert engine.version(PT) != engine.version(EN)
    assert set("abcção0 ") <= alphabet
    assert not alphabet & set("šłž@")
    assert not engine.facts.sends_data_out


def test_missing_weights(engine: FirefoxEngine) -> None:
    """A pair without weights is refused in words that help."""
    assert not engine.supports(LV)
    assert engine.alphabet(LV) is None
    assert "no weights for en-lv in " in (engine.reason(LV) or "")
    assert "./run.py models fetch" in (engine.reason(LV) or "")
    assert "from and into en only" in (engine.reason(Pair("lv", "pl")) or "")
    with pytest.raises(EngineUnavailableError, match="no weights for en-lv"):
        engine.translate(["Good morning."], LV)
    with pytest.raises(EngineUnavailableError):
        engine.version(LV)


def test_fetched_at_first_need(tmp_path: Path, remote: RemoteSettings) -> None:
    """Missing weights come from the server when a text needs them, once for all threads; `supports` asks nobody."""
    engine = downloading(tmp_path, remote)
    supported = engine.supports(LV), engine.supports(Pair("lv", "pl"))
    asked_before = list(remote.asked)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _n: engine.translate(["Good morning."], LV), range(4)))
    engine.close()

    assert supported == (True, False)
    assert asked_before == []
    assert answers == [["Bom dia."]] * 4
    assert sum("/files/" in path for path, _range in remote.asked) == 3


def test_failed_server_is_not_asked_again(tmp_path: Path, remote: RemoteSettings) -> None:
    """After one failure the server is left alone for the rest of the run, for every pair, and the reason is kept."""
    remote.faults["/records"] = ["garbage"] * 10
    engine = downloading(tmp_path, remote)
    for pair in (LV, LV, Pair("pl", "en")):
        with pytest.raises(EngineUnavailableError, match=r"could not be fetched: .* did not answer in JSON"):
            engine.translate(["Good morning."], pair)
    engine.close()

    assert sum("records" in path for path, _range in remote.asked) == 1
    assert not engine.supports(Pair("de", "en"))


def test_failed_server_is_asked_again_later(tmp_path: Path, remote: RemoteSettings) -> None:
    """A daemon that met a server down does not do without it for ever."""
    now = [0.0]
    remote.faults["/records"] = [500]
    server = WeightsServer(remote.url, pause=0.01)
    engine = FirefoxEngine(tmp_path, Pool(workers=1), download=server, clock=lambda: now[0])
    with pytest.raises(EngineUnavailableError):
        engine.version(LV)
    refused = engine.supports(LV)
    now[0] = 1000.0
    version = engine.version(LV)
    engine.close()

    assert not refused
    assert len(version) == 12


def test_pair_unknown_to_the_server(tmp_path: Path, remote: RemoteSettings) -> None:
    """A pair that the server lacks does not take the other pairs with it."""
    engine = downloading(tmp_path, remote)
    with pytest.raises(EngineUnavailableError, match="has no weights for en-ga"):
        engine.translate(["Good morning."], Pair("en", "ga"))
    answers = engine.translate(["Good morning."], LV)
    engine.close()

    assert answers == ["Bom dia."]
    assert not engine.supports(Pair("en", "ga"))


def test_broken_weights(tmp_path: Path) -> None:
    """Files that are no model make the pair unavailable; the reason says which."""
    folder = tmp_path / "en-lv"
    folder.mkdir()
    for name in ("model.enlv.bin", "vocab.enlv.spm"):
        (folder / name).write_bytes(b"rubbish" * 100)
    engine = FirefoxEngine(tmp_path, Pool(workers=1))
    with pytest.raises(EngineUnavailableError, match="weights of en-lv cannot be used"):
        engine.translate(["Good morning."], LV)
    alphabet = engine.alphabet(LV)
    engine.close()

    assert alphabet is None
