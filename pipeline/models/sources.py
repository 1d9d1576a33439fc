"""What the store remembers of a source between polls. What a source *is* stands in config.toml."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models


class SourceManager(models.Manager["Source"]):
    def ensure(self, keys: Iterable[str]) -> dict[str, "Source"]:
        """A row for every key, made where there is none yet."""
        wanted = list(keys)
        found = self.in_bulk(wanted)
        missing = [Source(key=key) for key in wanted if key not in found]
        if missing:
            self.bulk_create(missing, ignore_conflicts=True)
            found = self.in_bulk(wanted)
        return found

    def due(self, keys: Iterable[str], now: datetime) -> list["Source"]:
        """Called by collect: the sources to poll now, longest waiting first."""
        rows = self.filter(key__in=list(keys))
        rows = rows.filter(models.Q(next_poll__isnull=True) | models.Q(next_poll__lte=now))
        return list(rows.order_by(models.F("next_poll").asc(nulls_first=True), "key"))

    def not_held(self, keys: Iterable[str], now: datetime) -> list["Source"]:
        """Called by collect when cron is the schedule: all but those whose server asked us to stay away."""
        return list(self.filter(key__in=list(keys)).exclude(held_until__gt=now).order_by("key"))

    def read_anew(self, keys: Iterable[str]) -> None:
        """Called by collect: forget the validators, so that the next poll reads these sources whole."""
        self.filter(key__in=list(keys)).update(etag="", last_modified="", body_hash="")

    def keep(self, rows: Collection["Source"]) -> None:
        """Called by collect: every column of the rows as they are now, in one statement."""
        columns = self.model._meta.concrete_fields  # noqa: SLF001 - Django documents it
        fields = [column.attname for column in columns if not column.primary_key]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["key"], update_fields=fields)


class Source(models.Model):
    key = models.CharField(max_length=40, primary_key=True)
    etag = models.TextField(
        blank=True, default=""
    )  # validators: as the server last sent them, sent back verbatim
    last_modified = models.TextField(blank=True, default="")
    body_hash = models.CharField(
        max_length=32, blank=True, default=""
    )  # of the last body that was read whole
    recipe_hash = models.CharField(max_length=32, blank=True, default="")  # url and reader it was read with
    moved_to = models.TextField(
        blank=True, default=""
    )  # where permanent redirects led, taken over after three times
    moved_seen = models.PositiveIntegerField(default=0)
    polls_since_full = models.PositiveIntegerField(
        default=0
    )  # some servers answer 304 wrongly: now and then ask anew
    ttl = models.PositiveIntegerField(null=True)  # seconds between polls that its feed asks for
    next_poll = models.DateTimeField(null=True)
    held_until = models.DateTimeField(null=True)  # Retry-After: nothing is sent before
    last_attempt = models.DateTimeField(null=True)
    last_success = models.DateTimeField(null=True)
    failures = models.FloatField(default=0)  # graded: hard 1, soft 0.5, temporary 0.25; zeroed by a success
    error = models.TextField(blank=True, default="")  # why the last poll failed, empty after a success
    error_code = models.CharField(max_length=20, blank=True, default="")
    reading = models.JSONField(
        default=dict
    )  # pages read once, fields it used to have: see collect/reading.py

    objects: ClassVar[SourceManager] = SourceManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return self.key
