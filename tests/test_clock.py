"""A clock that stood years ahead, or behind, and is right again: nothing sleeps for years, no date stays wrong."""

from datetime import UTC, datetime, timedelta

from pipeline.collect.decide import EntryForCollect, Flickering, decide
from pipeline.collect.politeness import HostState, Politeness
from pipeline.collect.timing import CAP
from pipeline.models import (
    EnginePause,
    Entry,
    Host,
    HubPing,
    Release,
    RunRecord,
    Source,
    Subscription,
    Translation,
    aheads,
)
from pipeline.models.moments import FARTHEST
from pipeline.models.translations import LONGEST_LEASE
from pipeline.records import EntryData
from pipeline.states import State
from pipeline.summary import Summary
from pipeline.translate.breaker import Breaker
from pipeline.translate.work import LEASE
from tests import builders
from tests.builders import NOW

YEARS = timedelta(days=5 * 365)
THEN = NOW + YEARS  # what the wrong clock said


def test_the_bounds_lie_beyond_every_wait_the_code_sets() -> None:
    """A time that is taken for another clock's is farther ahead than any that this code writes."""
    assert CAP < FARTHEST
    assert timedelta(seconds=Breaker.DAY) < FARTHEST
    assert 2 * LEASE == LONGEST_LEASE


def test_sources_are_due_at_once(store: str) -> None:
    """A next poll or a hold that lies years ahead is over; one of a day is kept."""
    Source.objects.ensure(["far", "near"])
    Source.objects.filter(key="far").update(next_poll=THEN, held_until=THEN)
    Source.objects.filter(key="near").update(next_poll=NOW + CAP, held_until=NOW + CAP)

    assert [row.key for row in Source.objects.due(["far", "near"], NOW)] == ["far"]
    assert [row.key for row in Source.objects.not_held(["far", "near"], NOW)] == ["far"]


def test_translations_are_due_and_free_at_once(store: str) -> None:
    """Neither a retry nor a claim that another clock wrote keeps a text waiting; those of today do."""
    far = builders.translation(builders.entry(1), state=State.WAITING)
    near = builders.translation(builders.entry(2), state=State.WAITING)
    Translation.objects.filter(pk=far.pk).update(due_at=THEN, claimed_by="dead", claimed_until=THEN)
    Translation.objects.filter(pk=near.pk).update(claimed_by="alive", claimed_until=NOW + LEASE)

    assert Translation.objects.free_leases(NOW) == 1
    assert Translation.objects.due_count(NOW) == 1
    assert [row.pk for row in Translation.objects.claim("me", 9, NOW, NOW + LEASE)] == [far.pk]


def test_an_engine_is_asked_again(store: str) -> None:
    """A pause until years from now is none, and no service can ask for one."""
    EnginePause.objects.create(engine="far", until=THEN, reason="quota")
    EnginePause.objects.create(engine="near", until=NOW + timedelta(hours=20), reason="quota")
    breaker = Breaker(lambda: 0.0)
    breaker.failed("come again next year", retry_after=365 * 86_400.0)

    assert set(EnginePause.objects.open_at(NOW)) == {"near"}
    assert breaker.seconds_left == Breaker.DAY


def test_hosts_are_not_held_for_years(store: str) -> None:
    """What a host is owed by another clock is forgotten, in the run and in the store."""
    now = datetime.now(UTC)
    Host.objects.create(name="far.example", next_ok_at=now + YEARS, held_until=now + YEARS)
    politeness = Politeness(
        known=[HostState(name="far.example", next_ok_at=now + YEARS, held_until=now + YEARS)]
    )
    with politeness.slot("far.example"):
        pass
    Host.objects.keep([], now)

    assert politeness.states() == []
    assert not Host.objects.exists()


def test_hubs_are_asked_and_told_at_once(store: str) -> None:
    """Subscriptions, pings heard and pings owed from years ahead hold nothing up."""
    Source.objects.ensure(["poznan"])
    row = Subscription.objects.create(
        source_id="poznan",
        hub="https://hub.example/",
        topic="https://poznan.example/feed",
        token="t",
        secret="s",
        callback="https://news.example.org/",
        state="active",
        next_try=THEN,
        lease_until=THEN,
        heard_at=THEN,
    )
    HubPing.objects.create(hub="https://hub.example/", topic="x", due_at=THEN)

    assert Subscription.objects.due("https://news.example.org/", NOW) == [row]
    assert Subscription.objects.relied_upon(NOW) == set()
    assert Subscription.objects.heard(row, NOW, timedelta(minutes=1))
    assert len(HubPing.objects.due(NOW, ["https://hub.example/"])) == 1


def test_a_changed_entry_is_taken_although_its_last_change_lies_ahead() -> None:
    """The pause of a flickering entry is a day, not until the wrong clock's year."""
    found = EntryData(guid="1", url="https://poznan.example/1", title="Other words")
    known = EntryForCollect(content_hash="x", silent_changes=30, changed_at=THEN)

    assert not isinstance(decide(found, known, now=NOW), Flickering)


def seen_ahead() -> Entry:
    """An entry without a date of its own, seen while the clock stood ahead, and public."""
    row = builders.entry(1)
    Entry.objects.filter(pk=row.pk).update(first_seen=THEN, published=THEN, updated=THEN, release_due=False)
    text = builders.translation(row)
    Translation.objects.filter(pk=text.pk).update(published=THEN, release_due=False)
    Source.objects.filter(key="poznan").update(last_attempt=THEN, last_success=THEN)
    RunRecord.objects.record(THEN, THEN, Summary().as_dict())
    return row


def test_dates_of_the_future_become_dates_of_now(store: str) -> None:
    """Ahead, then right again: entries of that time do not stand on top for years; the rest stays untouched."""
    RunRecord.objects.record(NOW - timedelta(hours=1), NOW - timedelta(hours=1), Summary().as_dict())
    before = builders.entry(2)
    row = seen_ahead()

    assert aheads.written_ahead(NOW)
    assert aheads.bring_back(NOW) == 1
    row.refresh_from_db()
    assert (row.first_seen, row.published, row.updated, row.release_due) == (NOW, NOW, NOW, True)
    text = Translation.objects.get(entry=row)
    assert (text.published, text.release_due) == (NOW, True)
    assert Entry.objects.get(pk=before.pk).published == before.published
    assert RunRecord.objects.count() == 1
    assert not aheads.written_ahead(NOW)


def test_a_clock_that_is_behind_changes_no_date(store: str) -> None:
    """Where all there is lies in the future, today's clock is wrong: nothing is rewritten, and all sources are due."""
    row = seen_ahead()
    Source.objects.filter(key="poznan").update(next_poll=THEN)
    RunRecord.objects.record(NOW, NOW, Summary().as_dict())  # a run under the clock that is behind

    assert not aheads.written_ahead(NOW)
    assert Entry.objects.get(pk=row.pk).published == THEN
    assert [each.key for each in Source.objects.due(["poznan"], NOW)] == ["poznan"]
    assert not Release.objects.exists()
