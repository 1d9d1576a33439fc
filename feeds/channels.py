"""The channels of the tree: their names, what stands in them, and the blocks of their archives.

A channel's archive is cut into blocks of places (see models/places.py). A block is closed when its last place is
taken; from then on its document changes only with the entries in it. So a new entry costs its own channels and,
once in a block's length, one block, however much is stored.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from feeds import addresses
from feeds.compose import Caps, compose
from feeds.copies import Copies
from feeds.items import Items, public_id
from feeds.records import ChannelForFeed, ItemForFeed, Scope, ShelfForFeed, WithdrawnForFeed
from pipeline.config import Config
from pipeline.models import Place, Release, Seat, Shelf

BLOCK = 50  # places in a document of the archive; fixed, as the addresses hang on it
MAP_PART = 500  # places in a part of the site map
_TOMBSTONES = 50  # withdrawn entries an Atom channel still names


@dataclass(frozen=True, slots=True, order=True)
class ChannelName:
    language: str
    scope: Scope = Scope.ALL
    key: str = ""

    @property
    def path(self) -> str:
        return addresses.channel_path(self.language, self.scope, self.key)

    @classmethod
    def of_path(cls, path: str) -> "ChannelName":
        language, scope, *key = path.split("/")
        return cls(language, Scope(scope), "".join(key))


class Channels:
    """Composes channels and blocks from the store. `cutoff`: what is older is no longer kept."""

    def __init__(self, config: Config, items: Items, copies: Copies, cutoff: datetime | None) -> None:
        self._config = config
        self._items = items
        self._copies = copies
        self._cutoff = cutoff
        self._keys = [source.key for source in config.source]
        self._topics = [topic.key for topic in config.topic]

    def all(self) -> Iterator[ChannelName]:
        for language in self._config.targets:
            yield ChannelName(language)
            yield from (ChannelName(language, Scope.CITY, key) for key in self._keys)
            yield from (ChannelName(language, Scope.TOPIC, key) for key in self._topics)

    def has(self, name: ChannelName) -> bool:
        known = {Scope.ALL: [""], Scope.CITY: self._keys, Scope.TOPIC: self._topics}
        return name.language in self._config.targets and name.key in known[name.scope]

    def of(self, release: Release) -> tuple[ChannelName, ...]:
        """The channels in which a release stands."""
        topics = self._items.topics(release)
        return (
            ChannelName(release.language),
            ChannelName(release.language, Scope.CITY, release.source_id),
            *(ChannelName(release.language, Scope.TOPIC, key) for key in topics),
        )

    def shelf(self, name: ChannelName) -> ShelfForFeed:
        first = Place.objects.lowest(name.path)
        closed = Shelf.objects.count_of(name.path) // BLOCK
        return ShelfForFeed(first=closed if first is None else min(first // BLOCK, closed), closed=closed)

    def compose(self, name: ChannelName, *, bilingual: bool = False) -> ChannelForFeed:
        """The feed to subscribe to."""
        publish = self._config.publish
        per_source = publish.per_source if name.scope is Scope.ALL else 0
        rows = [row for row in self._rows(name, per_source) if self._is_kept(row)]
        return compose(
            self._with_voices(name.language, rows),
            language=name.language,
            network=self._items.networks[name.language],
            scope=name.scope,
            key=name.key,
            caps=Caps(total=publish.items, per_source=per_source),
            withdrawn=self._withdrawn(name),
            bilingual=bilingual,
            shelf=self.shelf(name),
        )

    def _with_voices(self, language: str, rows: Sequence[Release]) -> list[ItemForFeed]:
        """The items of these releases, each with the other public voices of its story."""
        beside = Release.objects.beside(language, [row.entry_id for row in rows])
        copies = self._copies.leads(rows)
        return [
            self._items.item(row, beside=beside.get(row.entry_id, ()), copies=copies.get(row.entry_id, {}))
            for row in rows
        ]

    def _is_kept(self, release: Release) -> bool:
        return self._cutoff is None or release.published >= self._cutoff

    def _rows(self, name: ChannelName, per_source: int) -> list[Release]:
        limit = self._config.publish.items
        if name.scope is Scope.TOPIC:
            return Place.objects.newest(name.path, limit)
        return Release.objects.channel(name.language, limit, per_source, name.key, self._keys)

    def _withdrawn(self, name: ChannelName) -> Iterable[WithdrawnForFeed]:
        if name.scope is Scope.TOPIC:
            gone = Release.objects.gone_from(name.path, name.language, _TOMBSTONES)
        else:
            gone = Release.objects.withdrawn_from(name.language, _TOMBSTONES, name.key)
        for release in gone:
            if when := release.entry.withdrawn_at or release.entry.blocked_at:
                yield WithdrawnForFeed(id=public_id(release), when=when)

    def block(self, name: ChannelName, shelf: ShelfForFeed) -> ChannelForFeed:
        """One closed block of the archive, `shelf.number`."""
        number = shelf.number or 0
        rows = Place.objects.between(name.path, number * BLOCK, (number + 1) * BLOCK)
        return compose(
            self._with_voices(name.language, [row for row in rows if row.source_id in self._keys]),
            language=name.language,
            network=self._items.networks[name.language],
            scope=name.scope,
            key=name.key,
            caps=Caps(total=0),
            shelf=shelf,
        )


def blocks_of(seats: Iterable[Seat]) -> dict[str, set[int]]:
    """The blocks in which these seats lie, by channel."""
    found: dict[str, set[int]] = {}
    for seat in seats:
        found.setdefault(seat.channel, set()).add(seat.number // BLOCK)
    return found
