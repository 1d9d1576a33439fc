"""Where each public entry stands in the channels: its number there, by which old items are found again.

Numbers are given in order of arrival and never move or return, so that a block of numbers is the same archive
document for ever, and a new entry changes one block only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.db import models, transaction

from pipeline.models.releases import Release

_PARAMETERS = 500  # of one query; SQLite takes a bounded number


@dataclass(frozen=True, slots=True)
class Seat:
    """A number in a channel."""

    channel: str
    number: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A release that is to stand in channels. Of two with one date, the public id says which stands first:

    it is the same in every store, where the order of rows is not.
    """

    published: datetime
    public_id: str
    channels: frozenset[str]


class PlaceManager(models.Manager["Place"]):
    def settle(self, wanted: Mapping[int, Arrival]) -> set[Seat]:
        """Called by publish: releases by id, each with its date and its channels. Gives all seats they had or have."""
        seats: set[Seat] = set()
        with transaction.atomic():
            standing = self._of(wanted)
            seats |= {Seat(place.channel, place.number) for place in standing}
            self._leave(place for place in standing if place.channel not in wanted[place.release_id].channels)
            self._move(
                [place for place in standing if place.published != wanted[place.release_id].published], wanted
            )
            taken = {(place.release_id, place.channel) for place in standing}
            new = [
                (arrival.published, arrival.public_id, release_id, channel)
                for release_id, arrival in wanted.items()
                for channel in arrival.channels
                if (release_id, channel) not in taken
            ]
            seats |= self._seat(sorted(new))
        return seats

    def _of(self, release_ids: Iterable[int]) -> list["Place"]:
        ids = sorted(release_ids)
        found: list[Place] = []
        for start in range(0, len(ids), _PARAMETERS):
            found += self.filter(release_id__in=ids[start : start + _PARAMETERS])
        return found

    def _leave(self, places: Iterable["Place"]) -> None:
        ids = [place.pk for place in places]
        for start in range(0, len(ids), _PARAMETERS):
            self.filter(pk__in=ids[start : start + _PARAMETERS]).delete()

    def _move(self, places: list["Place"], wanted: Mapping[int, Arrival]) -> None:
        for place in places:
            place.published = wanted[place.release_id].published
        self.bulk_update(places, ["published"], batch_size=_PARAMETERS)

    def _seat(self, new: list[tuple[datetime, str, int, str]]) -> set[Seat]:
        """Numbers for newcomers, the oldest first."""
        counts = Counter(channel for _when, _public_id, _release_id, channel in new)
        following = Shelf.objects.extend(counts)
        places = []
        for when, _public_id, release_id, channel in new:
            places.append(
                Place(release_id=release_id, channel=channel, number=following[channel], published=when)
            )
            following[channel] += 1
        self.bulk_create(places, batch_size=_PARAMETERS)
        return {Seat(place.channel, place.number) for place in places}

    def vacate(self, release_ids: Iterable[int]) -> set[Seat]:
        """Called by publish: these releases leave every channel for good. Gives the seats they had."""
        places = self._of(release_ids)
        self._leave(places)
        return {Seat(place.channel, place.number) for place in places}

    def lowest(self, channel: str) -> int | None:
        """The lowest number in use in a channel."""
        rows = self.filter(channel=channel).order_by("number")
        return rows.values_list("number", flat=True).first()

    def between(self, channel: str, start: int, end: int) -> list[Release]:
        """Called by publish: the public entries with the numbers from `start` up to but not with `end`."""
        rows = Release.objects.filter(
            places__channel=channel, places__number__gte=start, places__number__lt=end, withdrawn=False
        )
        return list(rows.select_related("entry", "revision").order_by("-published", "public_id"))

    def addresses(self, channel: str, start: int, end: int) -> list[tuple[str, datetime]]:
        """Called by publish, for the site map: public ids and dates of change of these numbers, in order."""
        rows = self.filter(
            channel=channel, number__gte=start, number__lt=end, release__withdrawn=False
        ).order_by("number")
        return list(rows.values_list("release__public_id", "release__updated"))

    def newest(self, channel: str, limit: int) -> list[Release]:
        """Called by publish: the newest public entries of a channel."""
        rows = self.filter(channel=channel, release__withdrawn=False)
        rows = rows.select_related("release__entry", "release__revision")
        return [place.release for place in rows.order_by("-published", "release__public_id")[:limit]]


class Place(models.Model):
    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="places")
    channel = models.CharField(max_length=60)  # "lv/all", "lv/city/poznan", "lv/topic/culture"
    number = models.PositiveIntegerField()  # in order of arrival; never moves, is never given twice
    published = models.DateTimeField()  # the release's, here for the order

    objects: ClassVar[PlaceManager] = PlaceManager()

    class Meta:
        app_label = "pipeline"
        constraints = [
            models.UniqueConstraint(fields=["release", "channel"], name="one_place_per_channel"),
            models.UniqueConstraint(fields=["channel", "number"], name="one_release_per_number"),
        ]
        indexes = [models.Index(fields=["channel", "-published"], name="place_newest")]

    def __str__(self) -> str:
        return f"{self.channel} {self.number}"


class ShelfManager(models.Manager["Shelf"]):
    def extend(self, counts: Mapping[str, int]) -> dict[str, int]:
        """Make room for so many more in each channel; gives the first new number of each."""
        known = {shelf.channel: shelf for shelf in self.filter(channel__in=list(counts))}
        first: dict[str, int] = {}
        for channel, count in counts.items():
            shelf = known.get(channel) or Shelf(channel=channel)
            first[channel] = shelf.count
            shelf.count += count
            shelf.save()
        return first

    def count_of(self, channel: str) -> int:
        """How many numbers a channel has given away."""
        return self.filter(channel=channel).values_list("count", flat=True).first() or 0


class Shelf(models.Model):
    """How many numbers a channel has given away; the next one is this."""

    channel = models.CharField(max_length=60, primary_key=True)
    count = models.PositiveIntegerField(default=0)

    objects: ClassVar[ShelfManager] = ShelfManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.channel}: {self.count}"
