"""What the checks found in the units of a translation."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models

from pipeline.models.translations import Translation, Unit


class FindingManager(models.Manager["Finding"]):
    def standing(self, row: Translation) -> list["Finding"]:
        """What was found in the present draft and nobody dismissed."""
        return self.standing_of([row])

    def standing_of(self, rows: Iterable[Translation]) -> list["Finding"]:
        """The same for many drafts at once."""
        found = self.filter(unit__translation__in=list(rows), dismissed_by="")
        found = found.filter(unit__segment__revision_id=models.F("unit__translation__revision_id"))
        return list(found.select_related("unit__segment"))


class Finding(models.Model):
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="findings")
    check_id = models.CharField(max_length=40)  # stable: dismissals refer to it
    severity = models.CharField(max_length=5)  # block, warn, info
    message = models.TextField()
    start = models.PositiveIntegerField(null=True)
    end = models.PositiveIntegerField(null=True)
    fix = models.TextField(null=True)
    dismissed_by = models.CharField(max_length=150, blank=True, default="")

    objects: ClassVar[FindingManager] = FindingManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.check_id}: {self.message}"
