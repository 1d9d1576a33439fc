"""What the store remembers of a source between polls. What a source *is* stands in config.toml."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from django.db import connection, models, transaction

from pipeline.models.moments import has_come

_MANY = 200


class SourceManager(models.Manager["Source"]):
    def ensure(self, keys: Iterable[str]) -> dict[str, "Source"]:
        """A row for every key, made where there is none yet."""
        wanted = list(keys)
        self.make_missing(wanted)
        return self.in_bulk(wanted)

    def make_missing(self, keys: Iterable[str]) -> None:
        """Called by collect before a run: from now on every key has a row."""
        missing = set(keys).difference(self.values_list("key", flat=True))
        self.bulk_create([Source(key=key) for key in sorted(missing)], ignore_conflicts=True)

    def due(self, keys: Iterable[str], now: datetime) -> list["Source"]:
        """Called by collect: the sources to poll now, longest waiting first."""
        rows = self._to_poll(keys)
        rows = rows.filter(models.Q(next_poll__isnull=True) | has_come("next_poll", now))
        return list(rows.order_by(models.F("next_poll").asc(nulls_first=True), "key"))

    def not_held(self, keys: Iterable[str], now: datetime) -> list["Source"]:
        """Called by collect when cron is the schedule: all but those whose server asked us to stay away."""
        rows = self._to_poll(keys).filter(models.Q(held_until__isnull=True) | has_come("held_until", now))
        return list(rows.order_by("key"))

    def _to_poll(self, keys: Iterable[str]) -> models.QuerySet["Source"]:
        """Without what a poll only writes: reading dates costs more than anything else about a row."""
        wanted = list(keys)
        # Of many keys each costs more in a query than a row that is read for nothing.
        rows = (
            self.filter(key__in=wanted)
            if len(wanted) <= _MANY
            else self.exclude(key__in=self._others(wanted))
        )
        return rows.defer("last_attempt", "last_success", "error", "error_code")

    def _others(self, keys: Collection[str]) -> list[str]:
        """Sources that left the configuration, or are switched off: few."""
        return list(set(self.values_list("key", flat=True)).difference(keys))

    def polled_since(self, moment: datetime) -> tuple[int, int]:
        """How many were polled, and of how many that failed."""
        rows = self.filter(last_attempt__gte=moment)
        return rows.count(), rows.exclude(error="").count()

    def read_anew(self, keys: Iterable[str]) -> None:
        """Called by collect: forget the validators, so that the next poll reads these sources whole."""
        self.filter(key__in=list(keys)).update(etag="", last_modified="", body_hash="")

    def keep(self, rows: Iterable["Source"], *, but: Collection[str] = ()) -> None:
        """Called by collect: the columns of the rows as they are now, but for those left out or never loaded."""
        kinds: dict[frozenset[str], list[Source]] = {}
        for row in rows:
            kinds.setdefault(frozenset(row.get_deferred_fields()), []).append(row)
        key, *columns = self.model._meta.concrete_fields  # noqa: SLF001 - Django documents it
        with transaction.atomic(), connection.cursor() as cursor:
            for absent, alike in kinds.items():
                kept = [each for each in columns if each.attname not in absent and each.attname not in but]
                named = ", ".join(f"{each.column} = %s" for each in kept)
                sql = f"UPDATE {self.model._meta.db_table} SET {named} WHERE {key.column} = %s"  # noqa: S608, SLF001 - our own names
                cursor.executemany(sql, list(_values(alike, [*kept, key])))


def _values(rows: Iterable["Source"], columns: "Sequence[models.Field[Any, Any]]") -> Iterator[list[Any]]:
    """As the database takes them. Asking each field anew would take longer than many a poll."""
    moments: dict[datetime, Any] = {}
    adapt = connection.ops.adapt_datetimefield_value
    for row in rows:
        values: list[Any] = []
        for column in columns:
            value = getattr(row, column.attname)
            if isinstance(value, datetime):
                if value not in moments:
                    moments[value] = adapt(value)
                value = moments[value]
            elif not (value is None or isinstance(value, str | int | float)):
                value = column.get_db_prep_save(value, connection)
            values.append(value)
        yield values


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


class LastAnswerManager(models.Manager["LastAnswer"]):
    def of(self, keys: Collection[str]) -> dict[str, str]:
        """Called by collect before it polls: what these sources' last answers held."""
        return dict(self.filter(source_id__in=keys).values_list("source_id", "entries"))

    def remember(self, entries: Mapping[str, str]) -> None:
        """Called by collect with the entries, in their transaction."""
        rows = [LastAnswer(source_id=key, entries=text) for key, text in entries.items()]
        self.bulk_create(rows, update_conflicts=True, unique_fields=["source"], update_fields=["entries"])

    def forget(self, keys: Iterable[str]) -> None:
        """Called by collect: at the next poll every entry of these sources is read anew."""
        self.filter(source_id__in=list(keys)).delete()


class LastAnswer(models.Model):
    """Which entries a source's last answer held, by digests of their bytes. Apart from the source: it may be long."""

    source = models.OneToOneField(Source, primary_key=True, on_delete=models.CASCADE, related_name="+")
    entries = models.TextField()  # JSON; see collect/sieve.py

    objects: ClassVar[LastAnswerManager] = LastAnswerManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return self.source_id
