"""The translator: memory before engines, the chain in order, the pivot's leg shared, never source text for a failure."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from pipeline.errors import EngineError
from pipeline.records import Failure, Pair, Suggestion
from pipeline.translate.breaker import Breaker
from pipeline.translate.routes import Routes
from pipeline.translate.translator import Outcome, Translator
from pipeline.translate.usage import UsageMeter
from tests.translate.fakes import UNAVAILABLE, DictMemory, FakeEngine, failing

EN_PT, PL_EN, PL_LV, EN_LV = Pair("en", "pt"), Pair("pl", "en"), Pair("pl", "lv"), Pair("en", "lv")
TRAM = "The new tram line opens in the spring."
TRAM_PT = "A nova linha de elétrico abre na primavera."


def translator(*engines: FakeEngine, memory: DictMemory | None = None, pivot: str = "en") -> Translator:
    routes = Routes(
        engines={each.name: each for each in engines}, chain=[each.name for each in engines], pivot=pivot
    )
    return Translator(routes, memory or DictMemory(), UsageMeter())


def portuguese(text: str, _pair: Pair) -> str:
    return TRAM_PT if text == TRAM else f"Tradução de {len(text)} letras."


def test_the_engine_translates_and_the_memory_spares_it_the_second_time() -> None:
    """A sentence is asked for once; afterwards the memory answers."""
    engine = FakeEngine(answer=portuguese)
    subject = translator(engine)

    first = subject.translate([TRAM, TRAM], EN_PT)[TRAM]
    second = subject.translate([TRAM], EN_PT)[TRAM]

    assert isinstance(first, Suggestion)
    assert first.text == TRAM_PT
    assert isinstance(second, Suggestion)
    assert second.text == TRAM_PT
    assert engine.asked == [(TRAM, EN_PT)]


@pytest.mark.parametrize("code", ["timeout", "crash", "empty", "echo", "http"])
def test_a_failure_goes_to_the_next_engine(code: str) -> None:
    """Whatever the first engine's fault, the second is asked and its name is kept."""
    first, second = FakeEngine("first", failing(code)), FakeEngine("second", portuguese)

    outcome = translator(first, second).translate([TRAM], EN_PT)[TRAM]

    assert isinstance(outcome, Suggestion)
    assert outcome.origin == "second"


def test_when_all_fail_there_is_a_reason_and_no_text() -> None:
    """A failed translation is never text, least of all the source's."""
    outcome = translator(FakeEngine("first", failing("http"))).translate([TRAM], EN_PT)[TRAM]

    assert isinstance(outcome, Failure)
    assert not outcome.waiting
    assert "no answer" in outcome.reason


def test_an_engine_that_cannot_serve_leaves_the_text_waiting() -> None:
    """Missing weights are no failure of the text: it waits, with the reason."""
    outcome = translator(FakeEngine("first", fault=UNAVAILABLE)).translate([TRAM], EN_PT)[TRAM]

    assert outcome == Failure(reason="no weights", waiting=True)


def test_an_unknown_pair_waits_with_every_engines_reason() -> None:
    """The operator reads why nothing knows the pair."""
    outcome = translator(FakeEngine("first", pairs=[])).translate([TRAM], PL_LV)[TRAM]

    assert isinstance(outcome, Failure)
    assert outcome.waiting
    assert outcome.reason == "first does not know pl-en; also first does not know en-lv"


def test_a_blocked_text_goes_to_the_next_engine_and_the_block_stays_known() -> None:
    """A check that blocks sends the sentence on; where nothing better comes, the doubtful text keeps its findings."""
    echo = FakeEngine("echo", lambda text, _pair: text)
    good = FakeEngine("good", portuguese)

    mended = translator(echo, good).translate([TRAM], EN_PT)[TRAM]
    memory = DictMemory()
    doubtful = translator(echo, memory=memory).translate([TRAM], EN_PT)[TRAM]

    assert isinstance(mended, Suggestion)
    assert mended.origin == "good"
    assert isinstance(doubtful, Suggestion)
    assert "block" in {finding.severity for finding in doubtful.findings}
    assert memory.known == {}


def test_the_leg_into_the_pivot_is_shared_by_all_targets() -> None:
    """One item into many languages costs one pass into English and one for each target."""
    engine = FakeEngine(
        pairs=["pl-en", "en-lv", "en-pt", "en-de"],
        answer=lambda text, pair: f"Zdanie {pair.target} {len(text)}",
    )
    subject = translator(engine)

    for target in ("lv", "pt", "de"):
        subject.translate(["Nowy tramwaj."], Pair("pl", target))

    assert [pair for _text, pair in engine.asked] == [PL_EN, EN_LV, Pair("en", "pt"), Pair("en", "de")]


def test_a_pivoted_text_names_its_pivot() -> None:
    """What came by way of English says so."""
    engine = FakeEngine(
        pairs=["pl-en", "en-lv"], answer=lambda _text, _pair: "Jauns tramvajs pilsētā brauks pavasarī."
    )

    outcome = translator(engine).translate(["Nowy tramwaj w mieście rusza wiosną."], PL_LV)[
        "Nowy tramwaj w mieście rusza wiosną."
    ]

    assert isinstance(outcome, Suggestion)
    assert outcome.pivot == "en"


def test_two_threads_that_meet_a_sentence_ask_once() -> None:
    """The second thread waits for the first one's answer."""
    inside, go_on = threading.Event(), threading.Event()

    def slowly(text: str, pair: Pair) -> str:
        inside.set()
        assert go_on.wait(5)
        return portuguese(text, pair)

    engine = FakeEngine(answer=slowly)
    subject = translator(engine)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(subject.translate, [TRAM], EN_PT)
        assert inside.wait(5)
        second = pool.submit(subject.translate, [TRAM], EN_PT)
        while not second.running():
            pass
        go_on.set()
        outcomes = [first.result()[TRAM], second.result()[TRAM]]

    assert len(engine.asked) == 1
    assert [each.text for each in outcomes if isinstance(each, Suggestion)] == [TRAM_PT, TRAM_PT]


def test_a_sentence_that_another_thread_is_about_to_remember_is_not_asked_for_again() -> None:
    """While one thread looks into the memory, the other translates the very sentence, remembers it and is done."""
    memory = DictMemory()
    engine = FakeEngine(answer=portuguese)
    subject = translator(engine, memory=memory)
    look = memory.lookup
    helped: list[Future[dict[str, Outcome]]] = []

    def slowly(pair: Pair, texts: Sequence[str], engines: Sequence[str]) -> dict[str, Suggestion]:
        found = look(pair, texts, engines)
        if not helped:
            helped.append(pool.submit(subject.translate, [TRAM], EN_PT))
            wait(helped, timeout=0.2)
        return found

    with ThreadPoolExecutor(2) as pool, pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "lookup", slowly)
        outcomes = [subject.translate([TRAM], EN_PT)[TRAM], helped[0].result()[TRAM]]

    assert len(engine.asked) == 1
    assert [each.text for each in outcomes if isinstance(each, Suggestion)] == [TRAM_PT, TRAM_PT]


def test_an_answer_is_kept_without_what_no_store_and_no_reader_bears() -> None:
    """Controls, marks that turn the direction of reading and line ends; the raw words are kept so too."""
    engine = FakeEngine(
        answer=lambda _text, _pair: "A nova linha\x00 de \u202eelétrico\nabre\ud83d na primavera."
    )
    found = translator(engine).translate([TRAM], EN_PT)[TRAM]

    assert isinstance(found, Suggestion)
    assert (found.text, found.raw) == (TRAM_PT, TRAM_PT)


def test_an_unexpected_error_is_raised_and_does_not_leave_others_hanging() -> None:
    """A bug stops the run loudly; a thread that waits for the same sentence is told that it still waits."""

    def broken(_text: str, _pair: Pair) -> str:
        raise ZeroDivisionError

    subject = translator(FakeEngine(answer=broken))

    with pytest.raises(ZeroDivisionError):
        subject.translate([TRAM], EN_PT)
    assert subject._in_flight == {}


def test_a_lost_placeholder_is_asked_for_again_without_masks() -> None:
    """An engine that drops the token is asked for the words around it; the address stays whole."""
    text = "Write to info@dome.example today."

    def dropping(asked: str, _pair: Pair) -> str:
        return {"Write to": "Escreva para", "today.": "hoje."}.get(asked, "Escreva hoje.")

    class Narrow(FakeEngine):
        def alphabet(self, pair: Pair) -> frozenset[str] | None:
            return frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,()[]-'\"")

    engine = Narrow(answer=dropping)

    outcome = translator(engine).translate([text], EN_PT)[text]

    assert isinstance(outcome, Suggestion)
    assert outcome.text == "Escreva para info@dome.example hoje."
    assert engine.calls == 2


def test_a_hashtag_that_is_translated_is_hidden_the_next_time() -> None:
    """First as a name, for the better sentence; as a token where the engine makes something else of it."""

    def changing(asked: str, _pair: Pair) -> str:
        return asked.replace("CityOfChange", "CidadeDaMudança").replace("News from", "Notícias de")

    class Narrow(FakeEngine):
        def alphabet(self, pair: Pair) -> frozenset[str] | None:
            return frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,()[]-'\"")

    engine = Narrow(answer=changing)
    outcome = translator(engine).translate(["News from #CityOfChange."], EN_PT)["News from #CityOfChange."]

    assert isinstance(outcome, Suggestion)
    assert outcome.text == "Notícias de #CityOfChange."
    assert [text for text, _pair in engine.asked] == ["News from CityOfChange.", "News from [X1X]."]


def test_remembered_machine_text_is_checked_anew_and_a_persons_is_not() -> None:
    """Findings are not remembered; a person's words are not doubted."""
    wrong = "A cidade tem 1300 elétricos novos desde a primavera."
    source = "The city has 1,200 new trams since the spring."
    memory = DictMemory({(EN_PT, source): Suggestion(text=wrong, origin="fake")})

    machine = translator(FakeEngine(), memory=memory).translate([source], EN_PT)[source]
    memory.known[EN_PT, source] = Suggestion(text=wrong, origin="tm:human")
    human = translator(FakeEngine(), memory=memory).translate([source], EN_PT)[source]

    assert isinstance(machine, Suggestion)
    assert "numbers" in {finding.check for finding in machine.findings}
    assert isinstance(human, Suggestion)
    assert human.findings == ()


def test_the_breaker_opens_after_five_failures_and_lets_one_probe_through() -> None:
    """Five failures in a row open it for a minute; a failed probe doubles the pause; a success closes it."""
    clock = [0.0]
    breaker = Breaker(lambda: clock[0])
    seen = []
    for _ in range(Breaker.THRESHOLD):
        seen.append(breaker.is_open)
        breaker.failed()
    seen.append(breaker.is_open)
    for seconds, event in ((61, breaker.failed), (61, None), (60, breaker.succeeded)):
        clock[0] += seconds
        seen.append(breaker.is_open)
        if event:
            event()

    assert seen == [False] * 5 + [True, False, True, False]
    assert not breaker.is_open


def test_an_engine_behind_an_open_breaker_is_not_asked() -> None:
    """A service that is down is left alone; the next engine of the chain works on."""
    down = FakeEngine("down", fault=EngineError("unreachable", code="network"))
    subject = translator(down, FakeEngine("up", portuguese))

    for number in range(8):
        subject.translate([f"Sentence number {number} of the day."], EN_PT)

    assert down.calls == Breaker.THRESHOLD
