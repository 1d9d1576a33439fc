"""The log as people read it, and what readers report."""

import csv
import io
import json
from datetime import timedelta

import pytest

from pipeline.errors import NotAllowedError, StoreError
from pipeline.models import Audit, Report, Segment
from pipeline.review import history, reports, workflow
from pipeline.review.history import AuditFilter
from pipeline.review.people import Actor, GrantData
from tests.builders import NOW
from tests.review.newsroom import ANNA, CHIEF, READER, machine, news, publish, segment, sheet, the

pytestmark = pytest.mark.usefixtures("store")

LINE = "Miasto otwiera linię."


def edited() -> None:
    news()
    machine()
    publish()
    row = the()
    workflow.save(ANNA, row.pk, row.version, {segment(LINE): "Pilsēta atver līniju."})
    workflow.approve(ANNA, row.pk, the().version)


# ── The log ──────────────────────────────────────────────────────────────────────────────────────────


def test_the_history_tells_every_move_with_its_words() -> None:
    """Newest first; the edit with the sentence before and after; what struck the entry everywhere too."""
    edited()
    row = the()
    workflow.withdraw_everywhere(CHIEF, row.entry_id, "Kļūda")

    moves = history.history(READER, row.entry_id, "lv")

    assert [(each.actor, each.action) for each in moves] == [
        ("chief", "withdraw"),
        ("anna", "approve"),
        ("anna", "edit"),
        ("pipeline", "translate"),
    ]
    assert ("insert", "atver") in moves[2].change
    assert moves[1].change == ()
    with pytest.raises(NotAllowedError):
        history.history(Actor(name="x"), row.entry_id, "lv")


def test_the_log_is_read_in_pages_by_whoever_may() -> None:
    """Each page goes on where the former ended; a chief of one language sees that one."""
    edited()
    first = history.audit_page(CHIEF, AuditFilter(), limit=2)
    rest = history.audit_page(CHIEF, AuditFilter(), after_id=first.next_id, limit=50)
    polish = Actor(name="x", grants=(GrantData(role="chief", language="pl"),))

    assert [each.id for each in (*first.moves, *rest.moves)] == sorted(
        Audit.objects.values_list("id", flat=True), reverse=True
    )
    assert rest.next_id is None
    assert history.audit_page(polish, AuditFilter()).moves == ()
    with pytest.raises(NotAllowedError):
        history.audit_page(ANNA, AuditFilter())


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (AuditFilter(actor="anna"), 2),
        (AuditFilter(action="edit"), 1),
        (AuditFilter(language="pl"), 0),
        (AuditFilter(source="poznan"), 3),
        (AuditFilter(public_id="poznan1", people_only=True), 2),
        (AuditFilter(since=NOW + timedelta(days=36_500)), 0),
        (AuditFilter(until=NOW + timedelta(days=36_500)), 3),
    ],
)
def test_the_log_is_searched(wanted: AuditFilter, count: int) -> None:
    """By person, move, language, city, entry and time."""
    edited()

    assert len(history.audit_page(CHIEF, wanted).moves) == count


def test_the_log_leaves_as_evidence() -> None:
    """JSON letter by letter, CSV that no spreadsheet runs."""
    edited()
    row = the()
    workflow.save(ANNA, row.pk, row.version, {segment(LINE): "=1+1 Pilsēta"})

    lines = [json.loads(line) for line in history.as_json_lines(history.export(CHIEF, AuditFilter()))]
    table = list(csv.DictReader(io.StringIO("".join(history.as_csv(history.export(CHIEF, AuditFilter()))))))

    assert lines[0]["after"] == "=1+1 Pilsēta"
    assert table[0]["after"] == "'=1+1 Pilsēta"
    assert [line["id"] for line in lines] == [int(line["id"]) for line in table]
    assert set(table[0]) == set(history.COLUMNS)


def test_nobody_changes_the_log() -> None:
    """Neither a row nor many; it is append-only."""
    edited()
    line = Audit.objects.latest("id")

    with pytest.raises(StoreError):
        line.save()
    with pytest.raises(StoreError):
        Audit.objects.all().delete()
    with pytest.raises(StoreError):
        Audit.objects.filter(pk=line.pk).update(actor="x")


# ── Reports ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("quote", "source"),
    [
        ("Pilsēta atklāj līniju", LINE),
        ("  pilsēta   ATKLĀJ „līniju” ", LINE),
        ("Pilsēta atklāj līniju. Biļete maksā 4 zlotus.", LINE),
        ("Biļete maksāja 4 zlotus", "Bilet kosztuje 4 złote."),
        ("Kaut kas pavisam cits, ko neviens nav teicis", None),
        ("", None),
    ],
)
def test_a_report_finds_the_sentence_it_is_about(quote: str, source: str | None) -> None:
    """By the words a reader saw, however the browser copied them."""
    news()
    machine()
    publish()

    assert reports.receive("poznan1", "lv", "Nav pareizi", quote, NOW)

    row = Report.objects.get()
    assert row.segment_id == (segment(source) if source else None)


def test_a_report_on_an_original_is_about_its_own_sentence() -> None:
    """The source's text has sentences too."""
    news()
    machine()
    publish()

    assert reports.receive("poznan1", "pl", "Literówka", "Bilet kosztuje", NOW)

    assert Report.objects.get().segment == Segment.objects.get(text="Bilet kosztuje 4 złote.")


def test_reports_on_nothing_public_and_empty_ones_are_refused() -> None:
    """No such text, or nothing said."""
    news()
    machine()

    assert not reports.receive("poznan1", "lv", "Nav pareizi", "", NOW)
    publish()
    assert not reports.receive("poznan1", "lv", " \x00 ", "", NOW)
    assert not reports.receive("poznan9", "lv", "Nav pareizi", "", NOW)
    assert not Report.objects.exists()


def test_the_same_report_is_kept_once_and_a_flood_is_cut() -> None:
    """Whoever presses twice is thanked twice; more than fifty open ones say nothing new."""
    news()
    machine()
    publish()
    for number in range(52):
        reports.receive("poznan1", "lv", f"Ziņojums {number}", "", NOW)

    assert reports.receive("poznan1", "lv", "Ziņojums 1", "", NOW)
    assert not reports.receive("poznan1", "lv", "Vēl viens", "", NOW)
    assert Report.objects.count() == 50


def test_reports_reach_their_editors_and_are_closed_with_a_word() -> None:
    """On the sheet and in the list of those who may see it; closed by an editor, not by a reader."""
    news()
    machine()
    publish()
    reports.receive("poznan1", "lv", "Nav pareizi", "līniju", NOW)
    (shown,) = reports.open_reports(ANNA)
    on_sheet = sheet().reports

    with pytest.raises(NotAllowedError):
        reports.close(READER, shown.id)
    reports.close(ANNA, shown.id, "Labots")
    reports.close(ANNA, shown.id, "Vēlreiz")

    assert (shown.translation_id, shown.segment_id, shown.title) == (
        the().pk,
        segment(LINE),
        "Jauns tramvajs Poznaņā",
    )
    assert [each.message for each in on_sheet] == ["Nav pareizi"]
    assert reports.open_reports(ANNA, "lv") == ()
    assert Report.objects.get().note == "Labots"
    assert reports.open_reports(Actor(name="x")) == ()
