"""The texts by which entries are compared when stories are recognised, and which of them wait for it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Case, F, Max, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce

from pipeline.models.entries import Entry
from pipeline.models.sources import Source
from pipeline.models.stories import Voice
from pipeline.models.translations import Translation
from pipeline.states import State

_WITH_TEXT = (State.MACHINE, State.EDITED, State.APPROVED)
LOOK_BACK = timedelta(days=60)  # before the newest entry; what is older is compared no more


@dataclass(frozen=True, slots=True, kw_only=True)
class TextForStory:
    """One entry as it is compared: in the common language where it has a text there, else in its own."""

    key: int  # the entry's
    source: str
    published: datetime
    language: str
    title: str
    content: str  # HTML
    revision: int
    version: int  # one more than that of the translation; 0: the original
    story: int | None
    vector: bytes | None  # of this very text, where there is one


class StoryTexts:
    """Called by stories. `common` is the language in which texts are compared; `sources` are those in use."""

    def __init__(self, common: str, sources: Collection[str]) -> None:
        self._common = common
        self._sources = sources

    def unjudged(self, limit: int) -> list[int]:
        """Entries that were never compared, or whose text changed since; oldest first."""
        if (start := self._start()) is None:
            return []
        rows = self._living().filter(source_id__in=self._sources, published__gte=start)
        same = Q(
            voice__revision=F("current_id"),
            voice__version=F("text_version"),
            voice__language=F("text_language"),
        )
        rows = rows.filter(Q(voice__isnull=True) | ~same).order_by("published", "id")
        return list(rows.values_list("id", flat=True)[:limit])

    def of(self, ids: Iterable[int]) -> list[TextForStory]:
        """The texts of these entries, as they are compared."""
        return _texts(self._living().filter(pk__in=list(ids)))

    def between(self, start: datetime, end: datetime) -> list[TextForStory]:
        """What was compared already, of this time."""
        rows = self._living().filter(published__range=(start, end), source_id__in=self._sources)
        return _texts(rows.filter(voice__isnull=False))

    def forget_old(self) -> None:
        """Of what stands alone and is too old to be compared again nothing need be known."""
        if (start := self._start()) is not None:
            Voice.objects.filter(story__isnull=True, entry__published__lt=start).delete()

    def _start(self) -> datetime | None:
        # Each source is asked for its newest: MAX over several of them would read every entry there is.
        entries = Entry.objects.filter(source=OuterRef("pk")).order_by("-published").values("published")
        rows = Source.objects.filter(pk__in=self._sources).annotate(newest=Subquery(entries[:1]))
        newest: datetime | None = rows.aggregate(found=Max("newest"))["found"]
        return newest and newest - LOOK_BACK

    def _living(self) -> models.QuerySet[Any]:
        """Entries with the version and the language of the text in which they are compared; 0 is the original."""
        draft = Translation.objects.filter(
            entry=OuterRef("pk"), language=self._common, revision=OuterRef("current"), state__in=_WITH_TEXT
        )
        version = Coalesce(Subquery(draft.values("version")[:1]) + 1, Value(0))
        rows = Entry.objects.filter(withdrawn_at__isnull=True, blocked_at__isnull=True, current__isnull=False)
        return rows.annotate(
            text_version=version,
            text_language=Case(When(text_version=0, then=F("language")), default=Value(self._common)),
        )


def _texts(entries: models.QuerySet[Any]) -> list[TextForStory]:
    """In the order of their dates. The drafts are read in a second query."""
    rows = list(entries.select_related("current", "voice").order_by("published", "id"))
    wanted = {row.pk: row.text_language for row in rows if row.text_version}
    drafts = {
        draft.entry_id: draft
        for draft in Translation.objects.filter(entry_id__in=wanted, language__in=set(wanted.values()))
    }
    return [_text(row, drafts.get(row.pk)) for row in rows]


def _text(row: Any, draft: Translation | None) -> TextForStory:
    voice = getattr(row, "voice", None)
    words = draft or row.current
    same = voice and (voice.revision, voice.version, voice.language) == (
        row.current_id,
        row.text_version,
        row.text_language,
    )
    return TextForStory(
        key=row.pk,
        source=row.source_id,
        published=row.published,
        language=row.text_language,
        title=words.title,
        content=words.content or words.summary,
        revision=row.current_id,
        version=row.text_version,
        story=voice.story_id if voice else None,
        vector=bytes(voice.vector) if voice and same and voice.vector is not None else None,
    )
