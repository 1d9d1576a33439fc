"""What may leave the store with time. Every query only finds or removes what nothing public stands on."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from pipeline.models.desk import Draft, Report
from pipeline.models.engines import EngineUsage
from pipeline.models.entries import Entry, Revision
from pipeline.models.jobs import EngineJob
from pipeline.models.pictures import Picture
from pipeline.models.releases import Release
from pipeline.models.runs import RunRecord
from pipeline.models.segments import Segment
from pipeline.models.stories import Lead, Voice
from pipeline.models.translations import Translation, Unit


def former_revisions(before: datetime, limit: int) -> list[int]:
    """Revisions that were followed by another before this moment and that no draft and no public text is made of."""
    follows = Revision.objects.filter(
        entry=OuterRef("entry"), number__gt=OuterRef("number"), seen_at__lt=before
    )
    rows = Revision.objects.filter(Exists(follows), ~Exists(Entry.objects.filter(current=OuterRef("pk"))))
    rows = rows.filter(
        ~Exists(Translation.objects.filter(revision=OuterRef("pk"))),
        ~Exists(Release.objects.filter(revision=OuterRef("pk"))),
    )
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def past_entries(before: datetime, left_before: datetime | None, limit: int) -> list[int]:
    """Entries from before this moment of which nothing is public, nor in people's hands, nor about to change.

    `left_before`: public texts from before it have left the published tree with their month; None: none has.
    """
    public = Q(withdrawn=False, published__gte=left_before) if left_before else Q(withdrawn=False)
    standing = Release.objects.filter(public | Q(dirty=True) | Q(hidden=True), entry=OuterRef("pk"))
    rows = Entry.objects.filter(
        ~Exists(standing),
        ~Exists(Report.objects.filter(entry=OuterRef("pk"), closed_at__isnull=True)),
        ~Exists(Draft.objects.filter(translation__entry=OuterRef("pk"))),
        ~Exists(
            Translation.objects.filter(Q(held_at__isnull=False) | Q(release_due=True), entry=OuterRef("pk"))
        ),
        current__isnull=False,
        published__lt=before,
        first_seen__lt=before,
        release_due=False,
    )
    return list(rows.order_by("id").values_list("id", flat=True)[:limit])


def remove_entries(ids: Sequence[int]) -> None:
    """All their texts. The bare row stays, without a current revision, so that the entry never comes back as new.

    What Atom still names as withdrawn is only marked: publish takes it out of the feeds, and it goes the next time.
    """
    named = Release.objects.filter(entry_id__in=ids, withdrawn=True, forgotten=False)
    if still := set(named.values_list("entry_id", flat=True)):
        named.update(forgotten=True, dirty=True)
        ids = [each for each in ids if each not in still]
    Release.objects.filter(entry_id__in=ids).delete()
    Lead.objects.filter(entry_id__in=ids).delete()
    Voice.objects.filter(entry_id__in=ids).delete()
    Unit.objects.filter(translation__entry_id__in=ids).delete()
    Translation.objects.filter(entry_id__in=ids).delete()
    Picture.entries.through._base_manager.filter(entry_id__in=ids).delete()  # noqa: SLF001 - documented
    Entry.objects.filter(id__in=ids).update(current=None, planned=True)
    remove_revisions(list(Revision.objects.filter(entry_id__in=ids).values_list("id", flat=True)))


def remove_revisions(ids: Sequence[int]) -> None:
    """With their sentences and the translations of those; what people wrote stands in the memory and the audit log."""
    Unit.objects.filter(segment__revision_id__in=ids).delete()
    Segment.objects.filter(revision_id__in=ids).delete()
    Revision.objects.filter(id__in=ids).delete()


def idle_pictures(limit: int) -> list[int]:
    """Copies that no entry shows any more."""
    return list(Picture.objects.filter(entries=None).order_by("id").values_list("id", flat=True)[:limit])


def remove_pictures(ids: Sequence[int]) -> None:
    Picture.objects.filter(id__in=ids).delete()


def old_records(before: datetime) -> dict[str, QuerySet[Model]]:
    """Records past their time, by the name the summary calls them."""
    day: date = before.date()
    return {
        "usage": EngineUsage.objects.filter(day__lt=day),
        "questions": EngineJob.objects.filter(asked_at__lt=before),
        "reports": Report.objects.filter(closed_at__lt=before),
        "runs": RunRecord.objects.filter(ended_at__lt=before),
        "drafts": Draft.objects.filter(saved_at__lt=before),
    }
