"""Everything that can happen to a text, in any order: states stay legal, a person's words survive, labels are proved.

The machine keeps books of its own, which know nothing of the log; the label must agree with both.
More of it: NEWSWIRE_STEPS=60 NEWSWIRE_RUNS=200 ./do test tests/review/test_state_machine.py
"""

import os
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.errors import EngineError, IllegalMoveError, ReviewError
from pipeline.models import PIPELINE, Audit, Entry, Finding, Release, Translation, Unit
from pipeline.records import Pair
from pipeline.review import workflow
from pipeline.review.outcomes import Conflict, Saved
from pipeline.review.people import Actor
from pipeline.states import MOVES, TAKEN_BACK, State
from tests.review.newsroom import (
    ANNA,
    BERTA,
    CHIEF,
    WORDS,
    clear,
    correct,
    fails,
    machine,
    news,
    public,
    publish,
    the,
)

SENTENCES = (
    "Miasto otwiera linię.",
    "Bilet kosztuje 4 złote.",
    "Bilet kosztuje 5 złotych.",
    "Zapraszamy na otwarcie.",
)
EDITS = (
    "Pilsēta atver jaunu līniju.",
    "Biļete maksās 4 zlotus.",
    "Biļete maksās 5 zlotus.",
    "Nāciet uz atklāšanu visi.",
)
DRAFTED = (State.MACHINE, State.EDITED, State.APPROVED)
actors = st.sampled_from([ANNA, BERTA, CHIEF])


def echoes(text: str, _pair: Pair) -> str | EngineError:
    """A machine that gives the source back: every check blocks it."""
    return text


def doubts(text: str, pair: Pair) -> str:
    """A machine that gets the numbers wrong."""
    return WORDS.get(text, "Pilsēta pavasarī atklāj jaunu līniju.").replace("4", "9").replace("5", "8")


class Newsroom(RuleBasedStateMachine):
    """One entry in one language; people, a machine and a source at work on it."""

    @initialize()
    def begin(self) -> None:
        clear()
        news(content="<p>Miasto otwiera linię.</p><p>Bilet kosztuje 4 złote.</p>")
        machine()
        self.edited = self.approved = False  # the books: what the present words can be called
        self.label, self.words = "", ("", "")  # of what is public
        self.batch = ""
        self.version = 0
        publish()
        self.look()

    @property
    def row(self) -> Translation:
        return the()

    # ── People ───────────────────────────────────────────────────────────────────────────────────────

    @rule(who=actors, at=st.integers(0, 2), words=st.sampled_from(EDITS))
    def edit(self, who: Actor, at: int, words: str) -> None:
        row = self.row
        units = list(Unit.objects.filter(translation=row, segment__revision=row.revision).order_by("id"))
        if not units:
            return
        unit = units[at % len(units)]
        try:
            outcome = workflow.save(who, row.pk, row.version, {unit.segment_id: words})
        except (ReviewError, IllegalMoveError):
            assert row.state == State.WITHDRAWN or row.entry.withdrawn_at
            return
        assert isinstance(outcome, Saved)
        assert Unit.objects.get(translation=row, segment=unit.segment_id).text == words
        if outcome.changed and outcome.state == State.EDITED:
            self.edited, self.approved = True, False

    @rule(who=actors)
    def edit_an_old_version(self, who: Actor) -> None:
        row = self.row
        before = list(Unit.objects.order_by("id").values_list("text", "version"))
        unit = Unit.objects.filter(translation=row, segment__revision=row.revision).first()
        if unit is None or row.entry.withdrawn_at or row.state == State.WITHDRAWN or row.version == 0:
            return
        outcome = workflow.save(who, row.pk, row.version - 1, {unit.segment_id: "Kaut kas cits."})
        assert isinstance(outcome, Conflict)
        assert outcome.version == row.version
        assert list(Unit.objects.order_by("id").values_list("text", "version")) == before

    @rule(who=actors, whole=st.booleans())
    def approve(self, who: Actor, whole: bool) -> None:
        row = self.row
        try:
            if whole:
                done = isinstance(workflow.approve(who, row.pk, row.version), Saved)
            else:
                bulk = workflow.bulk_approve(ANNA, {row.pk: row.version})
                done, self.batch = bool(bulk.done), bulk.batch if bulk.done else self.batch
        except ReviewError:
            done = False
        if done:
            assert row.state in {State.MACHINE, State.EDITED}
            self.approved = True

    @rule()
    def undo(self) -> None:
        if not self.batch:
            return
        if workflow.undo(ANNA, self.batch).done:
            self.approved = False
        self.batch = ""

    @rule(who=actors, again=st.booleans())
    def refuse(self, who: Actor, again: bool) -> None:
        row = self.row
        move = workflow.send_back if again else workflow.reject
        try:
            done = isinstance(move(who, row.pk, row.version, "Nav labi"), Saved)
        except (ReviewError, IllegalMoveError):
            done = False
        if done:
            self.approved = False

    @rule(who=actors, on=st.booleans())
    def hold(self, who: Actor, on: bool) -> None:
        row = self.row
        try:
            (workflow.hold if on else workflow.release_hold)(who, row.pk, row.version, "Gaidām")
        except ReviewError:
            assert row.state == State.WITHDRAWN or row.entry.withdrawn_at

    @rule(
        chosen=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3, unique=True),
        answer=st.sampled_from([fails, doubts]),
    )
    def correct_while_it_is_held(self, chosen: list[str], answer: object) -> None:
        """The way on which what was public comes back as it was, together: chance seldom finds it."""
        self.release_runs()
        self.hold(who=ANNA, on=True)
        self.release_runs()
        self.source_corrects(chosen=chosen)
        self.machine_runs(answer=answer)
        self.hold(who=ANNA, on=False)
        self.release_runs()

    @rule(who=actors)
    def dismiss(self, who: Actor) -> None:
        row = self.row
        finding = Finding.objects.filter(unit__translation=row, dismissed_by="").first()
        if finding and not row.entry.withdrawn_at and row.state != State.WITHDRAWN:
            workflow.dismiss(who, finding.pk, row.version)

    @rule(block=st.booleans())
    def strike(self, block: bool) -> None:
        (workflow.withdraw_everywhere if block else workflow.lift)(CHIEF, self.row.entry_id, "Steidzami")

    # ── The source and the machine ───────────────────────────────────────────────────────────────────

    @rule(chosen=st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=3, unique=True))
    def source_corrects(self, chosen: list[str]) -> None:
        content = "".join(f"<p>{text}</p>" for text in chosen)
        entry = self.row.entry
        if entry.current is not None and entry.current.content != content:
            correct(entry, content=content)

    @rule(gone=st.booleans())
    def source_withdraws_or_returns(self, gone: bool) -> None:
        entry = self.row.entry
        if gone:
            Entry.objects.withdraw([entry.pk], datetime.now(UTC))
        else:
            Entry.objects.filter(pk=entry.pk, withdrawn_at__isnull=False).update(
                withdrawn_at=None, planned=False, release_due=True
            )

    @rule(answer=st.sampled_from([None, fails, doubts, echoes]))
    def machine_runs(self, answer: object) -> None:
        row = self.row
        human = {
            unit.segment.text: unit.text
            for unit in Unit.objects.filter(translation=row, segment__revision=row.revision).select_related(
                "segment"
            )
            if State(unit.state).is_human
        }
        drafts = Audit.objects.filter(action="translate").count()
        moves = Audit.objects.count()
        machine(answer) if callable(answer) else machine()
        now = self.row
        for unit in Unit.objects.filter(translation=now, segment__revision=now.revision).select_related(
            "segment"
        ):
            if unit.segment.text in human:
                assert unit.text == human[unit.segment.text], "a machine overwrote a person"
                assert State(unit.state).is_human
        if Audit.objects.filter(action="translate").count() > drafts:
            self.edited = self.approved = False
        elif Audit.objects.count() > moves:
            self.approved = self.approved and now.state == State.APPROVED
            self.edited = self.edited and State(now.state) in DRAFTED

    # ── What is public ───────────────────────────────────────────────────────────────────────────────

    @rule()
    def release_runs(self) -> None:
        publish()
        self.look()
        before = list(Release.objects.order_by("id").values())
        publish()
        assert list(Release.objects.order_by("id").values()) == before

    def look(self) -> None:
        """After a release run: what is public is fit to be, and is called what was done to it."""
        row, shown = self.row, public()
        original = public(language="pl")
        away = row.entry.blocked_at is not None or row.entry.withdrawn_at is not None
        assert (original is None) == away
        if shown is None:
            self.look_at_nothing(row)
            return
        assert not away
        assert row.held_at is None
        assert row.state not in {State.REJECTED, State.WITHDRAWN}
        words = (shown.title, shown.content)
        if State(row.state) in DRAFTED and words == (row.title, row.content) and row.sent_back_at is None:
            assert row.state == State.APPROVED or row.risk < 0.5
            assert row.state == State.APPROVED or not any(
                each.severity == "block" for each in Finding.objects.standing(row)
            )
            assert shown.label == self.expected() == proved_by_the_log(row)
            self.label = shown.label
        else:
            assert (shown.label, words) == (self.label, self.words), (
                "what was public changed without a new text"
            )
        self.words = words

    def look_at_nothing(self, row: Translation) -> None:
        """Only a hold or a block hides what was public, and a judgement takes it away; else it is there."""
        if row.entry.withdrawn_at or row.state in {State.REJECTED, State.WITHDRAWN}:
            self.words = ("", "")
        elif not (row.entry.blocked_at or row.held_at):
            is_draft = State(row.state) in DRAFTED and self.words == (row.title, row.content)
            assert is_draft or self.words == ("", ""), "what was public did not come back"
            self.words = ("", "")

    def expected(self) -> str:
        """The label by the books."""
        state = self.row.state
        if state == State.APPROVED and self.approved:
            return "reviewed"
        return "edited" if state in {State.EDITED, State.APPROVED} and self.edited else "machine"

    # ── Always ───────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: hasattr(self, "version"))
    @invariant()
    def states_are_legal(self) -> None:
        """Every line of the log is a legal move, and begins where the one before ended."""
        state = State.WAITING
        for line in Audit.objects.filter(language="lv").order_by("id"):
            assert line.before_state == state, f"{line.action} began elsewhere"
            after = State(line.after_state)
            taken_back = after in TAKEN_BACK.get(state, ()) and line.actor != PIPELINE
            assert after is state or after in MOVES[state] or taken_back, (
                f"{state} to {after} by {line.actor}"
            )
            state = after
        assert self.row.state == state

    @precondition(lambda self: hasattr(self, "version"))
    @invariant()
    def versions_only_grow(self) -> None:
        assert self.row.version >= self.version
        self.version = self.row.version


def proved_by_the_log(row: Translation) -> str:
    """The label by the log, read backwards: by another way than the product's own."""
    edited = False
    judged: str | None = None
    for line in Audit.objects.filter(language="lv").order_by("-id"):
        if line.actor == PIPELINE and (line.action == "translate" or line.before_state != line.after_state):
            break
        if judged is None and line.before_state != line.after_state:
            judged = line.action
        edited = edited or line.action == "edit"
    if row.state == State.APPROVED and judged == "approve":
        return "reviewed"
    return "edited" if edited and row.state in {State.EDITED, State.APPROVED} else "machine"


@pytest.mark.usefixtures("sqlite_store")
def test_anything_in_any_order() -> None:
    """Edits, approvals, corrections, withdrawals, holds, blocks, machine runs and releases."""
    run_state_machine_as_test(
        Newsroom,
        settings=hypothesis_settings(
            suppress_health_check=list(HealthCheck),
            max_examples=int(os.environ.get("NEWSWIRE_RUNS", "12")),
            stateful_step_count=int(os.environ.get("NEWSWIRE_STEPS", "25")),
            deadline=None,
            phases=[Phase.explicit, Phase.generate],  # a run of steps takes seconds: shrinking takes minutes
        ),
    )
