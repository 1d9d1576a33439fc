"""How often engines are asked: the sentence once for each leg, whoever meets it, and never again."""

import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from pipeline.models import Entry, Translation, Unit, turns
from pipeline.records import Pair, Suggestion
from pipeline.translate import stage
from pipeline.translate.memory import StoredMemory
from pipeline.translate.routes import Routes
from pipeline.translate.translator import Outcome, Translator
from pipeline.translate.usage import UsageMeter
from tests.builders import NOW, config, entry
from tests.translate.fakes import DictMemory, FakeEngine, marked

NINE = ("en", "lv", "lt", "de", "nl", "it", "es", "fr", "ro")
LEGS = ("pl-en", *(f"en-{language}" for language in NINE[1:]))


def cycle(engine: FakeEngine, *, threads: int) -> None:
    settings = config(languages={"targets": [*NINE]})
    Translation.objects.update(due_at=NOW)
    stage.run(settings, Routes(engines={"fake": engine}, chain=["fake"], pivot="en"), threads=threads)


def news(count: int) -> set[str]:
    """Polish entries that share a sentence; the distinct segments of all of them."""
    texts = {"Zapraszamy wszystkich mieszkańców."}
    for number in range(1, count + 1):
        row = entry(number)
        assert row.current is not None
        row.current.content = (
            f"<p>Tramwaj nr {number} wraca na trasę.</p><p>Zapraszamy wszystkich mieszkańców.</p>"
        )
        row.current.save()
        texts |= {row.current.title, f"Tramwaj nr {number} wraca na trasę."}
    return texts


def spoken(text: str, pair: Pair) -> str:
    """An answer that differs for each text and language, keeps the number and raises no doubt."""
    first, *words = text.split()
    number = next((word for word in words if word.isdigit()), "")
    return f"{pair.target}{len(text)} {number} {first[:3]}" + ("." if text.endswith(".") else "")


@pytest.mark.usefixtures("store")
def test_one_item_into_nine_languages_costs_one_and_eight_passes_a_segment() -> None:
    """A new segment goes to an engine once into the pivot and once into each of eight languages; a seen one never."""
    segments = news(1)
    engine = FakeEngine(answer=spoken, pairs=LEGS)

    cycle(engine, threads=1)
    first = Counter(str(pair) for _text, pair in engine.asked)
    engine.asked.clear()
    Unit.objects.all().delete()
    Translation.objects.all().delete()
    Entry.objects.update(planned=False)
    cycle(engine, threads=1)

    assert first == dict.fromkeys(LEGS, len(segments))
    assert engine.asked == []
    assert set(Translation.objects.values_list("language", "state")) == {
        (language, "machine") for language in NINE
    }


@pytest.mark.usefixtures("store")
def test_workers_that_share_a_sentence_ask_for_it_once() -> None:
    """Several threads over many entries ask for each distinct segment once a leg, as one thread would."""
    segments = news(8)
    engine = FakeEngine(answer=spoken, pairs=LEGS)

    cycle(engine, threads=3)

    asked = Counter(engine.asked)
    assert set(asked.values()) == {1}
    assert len(asked) == len(segments) * (1 + 8)


def test_two_threads_by_way_of_the_pivot_share_its_first_leg() -> None:
    """Two targets wanted at the same moment wait for one translation into the pivot."""
    text, inside, go_on = "Nowy tramwaj wraca.", threading.Event(), threading.Event()

    def slowly(asked: str, pair: Pair) -> str:
        if pair.target == "en":
            inside.set()
            assert go_on.wait(5)
        return marked(asked, pair)

    engine = FakeEngine(answer=slowly, pairs=LEGS)
    routes = Routes(engines={"fake": engine}, chain=["fake"], pivot="en")
    subject = Translator(routes, DictMemory(), UsageMeter())
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(subject.translate, [text], Pair("pl", "lv"))
        assert inside.wait(5)
        second = pool.submit(subject.translate, [text], Pair("pl", "de"))
        while not second.running():
            pass
        go_on.set()
        outcomes = [first.result()[text], second.result()[text]]

    assert [str(pair) for _text, pair in engine.asked].count("pl-en") == 1
    assert len(engine.asked) == 3
    assert all(isinstance(each, Suggestion) for each in outcomes)


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
@pytest.mark.usefixtures("store")
def test_two_processes_that_meet_a_sentence_ask_for_it_once() -> None:
    """Each has its own translator and its own connection, as workers of a cluster have; the rest is not held up."""
    shared, inside, go_on = "Zapraszamy wszystkich.", threading.Event(), threading.Event()

    def slowly(asked: str, pair: Pair) -> str:
        if asked == shared:
            inside.set()
            assert go_on.wait(10)
        return marked(asked, pair)

    engine = FakeEngine(answer=slowly, pairs=("pl-en",))

    def process(*texts: str) -> Mapping[str, Outcome]:
        routes = Routes(engines={"fake": engine}, chain=["fake"], pivot="")
        try:
            return Translator(routes, StoredMemory(), UsageMeter()).translate(texts, Pair("pl", "en"))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(process, "Tramwaj wraca.", shared)
        assert inside.wait(10)
        second = pool.submit(process, shared, "Most jest otwarty.")
        while "Most jest otwarty." not in [text for text, _pair in engine.asked]:
            assert not second.done()
        go_on.set()
        outcomes = [first.result()[shared], second.result()[shared]]

    assert [text for text, _pair in engine.asked].count(shared) == 1
    assert all(isinstance(each, Suggestion) for each in outcomes)


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
@pytest.mark.usefixtures("store")
def test_who_is_killed_at_a_sentence_holds_nobody_up() -> None:
    """Its turn ends with its connection; and nobody waits for ever for one that lives."""
    held = {turns.key("Zapraszamy wszystkich."), turns.key("Tramwaj wraca.")}

    def killed(taken: threading.Event, end: threading.Event) -> None:
        try:
            with turns.taken(held):
                taken.set()
                end.wait(10)
                connection.close()  # as the server sees a death
        finally:
            connection.close()

    taken, end = threading.Event(), threading.Event()
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(killed, taken, end)
        assert taken.wait(10)
        turns.wait(held, patience=0.3)
        with turns.taken(held) as mine:
            assert not mine
        end.set()
        turns.wait(held)
        with turns.taken(held) as mine:
            assert mine == held
        other.result()
