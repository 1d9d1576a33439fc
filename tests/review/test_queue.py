"""The queue: what waits, in which order, for whom, at what cost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pipeline.models import (
    HUMAN,
    Entry,
    Label,
    MemoryIntent,
    MemoryUnit,
    Release,
    Report,
    Term,
    Translation,
    worklist,
)
from pipeline.records import Pair
from pipeline.review.people import Actor, GrantData
from pipeline.review.queue import QueueFilter, counts, first_ten, queue
from pipeline.review.sheet import open_sheet, similar
from pipeline.states import State
from tests.builders import NOW, entry, translation
from tests.review.newsroom import ANNA, CHIEF, READER, machine, news, publish, sheet, the

pytestmark = pytest.mark.usefixtures("store")


def waiting(number: int, *, language: str = "lv", risk: float = 0.0, source: str = "poznan") -> Translation:
    row = translation(entry(number, source=source), language, risk=risk)
    Translation.objects.filter(pk=row.pk).update(waits=True, title=f"Virsraksts {number}")
    return row


def numbers(wanted: QueueFilter, actor: Actor = CHIEF) -> list[str]:
    return [row.source_title.removeprefix("Tytuł ") for row in queue(actor, wanted).rows]


def test_the_doubtful_come_first_and_of_equals_the_newest() -> None:
    """Order by risk, then by the date of the news; by age the longest waiting comes first."""
    for number, risk in ((1, 0.2), (2, 0.9), (3, 0.9), (4, 0.0)):
        waiting(number, risk=risk)
    Translation.objects.filter(title="Virsraksts 4").update(changed_at=NOW - timedelta(days=9))

    assert numbers(QueueFilter()) == ["2", "3", "1", "4"]
    assert numbers(QueueFilter(order="newest")) == ["1", "2", "3", "4"]
    assert numbers(QueueFilter(order="age"))[0] == "4"


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (QueueFilter(), ["1", "2", "3"]),
        (QueueFilter(language="en"), ["3"]),
        (QueueFilter(source="dublin"), ["2"]),
        (QueueFilter(risk="doubtful"), ["1"]),
        (QueueFilter(risk="clean"), ["2", "3"]),
        (QueueFilter(age_days=5), ["2"]),
        (QueueFilter(text="VIRSRAKSTS 3"), ["3"]),
        (QueueFilter(text="tytuł 2"), ["2"]),
        (QueueFilter(text="ŽĀ("), ["1"]),
        (QueueFilter(text="\x00"), ["1", "2", "3"]),
        (QueueFilter(state="edited"), []),
        (QueueFilter(state="approved"), ["4"]),
        (QueueFilter(waiting_only=False), ["1", "2", "3", "4", "5"]),
    ],
)
def test_every_filter_finds_its_rows(wanted: QueueFilter, found: list[str]) -> None:
    """Language, city, state, risk, age and words, in any capitals and of any alphabet."""
    waiting(1, risk=0.9)
    waiting(2, source="dublin")
    waiting(3, language="en")
    translation(entry(4), state=State.APPROVED)
    translation(entry(5))
    Translation.objects.filter(entry__guid="poznan-1").update(title="Virsraksts žā(")
    Translation.objects.filter(entry__guid="dublin-2").update(changed_at=NOW - timedelta(days=400))
    Translation.objects.exclude(entry__guid="dublin-2").update(changed_at=NOW + timedelta(days=4000))

    assert sorted(numbers(wanted)) == found


def test_an_editor_sees_the_own_languages_and_cities_only() -> None:
    """Grants are kept pair by pair: Latvian of one city, English of another, are two places and not four."""
    waiting(1)
    waiting(2, source="dublin")
    waiting(3, language="en")
    waiting(4, language="en", source="dublin")
    grants = (
        GrantData(role="editor", language="lv", source_key="poznan"),
        GrantData(role="reader", language="en", source_key="dublin"),
    )

    assert sorted(numbers(QueueFilter(), Actor(name="x", grants=grants))) == ["1", "4"]
    assert sorted(
        numbers(QueueFilter(), Actor(name="x", grants=(GrantData(role="editor", source_key="dublin"),)))
    ) == ["2", "4"]
    assert numbers(QueueFilter(), Actor(name="nobody")) == []
    assert len(numbers(QueueFilter(), READER)) == 4


def test_the_counts_say_what_waits_by_language() -> None:
    """Waiting, doubtful among them, and since when."""
    waiting(1, risk=0.9)
    waiting(2)
    waiting(3, language="en")
    translation(entry(4), state=State.APPROVED)

    assert [(each.language, each.waiting, each.doubtful, each.oldest) for each in counts(CHIEF)] == [
        ("en", 1, 0, NOW),
        ("lv", 2, 1, NOW),
    ]
    assert [each.language for each in counts(ANNA)] == ["lv"]


def test_the_ten_that_need_eyes_first() -> None:
    """At most ten, the most doubtful ones, in the languages asked for."""
    for number in range(1, 13):
        waiting(number, risk=number / 100)
    waiting(20, language="en", risk=1.0)

    assert len(first_ten(CHIEF)) == 10
    assert [row.source_title for row in first_ten(CHIEF, ["lv"])][:2] == ["Tytuł 12", "Tytuł 11"]


def test_a_page_knows_the_whole() -> None:
    """Total and oldest are of all rows, whatever the page."""
    for number in range(1, 6):
        waiting(number)

    page = queue(CHIEF, QueueFilter(), offset=3, limit=2)

    assert (len(page.rows), page.total, page.oldest) == (2, 5, NOW)


def test_a_row_tells_what_an_editor_wants_to_know() -> None:
    """Findings, reports, what is public, holds: all in the row."""
    news()
    machine(lambda text, _pair: "Biļete maksā 9 zlotus." if "4" in text else "Pilsēta atklāj līniju.")
    publish()
    row = the()
    assert row.revision is not None
    Report.objects.create(entry=row.entry, language="lv", message="Kļūda", at=NOW)
    Release.objects.create(
        entry=row.entry,
        source=row.entry.source,
        language="lv",
        public_id=row.entry.public_id,
        text_language="lv",
        label=Label.MACHINE,
        revision=row.revision,
        published=NOW,
        updated=NOW,
    )

    (shown,) = queue(ANNA, QueueFilter()).rows

    assert (shown.waits, shown.is_public, shown.label, shown.report_count) == (True, True, "machine", 1)
    assert (shown.worst_finding, "numbers" in shown.checks, shown.finding_count >= 1) == ("warn", True, True)


def test_what_does_not_wait_any_more_leaves_the_queue() -> None:
    """Approved by the policy of its language, withdrawn at its source: nobody has to look."""
    news()
    machine()
    publish(default="all")
    before = len(queue(CHIEF, QueueFilter()).rows)
    publish(default="risky")

    assert (before, len(queue(CHIEF, QueueFilter()).rows)) == (1, 0)


def test_what_went_out_unreviewed_can_be_asked_for() -> None:
    """The machine's texts that wait for nobody and are not withdrawn; all that waits stays out."""
    waiting(1)
    for number in (2, 3, 4):
        translation(entry(number), "lv", risk=number / 10)
    Translation.objects.filter(entry__guid="poznan-4").update(state=State.APPROVED)
    Entry.objects.filter(guid="poznan-2").update(blocked_at=NOW)

    assert numbers(QueueFilter(unreviewed=True)) == ["3"]


def test_next_and_previous_follow_the_order_of_the_queue() -> None:
    """From any text to its neighbours, also from one that left the queue; each order has its own."""
    rows = [waiting(number, risk=risk) for number, risk in ((1, 0.2), (2, 0.9), (3, 0.5))]
    first, middle = rows[1], rows[2]
    Translation.objects.filter(pk=middle.pk).update(waits=False)

    shown = open_sheet(CHIEF, middle.pk).neighbours
    newest = open_sheet(CHIEF, middle.pk, queue_filter=QueueFilter(order="newest")).neighbours
    last = open_sheet(CHIEF, rows[0].pk).neighbours

    assert (shown.previous, shown.next, shown.left) == (first.pk, rows[0].pk, 2)
    assert (newest.previous, newest.next) == (first.pk, None)
    assert (last.next, last.left) == (None, 2)


def test_pages_cost_the_same_number_of_queries_whatever_they_hold() -> None:
    """One row or thirty, one sentence or forty: the queue and the sheet ask the store as often."""
    news(1)
    machine()
    publish(default="all")
    small = _queries()
    for number in range(2, 32):
        body = "".join(f"<p>Miasto otwiera {each} linię numer {number}.</p>" for each in range(40))
        news(number, content=body)
    machine()
    publish(default="all")

    large = _queries()

    assert small == large
    assert max(large) <= 20


def _queries() -> tuple[int, int, int]:
    row = Translation.objects.filter(language="lv").order_by("-id")[0]
    costs = []
    for page in (
        lambda: queue(ANNA, QueueFilter(language="lv")),
        lambda: counts(ANNA),
        lambda: open_sheet(ANNA, row.pk),
    ):
        with CaptureQueriesContext(connection) as asked:
            page()
        costs.append(len(asked))
    return costs[0], costs[1], costs[2]


def test_the_partial_indexes_carry_the_queue() -> None:
    """A page of a language and the counts never read the table from end to end."""
    waiting(1)
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT indexname FROM pg_indexes WHERE tablename = 'pipeline_translation'")
            assert "translation_queue" in {name for (name,) in cursor.fetchall()}
        return

    rows = worklist.queue((("lv", ""),), QueueFilter(language="lv"), NOW)
    plan = rows.order_by("-risk", "-published", "-id")[:50].explain()

    assert "translation_queue" in plan
    assert "TEMP B-TREE" not in plan


def test_a_sheet_of_anothers_language_is_refused() -> None:
    """Whoever has no role there does not see it."""
    news()
    machine()

    with pytest.raises(Exception, match="may not see"):
        open_sheet(Actor(name="x", grants=(GrantData(role="editor", language="en"),)), the().pk)


def test_a_sheet_shows_links_terms_memory_and_what_may_be_done() -> None:
    """Beside each sentence: its link, the glossary's words, other remembered ones; the moves by role."""
    news()
    machine()
    Term.objects.create(source_language="pl", target_language="lv", source="bilet", target="biļete")
    MemoryUnit.objects.remember(
        [
            MemoryIntent(
                pair=Pair("pl", "lv"),
                source="Miasto otwiera linię.",
                target="Pilsēta atver līniju.",
                origin="human",
                rank=HUMAN,
            )
        ]
    )

    shown = sheet()
    by_source = {each.source: each for each in shown.units}
    line, ticket = by_source["Miasto otwiera linię."], by_source["Bilet kosztuje 4 złote."]

    assert [(each.kind, each.text) for each in line.inlines] == [("link", "linię")]
    assert [(each.target, each.equal) for each in line.matches] == [("Pilsēta atver līniju.", True)]
    assert [(hit.target, ticket.source[hit.start : hit.end]) for hit in ticket.terms] == [("biļete", "Bilet")]
    assert {"save", "approve", "reject", "hold", "send_back"} <= set(shown.moves)
    assert "withdraw" not in shown.moves
    assert sheet(READER).moves == ()
    assert [block.field for block in shown.blocks] == ["title", "content", "content"]
    assert "<a href" in shown.blocks[1].target


def test_similar_sentences_are_remembered_on_demand() -> None:
    """Words of people for a sentence that is nearly this one, with how near it is."""
    news()
    machine()
    MemoryUnit.objects.remember(
        [
            MemoryIntent(
                pair=Pair("pl", "lv"),
                source="Miasto otwiera nową linię.",
                target="Pilsēta atver jaunu līniju.",
                origin="human",
                rank=HUMAN,
            )
        ]
    )
    line = next(each for each in sheet().units if each.source == "Miasto otwiera linię.")

    (hit,) = similar(ANNA, the().pk, line.segment_id)

    assert (hit.target, hit.equal, 0.7 < hit.score < 1) == ("Pilsēta atver jaunu līniju.", False, True)
