"""Stories: recognise one event that several sources tell.

    what changed | its neighbours in time | pairs that may fit | likeness | groups | stored | who stands for each

Compares entries of different sources in the language in which both have a text. An entry is compared when it is new
or its text changed, with those of some days before and after it; so a run costs what changed.
Only between translations, never amid them: half of the texts would give other stories than all.
Runs after release and before publish, as it is about what readers see; marks for publish what it touched.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from pipeline.config import Config
from pipeline.models import (
    Entry,
    Lead,
    Release,
    StoreFact,
    Story,
    StoryTexts,
    TextForStory,
    Translation,
    Voice,
)
from pipeline.stories.comparison import Compared, Comparison
from pipeline.stories.grouping import Told
from pipeline.stories.vectors import Vectors
from pipeline.stories.words import places_of, plain, sketch

BATCH = 200  # entries compared at a time, oldest first
_RULES = 1  # counts the changes of how texts are compared


@dataclass(slots=True)
class StoriesReport:
    judged: int = 0  # entries compared in this run
    changed: int = 0  # stories that were found, or lost or gained a voice


def run(config: Config) -> StoriesReport:
    """Bring the stories up to date with the texts."""
    report = StoriesReport()
    _notice_new_rules(config)
    sources = [source.key for source in config.source] if config.stories.similarity != "off" else []
    with transaction.atomic():
        report.changed += _leave(sources)
    if sources and _is_settled():
        texts = StoryTexts(common_language(config), sources)
        work = _Judgement(config, texts)
        while work.batch(report):
            pass
        texts.forget_old()
    for story in Lead.objects.unsettled():
        with transaction.atomic():
            _mark([story])
            Lead.objects.settle(story, config.targets)
    return report


def _notice_new_rules(config: Config) -> None:
    """Another way of comparing puts everything to the question again."""
    rules = [_RULES, config.stories.similarity, config.stories.days]
    if StoreFact.objects.read("stories") != rules:
        Voice.objects.update(revision=0)
        StoreFact.objects.write("stories", rules)


def common_language(config: Config) -> str:
    """The language in which texts are compared: the one most translations pass through, if it is published."""
    pivot = config.engines.pivot
    return pivot if pivot in config.targets else config.targets[0]


def _is_settled() -> bool:
    """Nothing waits to be laid out or translated at this moment."""
    laid_out = not Entry.objects.filter(planned=False, withdrawn_at__isnull=True).exists()
    return laid_out and Translation.objects.due_count(datetime.now(UTC)) == 0


def _leave(sources: Collection[str]) -> int:
    """What is gone takes no part any more; a story of one voice is none. How many stories lost a voice."""
    gone = Voice.objects.gone(sources)
    stories = sorted({story for _entry, story in gone if story is not None})
    _mark(stories)
    Voice.objects.filter(entry_id__in=[entry for entry, _story in gone]).delete()
    Lead.objects.filter(story_id__in=stories, entry_id__in=[entry for entry, _story in gone]).delete()
    _dissolve(stories)
    return len(stories)


def _dissolve(stories: Iterable[int]) -> None:
    """Stories left with fewer than two voices end."""
    wanted = set(stories)
    members = Voice.objects.of_stories(wanted)
    ended = [story for story in wanted if len(members.get(story, ())) < 2]
    Voice.objects.filter(story_id__in=ended).update(story=None)
    Story.objects.filter(pk__in=ended).delete()


def _mark(stories: Collection[int]) -> None:
    """Every page and channel that names a voice of these is to be written anew."""
    Release.objects.filter(entry__voice__story_id__in=stories, dirty=False).update(dirty=True)


class _Judgement:
    """The comparison of what changed with what stands beside it."""

    def __init__(self, config: Config, texts: StoryTexts) -> None:
        self._texts = texts
        self._places = places_of(
            {source.key: (source.name, *source.names.values()) for source in config.source}
        )
        self._within = timedelta(days=config.stories.days)
        self._vectors = Vectors() if config.stories.similarity == "vectors" else None

    def batch(self, report: StoriesReport) -> bool:
        """Compare the next entries. Whether there were any."""
        ids = self._texts.unjudged(BATCH)
        if not ids:
            return False
        fresh = self._texts.of(ids)
        others = self._neighbours(fresh)
        found = {each.key: self._compared(each) for each in (*fresh, *others)}
        touched, groups = Comparison(found.values(), within=self._within).stories(ids)
        known = {each.key: each for each in (*fresh, *others)}
        with transaction.atomic():
            report.changed += _store([known[key] for key in sorted(touched)], groups)
            for each in fresh:
                Voice.objects.note(
                    each.key,
                    found[each.key].vector,
                    language=each.language,
                    revision=each.revision,
                    version=each.version,
                )
        report.judged += len(fresh)
        return True

    def _neighbours(self, fresh: Sequence[TextForStory]) -> list[TextForStory]:
        """Those published near, and all voices of their stories and of those that the fresh ones stood in."""
        start, end = fresh[0].published - self._within, fresh[-1].published + self._within
        near = self._texts.between(start, end)
        known = {each.key for each in (*fresh, *near)}
        stories = {each.story for each in (*fresh, *near) if each.story is not None}
        members = {entry for entries in Voice.objects.of_stories(stories).values() for entry in entries}
        found = [*near, *self._texts.of(members - known)]
        keys = {each.key for each in fresh}
        return [each for each in found if each.key not in keys]

    def _compared(self, text: TextForStory) -> Compared:
        return Compared(
            told=Told(key=text.key, source=text.source, published=text.published),
            sketch=sketch(text.title, text.content, text.language, self._places),
            story=text.story,
            vector=self._vector(text),
        )

    def _vector(self, text: TextForStory) -> bytes | None:
        if self._vectors is None or text.vector is not None:
            return text.vector
        return self._vectors.of([f"{text.title}. {plain(text.content)}"])[0]


def _store(touched: Sequence[TextForStory], groups: Iterable[frozenset[int]]) -> int:
    """Make the stories of the touched entries these groups. How many were found, or lost or gained a voice."""
    before = {each.key: each.story for each in touched}
    after: dict[int, int | None] = dict.fromkeys(before)
    for members, story in _named(groups, before):
        after |= dict.fromkeys(members, story)
    moved = [key for key in before if before[key] != after[key]]
    stories = sorted({story for key in moved for story in (before[key], after[key]) if story is not None})
    _mark(stories)
    for key in moved:
        Voice.objects.move(key, after[key])
    _mark(stories)
    _dissolve(stories)
    return len(stories)


def _named(
    groups: Iterable[frozenset[int]], before: Mapping[int, int | None]
) -> Iterator[tuple[frozenset[int], int]]:
    """Each group with its story: the one most of its voices stood in, where that is free, else a new one."""
    taken: set[int] = set()
    for members in groups:
        stood = Counter(story for key in members if (story := before[key]) is not None and story not in taken)
        story = min(stood, key=lambda each: (-stood[each], each)) if stood else Story.objects.create().pk
        taken.add(story)
        yield members, story
