"""Release: what goes out by policy, under a label the log proves, and what stays out."""

from datetime import timedelta

import pytest

from pipeline.models import Audit, Entry, Label, Release, Translation
from pipeline.review import release
from pipeline.review.policy import may_go_out
from pipeline.states import State
from tests.builders import NOW, audit, config, entry, revise, translation

pytestmark = pytest.mark.usefixtures("store")


def public(language: str = "lv") -> Release | None:
    return Release.objects.filter(language=language, withdrawn=False).first()


@pytest.mark.parametrize(
    ("state", "risk", "policy", "expected"),
    [
        (State.MACHINE, 0.0, "risky", True),
        (State.MACHINE, 0.5, "risky", False),
        (State.MACHINE, 0.9, "none", True),
        (State.MACHINE, 1.0, "none", False),
        (State.MACHINE, 0.0, "all", False),
        (State.EDITED, 0.4, "risky", True),
        (State.EDITED, 0.5, "risky", False),
        (State.EDITED, 0.9, "none", True),
        (State.EDITED, 1.0, "none", False),
        (State.EDITED, 0.0, "all", False),
        (State.APPROVED, 1.0, "all", True),
        (State.WAITING, 0.0, "none", False),
        (State.FAILED, 0.0, "none", False),
        (State.REJECTED, 0.0, "none", False),
        (State.STALE, 0.0, "none", False),
        (State.WITHDRAWN, 0.0, "none", False),
    ],
)
def test_the_policy_decides_by_state_and_risk(state: State, risk: float, policy: str, expected: bool) -> None:
    """Approved always goes out; machine text by policy; what a check blocked never unseen."""
    assert may_go_out(state, risk, policy) is expected  # type: ignore[arg-type] # one of the policies' names


def test_clean_machine_text_goes_out_labelled_as_such() -> None:
    """Under `risky` a clean draft is public at once, as a machine's."""
    translation(entry())

    report = release.run(config())

    row = public()
    assert report.released == {"lv": 1}
    assert row is not None
    assert (row.label, row.title, row.editor, row.dirty) == (Label.MACHINE, "Virsraksts (lv)", "", True)


def test_doubtful_text_waits_for_an_editor() -> None:
    """A draft with a grave finding stays out, and is counted as held."""
    translation(entry(), risk=0.5)

    report = release.run(config())

    assert report.held == {"lv": 1}
    assert public() is None
    assert Translation.objects.held(["lv"]) == {"lv": 1}


@pytest.mark.parametrize(
    ("words", "title", "waits"),
    [(["honours list"], "The Honours List is out", True), (["list"], "Listed buildings", False), ([], "The Honours List", False)],
)  # fmt: skip
def test_words_that_an_editor_is_to_see(words: list[str], title: str, *, waits: bool) -> None:
    """A clean draft waits where its source names residents or parties; a new word calls back what is out already."""
    settings = config()
    row = translation(entry())
    Entry.objects.get().revisions.update(title=title)
    release.run(settings)
    source = settings.source[0].model_copy(update={"review_words": tuple(words)})
    report = release.run(settings.model_copy(update={"source": (source, *settings.source[1:])}))

    assert report.held == ({"lv": 1} if waits else {})
    assert (public() is None) is waits
    row.refresh_from_db()
    assert row.waits is waits


def test_the_sources_own_text_is_public_in_its_own_language() -> None:
    """A Polish entry stands in the Polish channel as the original, and nowhere else untranslated."""
    entry()

    release.run(config())

    row = public("pl")
    assert row is not None
    assert (row.label, row.text_language, row.title) == (Label.ORIGINAL, "pl", "Tytuł 1")
    assert public("lv") is None


def test_untranslated_entries_stand_in_only_where_the_configuration_says_so() -> None:
    """With untranslated = "original" the source's text stands in, labelled, until the translation is there."""
    settings = config(publish={"untranslated": "original"})
    row = entry()
    release.run(settings)
    stand_in = public("lv")
    translation(row)

    release.run(settings)

    translated = public("lv")
    assert stand_in is not None
    assert (stand_in.label, stand_in.text_language) == (Label.ORIGINAL, "pl")
    assert translated is not None
    assert (translated.label, translated.text_language) == (Label.MACHINE, "lv")


def test_a_stale_translation_stays_public_until_the_new_draft_may_go_out() -> None:
    """A correction at the source does not blank the page, nor does a doubtful new draft."""
    row = entry()
    draft = translation(row)
    release.run(config())
    new = revise(row, "Poprawiony tytuł", 2)
    draft.state, draft.release_due = State.STALE, True
    draft.save()
    release.run(config())
    stale = public()
    draft.state, draft.revision, draft.title, draft.risk, draft.release_due = (
        State.MACHINE,
        new,
        "Jauns",
        1.0,
        True,
    )
    draft.save()
    release.run(config())
    doubtful = public()
    draft.risk, draft.release_due = 0.0, True
    draft.save()
    release.run(config())
    fresh = public()

    assert stale is not None
    assert stale.title == "Virsraksts (lv)"
    assert doubtful is not None
    assert doubtful.title == "Virsraksts (lv)"
    assert fresh is not None
    assert fresh.title == "Jauns"


def test_the_reviewed_label_needs_a_persons_approval_in_the_log() -> None:
    """A state without its audit row proves nothing; with it the responsible editor is named."""
    settings = config(review={"lv": {"policy": "all", "editor": "Anna Bērziņa"}})
    draft = translation(entry(), state=State.APPROVED)
    release.run(settings)
    unproved = public()
    audit(draft, "anna", State.APPROVED)
    release.run(settings)
    proved = public()

    assert unproved is not None
    assert unproved.label == Label.MACHINE
    assert proved is not None
    assert (proved.label, proved.editor) == (Label.REVIEWED, "Anna Bērziņa")


def test_the_pipelines_own_moves_are_no_review() -> None:
    """What the pipeline wrote into the log never makes a text reviewed."""
    draft = translation(entry())
    audit(draft, "pipeline", State.APPROVED)

    release.run(config())

    row = public()
    assert row is not None
    assert row.label == Label.MACHINE


def test_an_edited_text_says_so_and_no_more() -> None:
    """Edited but not approved: the label names the editing, not a review."""
    draft = translation(entry())
    audit(draft, "anna", State.EDITED)

    release.run(config())

    row = public()
    assert row is not None
    assert (row.label, row.editor) == (Label.EDITED, "")


def test_a_withdrawn_entry_leaves_every_language() -> None:
    """Gone at the source: gone in the original and in all translations, and due for publish."""
    row = entry()
    translation(row, "lv")
    translation(row, "en")
    release.run(config())
    Release.objects.update(dirty=False)
    Entry.objects.update(withdrawn_at=NOW, release_due=True)

    release.run(config())

    assert Release.objects.filter(withdrawn=True, dirty=True).count() == 3


def test_nothing_new_marks_nothing() -> None:
    """A second run finds nothing due and leaves the marks alone."""
    translation(entry())
    release.run(config())
    Release.objects.update(dirty=False)

    release.run(config())

    assert not Release.objects.filter(dirty=True).exists()


def test_a_changed_policy_puts_standing_drafts_to_the_question_again() -> None:
    """From `risky` to `none`: what was held goes out without waiting for another change."""
    translation(entry(), risk=0.6)
    release.run(config())

    release.run(config(review={"default": "none"}))

    assert public() is not None


def test_a_stricter_policy_takes_unreviewed_text_back() -> None:
    """From `risky` to `all`: machine text that is public leaves; reviewed text stays."""
    translation(entry(1))
    reviewed = translation(entry(2))
    audit(reviewed, "anna", State.APPROVED)
    release.run(config())

    release.run(config(review={"default": "all"}))

    assert list(Release.objects.filter(language="lv", withdrawn=False).values_list("label", flat=True)) == [
        "reviewed"
    ]
    assert Translation.objects.held(["lv"]) == {"lv": 1}


def test_a_stale_machine_text_leaves_under_the_strictest_policy() -> None:
    """Nothing unreviewed is public under `all`, not even while its new draft is on the way."""
    draft = translation(entry())
    release.run(config())
    Translation.objects.filter(pk=draft.pk).update(state=State.STALE)

    release.run(config(review={"default": "all"}))

    assert public() is None


def test_many_entries_are_all_released() -> None:
    """More than one batch: nothing is left behind."""
    for number in range(1, 8):
        translation(entry(number))

    release.run(config())

    assert Release.objects.filter(language="lv").count() == 7
    assert Audit.objects.count() == 0
    assert Release.objects.filter(published__gt=NOW - timedelta(days=2)).count() == 2
