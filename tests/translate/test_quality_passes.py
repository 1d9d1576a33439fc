"""How often engines are asked: the sentence once for each leg, whoever meets it, and never again."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.models import Entry, Translation, Unit
from pipeline.records import Pair, Suggestion
from pipeline.translate import stage
from pipeline.translate.routes import Routes
from pipeline.translate.translator import Translator
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
