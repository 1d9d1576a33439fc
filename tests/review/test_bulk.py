"""Many texts at one stroke, undone at one; an entry taken back everywhere; a correction that spreads."""

import pytest

from pipeline.errors import NotAllowedError, ReviewError
from pipeline.models import HUMAN, Audit, Correction, Label, MemoryUnit, Release, Term, Translation
from pipeline.review import corrections, workflow
from pipeline.review.outcomes import Saved
from pipeline.states import State
from tests.review.newsroom import (
    ANNA,
    BERTA,
    CHIEF,
    READER,
    correct,
    fails,
    machine,
    news,
    public,
    publish,
    says,
    segment,
    settings,
    sheet,
    the,
    unit,
)

pytestmark = pytest.mark.usefixtures("store")

LINE, TICKET = "Miasto otwiera linię.", "Bilet kosztuje 4 złote."


def three() -> dict[int, int]:
    """Three clean drafts; their versions."""
    for number in (1, 2, 3):
        news(number)
    machine()
    publish()
    return dict(Translation.objects.filter(language="lv").values_list("id", "version"))


# ── Bulk ─────────────────────────────────────────────────────────────────────────────────────────────


def test_clean_texts_are_approved_at_one_stroke_and_undone_at_one() -> None:
    """All approved under one batch; undone, they are a machine's again, sentences and label too."""
    versions = three()

    outcome = workflow.bulk_approve(ANNA, versions)
    publish()
    labels = set(Release.objects.filter(language="lv").values_list("label", flat=True))
    back = workflow.undo(ANNA, outcome.batch)
    publish()

    assert sorted(outcome.done) == sorted(versions)
    assert labels == {Label.REVIEWED}
    assert sorted(back.done) == sorted(versions)
    assert set(Translation.objects.filter(language="lv").values_list("state", flat=True)) == {"machine"}
    assert {each.state for each in sheet().units} == {"machine"}
    assert set(Release.objects.filter(language="lv").values_list("label", flat=True)) == {Label.MACHINE}


def test_an_edited_text_is_edited_again_when_its_approval_is_undone() -> None:
    """The edit and its proof survive the stroke and its undoing."""
    three()
    row = the()
    workflow.save(BERTA, row.pk, row.version, {segment(LINE): "Pilsēta atver līniju."})

    outcome = workflow.bulk_approve(ANNA, {row.pk: the().version})
    workflow.undo(ANNA, outcome.batch)
    publish()

    assert (the().state, unit(LINE).state, unit(TICKET).state) == ("edited", "edited", "machine")
    assert getattr(public(), "label", "") == Label.EDITED


def test_a_list_does_not_teach_the_memory() -> None:
    """Who approves a list has not weighed each sentence."""
    workflow.bulk_approve(ANNA, three())

    assert not MemoryUnit.objects.filter(rank=HUMAN).exists()


def test_doubtful_changed_and_strange_texts_are_refused_one_by_one() -> None:
    """The others of the list are done all the same, and each refusal has its reason."""
    versions = three()
    first, second, third = sorted(versions)
    Translation.objects.filter(pk=first).update(risk=0.6)
    Translation.objects.filter(pk=second).update(version=99)

    outcome = workflow.bulk_approve(ANNA, versions | {0: 1})
    by_reader = workflow.bulk_approve(READER, {third: 0})

    assert outcome.done == (third,)
    assert outcome.refused == {first: "doubtful", second: "version", 0: "unknown"}
    assert by_reader.refused == {third: "permission"}


def test_refusals_at_one_stroke_need_a_reason_and_spare_what_is_approved() -> None:
    """Bulk rejection is for what nobody approved, and can be undone."""
    versions = three()
    first, *others = sorted(versions)
    workflow.approve(ANNA, first, versions[first])
    versions[first] += 1

    with pytest.raises(ReviewError):
        workflow.bulk_reject(ANNA, versions, "  ")
    outcome = workflow.bulk_reject(ANNA, versions, "Dubulti")
    publish()
    gone = Release.objects.filter(language="lv", withdrawn=True).count()
    workflow.undo(ANNA, outcome.batch)
    publish()

    assert outcome.refused == {first: "state"}
    assert gone == 2
    assert Release.objects.filter(language="lv", withdrawn=True).count() == 0
    assert set(Translation.objects.filter(pk__in=others).values_list("state", flat=True)) == {"machine"}


def test_undo_leaves_alone_what_was_touched_since_and_what_others_did() -> None:
    """A text changed after the stroke stays; nobody undoes another's stroke."""
    versions = three()
    outcome = workflow.bulk_approve(ANNA, versions)
    row = the()
    workflow.save(BERTA, row.pk, row.version, {segment(LINE): "Pilsēta atver līniju."})

    with pytest.raises(ReviewError):
        workflow.undo(BERTA, outcome.batch)
    back = workflow.undo(ANNA, outcome.batch)

    assert back.refused == {row.pk: "version"}
    assert len(back.done) == 2


# ── In every language ────────────────────────────────────────────────────────────────────────────────


def test_a_withdrawn_entry_leaves_every_language_and_comes_back_as_it_was() -> None:
    """The original too; lifted, all stand under the same rows, ids and labels."""
    versions = three()
    row = the()
    workflow.approve(ANNA, row.pk, versions[row.pk])
    publish()
    before = set(Release.objects.values_list("id", "public_id", "language", "label", "withdrawn"))

    workflow.withdraw_everywhere(CHIEF, row.entry_id, "Nepatiesas ziņas")
    publish()
    gone = set(Release.objects.filter(entry=row.entry_id).values_list("withdrawn", flat=True))
    others = Release.objects.filter(withdrawn=False).count()
    workflow.lift(CHIEF, row.entry_id, "Labots")
    publish()

    assert gone == {True}
    assert others == 4
    assert set(Release.objects.values_list("id", "public_id", "language", "label", "withdrawn")) == before
    actions = Audit.objects.filter(actor="chief").order_by("id").values_list("action", flat=True)
    assert list(actions) == ["withdraw", "lift"]


def test_a_stale_text_comes_back_after_a_block_too() -> None:
    """What was public before the block is public after it, though its new text is not ready."""
    three()
    row = the()
    workflow.withdraw_everywhere(CHIEF, row.entry_id, "Pārbaudām")
    publish()
    correct(row.entry, content="<p>Bilet kosztuje 5 złotych.</p>")
    machine(fails)
    workflow.lift(CHIEF, row.entry_id, "Viss kārtībā")

    publish()

    assert "4 zlotus" in getattr(public(), "content", "")


def test_a_rejected_text_does_not_come_back_with_the_rest() -> None:
    """Lifting a block is no approval."""
    three()
    row = the()
    workflow.withdraw_everywhere(CHIEF, row.entry_id, "Pārbaudām")
    publish()
    workflow.reject(ANNA, row.pk, the().version, "Slikti")
    workflow.lift(CHIEF, row.entry_id, "Viss kārtībā")

    publish()

    assert public() is None
    assert public(language="pl") is not None


def test_only_a_chief_editor_strikes_every_language() -> None:
    """An editor may not, and twice the same is once."""
    three()
    row = the()

    with pytest.raises(NotAllowedError):
        workflow.withdraw_everywhere(ANNA, row.entry_id, "Nē")
    workflow.withdraw_everywhere(CHIEF, row.entry_id, "Jā")
    workflow.withdraw_everywhere(CHIEF, row.entry_id, "Jā")

    assert Audit.objects.filter(action="withdraw").count() == 1


# ── Spreading ────────────────────────────────────────────────────────────────────────────────────────


def test_a_correction_is_offered_on_equal_and_similar_sentences() -> None:
    """The equal one gets the words, the similar one the replaced word; each only when chosen."""
    strict = settings(review={"default": "all"})
    news(1, content="<p>Miasto otwiera linię.</p>")
    news(2, title="Inny tytuł", content="<p>Miasto otwiera linię.</p>")
    news(3, title="Trzeci tytuł", content="<p>Miasto otwiera linię dzisiaj.</p>")
    machine(
        lambda text, pair: "Pilsēta šodien atklāj līniju." if "dzisiaj" in text else says(text, pair), strict
    )
    publish(default="all")
    row = the()
    outcome = workflow.save(ANNA, row.pk, row.version, {segment(LINE): "Pilsēta atver līniju."})
    Translation.objects.update(redraft_due=False)

    hits = workflow.spread(ANNA, row.pk, segment(LINE))
    chosen = {(hit.translation_id, hit.segment_id): hit.version for hit in hits}
    applied = workflow.apply_spread(ANNA, row.pk, segment(LINE), chosen | {(0, 0): 1})

    assert isinstance(outcome, Saved)
    assert {(hit.equal, hit.proposal) for hit in hits} == {
        (True, "Pilsēta atver līniju."),
        (False, "Pilsēta šodien atver līniju."),
    }
    assert len(applied.done) == 2
    assert applied.refused == {0: "unknown"}
    assert unit(LINE, 2).text == "Pilsēta atver līniju."
    assert the(number=3).content == "<p>Pilsēta šodien atver līniju.</p>"


def test_a_persons_words_reach_machine_drafts_of_the_same_sentence_by_the_memory() -> None:
    """Equal sentences that no person touched are drafted anew with the person's words."""
    three()
    row = the()
    workflow.save(ANNA, row.pk, row.version, {segment(LINE): "Pilsēta atver līniju."})

    machine()

    assert unit(LINE, 2).text == "Pilsēta atver līniju."
    assert unit(LINE, 2).state == State.MACHINE


# ── Terms ────────────────────────────────────────────────────────────────────────────────────────────


def test_a_repeated_correction_becomes_a_term_in_one_step() -> None:
    """The same words corrected in two sentences are offered with the words they stand for; once made, no more."""
    news(1, title="Nowa linia", content="<p>Miasto kupuje autobusy elektryczne.</p>")
    news(2, title="Inne wiadomości", content="<p>Spółka zamawia autobusy dla dzielnic.</p>")
    machine(lambda text, _pair: f"Pilsēta pērk omnibusus {len(text)} rajoniem.")
    saved = []
    for number, source in (
        (1, "Miasto kupuje autobusy elektryczne."),
        (2, "Spółka zamawia autobusy dla dzielnic."),
    ):
        row = the(number=number)
        text = unit(source, number).text.replace("omnibusus", "autobusus")
        saved.append(workflow.save(ANNA, row.pk, row.version, {segment(source, number): text}))

    first, second = saved
    assert isinstance(first, Saved)
    assert isinstance(second, Saved)
    assert first.suggestions == ()
    (offer,) = second.suggestions
    assert (offer.before, offer.after, offer.source, offer.count) == ("omnibusus", "autobusus", "autobusy", 2)
    assert corrections.suggestions(ANNA, "lv") == (offer,)
    with pytest.raises(NotAllowedError):
        workflow.term_from_correction(ANNA, offer, "autobusy", "autobusus")
    workflow.term_from_correction(CHIEF, offer, "autobusy", "autobusus")
    assert set(Term.objects.values_list("source", "target", "forbidden")) == {
        ("autobusy", "autobusus", False),
        ("autobusy", "omnibusus", True),
    }
    assert corrections.suggestions(ANNA, "lv") == ()
    assert Correction.objects.count() == 2


@pytest.mark.parametrize(
    ("source", "target", "code"), [("", "x", "empty"), ("x", " ", "empty"), ("x" * 201, "x", "long")]
)
def test_a_term_needs_its_words(source: str, target: str, code: str) -> None:
    """Nothing, or a sentence, is no term."""
    offer = workflow.TermSuggestion(
        source_language="pl", language="lv", source="", before="a", after="b", count=2
    )

    with pytest.raises(ReviewError) as refused:
        workflow.term_from_correction(CHIEF, offer, source, target)

    assert refused.value.code == code


def test_a_sentence_that_changed_since_it_was_offered_is_left_alone() -> None:
    """Another version, another person's city, a text gone meanwhile: each is told, none is written."""
    for number in (1, 2):
        news(number, title=f"Tytuł {number} miasta", content="<p>Miasto otwiera linię.</p>")
    machine()
    row = the()
    workflow.save(ANNA, row.pk, row.version, {segment(LINE): "Pilsēta atver līniju."})
    (hit,) = workflow.spread(ANNA, row.pk, segment(LINE))

    place = (hit.translation_id, hit.segment_id)
    late = workflow.apply_spread(ANNA, row.pk, segment(LINE), {place: hit.version + 1})
    type(row.entry).objects.withdraw([the(number=2).entry_id], row.changed_at)
    gone = workflow.apply_spread(ANNA, row.pk, segment(LINE), {place: hit.version})

    assert late.refused == {hit.translation_id: "version"}
    assert gone.refused == {hit.translation_id: "gone"}
    assert unit(LINE, 2).text == "Pilsēta atklāj līniju."


def test_words_that_nobody_corrected_spread_to_equal_sentences_only() -> None:
    """Without a correction there is nothing to carry into similar ones."""
    news()
    machine()

    assert workflow.spread(ANNA, the().pk, segment(LINE)) == ()
