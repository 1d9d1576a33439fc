"""The dry run: what would be sent where, and that nothing is."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.commands import engines as commands
from pipeline.config import Config
from pipeline.models import MACHINE, EngineSpending, Entry, MemoryIntent, MemoryUnit, Translation
from pipeline.records import Pair
from pipeline.states import State
from pipeline.translate.budget import Budgets, Limit, MemoryPurse, WhenSpent
from pipeline.translate.engines.facts import Facts
from pipeline.translate.estimate import Estimate, estimate
from pipeline.translate.guards import Guards
from pipeline.translate.looking import EngineLook, look_at_engines
from pipeline.translate.room import EngineRoom
from pipeline.translate.routes import Routes
from tests.builders import NOW, config, entry, translation
from tests.translate.fakes import FakeEngine

pytestmark = pytest.mark.usefixtures("sqlite_store")
PRICED = Facts(sends_data_out=True, batch=None, price=20.0)


def routes(*engines: FakeEngine, limit: int = 0, when_spent: WhenSpent = "next") -> Routes:
    limits = {"dear": Limit(characters=limit, when_spent=when_spent)} if limit else {}
    return Routes(
        engines={each.name: each for each in engines},
        chain=[each.name for each in engines],
        guards=Guards(Budgets(limits=limits, purse=MemoryPurse())),
    )


def of(found: Estimate) -> dict[str, int]:
    return {f"{share.engine} {share.pair}": share.sentences for share in found.shares}


def test_each_sentence_counts_once_for_each_leg() -> None:
    """A Polish entry into Latvian and English: the leg into English is shared; nothing is stored and nobody asked."""
    entry()
    engine = FakeEngine("dear", pairs=["pl-en", "en-lv"], facts=PRICED)
    found = estimate(config(), routes(engine), NOW)

    assert of(found) == {"dear pl-en": 2, "dear en-lv": 2}
    assert found.entries == 1
    assert found.cost == pytest.approx(sum(share.characters for share in found.shares) * 20 / 1e6)
    assert engine.calls == 0
    assert not Translation.objects.exists()
    assert Entry.objects.unplanned(10) != []


def test_what_the_memory_has_costs_nothing() -> None:
    """A remembered first leg is used for the second, whose text is then known."""
    entry()
    MemoryUnit.objects.remember(
        MemoryIntent(pair=Pair("pl", "en"), source=text, target="Title 1.", origin="dear", rank=MACHINE)
        for text in ("Tytuł 1", "Tytuł 1.")
    )
    found = estimate(config(), routes(FakeEngine("dear", pairs=["pl-en", "en-lv"])), NOW)

    assert of(found) == {"dear en-lv": 1}
    assert found.memory_hits == 2
    assert found.cost == 0


def test_what_a_budget_does_not_cover_is_told() -> None:
    """The rest goes to the next engine, or waits, as the configuration has it."""
    entry()
    dear, cheap = FakeEngine("dear", facts=PRICED), FakeEngine("cheap")
    EngineSpending.objects.draw("dear", NOW.date().replace(day=1), 90, 1000)
    first = estimate(config(), routes(dear, cheap, limit=100), NOW)
    second = estimate(config(), routes(dear, cheap, limit=100, when_spent="stop"), NOW)

    assert of(first) == {"dear pl-en": 1, "cheap pl-en": 1, "cheap pl-lv": 2}
    account = first.accounts["dear"]
    assert (account.budget, account.spent, account.wanted, account.over) == (100, 90, 30, 23)
    assert of(second) == {"dear pl-en": 1}
    assert list(second.waiting_for.values()) == [3]


def test_what_no_engine_can_do_is_told() -> None:
    """The sentences that would wait, with the reason."""
    entry()
    found = estimate(config(), routes(FakeEngine("dear", pairs=["pl-en"])), NOW)

    assert of(found) == {"dear pl-en": 2}
    assert found.waiting_for == {"dear does not know en-lv": 2}


def test_only_what_is_due_counts() -> None:
    """A finished translation and one whose time has not come cost nothing."""
    row = entry()
    translation(row, "lv")
    later = translation(row, "en", state=State.WAITING)
    Translation.objects.filter(pk=later.pk).update(due_at=NOW + timedelta(hours=1))
    Entry.objects.update(planned=True)

    assert estimate(config(), routes(FakeEngine("dear")), NOW).entries == 0


# ── check ────────────────────────────────────────────────────────────────────────────────────────────


def looks(own: Config, **engines: FakeEngine) -> dict[str, EngineLook]:
    limits = {"dear": Limit(characters=100)}
    found = Routes(
        engines=engines, chain=list(engines), guards=Guards(Budgets(limits=limits, purse=MemoryPurse()))
    )
    room = EngineRoom(routes=found, engines=engines, threads=1)
    return {each.name: each for each in look_at_engines(own, room, NOW)}


def test_check_says_what_an_engine_is_and_has_left() -> None:
    """Facts, budget and pause in one line; a spent budget and an engine without any pair are faults."""
    from pipeline.models import EnginePause

    EngineSpending.objects.draw("dear", NOW.date().replace(day=1), 40, 100)
    fresh = looks(config(), dear=FakeEngine("dear", facts=PRICED), none=FakeEngine("none", pairs=[]))
    EngineSpending.objects.draw("dear", NOW.date().replace(day=1), 60, 100)
    EnginePause.objects.create(engine="none", until=NOW + timedelta(hours=1), reason="HTTP 429")
    spent = looks(config(), dear=FakeEngine("dear", facts=PRICED), none=FakeEngine("none"))

    assert fresh["dear"].ok
    assert fresh["dear"].text == (
        "sends texts out; 20.00 a million characters; 40 of 100 characters of this month's budget used"
    )
    assert not fresh["none"].ok
    assert fresh["none"].text.startswith("none does not know ")
    assert not spent["dear"].ok
    assert "the next engine goes on until 2026-12-01" in spent["dear"].text
    assert spent["none"].text.startswith("left alone until 2026-11-20 13:00 UTC: HTTP 429")


# ── The command ──────────────────────────────────────────────────────────────────────────────────────


def test_the_command_prints_what_it_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table for people, one object for scripts; engines that cannot be had are named."""
    import argparse
    import threading

    entry()
    own = config(tmp_path, engines={"models": tmp_path, "firefox": {"download": False}})
    options = argparse.Namespace(estimate=True, json=False)
    result = commands.COMMANDS["translate"](options, own, threading.Event())
    shown = capsys.readouterr().err

    assert json.loads(json.dumps(result.data))["entries"] == 1
    assert "1 entries are due" in shown
    assert "sentences would wait: no weights for" in shown
