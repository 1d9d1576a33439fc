"""The termbase: how a word is to be translated, left as it is, or not said at all."""

from collections.abc import Iterable
from typing import ClassVar

from django.db import models
from django.db.models import Q

from pipeline.records import Pair, TermData


class TermManager(models.Manager["Term"]):
    def of_pair(self, pair: Pair) -> tuple[TermData, ...]:
        """Called by translate and review: the rows that count for a direction, those for all languages among them."""
        rows = self.filter(Q(source_language__in=["", pair.source]), Q(target_language__in=["", pair.target]))
        return tuple(row.as_data() for row in rows.order_by("id"))

    def state(self) -> list[object]:
        """What is another one as soon as a row came, went or changed."""
        found = self.aggregate(count=models.Count("id"), last=models.Max("id"), at=models.Max("changed_at"))
        return [found["count"], found["last"], str(found["at"])]

    def wanted(self, language: str, text: str) -> models.QuerySet["Term"]:
        """Called by the desk: of one target language or all, with the text in the term or its translation."""
        rows = self.filter(target_language__in=["", language]) if language else self.all()
        if text:
            rows = rows.filter(Q(source__icontains=text) | Q(target__icontains=text))
        return rows.order_by("source", "target_language", "id")

    def put(self, terms: Iterable["Term"]) -> None:
        """Store terms; one that is known already gets the newer facts."""
        key = ["source_language", "target_language", "source", "target"]
        fields = ["source_forms", "forms", "do_not_translate", "forbidden", "note", "changed_at"]
        distinct = {tuple(getattr(term, name) for name in key): term for term in terms}
        self.bulk_create(
            distinct.values(), batch_size=200, update_conflicts=True, unique_fields=key, update_fields=fields
        )


class Term(models.Model):
    """A glossary term. An empty language means any."""

    source_language = models.CharField(max_length=3, blank=True)
    target_language = models.CharField(max_length=3, blank=True)
    source = models.CharField(max_length=200)
    source_forms = models.JSONField(
        default=list
    )  # inflected forms; one that ends in * stands for all that begin so
    target = models.CharField(max_length=200, blank=True)
    forms = models.JSONField(default=list)  # inflected forms of the target that count as used
    do_not_translate = models.BooleanField(default=False)
    forbidden = models.BooleanField(default=False)  # the target must not be used
    note = models.TextField(blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects: ClassVar[TermManager] = TermManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(
                fields=["source_language", "target_language", "source", "target"], name="one_term_per_target"
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    def as_data(self) -> TermData:
        return TermData(
            source=self.source,
            target=self.target,
            source_forms=tuple(self.source_forms),
            forms=tuple(self.forms),
            keep=self.do_not_translate,
            forbidden=self.forbidden,
            note=self.note,
        )
