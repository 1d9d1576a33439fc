"""Breakers and budgets: what keeps the translator off an engine, for how long, and that nobody is left in the dark."""

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.errors import EngineError
from pipeline.models import EnginePause, EngineSpending, Translation
from pipeline.records import Failure, Pair, Suggestion
from pipeline.translate import stage
from pipeline.translate.breaker import Breaker
from pipeline.translate.budget import Budgets, Limit, MemoryPurse, WhenSpent, month_of, next_month
from pipeline.translate.guards import Guards, StoredPurse
from pipeline.translate.room import budgets_of, open_engines
from pipeline.translate.routes import Routes
from pipeline.translate.translator import Translator
from pipeline.translate.usage import UsageMeter
from tests.builders import NOW, config, entry
from tests.translate.fakes import UNAVAILABLE, DictMemory, FakeEngine

EN_PT = Pair("en", "pt")
TITLE = "Tram to the harbour opens"
TEXT = "The new tram line opens in the spring."
WORDS = {TITLE: "O elétrico para o porto abre", TEXT: "A nova linha de elétrico abre na primavera."}


def answer(text: str, _pair: Pair) -> str:
    return WORDS[text]


def guarded(limit: int, when_spent: WhenSpent = "next", spent: int = 0) -> Guards:
    limits = {"dear": Limit(characters=limit, when_spent=when_spent)}
    return Guards(Budgets(limits=limits, purse=MemoryPurse({"dear": spent})))


def translator(guards: Guards, *engines: FakeEngine) -> Translator:
    routes = Routes(
        engines={each.name: each for each in engines},
        chain=[each.name for each in engines],
        pivot="",
        guards=guards,
    )
    return Translator(routes, DictMemory(), UsageMeter())


# ── Breakers ─────────────────────────────────────────────────────────────────────────────────────────


def test_after_a_pause_one_caller_probes_and_the_others_wait() -> None:
    """Half open: eight threads at once, one gets through; its luck decides for all."""
    clock = [0.0]
    breaker = Breaker(lambda: clock[0])
    for _ in range(Breaker.THRESHOLD):
        breaker.failed("down")
    shut = breaker.admit()
    clock[0] += Breaker.FIRST
    barrier = threading.Barrier(8)

    def attempt(_number: int) -> bool:
        barrier.wait(5)
        return breaker.admit()

    with ThreadPoolExecutor(8) as threads:
        admitted = list(threads.map(attempt, range(8)))
    breaker.succeeded()

    assert not shut
    assert admitted.count(True) == 1
    assert breaker.admit()


def test_a_probe_that_asked_nothing_leaves_the_door_to_the_next() -> None:
    """An engine that turned out to lack the pair says nothing about its service."""
    clock = [0.0]
    breaker = Breaker(lambda: clock[0])
    breaker.failed("down", retry_after=30.0)
    clock[0] += 60.0

    assert breaker.admit()
    assert not breaker.admit()
    breaker.released()
    assert breaker.admit()


def test_what_the_service_asked_for_opens_at_once_and_is_kept(caplog: pytest.LogCaptureFixture) -> None:
    """One Retry-After is enough; the log has the seconds and the reason, and the end of it."""
    caplog.set_level(logging.INFO)
    clock = [0.0]
    breaker = Breaker(lambda: clock[0], "deepl")
    breaker.failed("deepl: no more for now (HTTP 429)", retry_after=3600.0)
    left = breaker.seconds_left
    clock[0] += 3600.0
    probed = breaker.admit()
    breaker.succeeded()

    assert left == 3600.0
    assert probed
    assert "deepl is left alone for 3600 s: deepl: no more for now (HTTP 429)" in caplog.text
    assert "deepl answers again" in caplog.text


def test_a_call_of_which_nothing_came_counts_against_the_engine() -> None:
    """Empty answers to several texts are as bad as none; one text alone may be at fault itself."""
    guards = Guards()
    empty = FakeEngine("dear", lambda text, _pair: EngineError(f"nothing for {text}", code="empty"))
    subject = translator(guards, empty)
    for _ in range(8):
        subject.translate([TEXT, TITLE], EN_PT)
    poison = FakeEngine("poison", lambda _text, _pair: EngineError("nothing", code="crash"))
    other = translator(guards, poison)
    for _ in range(8):
        other.translate([TEXT], EN_PT)

    assert empty.calls == Breaker.THRESHOLD
    assert poison.calls == 8


@pytest.mark.usefixtures("store")
def test_a_pause_outlives_the_run_and_stands_in_its_report() -> None:
    """What a service asked for is kept by the next run too, which says so and asks it nothing."""
    entry()
    down = FakeEngine(
        "dear", fault=EngineError("no more for now", code="limit", retry_after=3600.0, resource="dear")
    )
    reports = []
    for _ in range(2):
        Translation.objects.update(due_at=NOW)
        routes = Routes(engines={"dear": down}, chain=["dear"])
        reports.append(stage.run(config(), routes, threads=1))
    pause = EnginePause.objects.get(engine="dear")

    assert down.calls == 1
    assert pause.reason == "dear: no more for now"
    assert timedelta(minutes=50) < pause.until - datetime.now(UTC) < timedelta(minutes=61)
    assert [report.notes["dear"].partition(" until ")[0] for report in reports] == ["left alone"] * 2
    assert "dear is left alone for a while: dear: no more for now" in Translation.objects.reasons(
        ["lv", "en"]
    )


@pytest.mark.usefixtures("store")
def test_a_pause_that_is_over_is_forgotten() -> None:
    """The engine is asked again, and when it answers nothing is left of the pause."""
    entry()
    EnginePause.objects.create(engine="dear", until=datetime.now(UTC) - timedelta(seconds=1), reason="429")
    up = FakeEngine("dear", lambda text, pair: f"Pilsēta {pair.target} {len(text)}")
    report = stage.run(config(), Routes(engines={"dear": up}, chain=["dear"]), threads=1)

    assert up.calls > 0
    assert report.notes == {}
    assert not EnginePause.objects.exists()


@pytest.mark.usefixtures("store")
def test_workers_of_a_cluster_share_their_pauses() -> None:
    """What one was told, none of the others asks for; the pause ends by its time, for all of them."""
    entry()
    down = FakeEngine(
        "dear", fault=EngineError("no more for now", code="limit", retry_after=3600.0, resource="dear")
    )
    up = FakeEngine("dear", lambda text, pair: f"Pilsēta {pair.target} {len(text)}")
    first, second, third = (
        stage.prepare(config(), Routes(engines={"dear": each}, chain=["dear"]), threading.Event())
        for each in (down, up, up)
    )
    stage.step(config(), first, "first")
    pause = EnginePause.objects.get(engine="dear")
    stage.step(config(), second, "second")
    Translation.objects.update(due_at=NOW)
    stage.step(config(), second, "second")
    while_paused = up.calls
    stage.step(config(), first, "first")

    assert timedelta(minutes=50) < pause.until - datetime.now(UTC) < timedelta(minutes=61)
    assert while_paused == 0
    assert EnginePause.objects.get(engine="dear").until == pause.until

    EnginePause.objects.update(until=datetime.now(UTC) - timedelta(seconds=1))
    Translation.objects.update(due_at=NOW)
    stage.step(config(), third, "third")

    assert up.calls > 0


# ── Budgets ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_spent_budget_hands_over_to_the_next_engine() -> None:
    """`next`: what fits goes to the dear engine, the rest to the cheap one, and the reason is kept."""
    dear, cheap = FakeEngine("dear", answer), FakeEngine("cheap", answer)
    guards = guarded(len(TITLE) + 5)
    found = translator(guards, dear, cheap).translate([TITLE, TEXT], EN_PT)

    assert {text: each.origin for text, each in found.items() if isinstance(each, Suggestion)} == {
        TITLE: "dear",
        TEXT: "cheap",
    }
    assert guards.spent["dear"].startswith("dear: the budget of 30 characters a month is used up")


def test_a_spent_budget_can_mean_waiting() -> None:
    """`stop`: no other engine is asked; the text waits, with the reason."""
    dear, cheap = FakeEngine("dear", answer), FakeEngine("cheap", answer)
    found = translator(guarded(10, "stop"), dear, cheap).translate([TEXT], EN_PT)[TEXT]

    assert isinstance(found, Failure)
    assert (found.waiting, found.hold) == (True, True)
    assert "used up" in found.reason
    assert (dear.calls, cheap.calls) == (0, 0)


def test_the_last_of_a_budget_can_be_kept_for_headlines() -> None:
    """`titles`: the last tenth goes to headlines only, the rest of the texts to the next engine."""
    dear, cheap = FakeEngine("dear", answer), FakeEngine("cheap", answer)
    subject = translator(guarded(1000, "titles", spent=880), dear, cheap)
    found = subject.translate([TEXT, TITLE], EN_PT, headlines={TITLE})

    assert {text: each.origin for text, each in found.items() if isinstance(each, Suggestion)} == {
        TITLE: "dear",
        TEXT: "cheap",
    }


def test_headlines_come_first_where_a_budget_runs_out() -> None:
    """Whatever the order of the texts, the headline has the first claim."""
    dear = FakeEngine("dear", answer)
    translator(guarded(len(TEXT) + 1), dear).translate([TEXT, TITLE], EN_PT, headlines={TITLE})

    assert [text for text, _pair in dear.asked] == [TITLE]


def test_headlines_keep_their_claim_through_the_pivot() -> None:
    """On the second leg the headline is another text, and still a headline."""
    middle = {
        "Tytuł o tramwaju": "A title about trams",
        "Nowa linia tramwajowa rusza.": "A new tram line starts.",
    }
    final = {
        "A title about trams": "Um título sobre elétricos",
        "A new tram line starts.": "Uma nova linha começa.",
    }
    legs = FakeEngine("cheap", lambda text, _pair: middle[text], pairs=["pl-en"])
    dear = FakeEngine("dear", lambda text, _pair: final[text], pairs=["en-pt"])
    guards = guarded(len("A title about trams") + 5)
    routes = Routes(engines={"cheap": legs, "dear": dear}, chain=["cheap", "dear"], guards=guards)
    Translator(routes, DictMemory(), UsageMeter()).translate(
        list(middle), Pair("pl", "pt"), headlines={"Tytuł o tramwaju"}
    )

    assert [text for text, _pair in dear.asked] == ["A title about trams"]


def test_what_was_not_sent_is_not_counted() -> None:
    """An engine that turned out not to serve the pair costs nothing; an answer on its way costs nothing yet."""
    purse = MemoryPurse()
    budgets = Budgets(limits={"dear": Limit(characters=1000)}, purse=purse)
    for fault in (UNAVAILABLE, None):
        pending = FakeEngine(
            "dear", lambda _text, _pair: EngineError("on its way", code="pending"), fault=fault
        )
        translator(Guards(budgets), pending).translate([TEXT], EN_PT)

    assert purse.spent == {"dear": 0}


@pytest.mark.parametrize("code", ["refused", "quota", "limit"])
def test_what_the_service_did_not_take_is_not_counted(code: str) -> None:
    """A key that has run out for days does not use up the month: whole calls and single texts alike."""
    purse = MemoryPurse()
    guards = Guards(Budgets(limits={"dear": Limit(characters=1000)}, purse=purse))
    refusal = EngineError("no", code=code, resource="dear")
    translator(guards, FakeEngine("dear", fault=refusal)).translate([TEXT, TITLE], EN_PT)
    some = FakeEngine("dear", lambda text, pair: refusal if text == TEXT else answer(text, pair))
    translator(guards, some).translate([TEXT, TITLE], EN_PT)

    assert purse.spent == {"dear": len(TITLE)}


@pytest.mark.parametrize("code", ["timeout", "http", "network"])
def test_what_the_service_may_have_taken_is_counted(code: str) -> None:
    """Who hangs up, or answers nonsense, may have put it on the bill; who was never reached has not."""
    purse = MemoryPurse()
    guards = Guards(Budgets(limits={"dear": Limit(characters=1000)}, purse=purse))
    for unsent in (False, True):
        fault = EngineError("no", code=code, resource="dear", unsent=unsent)
        translator(guards, FakeEngine("dear", fault=fault)).translate([TEXT], EN_PT)

    assert purse.spent == {"dear": len(TEXT)}


def test_what_waits_for_its_answer_is_counted_once_however_often_it_is_looked_for() -> None:
    """Also a text that is sent in a shorter form, without its soft hyphens: what was counted is given back."""
    purse = MemoryPurse()
    guards = Guards(Budgets(limits={"dear": Limit(characters=1000)}, purse=purse))
    pending = FakeEngine("dear", lambda _text, _pair: EngineError("on its way", code="pending"))
    for _cycle in range(5):
        translator(guards, pending).translate(["The new tram\u00adline opens."], EN_PT)

    assert purse.spent == {"dear": 0}


@pytest.mark.usefixtures("store")
def test_nobody_overdraws_together() -> None:
    """Four threads draw from one store until nothing fits: never more than the limit, to the last character."""
    purse = StoredPurse(lambda: NOW)

    def draw(_number: int) -> bool:
        from django.db import connections

        try:
            return purse.draw("dear", 7, 100)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(draw, range(40)))

    assert drawn.count(True) == 14
    assert EngineSpending.objects.spent(date(2026, 11, 1)) == {"dear": 98}
    assert purse.draw("dear", 2, 100)
    assert not purse.draw("other", 101, 100)


@pytest.mark.usefixtures("store")
def test_a_new_month_begins_at_nothing() -> None:
    """The calendar month counts, in UTC; what is given back is there again."""
    now = [NOW]
    purse = StoredPurse(lambda: now[0])
    first = purse.draw("dear", 90, 100), purse.draw("dear", 20, 100)
    purse.give_back("dear", 50)
    second = purse.draw("dear", 20, 100)
    now[0] += timedelta(days=20)

    assert (first, second) == ((True, False), True)
    assert purse.draw("dear", 100, 100)
    assert (month_of(NOW.date()), next_month(NOW.date())) == (date(2026, 11, 1), date(2026, 12, 1))
    assert next_month(date(2026, 12, 31)) == date(2027, 1, 1)


def test_budgets_come_from_the_configuration() -> None:
    """Of every kind of engine that a chain names; the local one has none."""
    own = config(
        engines={
            "chain": ["deepl", "mine", "firefox", "google"],
            "services": {"deepl": {"budget": 500_000, "when_spent": "titles"}},
            "llm": {"mine": {"url": "http://127.0.0.1:9/v1", "model": "m", "budget": 10}},
        }
    )

    assert budgets_of(own).limits == {
        "deepl": Limit(characters=500_000, when_spent="titles"),
        "mine": Limit(characters=10),
    }


def test_the_room_opens_every_engine_without_asking_one() -> None:
    """All kinds, from the configuration alone; each says what it is."""
    own = config(
        engines={
            "chain": ["mine", "deepl", "libre", "apertium", "etranslation", "google"],
            "llm": {"mine": {"url": "http://127.0.0.1:9/v1", "model": "m"}},
        }
    )
    room = open_engines(own)
    outside = {name for name, engine in room.engines.items() if engine.facts.sends_data_out}
    later = {name for name, engine in room.engines.items() if engine.facts.asynchronous}
    room.close()

    assert outside == {"deepl", "libre", "etranslation", "google"}
    assert later == {"etranslation"}
