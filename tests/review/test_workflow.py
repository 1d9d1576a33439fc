"""What editors do with a text: every move counted, logged, weighed, and public only as the policy says."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from pipeline.errors import IllegalMoveError, NotAllowedError, ReviewError
from pipeline.models import HUMAN, Audit, Dismissal, Draft, Editor, Finding, Label, MemoryUnit, Translation
from pipeline.review import drafts, workflow
from pipeline.review.outcomes import Conflict, Saved
from pipeline.review.people import Actor
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
    segment,
    sheet,
    the,
    unit,
)

pytestmark = pytest.mark.usefixtures("store")

LINE, TICKET, TITLE = "Miasto otwiera linię.", "Bilet kosztuje 4 złote.", "Nowy tramwaj w Poznaniu"


def save(text: str, source: str = LINE, *, actor: Actor = ANNA) -> Saved:
    """Save one sentence against the present version."""
    outcome = workflow.save(actor, the().pk, the().version, {segment(source): text})
    assert isinstance(outcome, Saved)
    return outcome


def drafted() -> Translation:
    news()
    machine()
    publish()
    return the()


# ── Saving ───────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_changes_the_text_and_keeps_link_and_machine_words() -> None:
    """The fields are rebuilt of the units, the link on its words; the machine's sentence stands beside."""
    row = drafted()

    outcome = save("Pilsēta atver līniju.")

    now, edited = the(), unit(LINE)
    assert (outcome.state, outcome.changed, now.version) == (State.EDITED, 1, row.version + 1)
    assert now.content == (
        '<p>Pilsēta atver <a href="https://poznan.example/linia">līniju</a>.</p><p>Biļete maksā 4 zlotus.</p>'
    )
    assert (edited.text, edited.machine, edited.editor, edited.state) == (
        "Pilsēta atver līniju.",
        "Pilsēta atklāj līniju.",
        "anna",
        State.EDITED,
    )
    assert unit(TICKET).state == State.MACHINE


def test_a_link_whose_words_are_gone_stands_behind_its_sentence_and_is_noted() -> None:
    """No link is ever lost by an edit; a note says where to look, and leaves when the words are back."""
    drafted()
    MemoryUnit.objects.filter(source="linię").delete()

    save("Tramvaji brauks jau pavasarī.")
    relocated = (
        Finding.objects.filter(check_id="link-relocated").count(),
        "poznan.example/linia" in the().content,
    )
    save("Pilsēta palaiž līniju.")

    assert relocated == (1, True)
    assert "poznan.example/linia" in the().content


def test_an_edit_is_logged_with_before_and_after_and_changes_the_label() -> None:
    """The log holds who, what was and what is; the public text says that a person changed it."""
    drafted()
    save("Pilsēta atver līniju.")

    publish()

    line = Audit.objects.get(action="edit")
    row = public()
    assert (line.actor, line.before, line.after, line.before_state, line.after_state) == (
        "anna",
        "Pilsēta atklāj līniju.",
        "Pilsēta atver līniju.",
        "machine",
        "edited",
    )
    assert line.version == the().version
    assert row is not None
    assert (row.label, "atver" in row.content) == (Label.EDITED, True)


def test_saving_nothing_new_writes_nothing() -> None:
    """Equal words, also with other white space, are no change: no version, no line in the log."""
    row = drafted()

    outcome = save("  Pilsēta atklāj\r\n līniju. ")

    assert (outcome.version, outcome.changed) == (row.version, 0)
    assert not Audit.objects.filter(action="edit").exists()


def test_what_no_store_can_hold_is_taken_out() -> None:
    """Control characters and halves of letters, in the words and in the note."""
    drafted()

    save("Pilsēta\x00 atver\ud800 līniju.")
    workflow.hold(ANNA, the().pk, the().version, "Gaidām\x00 ziņu")

    assert unit(LINE).text == "Pilsēta atver līniju."
    assert sheet().held_note == "Gaidām  ziņu"


@pytest.mark.parametrize(("text", "code"), [("   ", "empty"), ("x" * 20_001, "long")])
def test_what_cannot_be_a_sentence_is_refused(text: str, code: str) -> None:
    """An empty sentence and an endless one are not saved, and the message says so."""
    drafted()

    with pytest.raises(ReviewError) as refused:
        save(text)

    assert refused.value.code == code
    assert the().state == State.MACHINE


def test_a_sentence_of_another_text_is_refused() -> None:
    """A segment that is not this text's is never written."""
    drafted()
    news(2, title="Inny tytuł miasta", content="<p>Zapraszamy na otwarcie.</p>")
    machine()

    with pytest.raises(ReviewError) as refused:
        workflow.save(ANNA, the().pk, the().version, {segment("Zapraszamy na otwarcie.", 2): "Nē."})

    assert refused.value.code == "unknown"


def test_the_words_go_into_the_memory_at_once() -> None:
    """A person's sentence is remembered as one, before any publish."""
    drafted()

    save("Pilsēta atver līniju.")

    remembered = MemoryUnit.objects.get(rank=HUMAN)
    assert (remembered.source, remembered.target, remembered.origin) == (
        LINE,
        "Pilsēta atver līniju.",
        "human",
    )


def test_the_checks_look_at_a_persons_words_too() -> None:
    """A number mistyped is found, makes the text doubtful and keeps it back; mended it goes out."""
    drafted()

    worse = save("Biļete maksā 7 zlotus.", TICKET)
    publish()
    kept = the().waits, "7 zlotus" in getattr(public(), "content", "")
    better = save("Biļete maksā tikai 4 zlotus.", TICKET)
    publish()

    assert worse.risk >= 0.5
    assert kept == (True, False)
    assert better.risk < 0.5
    assert "tikai 4" in getattr(public(), "content", "")


def test_a_reader_changes_nothing_and_another_languages_editor_neither() -> None:
    """Roles count: whoever may only look is refused."""
    drafted()

    with pytest.raises(NotAllowedError):
        save("Pilsēta atver līniju.", actor=READER)


def test_an_edit_takes_an_approval_back() -> None:
    """Approved words changed by anybody are edited words again."""
    row = drafted()
    workflow.approve(ANNA, row.pk, row.version)

    outcome = save("Pilsēta atver līniju.", actor=BERTA)
    publish()

    assert outcome.state == State.EDITED
    assert getattr(public(), "label", "") == Label.EDITED


def test_a_text_no_machine_made_is_written_by_a_person() -> None:
    """Waiting for an engine, an editor may write it: half of it waits, the whole is an edited text."""
    news()
    machine(fails)
    row = the()
    units = sheet().units
    texts = {each.segment_id: f"Teikums {n} par 4 lietām." for n, each in enumerate(units)}
    first = dict([next(iter(texts.items()))])

    half = workflow.save(ANNA, row.pk, row.version, first)
    between = the().state
    machine(fails)
    whole = workflow.save(ANNA, row.pk, the().version, texts)

    assert isinstance(half, Saved)
    assert between not in {State.EDITED, State.MACHINE}
    assert isinstance(whole, Saved)
    assert whole.state == State.EDITED
    assert the().title == "Teikums 0 par 4 lietām."


# ── Versions ─────────────────────────────────────────────────────────────────────────────────────────


def test_the_second_editor_is_told_who_changed_what() -> None:
    """Nothing is written; theirs and mine stand side by side, and what touches the same words is named."""
    row = drafted()
    save("Pilsēta atver līniju.", actor=BERTA)

    outcome = workflow.save(
        ANNA,
        row.pk,
        row.version,
        {segment(LINE): "Pilsēta palaiž līniju.", segment(TICKET): "Biļete maksā tikai 4 zlotus."},
    )

    assert isinstance(outcome, Conflict)
    assert outcome.by == "berta"
    assert outcome.theirs == {segment(LINE): "Pilsēta atver līniju."}
    assert outcome.clashes == (segment(LINE),)
    assert outcome.merged[segment(TICKET)] == "Biļete maksā tikai 4 zlotus."
    assert unit(LINE).text == "Pilsēta atver līniju."


def test_of_two_who_save_at_one_moment_one_is_told() -> None:
    """Each with a connection of its own, at the same version: one is saved, the other gets the conflict."""
    row, line = drafted(), segment(LINE)
    together = threading.Barrier(2)

    def write(who: Actor, text: str) -> object:
        together.wait(10)
        try:
            return workflow.save(who, row.pk, row.version, {line: text})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(write, ANNA, "Pilsēta atver līniju."),
            pool.submit(write, BERTA, "Poznaņa atklāj līniju."),
        ]
        outcomes = {type(future.result()) for future in futures}

    assert outcomes == {Saved, Conflict}
    assert the().version == row.version + 1


def test_changes_of_different_words_are_merged() -> None:
    """One changed the beginning, the other the end of a sentence: both stand in the merged one."""
    row = drafted()
    save("Pilsēta atklāj jauno līniju.", actor=BERTA)

    outcome = workflow.save(ANNA, row.pk, row.version, {segment(LINE): "Poznaņa atklāj līniju."})

    assert isinstance(outcome, Conflict)
    assert outcome.merged == {segment(LINE): "Poznaņa atklāj jauno līniju."}
    assert outcome.clashes == ()
    again = workflow.save(ANNA, row.pk, outcome.version, outcome.merged)
    assert isinstance(again, Saved)


def test_a_source_correction_under_an_open_edit() -> None:
    """Work on sentences that stayed is merged; work on the corrected one is kept as a clash, nothing is lost."""
    row = drafted()
    line, ticket = segment(LINE), segment(TICKET)
    correct(row.entry, content="<p>Miasto otwiera linię.</p><p>Bilet kosztuje 5 złotych.</p>")
    machine()

    outcome = workflow.save(
        ANNA,
        row.pk,
        row.version,
        {line: "Pilsēta atver līniju.", ticket: "Biļete maksā tikai 4 zlotus."},
    )

    assert isinstance(outcome, Conflict)
    assert outcome.source_changed
    assert outcome.by == "pipeline"
    assert outcome.merged[segment(LINE)] == "Pilsēta atver līniju."
    assert outcome.clashes == (segment("Bilet kosztuje 5 złotych."),)
    assert outcome.merged[outcome.clashes[0]] == "Biļete maksā tikai 4 zlotus."


def test_only_what_was_seen_is_approved() -> None:
    """Another version, or a sentence that was not shown, and nothing is approved."""
    row = drafted()
    save("Pilsēta atver līniju.", actor=BERTA)

    outcome = workflow.approve(ANNA, row.pk, row.version)
    with pytest.raises(ReviewError) as refused:
        workflow.approve(ANNA, row.pk, the().version, seen=[segment(LINE)])

    assert isinstance(outcome, Conflict)
    assert refused.value.code == "seen"
    assert the().state == State.EDITED


# ── A person's words survive ─────────────────────────────────────────────────────────────────────────


def test_a_correction_keeps_a_persons_sentence_and_marks_only_what_changed() -> None:
    """The machine drafts the corrected sentence; the edited one stays, with its editor and the machine's words."""
    row = drafted()
    save("Pilsēta atver līniju.")
    correct(row.entry, content="<p>Miasto otwiera linię.</p><p>Bilet kosztuje 5 złotych.</p>")

    machine()

    kept = unit(LINE)
    shown = {each.source: each for each in sheet().units}
    changed = shown["Bilet kosztuje 5 złotych."]
    assert (kept.text, kept.state, kept.editor, kept.machine) == (
        "Pilsēta atver līniju.",
        State.EDITED,
        "anna",
        "Pilsēta atklāj līniju.",
    )
    assert not shown[LINE].is_stale
    assert (changed.is_stale, changed.former_source, changed.former_target) == (
        True,
        TICKET,
        "Biļete maksā 4 zlotus.",
    )
    assert ("delete", "4") in changed.source_change
    assert ("insert", "5") in changed.source_change


def test_what_is_public_stays_until_the_new_text_is_ready() -> None:
    """Between the correction and its translation readers keep the approved text, under its label."""
    row = drafted()
    workflow.approve(ANNA, row.pk, row.version)
    publish()
    correct(row.entry, content="<p>Miasto otwiera linię.</p><p>Bilet kosztuje 5 złotych.</p>")
    machine(fails)

    publish()

    between = public()
    shown = next(each for each in sheet().units if each.former_source == TICKET)
    assert the().state == State.STALE
    assert between is not None
    assert (between.label, "4 zlotus" in between.content) == (Label.REVIEWED, True)
    assert (shown.is_stale, shown.source) == (True, "Bilet kosztuje 5 złotych.")


def test_an_edit_of_a_stale_text_is_kept_for_the_new_one() -> None:
    """Words saved while the new text is on its way stand in it; the state stays stale meanwhile."""
    row = drafted()
    correct(row.entry, content="<p>Miasto otwiera linię.</p><p>Bilet kosztuje 5 złotych.</p>")
    machine(fails)

    outcome = save("Pilsēta atver līniju.")
    machine()

    assert outcome.state == State.STALE
    assert (unit(LINE).text, the().state) == ("Pilsēta atver līniju.", State.MACHINE)


def test_a_person_is_not_overwritten_after_a_refusal_and_a_return() -> None:
    """Rejected, sent back to the machine, withdrawn and returned: the edited sentence is still the person's."""
    row = drafted()
    save("Pilsēta atver līniju.")
    workflow.reject(ANNA, row.pk, the().version, "Par garu")
    workflow.send_back(ANNA, row.pk, the().version, "Vēlreiz")
    machine()
    after_refusal = unit(LINE).text
    type(row.entry).objects.withdraw([row.entry_id], the().changed_at)
    machine()
    type(row.entry).objects.filter(pk=row.entry_id).update(withdrawn_at=None, planned=False)

    machine()

    assert after_refusal == "Pilsēta atver līniju."
    assert (unit(LINE).text, unit(LINE).editor) == ("Pilsēta atver līniju.", "anna")


# ── Judging ──────────────────────────────────────────────────────────────────────────────────────────


def test_an_approved_text_is_labelled_reviewed_with_the_responsible_editor() -> None:
    """The name of the configuration stands; without one, the full name of who approved, never a sign-in name."""
    Editor.objects.create(name="anna", full_name="Anna Bērziņa")
    row = drafted()
    workflow.approve(ANNA, row.pk, row.version)

    publish()
    own = public()
    publish(lv={"editor": "Jānis Kalns"})
    configured = public()

    assert own is not None
    assert (own.label, own.editor) == (Label.REVIEWED, "Anna Bērziņa")
    assert configured is not None
    assert configured.editor == "Jānis Kalns"


def test_approving_with_last_changes_logs_both() -> None:
    """The edit and the approval are two lines, and the sentences are the approver's."""
    row = drafted()

    outcome = workflow.approve(
        ANNA,
        row.pk,
        row.version,
        {segment(LINE): "Pilsēta atver līniju."},
        seen=[u.segment_id for u in sheet().units],
    )

    assert isinstance(outcome, Saved)
    assert outcome.state == State.APPROVED
    assert list(Audit.objects.exclude(actor="pipeline").values_list("action", flat=True)) == [
        "edit",
        "approve",
    ]
    assert {each.state for each in sheet().units} == {"approved"}
    assert MemoryUnit.objects.filter(rank=HUMAN).count() == 3


def test_a_blocking_finding_must_be_mended_or_dismissed_before_approval() -> None:
    """What a check blocks is not approved by a slip of the hand."""
    news()
    machine(lambda text, pair: text if text == LINE else f"Biļete maksā {text[16:17]} zlotus.")
    row = the()
    finding = next(each for each in Finding.objects.all() if each.severity == "block")

    with pytest.raises(ReviewError) as refused:
        workflow.approve(ANNA, row.pk, row.version)
    workflow.dismiss(ANNA, finding.pk, row.version)
    for other in Finding.objects.filter(severity="block", dismissed_by=""):
        workflow.dismiss(ANNA, other.pk, the().version)
    outcome = workflow.approve(ANNA, row.pk, the().version)

    assert refused.value.code == "findings"
    assert isinstance(outcome, Saved)


def test_a_rejected_text_leaves_the_public_and_needs_a_reason() -> None:
    """Refused with words; gone with the next publish; nobody approves it from there."""
    row = drafted()

    with pytest.raises(ReviewError) as refused:
        workflow.reject(ANNA, row.pk, row.version, " ")
    workflow.reject(ANNA, row.pk, row.version, "Ne tas")
    publish()

    assert refused.value.code == "reason"
    assert public() is None
    assert sheet().rejected_note == "Ne tas"
    with pytest.raises(ReviewError):
        workflow.approve(ANNA, row.pk, the().version)
    with pytest.raises(IllegalMoveError):
        workflow.reject(ANNA, row.pk, the().version, "Vēl")


def test_a_held_text_is_not_public_until_it_is_let_go() -> None:
    """At once out of the language, back under the same row and label, the approval still proved."""
    row = drafted()
    workflow.approve(ANNA, row.pk, row.version)
    publish()
    before = public()
    workflow.hold(ANNA, row.pk, the().version, "Gaidām apstiprinājumu")
    publish()
    held = public(), the().waits, sheet().held_note
    workflow.release_hold(ANNA, row.pk, the().version)

    publish()

    after = public()
    assert held == (None, True, "Gaidām apstiprinājumu")
    assert before is not None
    assert after is not None
    assert (after.pk, after.label, after.public_id) == (before.pk, Label.REVIEWED, before.public_id)


def test_a_stale_text_comes_back_as_it_was_when_let_go() -> None:
    """Held while its source changed: what was public is public again, until the new text is ready."""
    row = drafted()
    workflow.hold(ANNA, row.pk, row.version)
    publish()
    correct(row.entry, content="<p>Bilet kosztuje 5 złotych.</p>")
    machine(fails)
    publish()
    hidden = public()
    workflow.release_hold(ANNA, row.pk, the().version)

    publish()

    assert hidden is None
    assert "4 zlotus" in getattr(public(), "content", "")


def test_a_text_sent_back_is_not_public_before_it_was_mended() -> None:
    """An approval is taken back: machine's words are a machine's again, and wait, though the policy would let them out."""
    row = drafted()
    workflow.approve(ANNA, row.pk, row.version)
    publish()

    workflow.send_back(CHIEF, row.pk, the().version, "Nosaukums nav pareizs")
    publish()
    back = the().state, public(), the().waits, sheet().sent_back_note
    save("Pilsēta atver līniju.")
    publish()

    assert back == (State.MACHINE, None, True, "Nosaukums nav pareizs")
    assert getattr(public(), "label", "") == Label.EDITED


def test_an_edited_text_sent_back_after_approval_is_edited_again() -> None:
    """The log still proves the edit, and no more."""
    row = drafted()
    save("Pilsēta atver līniju.")
    workflow.approve(ANNA, row.pk, the().version)

    workflow.send_back(CHIEF, row.pk, the().version, "Virsraksts")

    assert the().state == State.EDITED
    assert (unit(LINE).state, unit(TICKET).state, unit(TICKET).editor) == ("edited", "machine", "")


def test_what_the_source_took_back_is_nobodys_to_change() -> None:
    """A withdrawn entry refuses every move and says why."""
    row = drafted()
    type(row.entry).objects.withdraw([row.entry_id], row.changed_at)

    with pytest.raises(ReviewError) as refused:
        save("Pilsēta atver līniju.")

    assert refused.value.code == "gone"


# ── Findings ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_dismissed_finding_stays_dismissed_on_equal_text() -> None:
    """After a new draft of the same words the dismissal stands, and the text goes out again."""
    news()
    machine(lambda text, _pair: "Biļete maksā 9 zlotus." if text == TICKET else "Pilsēta atklāj līniju.")
    publish()
    row = the()
    doubtful = row.risk
    for finding in Finding.objects.filter(unit__translation=row).exclude(severity="info"):
        workflow.dismiss(ANNA, finding.pk, the().version)
    publish()
    shown = public()
    correct(row.entry, content="<p>Bilet kosztuje 4 złote.</p>")
    machine(lambda text, _pair: "Biļete maksā 9 zlotus." if text == TICKET else "Pilsēta atklāj līniju.")

    publish()

    assert doubtful >= 0.5
    assert shown is not None
    assert the().risk < 0.5
    assert Finding.objects.filter(unit__segment__revision__number=2, dismissed_by="anna").exists()
    assert Dismissal.objects.exists()


def test_a_dismissal_can_be_taken_back() -> None:
    """The finding weighs again."""
    drafted()
    save("Biļete maksā 7 zlotus.", TICKET)
    finding = Finding.objects.get(check_id="numbers")
    workflow.dismiss(ANNA, finding.pk, the().version)
    without = the().risk

    workflow.reopen(ANNA, finding.pk, the().version)

    assert without < 0.5 <= the().risk


def test_a_fix_is_saved_in_one_step() -> None:
    """What the finding offers becomes the editor's text; a finding without a fix says so."""
    drafted()
    save("Biļete maksā 7 zlotus.", TICKET)
    finding = Finding.objects.get(check_id="numbers")
    Finding.objects.filter(pk=finding.pk).update(fix="Biļete maksā 4 zlotus, ne vairāk.")

    outcome = workflow.apply_fix(ANNA, finding.pk, the().version)

    assert isinstance(outcome, Saved)
    assert unit(TICKET).text == "Biļete maksā 4 zlotus, ne vairāk."
    save("Biļete maksā 7 zlotus.", TICKET)
    with pytest.raises(ReviewError):
        workflow.apply_fix(ANNA, Finding.objects.get(check_id="numbers").pk, the().version)


# ── Drafts ───────────────────────────────────────────────────────────────────────────────────────────


def test_unsaved_words_are_kept_until_they_are_saved() -> None:
    """Kept for their editor only, shown on the sheet, gone with the save."""
    Editor.objects.create(name="anna")
    Editor.objects.create(name="berta")
    row = drafted()
    drafts.keep_draft(ANNA, row.pk, row.version, {segment(LINE): "Pils"})
    drafts.keep_draft(ANNA, row.pk, row.version, {segment(LINE): "Pilsēta atver"})
    mine, others = sheet(ANNA).draft, sheet(BERTA).draft
    save("Pilsēta atver līniju.")

    assert mine is not None
    assert (mine.texts, mine.version) == ({segment(LINE): "Pilsēta atver"}, row.version)
    assert others is None
    assert not Draft.objects.exists()
    with pytest.raises(NotAllowedError):
        drafts.keep_draft(READER, row.pk, row.version, {})


def test_a_draft_can_be_dropped() -> None:
    """Its editor does not want it any more."""
    Editor.objects.create(name="anna")
    row = drafted()
    drafts.keep_draft(ANNA, row.pk, row.version, {segment(LINE): "Pils"})

    drafts.drop_draft(ANNA, row.pk)

    assert sheet().draft is None


@pytest.mark.parametrize(
    "move",
    [
        lambda row, old: workflow.save(ANNA, row.pk, old, {}),
        lambda row, old: workflow.approve(ANNA, row.pk, old),
        lambda row, old: workflow.reject(ANNA, row.pk, old, "Nē"),
        lambda row, old: workflow.hold(ANNA, row.pk, old),
        lambda row, old: workflow.release_hold(ANNA, row.pk, old),
        lambda row, old: workflow.send_back(ANNA, row.pk, old, "Nē"),
        lambda row, old: workflow.dismiss(ANNA, Finding.objects.latest("id").pk, old),
    ],
    ids=["save", "approve", "reject", "hold", "let go", "send back", "dismiss"],
)
def test_every_move_asks_for_the_version_that_was_seen(move: Callable[[Translation, int], object]) -> None:
    """Whoever looks at an old text judges an old text: nothing is done."""
    drafted()
    save("Biļete maksā 7 zlotus.", TICKET)
    row, lines = the(), Audit.objects.count()

    outcome = move(row, row.version - 1)

    assert isinstance(outcome, Conflict)
    assert (the().version, Audit.objects.count()) == (row.version, lines)


def test_only_finished_texts_are_sent_back() -> None:
    """A text that the machine is at is with the machine already."""
    row = drafted()
    correct(row.entry, content="<p>Bilet kosztuje 5 złotych.</p>")
    machine(fails)

    with pytest.raises(IllegalMoveError):
        workflow.send_back(ANNA, row.pk, the().version, "Labojiet")


def test_words_for_a_sentence_the_source_dropped_are_a_clash() -> None:
    """The editor gets them back under their old sentence; a stale text names which are lost on it."""
    row = drafted()
    line, ticket = segment(LINE), segment(TICKET)
    correct(row.entry, content="<p>Miasto otwiera linię.</p>")
    machine(fails)
    stale = workflow.save(ANNA, row.pk, row.version, {ticket: "Biļete maksā tikai 4 zlotus."})
    machine()
    dropped = workflow.save(ANNA, row.pk, row.version, {line: "Pilsēta atver līniju.", ticket: "Biļete."})

    assert isinstance(stale, Conflict)
    assert (stale.clashes, stale.source_changed) == ((ticket,), True)
    assert isinstance(dropped, Conflict)
    assert dropped.clashes == (ticket,)
    assert dropped.merged == {segment(LINE): "Pilsēta atver līniju.", ticket: "Biļete."}


def test_a_conflict_on_sentences_of_another_text_is_refused() -> None:
    """Not even as a clash."""
    row = drafted()
    news(2, title="Inny tytuł miasta", content="<p>Zapraszamy na otwarcie.</p>")
    machine()

    with pytest.raises(ReviewError) as refused:
        workflow.save(ANNA, row.pk, row.version - 1, {segment("Zapraszamy na otwarcie.", 2): "Nē."})

    assert refused.value.code == "unknown"


def test_too_long_a_draft_is_not_kept() -> None:
    """Longer than any sentence is not somebody's unsaved work."""
    Editor.objects.create(name="anna")
    row = drafted()

    with pytest.raises(ReviewError) as refused:
        drafts.keep_draft(ANNA, row.pk, row.version, {segment(LINE): "x" * 20_001})

    assert refused.value.code == "long"
