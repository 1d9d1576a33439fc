"""WebSub, both ways: what we asked of the sources' hubs, and what we owe to the hubs of our own channels.

https://www.w3.org/TR/websub/
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from pipeline.models.moments import FARTHEST, has_come, is_ahead
from pipeline.models.sources import Source

ASKED, ACTIVE, DENIED, LEAVING = "asked", "active", "denied", "leaving"
STATES = [(state, state) for state in (ASKED, ACTIVE, DENIED, LEAVING)]
RENEWED_AFTER = 0.8  # of a lease
_LONGEST_LEASE = timedelta(days=366)
_UNANNOUNCED = (
    2  # polls one after the other that found news no ping had told of: such a hub is not relied upon
)


class SubscriptionManager(models.Manager["Subscription"]):
    def offered(
        self, source_key: str, hub: str, topic: str, *, token: str, secret: str, now: datetime
    ) -> None:
        """Called by collect: the source names this hub. One that is known already stays as it is."""
        row, made = self.get_or_create(
            source_id=source_key,
            defaults={"hub": hub, "topic": topic, "token": token, "secret": secret, "next_try": now},
        )
        if made or (row.state != LEAVING and (row.hub, row.topic) == (hub, topic)):
            return
        fresh = Subscription(
            source_id=source_key, hub=hub, topic=topic, token=token, secret=secret, next_try=now
        )
        fresh.save()  # in the place of the old one, whose lease runs out by itself

    def leave(self, source_keys: Iterable[str], now: datetime) -> int:
        """Called by collect: these sources left the configuration, or name no hub any more."""
        rows = self.filter(source_id__in=list(source_keys)).exclude(state=LEAVING)
        rows.filter(lease_until__isnull=True).delete()  # nothing to take back
        return rows.update(state=LEAVING, asked_at=None, next_try=now, attempts=0)

    def keys(self) -> set[str]:
        return set(self.exclude(state=LEAVING).values_list("source_id", flat=True))

    def due(self, callback: str, now: datetime, only: Collection[str] | None = None) -> list["Subscription"]:
        """Called by collect: what must be asked of a hub now; all, where our own address has changed."""
        rows = self.filter(has_come("next_try", now, _LONGEST_LEASE) | ~Q(callback__in=["", callback]))
        if only is not None:
            rows = rows.filter(source_id__in=only)
        return list(rows.order_by("next_try"))

    def asking(self, row: "Subscription", callback: str, now: datetime, again: datetime) -> None:
        """Called by collect before it asks: from now on, and not longer than until `again`, the hub may verify."""
        self.filter(pk=row.pk, token=row.token).update(
            asked_at=now, next_try=again, callback=callback, attempts=F("attempts") + 1
        )

    def refused(self, row: "Subscription", reason: str, again: datetime) -> None:
        """Called by collect: the hub did not take the question."""
        self.filter(pk=row.pk, token=row.token).update(asked_at=None, next_try=again, reason=reason[:500])

    def give_up(self, row: "Subscription") -> None:
        """Called by collect: a hub that does not let go forgets us when its lease runs out."""
        self.filter(pk=row.pk, token=row.token).delete()

    # ── What hubs say, through the callback ──────────────────────────────────────────────────────────

    def by_token(self, token: str) -> "Subscription | None":
        return self.filter(token=token).first()

    def verified(self, row: "Subscription", lease: timedelta, now: datetime) -> bool:
        """The hub confirms what we asked of it, once. False where we did not ask, or it was answered already."""
        rows = self.filter(pk=row.pk, token=row.token, asked_at__isnull=False, next_try__gt=now)
        return bool(
            rows.exclude(state=LEAVING).update(
                state=ACTIVE,
                asked_at=None,
                lease_until=now + lease,
                next_try=now + RENEWED_AFTER * lease,
                attempts=0,
                reason="",
            )
        )

    def left(self, row: "Subscription") -> bool:
        """The hub confirms that we leave, which we asked of it."""
        rows = self.filter(pk=row.pk, token=row.token, state=LEAVING, asked_at__isnull=False)
        return bool(rows.delete()[0])

    def denied(self, row: "Subscription", reason: str, again: datetime) -> None:
        self.filter(pk=row.pk, token=row.token).exclude(state=LEAVING).update(
            state=DENIED, asked_at=None, lease_until=None, next_try=again, reason=reason[:500]
        )

    def heard(self, row: "Subscription", now: datetime, spacing: timedelta) -> bool:
        """A hub told of news: its source is due at once. False where it did so a moment ago."""
        rows = self.filter(pk=row.pk, token=row.token).exclude(state=LEAVING)
        rows = rows.filter(Q(heard_at__isnull=True) | has_come("heard_at", now - spacing))
        if not rows.update(heard_at=now, unannounced=0):
            return False
        Source.objects.filter(key=row.source_id).update(next_poll=now)
        return True

    # ── What polls make of it ────────────────────────────────────────────────────────────────────────

    def relied_upon(self, now: datetime) -> set[str]:
        """Called by collect: the sources that may be polled more rarely, as their hubs tell of news."""
        rows = self.filter(
            is_ahead("lease_until", now, _LONGEST_LEASE), state=ACTIVE, unannounced__lt=_UNANNOUNCED
        )
        return set(rows.values_list("source_id", flat=True))

    def found_news(self, source_keys: Iterable[str], since: datetime) -> None:
        """Called by collect: these polls found news. Where no ping had told of it, that counts against the hub."""
        rows = self.filter(source_id__in=list(source_keys), state=ACTIVE)
        rows.filter(Q(heard_at__isnull=True) | Q(heard_at__lt=since)).update(unannounced=F("unannounced") + 1)

    def wake(self, since: datetime, now: datetime) -> None:
        """Called by collect at the end of a run: a ping that came while it ran is not lost under its plans."""
        heard = self.filter(heard_at__gte=since, heard_at__lte=now + FARTHEST).values("source_id")
        Source.objects.filter(key__in=heard).update(next_poll=now)


class Subscription(models.Model):
    """What we asked a source's hub for."""

    source = models.OneToOneField(Source, primary_key=True, on_delete=models.CASCADE, related_name="+")
    hub = models.TextField()
    topic = models.TextField()  # the feed's own name for itself, as the hub knows it
    token = models.CharField(max_length=64, unique=True)  # the address the hub calls: nobody else knows it
    secret = models.CharField(max_length=100)  # the hub signs with it
    callback = models.TextField(blank=True, default="")  # our address when we last asked
    state = models.CharField(max_length=10, choices=STATES, default=ASKED)
    asked_at = models.DateTimeField(null=True)  # a question is open: only then does a verification count
    lease_until = models.DateTimeField(null=True)
    next_try = models.DateTimeField()  # renewed, or asked again
    attempts = models.PositiveIntegerField(default=0)  # to ask, since the hub last confirmed
    reason = models.TextField(blank=True, default="")  # why it is not active
    heard_at = models.DateTimeField(null=True)  # the last ping
    unannounced = models.PositiveIntegerField(default=0)  # polls that found news no ping had told of

    objects: ClassVar[SubscriptionManager] = SubscriptionManager()

    class Meta:
        app_label = "pipeline"

    def __str__(self) -> str:
        return f"{self.source_id} at {self.hub}"

    def remark(self, now: datetime) -> str:
        """How it stands, in words for `check`."""
        if self.state == ACTIVE and self.lease_until and self.lease_until > now:
            known = f", last on {self.heard_at:%Y-%m-%d %H:%M} UTC" if self.heard_at else ""
            silent = (
                "; it was silent about news, so it is not relied upon"
                if self.unannounced >= _UNANNOUNCED
                else ""
            )
            return f"its hub {self.hub} tells of news{known}{silent}"
        why = f": {self.reason}" if self.reason else ""
        return f"its hub {self.hub} was asked to tell of news and has not agreed{why}"

    @property
    def is_leaving(self) -> bool:
        return self.state == LEAVING


class HubPingManager(models.Manager["HubPing"]):
    def recover(self, now: datetime) -> None:
        """Called by publish at its beginning: of what a run that died may have written, hubs are told to be sure."""
        self.filter(sure=False).update(sure=True, due_at=now, changed_at=now)

    def expect(self, pairs: Iterable[tuple[str, str]], later: datetime) -> None:
        """Called by publish before it writes: these channels (hub, topic) may be about to change.

        A run that dies between the files and the settling leaves the rows: they are sent later.
        """
        rows = [HubPing(hub=hub, topic=topic, due_at=later) for hub, topic in pairs]
        self.bulk_create(rows, ignore_conflicts=True, batch_size=300)

    def settle(self, changed: Collection[str], unchanged: Collection[str], now: datetime) -> None:
        """Called by publish after it wrote: the hubs are told of what changed, at once."""
        for some in _parts(changed):
            self.filter(topic__in=some).update(sure=True, due_at=now, changed_at=now, attempts=0, reason="")
        for some in _parts(unchanged):
            self.filter(topic__in=some, sure=False).delete()

    def due(self, now: datetime, hubs: Collection[str]) -> list["HubPing"]:
        """Called by the one who tells: oldest first. Hubs that left the configuration are told nothing more."""
        self.exclude(hub__in=hubs).delete()
        return list(self.filter(has_come("due_at", now)).order_by("hub", "due_at", "id"))

    def told(self, rows: Collection["HubPing"]) -> None:
        """Unless they changed again meanwhile."""
        for row in rows:
            self.filter(pk=row.pk, changed_at=row.changed_at).delete()

    def failed(self, rows: Collection["HubPing"], reason: str, again: Mapping[int, datetime | None]) -> None:
        """`again`, by id: when to try once more; None gives a ping up, as the next change makes another."""
        for row in rows:
            mine = self.filter(pk=row.pk, changed_at=row.changed_at)
            if (when := again[row.pk]) is None:
                mine.delete()
            else:
                mine.update(attempts=F("attempts") + 1, due_at=when, reason=reason[:500])


def _parts(topics: Collection[str], size: int = 500) -> Iterable[list[str]]:
    rest = sorted(topics)
    return (rest[start : start + size] for start in range(0, len(rest), size))


class HubPing(models.Model):
    """A channel of ours that changed, which a hub is to be told."""

    hub = models.TextField()
    topic = models.TextField()  # the channel's public address
    sure = models.BooleanField(default=False)  # it did change; else a run may have died while writing it
    changed_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    reason = models.TextField(blank=True, default="")  # why the last attempt failed

    objects: ClassVar[HubPingManager] = HubPingManager()

    class Meta:
        app_label = "pipeline"
        constraints = [models.UniqueConstraint(fields=["hub", "topic"], name="one_ping_per_channel")]
        indexes = [models.Index(fields=["due_at"], name="ping_due")]

    def __str__(self) -> str:
        return f"{self.topic} to {self.hub}"
