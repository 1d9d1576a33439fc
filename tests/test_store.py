"""The store's contract, the same on SQLite and on a real PostgreSQL: every question the stages ask of it."""

import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DataError, IntegrityError, connection, connections, transaction

from pipeline import store as opened
from pipeline.collect import storing
from pipeline.collect.clean import clean_entry
from pipeline.errors import StoreError
from pipeline.models import (
    HUMAN,
    IMPORTED,
    MACHINE,
    PIPELINE,
    Audit,
    EngineUsage,
    Entry,
    Label,
    MemoryIntent,
    MemoryUnit,
    Release,
    Revision,
    Segment,
    Source,
    StoreFact,
    Translation,
    text_hash,
)
from pipeline.records import EntryData, FeedData, Pair
from pipeline.states import State
from pipeline.summary import SourceLine

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
LATER = NOW + HOUR
PAIR = Pair("lv", "en")

pytestmark = pytest.mark.usefixtures("store")


def _entry(
    number: int, source: str = "riga", *, published: datetime | None = None, planned: bool = True
) -> Entry:
    """An entry with its first revision."""
    Source.objects.ensure([source])
    entry = Entry.objects.create(
        source_id=source,
        guid=f"g{number}",
        guid_hash=text_hash(f"{source}/g{number}"),
        public_id=text_hash(f"{source}/g{number}")[:16],
        tag="news.example.org,2026",
        language="lv",
        first_seen=NOW,
        published=published or NOW - number * HOUR,
        updated=NOW,
        content_hash="",
        planned=planned,
    )
    entry.current = Revision.objects.create(entry=entry, number=1, content_hash="", seen_at=NOW)
    entry.save()
    return entry


def _translation(
    entry: Entry, language: str = "en", *, state: State = State.WAITING, due: datetime = NOW
) -> Translation:
    return Translation.objects.create(
        entry=entry, language=language, published=entry.published, state=state, due_at=due, changed_at=NOW
    )


def _release(
    entry: Entry, language: str = "en", *, withdrawn: bool = False, label: Label = Label.MACHINE
) -> Release:
    assert entry.current
    return Release.objects.create(
        entry=entry,
        source_id=entry.source_id,
        language=language,
        public_id=entry.public_id,
        text_language=language,
        label=label,
        engines=["firefox"] if label is Label.MACHINE else [],
        revision=entry.current,
        published=entry.published,
        updated=entry.updated,
        withdrawn=withdrawn,
    )


# --- the tables ----------------------------------------------------------------------------------------------


def test_migrations_make_what_the_models_say() -> None:
    """No model has changed without its migration, and the store is brought up to date by opening it."""
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)

    assert out.getvalue() == "No changes detected\n"
    assert opened.pending_migrations() == 0
    opened.prepare()


def test_opening_brings_an_older_store_up_to_date() -> None:
    """A store of an older version gets what it lacks, without being asked."""
    call_command("migrate", "pipeline", "zero", verbosity=0, interactive=False)
    assert opened.pending_migrations() > 0

    opened.prepare()

    assert opened.pending_migrations() == 0
    assert Source.objects.count() == 0


def test_what_the_database_refuses_is_named(store: str) -> None:
    """The store is named, with the database's own words."""
    message = r"^store .+: failed: .*nonsense"
    with pytest.raises(StoreError, match=message) as caught, opened.faults_named(), transaction.atomic():
        connection.cursor().execute("SELECT * FROM nonsense")

    assert caught.value.__cause__ is not None


# --- sources -------------------------------------------------------------------------------------------------


def test_ensure_makes_each_source_once() -> None:
    """What is known is left as it is."""
    Source.objects.ensure(["riga", "vilnius"])
    Source.objects.filter(key="riga").update(etag='"1"')

    rows = Source.objects.ensure(["riga", "vilnius", "tallinn"])

    assert {key: row.etag for key, row in rows.items()} == {"riga": '"1"', "vilnius": "", "tallinn": ""}
    assert Source.objects.count() == 3


def test_due_sources_come_longest_waiting_first() -> None:
    """Never polled, then the earliest; what is not due, or not asked for, is left out."""
    times = {"new": None, "now": NOW, "early": NOW - HOUR, "later": LATER, "other": NOW - HOUR}
    Source.objects.bulk_create([Source(key=key, next_poll=time) for key, time in times.items()])

    due = Source.objects.due(["new", "now", "early", "later", "unknown"], NOW)

    assert [row.key for row in due] == ["new", "early", "now"]


def test_a_held_source_is_left_alone() -> None:
    """Who asked us to wait is not asked by cron either; the hold ends by itself."""
    held = {"free": None, "held": LATER, "over": NOW}
    Source.objects.bulk_create(
        [Source(key=key, held_until=time, next_poll=LATER) for key, time in held.items()]
    )

    assert [row.key for row in Source.objects.not_held(held, NOW)] == ["free", "over"]
    assert [row.key for row in Source.objects.not_held(held, LATER)] == ["free", "held", "over"]


# --- entries and segments ------------------------------------------------------------------------------------


def test_known_entries_by_their_hash() -> None:
    """Only this source's, with their current revisions, also where there are more than one statement may ask for."""
    mine, _other = _entry(1), _entry(1, "vilnius")
    hashes = [text_hash(str(number)) for number in range(1200)]

    known = Entry.objects.known("riga", [*hashes, mine.guid_hash])

    assert known == {mine.guid_hash: mine}
    assert known[mine.guid_hash].current == mine.current
    assert Entry.objects.known("riga", []) == {}


def test_a_guid_is_one_entry_of_its_source() -> None:
    """Two runs that find the same entry cannot store it twice; another source may use the same guid."""
    _entry(1)
    _entry(1, "vilnius")

    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            source_id="riga",
            guid_hash=text_hash("riga/g1"),
            public_id="x",
            language="lv",
            first_seen=NOW,
            published=NOW,
            updated=NOW,
        )
    assert Entry.objects.count() == 2


def test_unplanned_entries_come_newest_first() -> None:
    """The news of today is translated before that of last week; page by page none is left out."""
    entries = [_entry(number, planned=number == 2) for number in range(5)]

    assert Entry.objects.unplanned(10) == [entries[0], entries[1], entries[3], entries[4]]
    assert Entry.objects.unplanned(2) == entries[:2]


def test_segments_are_made_once_for_each_sentence() -> None:
    """In reading order; a sentence said twice is one segment; asked again, the same rows come."""
    revision = _entry(1).current
    assert revision
    texts = [("title", "Tilts."), ("content", "Jauns."), ("content", "Tilts."), ("content", "Liels.")]

    first = Segment.objects.ensure(revision.pk, texts)
    again = Segment.objects.ensure(revision.pk, [*texts, ("content", "Vēl.")])

    assert [(row.field, row.text) for row in first] == [
        ("title", "Tilts."),
        ("content", "Jauns."),
        ("content", "Liels."),
    ]
    assert [row.pk for row in again][:3] == [row.pk for row in first]
    assert [row.text for row in again] == ["Tilts.", "Jauns.", "Liels.", "Vēl."]


def test_a_nul_from_a_feed_never_reaches_the_store() -> None:
    """PostgreSQL refuses the letter NUL; whatever field of an entry holds one, it is stored without."""
    dirty = clean_entry(
        EntryData(
            guid="a\0b",
            url="https://riga.example/\0a",
            title="Til\0ts",
            summary="<p>At\0klāts</p>",
            content="<p>Jau\0ns &#0; tilts</p>",
            author="Dome\0",
            categories=("Til\0ti",),
        ),
        base_url="https://riga.example/",
        language="lv",
    )
    Source.objects.ensure(["riga"])
    line = SourceLine(key="riga")
    seen = storing.Sighting(source_key="riga", language="lv", host="news.example.org", at=NOW)
    storing.store_answers([storing.Answer(seen=seen, feed=FeedData(entries=(dirty,)), line=line)])

    entry = Entry.objects.select_related("current").get()
    assert entry.current
    assert (line.new, entry.current.title) == (1, "Tilts")
    assert "\0" not in repr([vars(entry), vars(entry.current)]).replace("\\x00", "\0")


def test_the_store_itself_refuses_a_nul_on_postgres(store: str) -> None:
    """Why the test above matters: the raw letter stops a PostgreSQL store."""
    if store == "sqlite":
        StoreFact.objects.create(key="a\0b", value="")
        return
    with pytest.raises((ValueError, DataError)), transaction.atomic():
        StoreFact.objects.create(key="a\0b", value="")


# --- translations --------------------------------------------------------------------------------------------


def test_claim_takes_what_is_due_newest_first() -> None:
    """Only work that is due and free; the lease is written with the claimer's name."""
    rows = [_translation(_entry(number)) for number in range(4)]
    _translation(_entry(10), due=LATER)
    _translation(_entry(11), state=State.MACHINE)
    failed, stale = _translation(_entry(12), state=State.FAILED), _translation(_entry(13), state=State.STALE)

    assert Translation.objects.due_count(NOW) == 6
    first = Translation.objects.claim("a", 3, NOW, LATER)
    rest = Translation.objects.claim("b", 10, NOW, LATER)

    assert first == rows[:3]
    assert rest == [rows[3], failed, stale]
    assert [(row.claimed_by, row.claimed_until) for row in first] == [("a", LATER)] * 3
    assert Translation.objects.claim("c", 10, NOW, LATER) == []
    assert Translation.objects.due_count(NOW) == 0


def test_a_claim_takes_all_languages_of_its_last_entry() -> None:
    """They share the way into the pivot: two workers would each pay for it."""
    for number in range(3):
        entry = _entry(number)
        for language in ("de", "en", "lv"):
            _translation(entry, language)

    first = Translation.objects.claim("a", 4, NOW, LATER)
    rest = Translation.objects.claim("b", 4, NOW, LATER)

    assert [len({row.entry_id for row in rows}) for rows in (first, rest)] == [2, 1]
    assert [len(first), len(rest)] == [6, 3]


def test_claimers_never_share_a_row() -> None:
    """Several connections claim at once: each row goes to exactly one, none is left out."""
    entry_count, claimers = 20, 4
    for number in range(entry_count):
        for language in ("en", "de"):
            _translation(
                _entry(number) if language == "en" else Entry.objects.get(guid=f"g{number}"), language
            )
    gate = threading.Barrier(claimers)
    taken: dict[str, list[int]] = {}

    def claim(who: str) -> None:
        try:
            gate.wait(10)
            mine: list[int] = []
            while rows := Translation.objects.claim(who, 3, NOW, LATER):
                mine += [row.pk for row in rows]
            taken[who] = mine
        finally:
            connections.close_all()

    threads = [threading.Thread(target=claim, args=(f"worker{number}",)) for number in range(claimers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    everything = sorted(pk for mine in taken.values() for pk in mine)
    assert len(taken) == claimers
    assert everything == sorted(Translation.objects.values_list("pk", flat=True))
    assert {row.pk: row.claimed_by for row in Translation.objects.all()} == {
        pk: who for who, mine in taken.items() for pk in mine
    }


def test_leases_are_given_back() -> None:
    """Of workers that overran their lease, or of all where nobody else can be alive."""
    for number in range(4):
        _translation(_entry(number))
    Translation.objects.claim("late", 2, NOW, NOW - HOUR)
    Translation.objects.claim("busy", 2, NOW, NOW + HOUR / 6)

    assert Translation.objects.free_leases(NOW) == 2
    assert {row.claimed_by for row in Translation.objects.claim("next", 10, NOW, LATER)} == {"next"}
    assert Translation.objects.free_leases_of_dead_runs() == 4
    assert Translation.objects.due_count(NOW) == 4


def test_what_waits_can_be_woken() -> None:
    """When an engine appears, work that was put off is due at once; finished work is left alone."""
    _translation(_entry(1), due=LATER)
    done = _translation(_entry(2), state=State.MACHINE, due=LATER)

    Translation.objects.wake(NOW)

    assert Translation.objects.due_count(NOW) == 1
    done.refresh_from_db()
    assert done.due_at == LATER


def test_one_translation_for_each_language() -> None:
    """A second plan cannot lay out the same work again."""
    entry = _entry(1)
    _translation(entry)

    with pytest.raises(IntegrityError), transaction.atomic():
        _translation(entry)


def test_waiting_held_and_reasons() -> None:
    """What stands in the summary: texts to come by language, drafts kept back, why others wait; withdrawn ones never."""
    held, public, waiting, gone = (_entry(number) for number in range(4))
    for entry in (held, public):
        _translation(entry, state=State.MACHINE)
    Translation.objects.update(revision_id=public.current_id)
    Translation.objects.filter(entry=held).update(revision_id=held.current_id, waits=True)
    _release(public)
    for entry in (waiting, gone):
        row = _translation(entry, state=State.FAILED)
        Translation.objects.filter(pk=row.pk).update(reason="no engine")
    Entry.objects.filter(pk=gone.pk).update(withdrawn_at=NOW)

    assert Translation.objects.waiting(["en", "de"]) == {"en": 1}
    assert Translation.objects.held(["en"]) == {"en": 1}
    assert Translation.objects.reasons(["en"]) == {"no engine": 1}
    assert Translation.objects.reasons(["de"]) == {}


# --- memory --------------------------------------------------------------------------------------------------


def _unit(origin: str, rank: int, target: str, source: str = "Tilts.") -> MemoryIntent:
    return MemoryIntent(pair=PAIR, source=source, target=target, origin=origin, rank=rank)


def _best(*engines: str, source: str = "Tilts.", pair: Pair = PAIR) -> str | None:
    found = MemoryUnit.objects.best(pair, [source], engines)
    return found[source].target if source in found else None


def test_a_persons_words_come_first_then_imported_then_machines() -> None:
    """In whatever order they were stored."""
    units = [
        _unit("import", IMPORTED, "imported"),
        _unit("human", HUMAN, "human"),
        _unit("firefox", MACHINE, "machine"),
    ]
    seen = []
    for unit in reversed(units):
        MemoryUnit.objects.remember([unit])
        seen.append(_best("firefox"))

    assert seen == ["machine", "human", "human"]
    MemoryUnit.objects.filter(origin="human").delete()
    assert _best("firefox") == "imported"


def test_units_of_engines_no_longer_in_use_are_left_out() -> None:
    """Changing the engine changes the text; people's and imported words stay whatever the chain."""
    MemoryUnit.objects.remember([_unit("firefox", MACHINE, "fox"), _unit("deepl", MACHINE, "deep")])

    assert [_best("firefox"), _best("deepl"), _best(), _best("google")] == ["fox", "deep", None, None]
    MemoryUnit.objects.remember([_unit("human", HUMAN, "human")])
    assert _best() == "human"
    assert _best(pair=Pair("lv", "de")) is None


def test_remembering_again_replaces_the_words() -> None:
    """One unit for each text and origin, also within one call; other origins are not touched."""
    MemoryUnit.objects.remember([_unit("firefox", MACHINE, "old"), _unit("human", HUMAN, "human")])
    MemoryUnit.objects.remember([_unit("firefox", MACHINE, "newer"), _unit("firefox", MACHINE, "newest")])
    MemoryUnit.objects.remember([])

    assert sorted(MemoryUnit.objects.values_list("origin", "target")) == [
        ("firefox", "newest"),
        ("human", "human"),
    ]


def test_a_large_batch_is_remembered_and_found() -> None:
    """More texts than one statement takes parameters."""
    texts = [f"Teikums {number}." for number in range(1500)]
    MemoryUnit.objects.remember([_unit("import", IMPORTED, text.upper(), text) for text in texts])

    found = MemoryUnit.objects.best(PAIR, texts, [])

    assert {text: unit.target for text, unit in found.items()} == {text: text.upper() for text in texts}


def _sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


# --- audit ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "tamper",
    [
        lambda row: row.save(),
        lambda row: row.delete(),
        lambda row: Audit.objects.update(actor="somebody"),
        lambda row: Audit.objects.all().delete(),
        lambda row: Audit.objects.filter(pk=row.pk).update(note=""),
        lambda row: Audit.objects.bulk_update([row], ["note"]),
        lambda row: row.entry.delete(),
        lambda row: _sql(f"UPDATE pipeline_audit SET note = 'x' WHERE id = {row.pk}"),
        lambda row: _sql("DELETE FROM pipeline_audit"),
    ],
    ids=[
        "save",
        "delete",
        "update",
        "delete all",
        "filtered update",
        "bulk update",
        "cascade",
        "SQL",
        "SQL delete",
    ],
)
def test_the_audit_log_is_append_only(tamper: Callable[[Audit], object]) -> None:
    """Rows are added; none is changed or removed, by whatever way."""
    row = Audit.objects.create(
        at=NOW, actor=PIPELINE, action="translate", entry=_entry(1), language="en", note="n"
    )
    row.note = "changed"

    with pytest.raises((StoreError, IntegrityError)), transaction.atomic():
        tamper(row)

    assert list(Audit.objects.values_list("actor", "note")) == [(PIPELINE, "n")]


# --- releases ------------------------------------------------------------------------------------------------


def test_a_channel_is_in_order_and_capped() -> None:
    """Newest first, ties by id; withdrawn ones and other languages are not in it."""
    same = [_release(_entry(number, published=NOW)) for number in (1, 2, 3)]
    older = _release(_entry(4, published=NOW - HOUR))
    _release(_entry(5), withdrawn=True)
    _release(_entry(6), "de")
    expected = [*sorted(same, key=lambda each: each.public_id), older]

    assert Release.objects.channel("en", 10, 0, "", ["riga"]) == expected
    assert Release.objects.channel("en", 2, 0, "", ["riga"]) == expected[:2]
    assert Release.objects.channel("en", 3, 0, "riga", ["riga"]) == expected[:3]
    assert Release.objects.channel("en", 10, 0, "vilnius", ["riga"]) == []


def test_a_busy_city_does_not_push_the_others_out() -> None:
    """With a cap for each source every configured one is asked for its own newest."""
    busy = [_release(_entry(number)) for number in range(5)]
    quiet = _release(_entry(100, "vilnius"))
    _release(_entry(101, "left-the-network"))

    found = Release.objects.channel("en", 3, 2, "", ["riga", "vilnius"])

    assert found == [*busy[:2], quiet]
    assert Release.objects.channel("en", 10, 0, "", ["vilnius"]) == [quiet]


def test_what_publish_has_to_do() -> None:
    """Entries with unwritten releases once each; all languages of an entry together; what was withdrawn, newest first."""
    first, second = _entry(1), _entry(2)
    releases = [_release(first, "de"), _release(first, "en"), _release(second, "en", withdrawn=True)]
    Entry.objects.filter(pk=second.pk).update(withdrawn_at=NOW)

    assert Release.objects.dirty_entries() == [first.pk, second.pk]
    assert Release.objects.of_entries([first.pk, second.pk], ["de", "en"]) == releases
    assert Release.objects.of_entries([first.pk], ["en"]) == [releases[1]]
    assert Release.objects.withdrawn_from("en", 10) == [releases[2]]
    assert Release.objects.withdrawn_from("en", 10, "vilnius") == []
    Release.objects.update(dirty=False)
    assert Release.objects.dirty_entries() == []


def test_makers_count_what_is_public() -> None:
    """By the engine that made most of it, or the source itself; withdrawn ones do not count."""
    _release(_entry(1))
    _release(_entry(2))
    _release(_entry(3), label=Label.ORIGINAL)
    _release(_entry(4), withdrawn=True)

    assert Release.objects.makers("en") == {"firefox": 2, "original": 1}


# --- usage and facts -----------------------------------------------------------------------------------------


def test_usage_adds_up_by_day_and_pair() -> None:
    """Each run adds to the day's counters."""
    for _run in range(2):
        EngineUsage.objects.add(
            "firefox", PAIR, date(2026, 11, 3), {"calls": 2, "sentences": 5, "seconds": 0.5}
        )
    EngineUsage.objects.add("firefox", PAIR, date(2026, 11, 4), {"calls": 1})

    rows = EngineUsage.objects.order_by("day").values_list("calls", "sentences", "failures", "seconds")
    assert list(rows) == [(4, 10, 0, 1.0), (1, 0, 0, 0.0)]


def test_facts_are_kept_by_name() -> None:
    """Any JSON value; None where there is none."""
    assert StoreFact.objects.read("engines") is None
    StoreFact.objects.write("engines", ["lv-en"])
    StoreFact.objects.write("engines", ["lv-en", "pl-lv"])

    assert StoreFact.objects.read("engines") == ["lv-en", "pl-lv"]


def test_writing_can_be_tried_without_a_trace(store: str) -> None:
    """On either database; what it tries with is gone, and writing goes on."""
    del store
    opened.try_to_write(500)

    assert opened.pending_migrations() == 0
