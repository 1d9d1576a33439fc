"""The memory in its store: found again though not quite the same, people's words first, and brought to older drafts."""

from datetime import timedelta

import pytest
from django.db import connection

from pipeline.models import (
    HUMAN,
    IMPORTED,
    MACHINE,
    Audit,
    MemoryIntent,
    MemoryUnit,
    Term,
    Translation,
    Unit,
    learn,
    similar,
    text_hash,
)
from pipeline.models.similar import refresh_statistics
from pipeline.records import Pair
from pipeline.states import State
from pipeline.translate import stage
from pipeline.translate.memory import StoredMemory, StoredTerms
from pipeline.translate.routes import Routes
from tests.builders import NOW, config, entry
from tests.translate.fakes import FakeEngine

pytestmark = pytest.mark.usefixtures("store")

EN_LV, PL_LV = Pair("en", "lv"), Pair("pl", "lv")
TRAM = "The new tram line to the harbour opens in the spring."
WORDS = [a + b + c for a in "bdgkl" for b in "aeiou" for c in "mnrst"]
TRAM_LV = "Jaunā tramvaja līnija uz ostu tiks atklāta pavasarī."


def unit(
    source: str, target: str, *, rank: int = IMPORTED, pair: Pair = EN_LV, before: str = ""
) -> MemoryIntent:
    return MemoryIntent(
        pair=pair,
        source=source,
        target=target,
        origin={HUMAN: "human", IMPORTED: "import", MACHINE: "firefox"}[rank],
        rank=rank,
        context_hash=text_hash(before) if before else "",
        at=NOW,
    )


def remember(*units: MemoryIntent) -> None:
    MemoryUnit.objects.remember(units)


def targets(text: str, pair: Pair = EN_LV, floor: float = 0.7) -> list[str]:
    return [hit.target for hit in MemoryUnit.objects.similar(pair, text, floor=floor)]


def indexed() -> int:
    """How many rows the word index holds."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # external content: the index's own vocabulary is what it holds
            cursor.execute("CREATE VIRTUAL TABLE temp.held USING fts5vocab(main, memory_words, 'row')")
            cursor.execute("SELECT coalesce(max(doc), 0) FROM temp.held")
        else:
            cursor.execute("SELECT count(*) FROM pipeline_memoryunit WHERE words <> ''")
        return int(cursor.fetchone()[0])


# ── Similar sentences ────────────────────────────────────────────────────────────────────────────────


def test_a_similar_sentence_is_found_with_its_score() -> None:
    """An edited sentence brings the old one's translation, with how alike it is and whose it is."""
    remember(
        unit(TRAM, TRAM_LV), unit("The library is closed on Mondays.", "Bibliotēka pirmdienās ir slēgta.")
    )

    (hit,) = MemoryUnit.objects.similar(EN_LV, TRAM.replace("spring", "autumn"))

    assert (hit.source, hit.target, hit.origin, hit.rank) == (TRAM, TRAM_LV, "import", IMPORTED)
    assert 0.8 < hit.score < 1


@pytest.mark.parametrize(
    "edited",
    [
        "The new tram line to the harbour opens in autumn.",
        "The new tram line opens in the spring.",
        "The long awaited new tram line to the harbour opens in the early spring.",
        "The newer trams lines to the harbours opened in the springs.",
    ],
)
def test_swapped_dropped_added_and_inflected_words_are_forgiven(edited: str) -> None:
    """Whatever a partner's editor changed in a sentence, its translation is at hand."""
    remember(unit(TRAM, TRAM_LV), *(unit(f"Notice number {n} of the day.", f"Nr. {n}.") for n in range(50)))

    assert targets(edited, floor=0.6) == [TRAM_LV]


def test_other_directions_and_machines_stay_out() -> None:
    """A sentence of another direction does not count; a machine's words teach nobody, and cost no index."""
    remember(
        unit(TRAM, "Die neue Linie.", pair=Pair("en", "de")),
        unit(TRAM, "masīna", rank=MACHINE),
    )

    assert targets(TRAM) == []
    assert indexed() == 1


def test_people_come_before_files_and_equal_words_come_once() -> None:
    """Of two equally alike, the person's stands first; the same translation is shown once."""
    remember(
        unit(TRAM, "no faila"),
        unit(TRAM, "no cilvēka", rank=HUMAN),
        unit(TRAM, "no cilvēka", rank=HUMAN, before="Another one."),
    )

    assert targets(TRAM) == ["no cilvēka", "no faila"]


def test_the_index_follows_changes_and_deletions() -> None:
    """Newer words of a known unit are the ones shown; a deleted unit is not found any more."""
    remember(unit(TRAM, "vecs"))
    remember(unit(TRAM, "jauns"))
    found = targets(TRAM)
    MemoryUnit.objects.filter(source=TRAM).update(words="")
    without = targets(TRAM)
    MemoryUnit.objects.all().delete()

    assert found == ["jauns"]
    assert without == []
    assert targets(TRAM) == []
    assert indexed() == 0


@pytest.mark.parametrize("text", ["", " ", "…", "!!! ???", "(("])
def test_a_text_without_words_is_like_nothing(text: str) -> None:
    """No query, no answer, no error."""
    remember(unit(TRAM, TRAM_LV))

    assert targets(text) == []


def test_common_words_alone_still_find(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where each word stands in more sentences than are looked at, pairs of words are looked for."""
    monkeypatch.setattr(similar, "_CANDIDATES", 20)
    remember(
        *(unit(f"Bridge {word}.", f"tilts {word}") for word in WORDS),
        *(unit(f"Harbour {word}.", f"osta {word}") for word in WORDS),
        unit("Harbour bridge.", "Ostas tilts."),
    )
    refresh_statistics()

    assert targets("Harbour bridges!", floor=0.3)[0] == "Ostas tilts."


# ── The place of a sentence ──────────────────────────────────────────────────────────────────────────


def test_words_made_for_the_place_come_first() -> None:
    """One sentence said in two ways: each goes where it was said; elsewhere the newest one does."""
    remember(
        unit("Free.", "Brīvs.", rank=HUMAN, before="Is this seat taken?"),
        unit("Free.", "Bez maksas.", rank=HUMAN, before="What is the price?"),
    )
    MemoryUnit.objects.filter(target="Brīvs.").update(changed_at=NOW + timedelta(days=1))
    memory = StoredMemory()
    places = [("Free.", "Is this seat taken?"), ("Free.", "What is the price?"), ("Free.", "Something new.")]

    found = memory.in_place(EN_LV, places)

    assert {place[1]: each.text for place, each in found.items()} == {
        "Is this seat taken?": "Brīvs.",
        "What is the price?": "Bez maksas.",
    }
    assert memory.lookup(EN_LV, ["Free."], ())["Free."].text == "Brīvs."


def test_the_stage_uses_the_words_made_for_the_place() -> None:
    """Behind the same sentence as then, a person's words of then."""
    row = entry()
    assert row.current is not None
    row.current.content = "<p>Wstęp. Tytuł 1.</p>"
    row.current.save()
    remember(
        unit("Tytuł 1.", "Šai vietai.", rank=HUMAN, pair=PL_LV, before="Wstęp."),
        unit("Tytuł 1.", "Citai vietai.", rank=HUMAN, pair=PL_LV, before="Koniec."),
    )
    MemoryUnit.objects.filter(target="Citai vietai.").update(changed_at=NOW + timedelta(days=1))

    run(FakeEngine(answer=lambda _text, pair: SENTENCE[pair.target]))

    assert Unit.objects.get(translation__language="lv", segment__text="Tytuł 1.").text == "Šai vietai."


# ── Better words later ───────────────────────────────────────────────────────────────────────────────

SENTENCE = {
    "lv": "Pilsēta pavasarī atklāj jaunu tramvaja līniju.",
    "en": "The city opens a new tram line in the spring.",
}


def run(*engines: FakeEngine) -> stage.TranslateReport:
    Translation.objects.update(due_at=NOW)
    routes = Routes(engines={each.name: each for each in engines}, chain=[each.name for each in engines])
    return stage.run(config(), routes, threads=1)


def drafted() -> FakeEngine:
    """One entry with machine drafts in both languages; the engine that made them."""
    entry()
    engine = FakeEngine(answer=lambda text, pair: f"{SENTENCE[pair.target]} {sum(map(ord, text))}")
    run(engine)
    engine.asked.clear()
    return engine


def texts(language: str = "lv") -> dict[str, tuple[str, str]]:
    rows = Unit.objects.filter(translation__language=language).values_list("segment__text", "text", "origin")
    return {source: (text, origin) for source, text, origin in rows}


@pytest.mark.parametrize(("rank", "origin"), [(HUMAN, "tm:human"), (IMPORTED, "tm:import")])
def test_a_machines_draft_takes_up_better_words_without_an_engine(rank: int, origin: str) -> None:
    """A sentence approved elsewhere, or a file brought in later, reaches the drafts that stand."""
    engine = drafted()
    former = texts()

    marked = learn([unit("Tytuł 1.", "Pirmais virsraksts.", rank=rank, pair=PL_LV)])
    report = run(engine)

    row = Translation.objects.get(language="lv")
    assert marked == 1
    assert dict(report.improved) == {"lv": 1}
    assert texts() == former | {"Tytuł 1.": ("Pirmais virsraksts.", origin)}
    assert "Pirmais virsraksts." in row.content
    assert (row.state, row.release_due, row.redraft_due) == (State.MACHINE, True, False)
    assert engine.asked == []


def test_what_a_person_touched_is_left_alone() -> None:
    """Better words are for machines' drafts; a person's text is the person's."""
    drafted()
    Translation.objects.update(state=State.APPROVED)

    assert learn([unit("Tytuł 1.", "Citi vārdi.", rank=HUMAN, pair=PL_LV)]) == 0


def test_a_file_does_not_replace_a_persons_words() -> None:
    """An imported unit ranks below what a person said."""
    drafted()
    learn([unit("Tytuł 1.", "Cilvēka vārdi.", rank=HUMAN, pair=PL_LV)])
    run(FakeEngine())

    assert learn([unit("Tytuł 1.", "Faila vārdi.", pair=PL_LV)]) == 0


def test_the_same_words_mark_nothing() -> None:
    """Equal words, another language, a machine's unit: no draft changes."""
    drafted()
    standing, _origin = texts()["Tytuł 1."]

    assert learn([unit("Tytuł 1.", standing, rank=HUMAN, pair=PL_LV)]) == 0
    assert learn([unit("Tytuł 1.", "x", rank=HUMAN, pair=Pair("pl", "de"))]) == 0
    assert learn([unit("Tytuł 1.", "x", rank=MACHINE, pair=PL_LV)]) == 0


def test_the_translation_the_words_come_from_is_not_marked() -> None:
    """The desk has written them there already."""
    drafted()
    own = Translation.objects.get(language="lv")

    assert learn([unit("Tytuł 1.", "Jauni.", rank=HUMAN, pair=PL_LV)], but=own.pk) == 0


def test_a_marked_draft_that_stays_as_it_is_is_only_unmarked() -> None:
    """No version, no audit line, no release for nothing."""
    engine = drafted()
    before = list(Translation.objects.order_by("pk").values_list("version", flat=True))
    moves = Audit.objects.count()
    Translation.objects.update(redraft_due=True)

    report = run(engine)

    assert not report.improved
    assert list(Translation.objects.order_by("pk").values_list("version", flat=True)) == before
    assert Audit.objects.count() == moves
    assert not Translation.objects.filter(redraft_due=True).exists()
    assert not Translation.objects.exclude(claimed_by="").exists()


def test_a_changed_termbase_puts_the_newest_drafts_to_the_checks() -> None:
    """A term that was added today is asked for in yesterday's drafts; an engine without terms is not asked again."""
    engine = drafted()
    Term.objects.put([Term(source_language="pl", target_language="lv", source="tytuł", target="virsraksts")])

    run(engine)

    found = Unit.objects.filter(findings__check_id="glossary").values_list("translation__language", flat=True)
    assert set(found) == {"lv"}
    assert engine.asked == []


def test_the_terms_are_read_again_when_they_change() -> None:
    """A worker that runs for days sees a new term with its next batch."""
    terms = StoredTerms()
    terms.refresh()
    before = terms(PL_LV).find("Nowy tytuł.")
    Term.objects.put([Term(source_language="pl", target_language="lv", source="tytuł", target="virsraksts")])
    unread = terms(PL_LV).find("Nowy tytuł.")
    terms.refresh()

    assert before == unread == ()
    assert [place.term.target for place in terms(PL_LV).find("Nowy tytuł.")] == ["virsraksts"]
