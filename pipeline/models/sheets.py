"""What the editor's page asks of the store, in the same number of queries whatever the text's length."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import F, Prefetch, QuerySet

from pipeline.models.desk import Draft, Report
from pipeline.models.findings import Finding
from pipeline.models.memory import MemoryUnit
from pipeline.models.releases import Release
from pipeline.models.segments import Segment
from pipeline.models.translations import Translation, Unit
from pipeline.states import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """A translation with all that stands around it."""

    translation: Translation
    segments: tuple[Segment, ...]  # of the revision shown, in reading order
    units: dict[int, Unit]  # by segment
    former: tuple[Unit, ...]  # those of the draft before, where its source was another
    public: Release | None
    draft: Draft | None
    reports: tuple[Report, ...]


def translation_of(translation_id: int) -> Translation:
    """With its entry and both revisions: the draft's and the present one."""
    return Translation.objects.select_related("entry", "entry__current", "revision").get(pk=translation_id)


def rows_of(row: Translation, revision_id: int, editor: str) -> Rows:
    """Everything of one page."""
    segments = Segment.objects.filter(revision_id=revision_id).order_by("ordinal", "id")
    units = Unit.objects.filter(translation=row, segment__revision_id=revision_id)
    findings = Prefetch("findings", Finding.objects.order_by("id"))
    public = Release.objects.filter(entry_id=row.entry_id, language=row.language, withdrawn=False)
    reports = Report.objects.filter(
        entry_id=row.entry_id, language=row.language, closed_at__isnull=True
    ).order_by("at")
    return Rows(
        translation=row,
        segments=tuple(segments),
        units={unit.segment_id: unit for unit in units.prefetch_related(findings)},
        former=former_units(row, revision_id),
        public=public.only("label", "revision_id").first(),
        draft=Draft.objects.filter(translation=row, editor__name=editor).first(),
        reports=tuple(reports),
    )


def former_units(row: Translation, revision_id: int) -> tuple[Unit, ...]:
    """The sentences of the newest earlier draft that had another revision, in reading order."""
    rows = Unit.objects.filter(translation=row).exclude(segment__revision_id=revision_id)
    newest = rows.order_by("-segment__revision_id").values("segment__revision_id")[:1]
    found = rows.filter(segment__revision_id__in=newest).select_related("segment")
    return tuple(found.order_by("segment__ordinal", "segment_id"))


def findings_by_unit(units: Iterable[Unit]) -> dict[int, list[Finding]]:
    """What was found in each and nobody dismissed."""
    found: dict[int, list[Finding]] = {}
    for each in Finding.objects.filter(unit__in=list(units), dismissed_by="").order_by("id"):
        found.setdefault(each.unit_id, []).append(each)
    return found


def remembered(source: str, target: str, hashes: Sequence[str]) -> list[MemoryUnit]:
    """All that the memory has for these very sentences, the best first."""
    rows = MemoryUnit.objects.filter(
        source_language=source, target_language=target, source_hash__in=list(hashes)
    )
    return list(rows.order_by("-rank", "-id"))


def waiting_units(row: Translation, text_hash: str, excluded: Iterable[int] = ()) -> list[Unit]:
    """Units of other translations of this direction for the same sentence that no person has touched."""
    found = _open_units(row).filter(segment__text_hash=text_hash)
    return list(found.exclude(translation_id__in=list(excluded)).order_by("-translation__published", "id"))


def waiting_sources(row: Translation, limit: int) -> list[Unit]:
    """Untouched units of texts that wait for a person, newest entries first: where like sentences may stand."""
    found = _open_units(row).filter(translation__waits=True)
    return list(found.order_by("-translation__published", "id")[:limit])


def _open_units(row: Translation) -> QuerySet[Unit]:
    rows = Unit.objects.filter(
        translation__language=row.language,
        translation__entry__language=row.entry.language,
        state=State.MACHINE,
        segment__revision_id=F("translation__revision_id"),
    )
    rows = rows.exclude(translation_id=row.pk).exclude(
        translation__state__in=[State.REJECTED, State.WITHDRAWN]
    )
    return rows.select_related("segment", "translation__entry")
