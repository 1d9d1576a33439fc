"""The stories stage with its store: what joins, what leaves, who stands for a story, and what that marks for publish."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from pipeline.config import Config
from pipeline.models import Entry, Lead, Release, Source, Story, Translation, Voice
from pipeline.review import release
from pipeline.states import State
from pipeline.stories import stage
from tests.builders import NOW, config, revise
from tests.builders import entry as bare_entry
from tests.stories.samples import ENGLISH

on_both = pytest.mark.usefixtures("store")
on_one = pytest.mark.usefixtures("sqlite_store")  # where the kind of database makes no difference

TOLD = {(each.story, each.source): (each.title, f"<p>{each.text}</p>") for each in ENGLISH}
SLEEPER = TOLD["night train", "poznan"]
SLEEPER_TOO = TOLD["night train", "metropolregion"]
SLEEPER_AS_WELL = TOLD["night train", "ccnet"]
OTHER = TOLD["train works", "metropolregion"]
SOURCES = [
    {"key": key, "name": key.title(), "language": "en", "url": f"https://{key}.example/feed"}
    for key in ("poznan", "hannover", "dublin")
]


def settings(**changes: Any) -> Config:
    return config(**({"source": SOURCES, "languages": {"targets": ["en", "lv"]}} | changes))


def entry(number: int, source: str, words: tuple[str, str], *, days: float = 0) -> Entry:
    """An English entry, laid out, released in its own language when the next run asks."""
    row = bare_entry(number, source=source, language="en")
    row.published = row.updated = NOW - timedelta(days=days)
    tell(row, words)
    return row


def tell(row: Entry, words: tuple[str, str]) -> None:
    revision = revise(row, words[0], row.revisions.count() + 1)
    revision.content = words[1]
    revision.save()
    row.planned = True
    row.save()


def draft(row: Entry, words: tuple[str, str], language: str = "en", **changes: Any) -> Translation:
    fields: dict[str, Any] = {
        "state": State.MACHINE,
        "revision": row.current,
        "title": words[0],
        "content": words[1],
        "published": row.published,
        "due_at": NOW,
        "changed_at": NOW,
        "release_due": True,
    }
    return Translation.objects.create(entry=row, language=language, **fields | changes)


def run(wanted: Config | None = None) -> stage.StoriesReport:
    wanted = wanted or settings()
    release.run(wanted)
    return stage.run(wanted)


def stories() -> list[set[int]]:
    found: dict[int, set[int]] = {}
    for voice in Voice.objects.filter(story__isnull=False):
        found.setdefault(voice.story_id or 0, set()).add(voice.entry_id)
    return sorted(found.values(), key=sorted)


def lead(language: str = "en") -> list[int]:
    return list(Lead.objects.filter(language=language).values_list("entry_id", flat=True))


def shown(sources: Sequence[dict[str, str]] = SOURCES, language: str = "en") -> set[int]:
    rows = Release.objects.channel(language, 100, 0, "", [each["key"] for each in sources])
    return {row.entry_id for row in rows}


@on_both
def test_two_sources_that_tell_one_event_are_a_story() -> None:
    """The first that was published stands for it in the combined channel; other news stand alone."""
    late, early = entry(1, "poznan", SLEEPER), entry(2, "hannover", SLEEPER_TOO, days=1)
    alone = entry(3, "dublin", OTHER)

    report = run()

    assert stories() == [{early.pk, late.pk}]
    assert lead() == [early.pk]
    assert shown() == {early.pk, alone.pk}
    assert (report.judged, report.changed) == (3, 1)


@on_one
def test_a_city_keeps_its_own_voice() -> None:
    """In the channel of its city an entry stands whatever story it tells."""
    late = entry(1, "poznan", SLEEPER)
    entry(2, "hannover", SLEEPER_TOO, days=1)
    run()

    found = Release.objects.channel("en", 100, 0, "poznan", ["poznan"])

    assert [row.entry_id for row in found] == [late.pk]
    beside = Release.objects.beside("en", [late.pk])
    assert [row.source_id for row in beside[late.pk]] == ["hannover"]


@on_both
def test_texts_are_compared_in_the_language_both_have() -> None:
    """A Polish and an English entry meet in English, where the Polish one has a translation."""
    Source.objects.ensure(["poznan"])
    polish = bare_entry(1, source="poznan", language="pl", planned=True)
    Entry.objects.update(planned=True)
    draft(polish, SLEEPER)
    english = entry(2, "hannover", SLEEPER_TOO)

    run()

    assert stories() == [{polish.pk, english.pk}]
    assert Voice.objects.get(entry=polish).language == "en"


@on_both
def test_a_second_run_compares_nothing_and_marks_nothing() -> None:
    """What did not change costs nothing."""
    entry(1, "poznan", SLEEPER)
    entry(2, "hannover", SLEEPER_TOO)
    run()
    Release.objects.update(dirty=False)

    report = run()

    assert (report.judged, report.changed) == (0, 0)
    assert not Release.objects.filter(dirty=True).exists()


@on_one
def test_a_voice_that_joins_later_never_takes_the_place_of_the_lead() -> None:
    """What readers of the combined channel were shown keeps its id, though the newcomer is older."""
    first, second = entry(1, "poznan", SLEEPER), entry(2, "hannover", SLEEPER_TOO, days=1)
    run()
    Release.objects.update(dirty=False)
    third = entry(3, "dublin", SLEEPER_AS_WELL, days=2)

    run()

    assert stories() == [{first.pk, second.pk, third.pk}]
    assert lead() == [second.pk]
    assert shown() == {second.pk}
    dirty = Release.objects.filter(dirty=True).values_list("entry_id", flat=True)
    assert set(dirty) == {first.pk, second.pk, third.pk}


@on_one
def test_each_language_has_its_own_lead() -> None:
    """Where the first voice is not public, the next stands for the story, and goes on doing so."""
    first, second = entry(1, "poznan", SLEEPER, days=1), entry(2, "hannover", SLEEPER_TOO)
    draft(second, ("Vilciens", "<p>Vilciens.</p>"), "lv")
    run()

    assert lead("en") == [first.pk]
    assert lead("lv") == [second.pk]
    draft(first, ("Vilciens", "<p>Vilciens.</p>"), "lv")

    run()

    assert lead("lv") == [second.pk]
    assert shown(language="lv") == {second.pk}


@on_both
def test_a_withdrawn_lead_leaves_its_place_to_the_next() -> None:
    """What is gone takes no part any more; a story of one voice is none."""
    first, second = entry(1, "poznan", SLEEPER, days=2), entry(2, "hannover", SLEEPER_TOO, days=1)
    third = entry(3, "dublin", SLEEPER_AS_WELL)
    run()
    Release.objects.update(dirty=False)
    Entry.objects.filter(pk=first.pk).update(withdrawn_at=NOW, release_due=True)

    run()

    assert stories() == [{second.pk, third.pk}]
    assert lead() == [second.pk]
    assert shown() == {second.pk}
    assert set(Release.objects.filter(dirty=True).values_list("entry_id", flat=True)) == {
        first.pk,
        second.pk,
        third.pk,
    }
    Entry.objects.filter(pk=second.pk).update(withdrawn_at=NOW, release_due=True)

    run()

    assert stories() == []
    assert not Story.objects.exists()
    assert shown() == {third.pk}


@on_one
def test_an_entry_taken_back_by_an_editor_leaves_too() -> None:
    """Blocked in every language is as good as gone."""
    first = entry(1, "poznan", SLEEPER)
    entry(2, "hannover", SLEEPER_TOO)
    run()
    Entry.objects.filter(pk=first.pk).update(blocked_at=NOW)

    run()

    assert stories() == []


@on_one
def test_a_correction_is_judged_anew() -> None:
    """What turns out to be another event leaves the story; corrected back, it returns."""
    first, second = entry(1, "poznan", SLEEPER), entry(2, "hannover", SLEEPER_TOO)
    run()
    tell(first, OTHER)

    assert run().changed == 1
    assert stories() == []
    tell(first, SLEEPER)
    run()
    assert stories() == [{first.pk, second.pk}]


@on_one
def test_a_source_tells_a_story_once() -> None:
    """Of two entries of one source the better one joins; the other stands alone."""
    first, second = entry(1, "poznan", SLEEPER), entry(2, "hannover", SLEEPER_TOO)
    entry(3, "hannover", SLEEPER_AS_WELL)

    run()

    assert stories() == [{first.pk, second.pk}]


@on_one
def test_what_lies_far_apart_in_time_is_no_story() -> None:
    """The same event next year is news again."""
    entry(1, "poznan", SLEEPER)
    entry(2, "hannover", SLEEPER_TOO, days=5)

    run(settings(stories={"days": 4}))

    assert stories() == []
    run(settings(stories={"days": 6}))
    assert len(stories()) == 1


@on_one
def test_nothing_is_judged_amid_translations() -> None:
    """While texts are due, or not laid out, half of them would make other stories than all."""
    first, second = entry(1, "poznan", SLEEPER), entry(2, "hannover", SLEEPER_TOO)
    due = draft(first, ("", ""), "lv", state=State.WAITING)

    assert run().judged == 0
    due.delete()
    Entry.objects.filter(pk=second.pk).update(planned=False)
    assert run().judged == 0
    Entry.objects.update(planned=True)
    assert run().judged == 2


@on_one
@pytest.mark.parametrize("order", [(1, 2, 3), (3, 2, 1), (2, 3, 1)])
def test_the_order_of_arrival_does_not_matter(order: tuple[int, ...]) -> None:
    """Each judged when it came, or all at once: the same story with the same voices."""
    words = {1: ("poznan", SLEEPER), 2: ("hannover", SLEEPER_TOO), 3: ("dublin", SLEEPER_AS_WELL)}
    found = set()
    for number in order:
        source, text = words[number]
        found.add(entry(number, source, text, days=number / 10).pk)
        run()

    assert stories() == [found]


@on_one
def test_switched_off_no_story_remains() -> None:
    """All entries stand for themselves again, and what named others is written anew."""
    first, second = entry(1, "poznan", SLEEPER), entry(2, "hannover", SLEEPER_TOO)
    run()
    Release.objects.update(dirty=False)

    run(settings(stories={"similarity": "off"}))

    assert stories() == []
    assert shown() == {first.pk, second.pk}
    assert Release.objects.filter(dirty=True).count() == 2


@on_one
def test_sources_that_left_the_configuration_leave_their_stories() -> None:
    """What is no longer published stands for nobody."""
    entry(1, "poznan", SLEEPER, days=1)
    other = entry(2, "hannover", SLEEPER_TOO)
    run()

    run(settings(source=SOURCES[1:]))

    assert stories() == []
    assert shown(SOURCES[1:]) == {other.pk}


@on_one
def test_many_entries_are_judged_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pair that lies in two batches is found all the same."""
    monkeypatch.setattr(stage, "BATCH", 1)
    first, second = entry(1, "poznan", SLEEPER, days=1), entry(2, "hannover", SLEEPER_TOO)

    assert run().judged == 2
    assert stories() == [{first.pk, second.pk}]


@on_one
def test_what_is_old_and_alone_is_forgotten() -> None:
    """Entries long before the newest one are not compared, and leave nothing behind."""
    entry(1, "poznan", OTHER, days=100)
    run()
    assert Voice.objects.count() == 1
    entry(2, "hannover", SLEEPER)

    assert run().judged == 1
    assert Voice.objects.count() == 1
