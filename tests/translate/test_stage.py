"""The translate stage with its store: what is asked of engines, what is kept, and what a person's words survive."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipeline.config import Config
from pipeline.models import (
    HUMAN,
    Audit,
    EngineUsage,
    Entry,
    Finding,
    MemoryIntent,
    MemoryUnit,
    Segment,
    Translation,
    Unit,
)
from pipeline.records import Pair
from pipeline.states import State
from pipeline.translate import stage
from pipeline.translate.plan import plan
from pipeline.translate.results import Draft, store_draft
from pipeline.translate.routes import Routes
from tests.builders import NOW, config, entry, revise
from tests.translate.fakes import UNAVAILABLE, FakeEngine, failing

pytestmark = pytest.mark.usefixtures("store")

WORDS = {
    "en": "The city opens a new tram line in the spring",
    "lv": "Pilsēta pavasarī atklāj jaunu tramvaja līniju",
    "de": "Die Stadt eröffnet im Frühling eine neue Linie",
    "pl": "Miasto otwiera wiosną nową linię tramwajową",
}


def speaking(text: str, pair: Pair) -> str:
    """An answer in the right language that differs for each text."""
    return (
        f"{WORDS[pair.target]} {sum(map(ord, text))}."
        if text[-1] == "."
        else f"{WORDS[pair.target]} {sum(map(ord, text))}"
    )


def routes(*engines: FakeEngine) -> Routes:
    return Routes(engines={each.name: each for each in engines}, chain=[each.name for each in engines])


def cycle(*engines: FakeEngine, settings: Config | None = None) -> stage.TranslateReport:
    Translation.objects.update(due_at=NOW)
    return stage.run(settings or config(), routes(*engines), threads=2)


def state(language: str = "lv") -> str:
    return Translation.objects.get(language=language).state


def test_every_entry_gets_a_row_for_every_other_language() -> None:
    """A Polish entry is translated into Latvian and English, not into Polish."""
    entry()

    report = cycle(FakeEngine(answer=speaking))

    assert dict(report.translated) == {"lv": 1, "en": 1}
    assert set(Translation.objects.values_list("language", "state")) == {("lv", "machine"), ("en", "machine")}


def test_the_english_leg_is_asked_for_once_and_a_seen_sentence_never_again() -> None:
    """One new segment costs one pass into English and one for each further language; the next time none."""
    settings = config(languages={"targets": ["lv", "en", "de"]})
    engine = FakeEngine(answer=speaking, pairs=["pl-en", "en-lv", "en-de"])
    row = entry()
    segments = 2  # the title and the sentence

    cycle(engine, settings=settings)
    first = len(engine.asked)
    Unit.objects.all().delete()
    Translation.objects.all().delete()
    Entry.objects.filter(pk=row.pk).update(planned=False)
    cycle(engine, settings=settings)

    assert first == segments * (1 + 2)
    assert len(engine.asked) == first


def test_units_segments_and_usage_are_kept() -> None:
    """Each sentence is a segment with a unit that says who made it; the day's use of the engine is counted."""
    entry()

    cycle(FakeEngine(answer=speaking))

    assert list(Segment.objects.order_by("ordinal").values_list("text", flat=True)) == ["Tytuł 1", "Tytuł 1."]
    assert set(Unit.objects.values_list("origin", "engine_version", "state")) == {("fake", "1", "machine")}
    assert sum(EngineUsage.objects.values_list("sentences", flat=True)) == 4
    assert list(Audit.objects.values_list("action", "after_state").distinct()) == [("translate", "machine")]


def test_a_failure_is_recorded_and_never_text() -> None:
    """The translation is failed, holds no text, says why, and comes back later and later."""
    entry()
    engine = FakeEngine(answer=failing("http"))

    cycle(engine)
    first = Translation.objects.get(language="lv")
    cycle(engine)
    second = Translation.objects.get(language="lv")

    assert (first.state, first.title, first.content, first.attempts) == ("failed", "", "", 1)
    assert "no answer" in first.reason
    assert second.attempts == 2
    assert second.due_at - NOW > first.due_at - NOW - timedelta(minutes=1)
    assert not Unit.objects.exists()


def test_missing_weights_leave_it_waiting_and_their_arrival_wakes_it() -> None:
    """What waits for an engine is not failed; when the engine can, it is due at once."""
    entry()
    absent = FakeEngine(pairs=[])
    stage.run(config(), routes(absent), threads=1)
    waiting = state()
    reasons = Translation.objects.reasons(["lv"])

    report = stage.run(config(), routes(FakeEngine(answer=speaking)), threads=1)

    assert waiting == "waiting"
    assert reasons == {"fake does not know pl-en; also fake does not know en-lv": 1}
    assert report.translated["lv"] == 1


def test_an_engine_that_turns_out_unavailable_costs_no_attempt() -> None:
    """Nothing was tried, so nothing failed."""
    entry()

    cycle(FakeEngine(fault=UNAVAILABLE))

    row = Translation.objects.get(language="lv")
    assert (row.state, row.attempts, row.reason) == ("waiting", 0, "no weights")


def test_a_correction_asks_for_the_changed_sentence_only() -> None:
    """The unchanged sentence comes from the memory; the draft is the new revision's."""
    row = entry()
    engine = FakeEngine(answer=speaking)
    cycle(engine)
    engine.asked.clear()
    new = revise(row, "Inny tytuł", 2)
    new.content = "<p>Tytuł 1.</p>"
    new.save()

    cycle(engine)

    assert {text for text, _pair in engine.asked} == {"Inny tytuł"}
    draft = Translation.objects.get(language="lv")
    assert (draft.state, draft.revision_id) == ("machine", new.pk)


def test_a_persons_sentence_survives_the_correction_of_another() -> None:
    """A human unit is kept word for word where its sentence stays; the machine does not touch it."""
    row = entry()
    cycle(FakeEngine(answer=speaking))
    draft = Translation.objects.get(language="lv")
    Unit.objects.filter(translation=draft, segment__text="Tytuł 1.").update(
        text="Cilvēka teikums.", state=State.APPROVED, origin="anna"
    )
    Translation.objects.filter(pk=draft.pk).update(state=State.APPROVED)
    new = revise(row, "Inny tytuł", 2)
    new.content = "<p>Tytuł 1.</p><p>Nowe zdanie.</p>"
    new.save()

    cycle(FakeEngine(answer=speaking))

    after = Translation.objects.get(language="lv")
    units = dict(
        Unit.objects.filter(translation=after, segment__revision=new).values_list("segment__text", "text")
    )
    assert units["Tytuł 1."] == "Cilvēka teikums."
    assert "<p>Cilvēka teikums.</p>" in after.content
    assert after.state == "machine"


def test_a_persons_memory_comes_before_the_engine() -> None:
    """What a person once wrote for a sentence is used wherever the sentence comes again."""
    entry()
    MemoryUnit.objects.remember(
        [
            MemoryIntent(
                pair=Pair("pl", "lv"),
                source="Tytuł 1",
                target="Cilvēka virsraksts",
                origin="human",
                rank=HUMAN,
            )
        ]
    )

    cycle(FakeEngine(answer=speaking))

    assert Translation.objects.get(language="lv").title == "Cilvēka virsraksts"


def test_findings_are_stored_and_make_the_risk() -> None:
    """A wrong number is found, kept beside its unit, and the draft is doubtful."""
    row = entry()
    revision = row.current
    assert revision is not None
    revision.content = "<p>W 2026 roku Poznań ma 540 000 mieszkańców.</p>"
    revision.save()

    cycle(FakeEngine(answer=lambda text, pair: speaking(text, pair).rsplit(" ", 1)[0] + "."))

    draft = Translation.objects.get(language="lv")
    assert "numbers" in set(
        Finding.objects.filter(unit__translation=draft).values_list("check_id", flat=True)
    )
    assert draft.risk >= 0.5


def test_a_withdrawn_entry_is_not_translated() -> None:
    """Its translations are withdrawn, and no engine is asked."""
    row = entry()
    cycle(FakeEngine(answer=speaking))
    Entry.objects.filter(pk=row.pk).update(withdrawn_at=NOW, planned=False)
    engine = FakeEngine(answer=speaking)

    cycle(engine)

    assert engine.asked == []
    assert state() == "withdrawn"
    assert Translation.objects.get(language="lv").release_due


def test_a_translation_another_worker_holds_is_left_alone() -> None:
    """A lease keeps others off until it runs out."""
    entry()
    stage.run(config(), routes(FakeEngine(pairs=[])), threads=1)
    Translation.objects.update(claimed_by="other", claimed_until=NOW + timedelta(days=9999))
    engine = FakeEngine(answer=speaking)

    cycle(engine)

    assert engine.asked == []
    Translation.objects.free_leases_of_dead_runs()
    assert cycle(engine).translated["lv"] == 1


def test_a_draft_of_an_overtaken_revision_is_thrown_away() -> None:
    """The source changed while the engine worked: nothing is stored, the row is free for the next round."""
    row = entry()
    stage.run(config(), routes(FakeEngine(pairs=[])), threads=1)
    Translation.objects.update(due_at=NOW)
    mine = Translation.objects.claim("me", 1, NOW, NOW + timedelta(minutes=5))[0]
    revise(row, "Nowszy tytuł", 2)

    stored = store_draft(mine, [], Draft(fields={"title": "Vecs"}, units={}, human={}, risk=0.0), NOW)

    after = Translation.objects.get(pk=mine.pk)
    assert not stored
    assert (after.title, after.claimed_until) == ("", None)


def test_an_unexpected_error_stops_the_stage_loudly() -> None:
    """A bug in one thread ends the others and reaches the caller."""
    for number in range(1, 4):
        entry(number)

    def broken(_text: str, _pair: Pair) -> str:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        cycle(FakeEngine(answer=broken))


def test_a_stop_leaves_the_rest_for_the_next_run() -> None:
    """Asked to stop, the stage ends between translations; the next run does the rest."""
    entry()
    stop = threading.Event()
    stop.set()

    report = stage.run(config(), routes(FakeEngine(answer=speaking)), threads=1, stop=stop)

    assert sum(report.translated.values()) == 0
    assert cycle(FakeEngine(answer=speaking)).translated["lv"] == 1


def test_a_link_that_finds_no_words_is_kept_and_noted() -> None:
    """Nothing is lost: the link stands behind its sentence, and a finding tells the editor."""
    row = entry()
    revision = row.current
    assert revision is not None
    revision.content = (
        '<p>Miasto otwiera <a href="https://poznan.example/x">zupełnie inne słowa</a> wiosną.</p>'
    )
    revision.save()

    def answer(text: str, pair: Pair) -> str:
        return (
            "Pilsēta pavasarī atklāj jaunu līniju."
            if text.endswith(".")
            else "Qqq"
            if "słowa" in text
            else speaking(text, pair)
        )

    cycle(FakeEngine(answer=answer, pairs=["pl-lv", "pl-en"]))

    draft = Translation.objects.get(language="lv")
    assert 'href="https://poznan.example/x"' in draft.content
    assert "link-relocated" in set(
        Finding.objects.filter(unit__translation=draft).values_list("check_id", flat=True)
    )


def test_links_are_laid_onto_the_translation() -> None:
    """The link of the source stands on the translated words, and its anchor was asked for alone."""
    row = entry()
    revision = row.current
    assert revision is not None
    revision.content = '<p>Miasto <a href="https://poznan.example/tram">tramwaj</a> wiosną.</p>'
    revision.save()

    def answer(text: str, pair: Pair) -> str:
        return {"Miasto tramwaj wiosną.": "Pilsētas tramvajs pavasarī.", "tramwaj": "tramvajs"}.get(
            text, speaking(text, pair)
        )

    engine = FakeEngine(answer=answer, pairs=["pl-lv", "pl-en"])
    cycle(engine)

    assert (
        '<a href="https://poznan.example/tram">tramvajs</a>' in Translation.objects.get(language="lv").content
    )


def test_new_entries_are_planned_together() -> None:
    """Twenty cost as many statements as one; an entry that has a text already is looked at for itself."""

    def statements(numbers: range) -> int:
        for number in numbers:
            entry(number)
        with CaptureQueriesContext(connection) as queries:
            assert plan(("lv", "de"), NOW) == len(numbers)
        return len(queries)

    plan(("lv", "de"), NOW)
    one, twenty = statements(range(1, 2)), statements(range(2, 22))
    revise(Entry.objects.get(guid="poznan-1"), "Inny tytuł", 2)
    entry(22)

    assert one == twenty
    assert plan(("lv", "de", "fr"), NOW) == 22
    assert Translation.objects.count() == 22 * 3
    assert not Entry.objects.filter(planned=False).exists()
