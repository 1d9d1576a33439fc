"""Copies of the pictures that entries show: what is wanted, what was fetched, and which pages may show it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, Window
from django.db.models.functions import RowNumber

from pipeline.models.entries import Entry
from pipeline.models.fields import text_hash
from pipeline.models.moments import has_come
from pipeline.models.releases import Release
from pipeline.models.sources import Source
from pipeline.records import PictureBytes

MOST = 12  # of one entry
_LONGEST = 2_000  # characters of an address
_PARAMETERS = 500  # of one query
_AGAIN = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1), timedelta(days=1))  # then it is given up

_T = TypeVar("_T")


class PictureState(models.TextChoices):
    WAITING = "waiting"  # to be fetched, for the first time or again
    COPIED = "copied"
    NOTHING = "nothing"  # a dot that only counts readers: pages show nothing in its place
    FAILED = "failed"  # given up: pages name it by a link


def _in_parts(values: Iterable[_T]) -> Iterator[list[_T]]:
    rest = list(values)
    for start in range(0, len(rest), _PARAMETERS):
        yield rest[start : start + _PARAMETERS]


class PictureManager(models.Manager["Picture"]):
    def want(self, wanted: Mapping[int, Iterable[str]], sources: Mapping[int, str], now: datetime) -> None:
        """Called by collect and publish: these entries (by id) show pictures at these addresses. `sources`: of the entries."""
        places = {
            entry: [url for url in dict.fromkeys(urls) if 0 < len(url) <= _LONGEST][:MOST]
            for entry, urls in wanted.items()
        }
        rows = {
            text_hash(url): Picture(source_id=sources[entry], url=url, url_hash=text_hash(url), due_at=now)
            for entry, urls in places.items()
            for url in urls
        }
        with transaction.atomic():
            known = self._ids(rows)
            # In one order for all: two workers that met the same ones would wait for each other.
            fresh = [row for key, row in sorted(rows.items()) if key not in known]
            self.bulk_create(fresh, batch_size=200, ignore_conflicts=True)
            known |= self._ids(row.url_hash for row in fresh)
            shows = Picture.entries.through
            shows._base_manager.bulk_create(  # noqa: SLF001 - documented
                [
                    shows(picture_id=known[text_hash(url)], entry_id=entry)
                    for entry, urls in places.items()
                    for url in urls
                ],
                batch_size=200,
                ignore_conflicts=True,
            )

    def _ids(self, hashes: Iterable[str]) -> dict[str, int]:
        return {
            key: pk
            for some in _in_parts(hashes)
            for key, pk in self.filter(url_hash__in=some).values_list("url_hash", "id")
        }

    def due(self, sources: Collection[str] | None, now: datetime, per_source: int) -> list["Picture"]:
        """Called by collect: what is to be fetched now, newest first, so many of each source at most. None: of all."""
        rows = self.filter(has_come("due_at", now), state=PictureState.WAITING).defer("body")
        shows = Picture.entries.through._base_manager.filter(picture=OuterRef("pk"))  # noqa: SLF001 - documented
        rows = rows.filter(Exists(shows))  # what a correction dropped is not asked for any more
        rows = rows if sources is None else rows.filter(source_id__in=list(sources))
        place = Window(RowNumber(), partition_by=F("source_id"), order_by=F("id").desc())
        return list(rows.alias(place=place).filter(place__lte=per_source).order_by("-id"))

    def looks(self, urls: Iterable[str]) -> dict[str, "Picture"]:
        """Called by publish: what is known of the pictures at these addresses, without their bytes."""
        hashes = {text_hash(url) for url in urls}
        return {
            row.url: row for some in _in_parts(hashes) for row in self.filter(url_hash__in=some).defer("body")
        }

    def of_entries(
        self, entry_ids: Collection[int], urls: Iterable[str] | None = None
    ) -> dict[int, list["Picture"]]:
        """Called by publish: what each of these entries showed or shows; of these addresses, or all."""
        shows = Picture.entries.through._base_manager.filter(entry_id__in=entry_ids)  # noqa: SLF001 - documented
        if urls is not None:
            shows = shows.filter(picture__url_hash__in={text_hash(url) for url in urls})
        pairs = list(shows.values_list("entry_id", "picture_id"))
        rows = {
            row.pk: row
            for some in _in_parts({picture for _entry, picture in pairs})
            for row in self.filter(pk__in=some).defer("body")
        }
        found: dict[int, list[Picture]] = {}
        for entry, picture in sorted(pairs):
            found.setdefault(entry, []).append(rows[picture])
        return found

    def body(self, digest: str) -> bytes:
        """Called by publish: the file of a copy."""
        return bytes(
            self.filter(digest=digest, body__isnull=False).values_list("body", flat=True)[:1].get() or b""
        )

    def shown_elsewhere(self, digest: str, entry_id: int, public: models.QuerySet[Release]) -> bool:
        """Called by publish: whether another of the public entries shows the same file."""
        return public.filter(entry__pictures__digest=digest).exclude(entry_id=entry_id).exists()

    def shown(self, public: models.QuerySet[Release]) -> set[str]:
        """Called by publish: the digests of all copies that a public entry shows."""
        rows = self.filter(state=PictureState.COPIED)
        rows = rows.filter(Exists(public.filter(entry__pictures=OuterRef("pk"))))
        return set(rows.values_list("digest", flat=True))

    def mark_pages(self) -> None:
        """Called by publish before it looks for marks: the pages of what was fetched since then are written anew.

        By publish and not by collect, which may run beside it: publish would take away marks that it has not seen.
        """
        for some in _in_parts(self.filter(fresh=True).order_by("id").values_list("id", flat=True)):
            with transaction.atomic():
                Release.objects.filter(entry__pictures__in=some, withdrawn=False).update(dirty=True)
                self.filter(pk__in=some).update(fresh=False)

    def unlink(self, links: Iterable[tuple[int, int]]) -> None:
        """Called by publish: (entry, picture) of what an entry shows no more."""
        for entry, picture in links:
            Picture.entries.through._base_manager.filter(  # noqa: SLF001 - documented
                entry_id=entry, picture_id=picture
            ).delete()

    def last_refused(self) -> "Picture | None":
        """Called by check: the newest that could not be had so far."""
        return self.exclude(note="").defer("body").order_by("-id").first()

    def counts(self) -> dict[str, int]:
        """How many there are, by state."""
        return dict(self.order_by().values_list("state").annotate(models.Count("id")))


class Picture(models.Model):
    """One address of a picture. Where entries share it, it is fetched once."""

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="+"
    )  # whose entry showed it first
    url = models.TextField()
    url_hash = models.CharField(max_length=32, unique=True)
    state = models.CharField(max_length=8, choices=PictureState.choices, default=PictureState.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)  # that failed
    due_at = models.DateTimeField()  # when it is fetched, while it waits
    note = models.TextField(blank=True)  # why it failed
    digest = models.CharField(max_length=32, blank=True)  # of the copy; the name of its file
    width = models.PositiveSmallIntegerField(default=0)  # pixels of the copy
    height = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField(null=True)  # the copy, WebP
    fresh = models.BooleanField(default=False)  # set when it was fetched; publish has not heard of it yet
    entries = models.ManyToManyField(Entry, related_name="pictures")

    objects: ClassVar[PictureManager] = PictureManager()

    class Meta:
        app_label = "pipeline"
        indexes = [
            models.Index(fields=["source", "-id"], condition=Q(state="waiting"), name="picture_waiting"),
            models.Index(fields=["digest"], condition=Q(state="copied"), name="picture_copied"),
            models.Index(fields=["id"], condition=Q(fresh=True), name="picture_fresh"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.url}"

    def copied(self, copy: PictureBytes) -> None:
        """Fetched. The pages of its entries are to be written anew."""
        self.state, self.note = PictureState.COPIED, ""
        self.body, self.digest = copy.body, copy.digest
        self.width, self.height = copy.width, copy.height
        self._done()

    def nothing(self) -> None:
        """It is no picture that anybody would see."""
        self.state, self.note = PictureState.NOTHING, ""
        self._done()

    def _done(self) -> None:
        self.fresh = True
        self.save()

    def failed(self, why: str, now: datetime, *, for_good: bool = False) -> None:
        """It could not be had: another try later, a few times."""
        self.note = why
        if for_good or self.tries >= len(_AGAIN):
            self.state = PictureState.FAILED
        else:
            self.due_at = now + _AGAIN[self.tries]
        self.tries += 1
        self.save(update_fields=["note", "state", "due_at", "tries"])
