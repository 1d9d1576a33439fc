"""What leaves the store with time, and what never does."""

from datetime import timedelta

from pipeline.collect.storing import Answer, Sighting, store_answers
from pipeline.keeping.prune import prune
from pipeline.models import (
    Audit,
    EngineUsage,
    Entry,
    Picture,
    Release,
    Report,
    Revision,
    Segment,
    StoreFact,
    Translation,
    text_hash,
)
from pipeline.records import EntryData, FeedData, Pair
from pipeline.review import release
from pipeline.states import State
from pipeline.summary import SourceLine
from pipeline.translate.plan import plan
from tests import builders
from tests.builders import NOW

LATER = NOW + timedelta(days=100)


def test_former_texts_leave_when_nothing_stands_on_them(store: str) -> None:
    """A revision that was followed by another goes after its time, with its sentences; the current one stays."""
    entry = builders.entry()
    first = entry.current
    assert first is not None
    Segment.objects.ensure(first.pk, [("title", "Tytuł 1")])
    second = builders.revise(entry, "Tytuł nowy", 2)

    gone = prune(builders.config(), LATER)

    assert gone["revisions"] == 1
    assert list(Revision.objects.values_list("id", flat=True)) == [second.pk]
    assert not Segment.objects.exists()


def test_a_former_text_that_is_still_public_stays(store: str) -> None:
    """The published text of a stale translation is made of a former revision: it stays as long as that is public."""
    entry = builders.entry()
    former = entry.current
    assert former is not None
    row = builders.translation(entry)
    builders.revise(entry, "Tytuł nowy", 2)
    Translation.objects.filter(pk=row.pk).update(revision=entry.current)
    Release.objects.create(
        entry=entry,
        source=entry.source,
        language="lv",
        public_id=entry.public_id,
        text_language="lv",
        label="machine",
        revision=former,
        published=NOW,
        updated=NOW,
    )

    assert prune(builders.config(), LATER)["revisions"] == 0
    assert Revision.objects.count() == 2


def test_nothing_leaves_before_its_time_nor_where_the_policy_keeps_all(store: str) -> None:
    """The days of [keep] are kept; 0 keeps for ever."""
    builders.revise(builders.entry(), "Tytuł nowy", 2)
    for_ever = builders.config(keep={"revisions": 0, "records": 0})

    assert prune(builders.config(), NOW + timedelta(days=89))["revisions"] == 0
    assert prune(for_ever, LATER)["revisions"] == 0
    assert prune(builders.config(), NOW + timedelta(days=91))["revisions"] == 1


def test_usage_leaves_after_its_own_time(store: str) -> None:
    """Counters of engines older than [keep] records go."""
    EngineUsage.objects.add("firefox", Pair("pl", "en"), NOW.date(), {"calls": 1})

    assert prune(builders.config(), NOW + timedelta(days=720))["usage"] == 0
    assert prune(builders.config(), NOW + timedelta(days=732))["usage"] == 1


LONG_AFTER = NOW + timedelta(days=500)
SHORT = {"entries": 400}
PAGES = {"keep_days": 60}


def public_entry(number: int = 1) -> Entry:
    """An entry that was published in Latvian and whose page left the tree with its month, and one editor's move."""
    row = builders.entry(number)
    assert row.current is not None
    text = builders.translation(row)
    builders.audit(text, "anna", State.APPROVED)
    Translation.objects.filter(pk=text.pk).update(release_due=False)
    Entry.objects.filter(pk=row.pk).update(release_due=False, planned=True)
    Release.objects.create(
        entry=row,
        source=row.source,
        language="lv",
        public_id=row.public_id,
        text_language="lv",
        label="reviewed",
        revision=row.current,
        published=row.published,
        updated=row.updated,
        dirty=False,
    )
    StoreFact.objects.write("kept_since", (NOW + timedelta(days=300)).isoformat())
    return row


def see_again(row: Entry, title: str) -> SourceLine:
    """Its source lists the entry once more."""
    line = SourceLine(key="poznan")
    seen = Sighting(source_key="poznan", language="pl", host="news.example.org", at=LONG_AFTER)
    found = EntryData(guid=row.guid, url=row.url, title=title, content=f"<p>{title}.</p>")
    Entry.objects.filter(pk=row.pk).update(guid_hash=text_hash(row.guid))
    store_answers([Answer(seen=seen, feed=FeedData(entries=(found,)), line=line)])
    return line


def test_an_entry_that_is_no_longer_public_leaves_with_its_texts(store: str) -> None:
    """Past its days all its texts go; its bare row and the audit log stay, and no stage stumbles over the row."""
    row = public_entry()
    gone = prune(builders.config(keep=SHORT, publish=PAGES), LONG_AFTER)

    assert gone["entries"] == 1
    assert Entry.objects.get().current_id is None
    assert not Revision.objects.exists()
    assert not Translation.objects.exists()
    assert not Release.objects.exists()
    assert Audit.objects.filter(entry=row).count() == 1
    Entry.objects.update(release_due=True)
    release.run(builders.config(keep=SHORT, publish=PAGES))
    plan(("lv", "de"), LONG_AFTER)
    assert not Translation.objects.exists()
    assert not Entry.objects.filter(release_due=True).exists()
    assert prune(builders.config(keep=SHORT, publish=PAGES), LONG_AFTER)["entries"] == 0


def test_copies_of_pictures_leave_with_the_last_entry_that_shows_them(store: str) -> None:
    """One that another entry shows too stays."""
    row, other = public_entry(), builders.entry(2)
    Picture.objects.want(
        {
            row.pk: ["https://x.example/own.jpg", "https://x.example/both.jpg"],
            other.pk: ["https://x.example/both.jpg"],
        },
        {row.pk: "poznan", other.pk: "poznan"},
        NOW,
    )
    Entry.objects.filter(pk=other.pk).update(release_due=True)  # about to change: it stays
    gone = prune(builders.config(keep=SHORT, publish=PAGES), LONG_AFTER)

    assert (gone["entries"], gone["pictures"]) == (1, 1)
    assert Picture.objects.get().url == "https://x.example/both.jpg"


def test_an_entry_that_left_never_returns_as_new(store: str) -> None:
    """Listed again, with the same words or others, it stays what it is: gone."""
    row = public_entry()
    prune(builders.config(keep=SHORT, publish=PAGES), LONG_AFTER)
    lines = [see_again(row, "Tytuł 1"), see_again(row, "Inny tytuł")]

    assert [(line.new, line.changed, line.unchanged) for line in lines] == [(0, 0, 1)] * 2
    assert Entry.objects.count() == 1
    assert not Revision.objects.exists()


def test_what_is_public_or_in_peoples_hands_stays(store: str) -> None:
    """A public page, a withdrawal not yet published, an editor's hold and an open report keep an entry."""
    rows = [public_entry(number) for number in range(1, 6)]
    Release.objects.filter(entry=rows[0]).update(published=LONG_AFTER - timedelta(days=30))
    Release.objects.filter(entry=rows[1]).update(withdrawn=True, dirty=True)
    Translation.objects.filter(entry=rows[2]).update(held_at=NOW)
    Report.objects.create(entry=rows[3], language="lv", message="Nepareizi", at=NOW)
    Entry.objects.filter(pk=rows[4].pk).update(first_seen=LONG_AFTER - timedelta(days=399))

    assert prune(builders.config(keep=SHORT, publish=PAGES), LONG_AFTER)["entries"] == 0
    assert prune(builders.config(keep={"entries": 400}), LONG_AFTER)["entries"] == 0


def test_a_clock_that_jumps_ahead_empties_nothing(store: str) -> None:
    """One prune goes a month on from the one before, whatever the clock says; right again, it goes on from there."""
    public_entry()
    config = builders.config(keep=SHORT, publish=PAGES)
    prune(config, NOW)

    assert prune(config, NOW + timedelta(days=3_650))["entries"] == 0
    assert StoreFact.objects.read("pruned") == (NOW + timedelta(days=30)).isoformat()
    assert prune(config, NOW + timedelta(days=1))["entries"] == 0
    assert StoreFact.objects.read("pruned") == (NOW + timedelta(days=1)).isoformat()
