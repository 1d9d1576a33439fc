"""Every engine against every fault, through the translator and its store: nothing false is kept, the work goes on."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.errors import EngineError
from pipeline.models import MemoryUnit
from pipeline.records import Pair, Suggestion
from pipeline.translate.breaker import Breaker
from pipeline.translate.engines import Engine
from pipeline.translate.engines.apertium import ApertiumEngine
from pipeline.translate.engines.bucket import TokenBucket
from pipeline.translate.engines.deep import DeepEngine, Options
from pipeline.translate.engines.deepl import DeepLEngine
from pipeline.translate.engines.libre import LibreTranslateEngine
from pipeline.translate.engines.line import Line
from pipeline.translate.engines.llm import LanguageModelEngine, Model
from pipeline.translate.guards import Guards
from pipeline.translate.memory import StoredMemory
from pipeline.translate.routes import Routes
from pipeline.translate.translator import Translator
from pipeline.translate.usage import UsageMeter
from tests.translate.engines.protocols import KEY, SENTENCES, TABLE, Protocols
from tests.translate.engines.servers import ADDRESSES
from tests.translate.fakes import FakeEngine

EN_FR = Pair("en", "fr")


# What a fault is called, what the server does, and the codes that may come of it.
FAULTS: dict[str, tuple[Any, set[str]]] = {
    "time-out": ("time-out", {"timeout"}),
    "connection cut": ("connection cut", {"network"}),
    "429 with Retry-After": ((429, {"Retry-After": "3600"}), {"limit"}),
    "quota used up (456)": (456, {"quota"}),
    "server error (503)": (503, {"http"}),
    "access denied (403)": (403, {"refused"}),
    "consent page": ("consent page", {"refused"}),
    "garbage": ("garbage", {"http"}),
    "wrong JSON": ("wrong JSON", {"http", "empty"}),
    "empty": ("empty", {"empty"}),
    "echo": ("echo", {"echo"}),
    "cut": ("cut", {"garbled"}),
    "merged segments": ("merged segments", set()),
    "swapped segments": ("swapped segments", set()),
}
MENDED = {"merged segments", "swapped segments"}  # asked for again alone, where nothing can be mixed up

ENGINES = (*ADDRESSES, "deepl", "libre", "apertium", "llm", "llm-single")


def make(name: str, stub: Protocols, timeout: float = 5.0) -> Engine:
    line = Line(service=name, key=KEY, bucket=TokenBucket(1000.0, 100), timeout=timeout, pause=0.001)
    match name:
        case "deepl":
            return DeepLEngine(name, line, url=f"{stub.url}/deepl")
        case "libre":
            return LibreTranslateEngine(name, line, url=f"{stub.url}/libre")
        case "apertium":
            return ApertiumEngine(name, line, url=f"{stub.url}/apertium")
        case "llm":
            return LanguageModelEngine(name, line, Model(url=f"{stub.url}/llm/v1", model="eurollm-9b"))
        case "llm-single":
            model = Model(url=f"{stub.url}/llm/v1", model="eurollm-9b", profile="eurollm")
            return LanguageModelEngine(name, line, model)
    options = Options(
        key=KEY, base_url=stub.url + ADDRESSES[name], timeout=timeout, rate=1000.0, burst=100, pause=0.001
    )
    return DeepEngine(name, options)


@pytest.fixture
def stub() -> Iterator[Protocols]:
    with Protocols() as server:
        yield server


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", ENGINES)
def test_no_fault_becomes_text(
    stub: Protocols, sqlite_store: str, caplog: pytest.LogCaptureFixture, name: str, fault: str
) -> None:
    """The next engine does the work, the breaker opens and closes, the log says why, and no wrong word is kept."""
    caplog.set_level(logging.INFO)
    clock = [0.0]
    guards = Guards(clock=lambda: clock[0])
    engine = make(name, stub, timeout=0.3 if fault == "time-out" else 5.0)
    backup = FakeEngine("backup", lambda text, _pair: TABLE[text])
    routes = Routes(engines={name: engine, "backup": backup}, chain=[name, "backup"], pivot="", guards=guards)
    translator = Translator(routes, StoredMemory(), UsageMeter())
    breaker = guards.breaker(name)
    for _ in range(Breaker.THRESHOLD - 2):
        breaker.failed("earlier")

    stub.fault, _codes = FAULTS[fault]
    found = translator.translate(SENTENCES[:2], EN_FR)
    was_open = breaker.is_open
    if not was_open:
        found |= translator.translate(SENTENCES[2:4], EN_FR)
        was_open = breaker.is_open

    makers = {each.origin for each in found.values() if isinstance(each, Suggestion)}
    assert {text: each.text for text, each in found.items() if isinstance(each, Suggestion)} == {
        text: TABLE[text] for text in found
    }
    assert all(unit.target == TABLE[unit.source] for unit in MemoryUnit.objects.all())
    if fault in MENDED:
        assert makers == {name}
        assert not was_open
    else:
        assert makers == {"backup"}
        assert was_open
        assert f"{name} is left alone for" in caplog.text
        assert any(f"{name}: " in record.getMessage() for record in caplog.records)

    stub.fault = None
    clock[0] += 3601
    healed = translator.translate(SENTENCES[4:], EN_FR)[SENTENCES[4]]
    assert isinstance(healed, Suggestion)
    assert (healed.origin, healed.text) == (name, TABLE[SENTENCES[4]])
    assert not breaker.is_open
    assert "secret" not in caplog.text
    assert (f"{name} is tried again, with one call" in caplog.text) == was_open
    assert (f"{name} answers again" in caplog.text) == was_open
    engine.close()


@pytest.mark.parametrize("fault", [each for each in FAULTS if each not in MENDED])
@pytest.mark.parametrize("name", ENGINES)
def test_every_fault_has_its_code(stub: Protocols, name: str, fault: str) -> None:
    """Whoever reads the summary sees the same word for the same fault, whichever the engine."""
    stub.fault, codes = FAULTS[fault]
    engine = make(name, stub, timeout=0.3 if fault == "time-out" else 5.0)
    try:
        answer = engine.translate(SENTENCES[:1], EN_FR)[0]
    except EngineError as error:
        answer = error

    assert isinstance(answer, EngineError)
    assert answer.code in codes
    assert str(answer).startswith(f"{name}: ")
