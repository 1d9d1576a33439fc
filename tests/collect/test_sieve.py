"""What stands in an answer as it stood in the last one is not read again, and nobody can tell by the result."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.collect import gather, sieve, storing
from pipeline.collect.call import FetchResult
from pipeline.collect.clean import clean_entry
from pipeline.collect.decide import FLICKER_LIMIT
from pipeline.collect.gather import Visit
from pipeline.collect.sieve import Same, Sieve
from pipeline.config import Source as SourceConfig
from pipeline.models import Alias, Entry, LastAnswer, Revision, Source
from pipeline.records import EntryData
from pipeline.summary import SourceLine
from tests.builders import NOW

URL = "https://poznan.example/feed"
Item = tuple[str, str, str]  # guid, title, date


def rss(*items: Item, said: str = "<language>pl</language>", start: str = '<rss version="2.0">') -> bytes:
    rows = "".join(
        f"<item><guid>{guid}</guid><link>https://poznan.example/{guid}</link><title>{title}</title>"
        f"{f'<pubDate>{date}</pubDate>' if date else ''}<description>Treść o {title}, "
        f"długa na tyle, żeby dało się ją porównać z inną treścią tego samego serwisu.</description></item>"
        for guid, title, date in items
    )
    return f"{start}<channel><title>x</title>{said}{rows}</channel></rss>".encode()


def item(number: int, title: str = "") -> Item:
    return f"id-{number}", title or f"Tytuł {number}", f"{number:02} Nov 2026 08:00:00 GMT"


def recipe(key: str = "poznan", **changes: Any) -> SourceConfig:
    return SourceConfig(**{"key": key, "name": key, "language": "pl", "url": URL, **changes})


def poll(
    body: bytes, source: SourceConfig | None = None, *, remembering: bool = True, hour: int = 0
) -> SourceLine:
    """One answer into the store, as the stage does it."""
    source = source or recipe()
    Source.objects.make_missing([source.key])
    last = LastAnswer.objects.of([source.key]).get(source.key, "") if remembering else ""
    now = NOW + timedelta(hours=hour)
    visit = Visit(
        source=source,
        fetch=lambda _request: pytest.fail("fetched"),
        now=now,
        recipe=repr(source),
        known=sieve.unpacked(last),
        code=sieve.code(),
    )
    found = gather.gather(visit, FetchResult(status=200, url=source.url, body=body))
    line = SourceLine(key=source.key)
    seen = storing.Sighting(source_key=source.key, language="pl", host="news.example.org", at=now)
    with transaction.atomic():
        storing.store_answers(
            [storing.Answer(seen=seen, feed=found.feed, line=line, same=found.same, digests=found.digests)]
        )
    return line


@pytest.fixture
def cleaned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The guids of what was cleaned, in order."""
    guids: list[str] = []
    clean: Callable[..., EntryData] = clean_entry

    def noting(entry: EntryData, **more: Any) -> EntryData:
        guids.append(entry.guid)
        return clean(entry, **more)

    monkeypatch.setattr(gather, "clean_entry", noting)
    return iter([guids])


@pytest.mark.usefixtures("store")
def test_only_what_is_new_or_changed_is_read(cleaned: Iterator[list[str]]) -> None:
    """Nine of ten entries of a feed that changed cost nothing; they still count as unchanged."""
    guids = next(cleaned)
    poll(rss(item(3), item(2), item(1)))
    guids.clear()

    line = poll(rss(item(4), item(3), item(2, "Poprawiony"), item(1)))

    assert guids == ["id-4", "id-2"]
    assert (line.new, line.changed, line.unchanged) == (1, 1, 2)
    assert Entry.objects.get(guid="id-2").current.title == "Poprawiony"  # type: ignore[union-attr]


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize(
    ("body", "read"),
    [
        (rss(item(2), item(1), said="<language>pl</language><lastBuildDate>x</lastBuildDate>"), 0),
        (rss(item(2), item(1), said="<language>lt</language>"), 2),
        (rss(item(2), item(1), start='<rss version="2.0" xml:base="https://other.example/">'), 2),
        (rss(item(2), item(1)).replace(b"</channel>", b"</channel><!-- x -->"), 0),
    ],
)
def test_what_a_feed_says_of_all_its_entries_counts(
    body: bytes, read: int, cleaned: Iterator[list[str]]
) -> None:
    """Its language and its base do; its own dates and comments do not."""
    guids = next(cleaned)
    poll(rss(item(2), item(1)))
    guids.clear()

    poll(body)

    assert len(guids) == read


@pytest.mark.usefixtures("sqlite_store")
def test_another_recipe_or_program_reads_everything_anew(
    cleaned: Iterator[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever changes how the same bytes are read."""
    guids = next(cleaned)
    poll(rss(item(1)))
    guids.clear()

    poll(rss(item(1)), recipe(timezone="Europe/Warsaw"))
    assert guids == ["id-1"]

    monkeypatch.setattr(sieve, "code", lambda: "another version")
    poll(rss(item(1)), recipe(timezone="Europe/Warsaw"))
    assert guids == ["id-1", "id-1"]


@pytest.mark.usefixtures("sqlite_store")
def test_two_forms_of_one_entry_are_read_together() -> None:
    """The newer one wins though the other is known: only both together show it."""
    old, new = ("a", "Stary", "01 Nov 2026 08:00:00 GMT"), ("a", "Nowy", "02 Nov 2026 08:00:00 GMT")
    poll(rss(new))

    assert poll(rss(old, new)).changed == 0
    assert poll(rss(old, new)).changed == 0
    assert Entry.objects.get().current.title == "Nowy"  # type: ignore[union-attr]


@pytest.mark.usefixtures("sqlite_store")
def test_what_left_the_store_comes_again() -> None:
    """One poll later: the memory is given up as soon as it proves wrong."""
    poll(rss(item(1), item(2)))
    Entry.objects.filter(guid="id-2").update(current=None)
    Revision.objects.filter(entry__guid="id-2").delete()
    Entry.objects.filter(guid="id-2").delete()

    poll(rss(item(1), item(2)))
    line = poll(rss(item(1), item(2)))

    assert (line.new, line.unchanged) == (1, 1)


@pytest.mark.usefixtures("sqlite_store")
def test_a_withdrawn_entry_that_is_shown_again_returns() -> None:
    """Also where its bytes are those of before."""
    poll(rss(item(1), item(2)))
    Entry.objects.filter(guid="id-2").update(withdrawn_at=NOW)

    poll(rss(item(1), item(2)))
    line = poll(rss(item(1), item(2)))

    assert line.changed == 1
    assert Entry.objects.get(guid="id-2").withdrawn_at is None


@pytest.mark.usefixtures("sqlite_store")
def test_what_flickers_is_looked_at_again() -> None:
    """It was left as it is for a day: then it must not pass for known."""
    poll(rss(item(1)))
    Entry.objects.update(hash_changes=FLICKER_LIMIT)
    Revision.objects.update(seen_at=NOW)
    flickered = poll(rss(item(1, "Inny")), hour=1)
    later = poll(rss(item(1, "Inny")), hour=30)

    assert (flickered.changed, later.changed) == (0, 1)


@pytest.mark.usefixtures("sqlite_store")
def test_json_and_lists_are_sifted_too(cleaned: Iterator[list[str]]) -> None:
    """A JSON Feed entry by entry; what a recipe reads, before it is cleaned."""
    guids = next(cleaned)
    feed = '{"version": "https://jsonfeed.org/version/1.1", "items": [%s]}'
    rows = [f'{{"id": "{n}", "url": "https://poznan.example/{n}", "title": "T{n}"}}' for n in range(3)]
    api = recipe("api", reader="api", list={"items": "items", "link": "url", "title": "title", "id": "id"})
    for source in (recipe("json"), api):
        poll((feed % ",".join(rows[:2])).encode(), source)
        guids.clear()
        line = poll((feed % ",".join(rows)).encode(), source)

        assert (len(guids), line.new, line.unchanged) == (1, 1, 2)


ITEMS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", "e"]),
        st.sampled_from(
            ["Tramwaj na Naramowice", "Tramwaj na Naramowicę", "Nowy park", "Budżet miasta 2027"]
        ),
        st.sampled_from(["10 Nov 2026 08:00:00 GMT", "11 Nov 2026 08:00:00 GMT", ""]),
    ),
    max_size=5,
)


@pytest.mark.usefixtures("sqlite_store")
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(ITEMS, min_size=1, max_size=5))
def test_the_result_is_that_of_reading_everything(answers: list[list[Item]]) -> None:
    """Whatever a source shows one after the other: entries, revisions and aliases are those of a run without memory."""
    for model in (LastAnswer, Alias):
        model.objects.all().delete()
    Entry.objects.update(current=None)
    Revision.objects.all().delete()
    Entry.objects.all().delete()
    for hour, answer in enumerate(answers):
        lines = [
            poll(rss(*answer), recipe(key), remembering=key == "with", hour=hour)
            for key in ("with", "without")
        ]
        assert replace(lines[0], key="") == replace(lines[1], key="")
    assert state("with") == state("without")


def state(key: str) -> object:
    rows = Entry.objects.filter(source_id=key).select_related("current").order_by("guid")
    aliases = Alias.objects.filter(source_id=key).order_by("guid_hash")
    return (
        [
            (
                row.guid,
                row.url,
                row.published,
                row.updated,
                row.hash_changes,
                row.current and row.current.title,
            )
            for row in rows
        ],
        list(
            Revision.objects.filter(entry__source_id=key)
            .order_by("entry__guid", "number")
            .values_list("entry__guid", "number", "title", "seen_at")
        ),
        [(alias.guid_hash, alias.entry.guid) for alias in aliases],
    )


def test_memory_is_kept_as_it_was() -> None:
    """Packed and unpacked it is the same, with and without a date."""
    entries = {"x": Same("g", 7, None), "y": Same("h", 8, 1_760_000_000)}

    assert sieve.unpacked(sieve.packed(entries)) == entries
    assert sieve.unpacked("") == {}
    assert entries["x"].published is None
    assert entries["y"].published is not None


def test_names_that_do_not_fit_name_nothing() -> None:
    """Where a parser counts other entries than the sieve, none is remembered."""
    made = Sieve("x")
    assert made.lets_through(b"one")
    made.name(["a", "b"])

    assert made.digests == {}
