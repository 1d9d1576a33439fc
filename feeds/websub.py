"""Tells the hubs of our channels what changed, so that subscribers hear of it at once.

    channels that may change are noted | files | what did change is due | told, with patience

Rows are the truth: what is noted before the files are written survives a run that dies between. Does not fetch by
itself: it is given a function that does, through the guard. https://www.w3.org/TR/websub/
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby

from feeds import addresses
from feeds.records import NetworkForFeed
from pipeline.models import HubPing

TOGETHER = 40  # channels told in one request; hubs take the field several times
_IF_DEAD = timedelta(minutes=30)  # when a channel is told of whose run died before it knew
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_NOT_SO = frozenset({400, 413, 422})
_GIVEN_UP = 14  # attempts, some two days; the next change makes another ping


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a hub was not told."""

    reason: str
    status: int | None = None  # of its answer, where it gave one


Tell = Callable[[str, list[tuple[str, str]]], Fault | None]  # (hub, form)


@dataclass(slots=True)
class Announcements:
    """The channels of one run of publish. Without hubs nothing is noted."""

    network: NetworkForFeed
    _expected: set[str] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)

    def expect(self, stems: Iterable[str]) -> None:
        """These channels are about to be written."""
        topics = {
            addresses.feed_url(self.network, stem, extension)
            for stem in stems
            for extension in addresses.FORMATS
        }
        if not self.network.hubs:
            return
        HubPing.objects.recover(datetime.now(UTC))
        pairs = [(hub, topic) for hub in self.network.hubs for topic in sorted(topics)]
        HubPing.objects.expect(pairs, datetime.now(UTC) + _IF_DEAD)
        self._expected |= topics

    def written(self, stem: str, extension: str) -> None:
        """A file of these is another now."""
        self._changed.add(addresses.feed_url(self.network, stem, extension))

    def settle(self) -> None:
        """All files stand."""
        changed = self._changed & self._expected
        if self.network.hubs:
            HubPing.objects.settle(changed, self._expected - changed, datetime.now(UTC))


def send(hubs: Sequence[str], tell: Tell, stopped: Callable[[], bool] = lambda: False) -> dict[str, str]:
    """Tell each hub what is due. Those that could not be told, with the reason; they are told again later."""
    faults: dict[str, str] = {}
    for hub, rows in groupby(HubPing.objects.due(datetime.now(UTC), hubs), lambda row: row.hub):
        for some in _parts(list(rows)):
            if stopped():
                return faults
            if fault := _told(hub, some, tell):
                faults[hub] = fault.reason
                break  # the others would fare no better; their time comes
    return faults


def _told(hub: str, rows: Sequence[HubPing], tell: Tell) -> Fault | None:
    """Several channels at once; one by one where the hub does not take them so. Why it failed, where it did."""
    fault = tell(hub, _form(rows))
    if fault is None:
        HubPing.objects.told(rows)
    elif len(rows) > 1 and fault.status in _NOT_SO:
        return next((each for row in rows if (each := _told(hub, [row], tell))), None)
    else:
        now = datetime.now(UTC)
        HubPing.objects.failed(rows, fault.reason, {row.pk: _again(row, now) for row in rows})
    return fault


def _form(rows: Sequence[HubPing]) -> list[tuple[str, str]]:
    """Hubs differ in the name of the field: the standard leaves it open, its forerunner called it hub.url."""
    named = [(name, row.topic) for row in rows for name in ("hub.url", "hub.topic")]
    return [("hub.mode", "publish"), *named]


def _again(row: HubPing, now: datetime) -> datetime | None:
    if row.attempts + 1 >= _GIVEN_UP:
        return None
    doublings: int = 2**row.attempts
    return now + min(_FIRST_PAUSE * doublings, _LONGEST_PAUSE)


def _parts(rows: list[HubPing]) -> Iterator[list[HubPing]]:
    for start in range(0, len(rows), TOGETHER):
        yield rows[start : start + TOGETHER]
