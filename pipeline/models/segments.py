"""The sentences of each revision: what is translated once, remembered, and reviewed alone."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import IntegrityError, models, transaction

from pipeline.models.entries import Revision
from pipeline.models.fields import text_hash


class SegmentManager(models.Manager["Segment"]):
    def ensure(self, revision_id: int, texts: Iterable[tuple[str, str]]) -> list["Segment"]:
        """The rows of a revision's distinct sentences, given as (field, text) in reading order."""
        wanted: dict[str, tuple[str, str]] = {}
        for field, text in texts:
            wanted.setdefault(text_hash(text), (field, text))
        found = self.of(revision_id, wanted)
        if len(found) == len(wanted):
            return found
        rows = [
            Segment(revision_id=revision_id, ordinal=ordinal, field=field, text=text, text_hash=key)
            for ordinal, (key, (field, text)) in enumerate(wanted.items())
        ]
        try:
            with transaction.atomic():
                return self.bulk_create(rows)
        except IntegrityError:  # another language's worker was first, with all or some of them
            self.bulk_create(rows, ignore_conflicts=True)
            return self.of(revision_id, wanted)

    def of(self, revision_id: int, hashes: Iterable[str]) -> list["Segment"]:
        wanted = set(hashes)
        rows = self.filter(revision_id=revision_id).order_by("ordinal", "id")
        return [row for row in rows if row.text_hash in wanted]


class Segment(models.Model):
    """A distinct sentence of one revision, by its first place: the unit of translation and of review."""

    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="segments")
    ordinal = models.PositiveIntegerField()
    field = models.CharField(max_length=20)  # title, summary, content
    text = models.TextField()
    text_hash = models.CharField(max_length=32)

    objects: ClassVar[SegmentManager] = SegmentManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(fields=["revision", "text_hash"], name="one_segment_per_sentence")
        ]
        indexes = [models.Index(fields=["text_hash"], name="segment_by_text")]

    def __str__(self) -> str:
        return self.text[:60]
