"""Terms and examples on their way to engines: those that listen are told, for others words are kept by hiding them."""

from collections.abc import Callable, Iterable

import pytest

from pipeline.records import FindingData, Hints, MemoryHit, Pair, Suggestion, TermData, TermPair
from pipeline.translate.engines.facts import Facts
from pipeline.translate.routes import Routes
from pipeline.translate.terms import TermIndex
from pipeline.translate.translator import Translator
from pipeline.translate.usage import UsageMeter
from tests.translate.fakes import DictMemory, FakeEngine

EN_PT, PL_PT = Pair("en", "pt"), Pair("pl", "pt")
TEXT = "The council meets at CityLab today."
GOOD = "A câmara reúne-se hoje no CityLab."
COUNCIL = TermData(source="council", target="câmara")
LAB = TermData(source="CityLab", keep=True)
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZâúéçãõ0123456789 .,()[]-'\"")


class Lettered(FakeEngine):
    """An engine whose alphabet is known, so that words can be hidden from it."""

    def alphabet(self, pair: Pair) -> frozenset[str] | None:
        return LETTERS


def termbase(*terms: TermData) -> Callable[[Pair], TermIndex]:
    return lambda pair: TermIndex(pair, terms)


def translator(
    *engines: FakeEngine, terms: Iterable[TermData] = (), memory: DictMemory | None = None
) -> Translator:
    routes = Routes(engines={each.name: each for each in engines}, chain=[each.name for each in engines])
    return Translator(routes, memory or DictMemory(), UsageMeter(), termbase(*terms))


def suggestion(subject: Translator, text: str = TEXT, pair: Pair = EN_PT) -> Suggestion:
    outcome = subject.translate([text], pair)[text]
    assert isinstance(outcome, Suggestion)
    return outcome


def listening(*, examples: bool = False) -> FakeEngine:
    facts = Facts(sends_data_out=False, batch=None, uses_terms=True, uses_examples=examples)
    return FakeEngine("listening", lambda _text, _pair: GOOD, facts=facts)


def test_an_engine_that_takes_terms_is_told_those_of_the_text() -> None:
    """Only the terms that occur, and one row of hints for each text."""
    engine = listening()
    subject = translator(engine, terms=[COUNCIL, LAB, TermData(source="harbour", target="porto")])

    suggestion(subject)

    assert engine.hints == [
        Hints(terms=(TermPair(source="council", target="câmara"), TermPair(source="CityLab", keep=True)))
    ]


def test_an_engine_that_takes_examples_is_told_the_most_alike() -> None:
    """At most three, and none that is not much like the text."""
    engine, memory = listening(examples=True), DictMemory()
    memory.examples[EN_PT, TEXT] = tuple(
        MemoryHit(source=f"s{n}", target=f"t{n}", score=score, origin="human", rank=30)
        for n, score in enumerate((0.95, 0.9, 0.8, 0.75, 0.6))
    )

    suggestion(translator(engine, memory=memory))

    assert engine.hints[0].examples == (("s0", "t0"), ("s1", "t1"), ("s2", "t2"))


def test_other_engines_are_told_nothing() -> None:
    """A protocol without hints stays as it is."""
    engine = FakeEngine(answer=lambda _text, _pair: GOOD)

    suggestion(translator(engine, terms=[COUNCIL]))

    assert engine.hints == []


def test_a_changed_term_asks_a_listening_engine_again_and_no_other() -> None:
    """What it made under other terms does not count; an engine without terms would say the same again."""
    for engine, calls in ((listening(), 2), (FakeEngine("deaf", lambda _text, _pair: GOOD), 1)):
        memory = DictMemory()
        suggestion(translator(engine, memory=memory, terms=[COUNCIL]))
        suggestion(translator(engine, memory=memory, terms=[COUNCIL]))
        suggestion(translator(engine, memory=memory, terms=[COUNCIL, LAB]))

        assert engine.calls == calls


def test_a_word_to_keep_is_hidden_only_where_it_would_be_lost() -> None:
    """The engine is asked plainly first; the token is for the sentence it spoils."""
    asked: list[str] = []

    def mangling(text: str, _pair: Pair) -> str:
        asked.append(text)
        return (
            "A câmara reúne-se hoje no [X1X]."
            if "[X1X]" in text
            else "A câmara reúne-se hoje no Laboratório."
        )

    kept = suggestion(translator(Lettered(answer=mangling), terms=[LAB]))
    first = list(asked)
    asked.clear()

    def careful(text: str, _pair: Pair) -> str:
        asked.append(text)
        return GOOD

    fine = suggestion(translator(Lettered(answer=careful), terms=[LAB]))

    assert kept.text == GOOD
    assert kept.findings == ()
    assert first == [TEXT, "The council meets at [X1X] today."]
    assert fine.text == GOOD
    assert asked == [TEXT]


@pytest.mark.parametrize("second", ["A câmara reúne-se hoje.", "", "The council meets at [X1X] today."])
def test_where_hiding_does_not_help_the_first_answer_stays(second: str) -> None:
    """A lost token or a spoilt sentence is no better; the finding says what is missing."""
    first = "A câmara reúne-se hoje no Laboratório."
    engine = Lettered(answer=lambda text, _pair: second if "[X1X]" in text else first)

    outcome = suggestion(translator(engine, terms=[LAB]))

    assert outcome.text == first
    assert [each.check for each in outcome.findings] == ["glossary"]


def test_terms_reach_the_checks_of_every_engine_and_of_the_memory() -> None:
    """An engine's answer, a remembered one and one by way of the pivot are all asked for the term."""

    def checks(findings: Iterable[FindingData]) -> set[str]:
        return {each.check for each in findings}

    wrong = "A prefeitura reúne-se hoje no CityLab."
    made = suggestion(translator(FakeEngine(answer=lambda _text, _pair: wrong), terms=[COUNCIL]))
    memory = DictMemory({(EN_PT, TEXT): Suggestion(text=wrong, origin="tm:import")})
    remembered = suggestion(translator(FakeEngine(), memory=memory, terms=[COUNCIL]))

    polish = "Rada obraduje dziś w CityLab."
    answers = {"pl-en": TEXT, "en-pt": wrong}
    engine = FakeEngine(answer=lambda _text, pair: answers[str(pair)], pairs=list(answers))
    joined = suggestion(translator(engine, terms=[TermData(source="rada", target="câmara")]), polish, PL_PT)

    assert checks(made.findings) == checks(remembered.findings) == checks(joined.findings) == {"glossary"}


def test_a_denial_lost_on_a_leg_is_found_at_the_end() -> None:
    """The check is silent from Polish into German; what it says of a leg counts for the whole way."""
    answers = {
        "pl-en": "The new bridge over the river is not open today.",
        "en-de": "Die neue Brücke über den Fluss ist heute offen.",
    }
    engine = FakeEngine(answer=lambda _text, pair: answers[str(pair)], pairs=list(answers))

    outcome = suggestion(translator(engine), "Nowy most nad rzeką nie jest dziś otwarty.", Pair("pl", "de"))

    assert [each.check for each in outcome.findings] == ["negation"]
