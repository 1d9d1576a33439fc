"""What outlives a run of the sites themselves: the pause each host is owed, and the robots.txt of each."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models

from pipeline.models.moments import is_ahead


class HostManager(models.Manager["Host"]):
    def keep(self, rows: Iterable["Host"], now: datetime) -> None:
        """Called by collect at the end of a run: what stands here afterwards is owed still."""
        self.exclude(is_ahead("next_ok_at", now) | is_ahead("held_until", now)).delete()
        self.bulk_create(
            rows, update_conflicts=True, unique_fields=["name"], update_fields=["next_ok_at", "held_until"]
        )


class Host(models.Model):
    name = models.CharField(max_length=300, primary_key=True)  # with its port where that is not the usual one
    next_ok_at = models.DateTimeField(null=True)  # the gap after the last request
    held_until = models.DateTimeField(null=True)  # Retry-After

    objects: ClassVar[HostManager] = HostManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return self.name


class RobotsFileManager(models.Manager["RobotsFile"]):
    def keep(self, rows: Iterable["RobotsFile"], oldest: datetime) -> None:
        """Called by collect at the end of a run, with the files it fetched; those before `oldest` go."""
        self.filter(fetched_at__lt=oldest).delete()
        self.bulk_create(
            rows, update_conflicts=True, unique_fields=["origin"], update_fields=["text", "fetched_at"]
        )


class RobotsFile(models.Model):
    origin = models.CharField(max_length=300, primary_key=True)  # scheme://host:port
    text = models.TextField(blank=True)  # empty: the site has none
    fetched_at = models.DateTimeField()

    objects: ClassVar[RobotsFileManager] = RobotsFileManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return self.origin
