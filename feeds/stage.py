"""Publish: bring the published tree up to date with what is released.

    changed releases | their pages | the channels and blocks they stand in | deliver

The cost follows what changed, not what is stored. Marks are cleared after the files stand, so a run that
is killed is repeated; equal bytes are not written again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from feeds import addresses, atom, jsonfeed, pages, rss, sitemap
from feeds.channels import MAP_PART, ChannelName, Channels, blocks_of
from feeds.copies import Copies
from feeds.deliver import Tree
from feeds.items import Items, network_of
from feeds.leaving import Former
from feeds.records import ChannelForFeed, CopyForFeed, Scope, ShelfForFeed
from feeds.websub import Announcements
from pipeline.config import Config
from pipeline.errors import PublishError
from pipeline.models import Arrival, Picture, Place, Release, Seat, Shelf, StoreFact
from pipeline.remedies import remedy

Advance = Callable[[int, int], None]

__all__ = ["network_of", "run"]

_BATCH = 200  # entries whose pages are written between two clearings of marks
_RENDERERS = {"rss": rss.render, "atom": atom.render, "json": jsonfeed.render}
_CODE = Path(__file__).parent


def run(
    config: Config,
    *,
    everything: bool = False,
    progress: Advance = lambda _done, _total: None,
    now: datetime | None = None,
) -> int:
    """Write what changed; everything after a change of the configuration or of this room. Files written."""
    try:
        return _Publication(config, progress, now or datetime.now(UTC)).run(everything=everything)
    except OSError as error:
        place = str(error.filename or config.publish.directory)
        raise PublishError(f"cannot be written: {remedy(error)}", resource=place) from error


def oldest_kept(keep_days: int, now: datetime) -> datetime | None:
    """What was published before is no longer kept: whole months leave, so that archives change once a month."""
    if not keep_days:
        return None
    last = now - timedelta(days=keep_days)
    return last.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _stems(names: Iterable[ChannelName], *, bilingual: bool) -> Iterator[str]:
    """The documents of these channels, without their extensions."""
    for name in names:
        yield name.path
        if bilingual and name.scope is Scope.ALL:
            yield addresses.bilingual_path(name.language)


class _Publication:
    """One run of the stage."""

    def __init__(self, config: Config, progress: Advance, now: datetime) -> None:
        self._config = config
        self._progress = progress
        self._cutoff = oldest_kept(config.publish.keep_days, now)
        self._items = Items(config)
        self._networks = self._items.networks
        self._tree = Tree(config.publish.directory)
        self._copies = Copies(config, self._tree, self._cutoff)
        self._channels = Channels(config, self._items, self._copies, self._cutoff)
        self._keys = [source.key for source in config.source]
        self._written = 0
        self._announcements = Announcements(network_of(config))
        self._removed: set[str] = set()  # languages from which a page was taken away
        self._renewed: set[str] = set()  # languages with a page that is new or another

    def run(self, *, everything: bool) -> int:
        fingerprint = self._fingerprint()
        whole = (
            everything
            or StoreFact.objects.read("published") != fingerprint
            or not (self._config.publish.directory / "index.html").exists()
        )
        if whole:
            StoreFact.objects.write("published", "")
            for path, content in self._fixed().items():
                self._write(path, content)
            Release.objects.filter(dirty=False, source_id__in=self._keys).update(dirty=True)
        self._age()
        Picture.objects.mark_pages()
        self._changed(whole=whole)
        if whole:
            self._written += Former(self._config, self._tree).leave() + self._copies.sweep()
        self._note_for_search()
        StoreFact.objects.write("published", fingerprint)
        return self._written

    def _age(self) -> None:
        """Mark what is no longer kept since the last month began; nothing in most runs."""
        if self._cutoff is None:
            return
        before = StoreFact.objects.read("kept_since")
        since = datetime.fromisoformat(before) if before else None
        if since is None or since < self._cutoff:
            Release.objects.came_of_age(self._config.targets, since, self._cutoff)
            StoreFact.objects.write("kept_since", self._cutoff.isoformat())

    def _fixed(self) -> dict[str, bytes]:
        """The files no item changes: those of all languages once, those of one language with its own names."""
        files = dict(pages.fixed(network_of(self._config)))
        for language, network in self._networks.items():
            own = pages.fixed(network)
            files |= {path: body for path, body in own.items() if path.startswith(f"{language}/")}
        return files

    def _changed(self, *, whole: bool) -> None:
        """Pages first, then the channels that point to them, then the copies that none of them shows, then the marks."""
        touched = set(self._channels.all()) if whole else set()
        seats: set[Seat] = set()
        entries = Release.objects.dirty_entries()
        for start in range(0, len(entries), _BATCH):
            releases = Release.objects.of_entries(entries[start : start + _BATCH], self._config.targets)
            self._pages(releases)
            seats |= self._settle(releases)
            touched |= {name for row in releases if row.dirty for name in self._channels.of(row)}
            self._progress(min(start + _BATCH, len(entries)), len(entries))
        touched |= {ChannelName.of_path(seat.channel) for seat in seats}
        self._feeds(touched)
        self._archive(blocks_of(seats), whole=whole)
        self._map(seats, whole=whole)
        self._written += self._copies.clear()
        for start in range(0, len(entries), _BATCH):
            Release.objects.filter(entry_id__in=entries[start : start + _BATCH], dirty=True).update(
                dirty=False
            )

    def _is_kept(self, release: Release) -> bool:
        return self._cutoff is None or release.published >= self._cutoff

    def _settle(self, releases: Iterable[Release]) -> set[Seat]:
        """Give each changed release its places; a withdrawn one keeps them while Atom names it, one too old loses them."""
        dirty = [row for row in releases if row.dirty and row.source_id in self._keys]
        wanted = {
            row.pk: Arrival(
                row.published, row.public_id, frozenset(name.path for name in self._channels.of(row))
            )
            for row in dirty
            if self._is_kept(row) and not row.forgotten
        }
        return Place.objects.settle(wanted) | Place.objects.vacate(
            row.pk for row in dirty if row.pk not in wanted
        )

    def _pages(self, releases: Iterable[Release]) -> None:
        rows = [release for release in releases if release.source_id in self._keys]
        spoken: dict[int, list[str]] = {}
        for release in rows:
            if not release.withdrawn:
                spoken.setdefault(release.entry_id, []).append(release.language)
        beside = {
            language: Release.objects.beside(language, [row.entry_id for row in rows])
            for language in sorted({row.language for row in rows})
        }
        copies = self._copies.of(rows)
        self._written += self._copies.write(copies)
        for release in rows:
            others = [code for code in spoken.get(release.entry_id, ()) if code != release.language]
            voices = beside[release.language].get(release.entry_id, ())
            self._page(release, others, voices, copies.get(release.entry_id, {}))
        self._copies.note_stale(rows)

    def _page(
        self,
        release: Release,
        others: Iterable[str],
        voices: Iterable[Release],
        copies: Mapping[str, CopyForFeed],
    ) -> None:
        """The item's page; of one that left, a word in its place."""
        language, network = release.language, self._networks[release.language]
        page = addresses.item_page(language, release.public_id)
        here, gone = addresses.index_file(page), addresses.gone_file(page)
        if release.withdrawn or not self._is_kept(release):
            if self._tree.remove(here):
                self._written += 1
                self._removed.add(language)
            entry = None if release.withdrawn else self._items.item(release)
            self._write(gone, pages.gone(page, language, network, entry))
            return
        item = self._items.item(release, others, voices, copies)
        if self._write(here, pages.item(item, language, network)):
            self._renewed.add(language)
        self._written += self._tree.remove(gone)

    def _feeds(self, wanted: Iterable[ChannelName]) -> None:
        names = sorted(name for name in wanted if self._channels.has(name))
        self._announcements.expect(_stems(names, bilingual=self._config.publish.bilingual))
        for name in names:
            channel = self._channels.compose(name)
            self._documents(channel)
            page = addresses.channel_page(name.language, name.scope, name.key)
            self._write(addresses.index_file(page), pages.listing(channel, self._networks[name.language]))
            if self._config.publish.bilingual and name.scope is Scope.ALL:
                self._documents(self._channels.compose(name, bilingual=True))
        self._announcements.settle()

    def _documents(self, channel: ChannelForFeed) -> None:
        for extension, render in _RENDERERS.items():
            if self._write(f"{channel.path}.{extension}", render(channel, self._networks[channel.language])):
                self._announcements.written(channel.path, extension)

    def _archive(self, blocks: dict[str, set[int]], *, whole: bool) -> None:
        """The closed blocks among these, and the pages beside them; all that are left when `whole`."""
        names = list(self._channels.all()) if whole else map(ChannelName.of_path, sorted(blocks))
        for name in names:
            if not self._channels.has(name):
                continue
            shelf = self._channels.shelf(name)
            numbers = set(range(shelf.closed)) if whole else set(blocks[name.path])
            # The page before a block that was closed just now learns that there is a newer one; the first block
            # that is kept learns that there is no older one any more.
            if shelf.closed - 1 in numbers:
                numbers.add(shelf.closed - 2)
            # Those between may have been without entries for long.
            if numbers and min(numbers) < shelf.first:
                numbers |= set(range(min(numbers), shelf.first + 1))
            for number in sorted(number for number in numbers if 0 <= number < shelf.closed):
                self._block(name, shelf.of(number))

    def _block(self, name: ChannelName, shelf: ShelfForFeed) -> None:
        number = shelf.number or 0
        path = addresses.archive_path(name.language, name.scope, name.key, number)
        page = addresses.index_file(f"{path}/")
        if number < shelf.first:
            for file in (page, *(f"{path}.{extension}" for extension in _RENDERERS)):
                self._written += self._tree.remove(file)
            return
        channel = self._channels.block(name, shelf)
        self._documents(channel)
        self._write(page, pages.listing(channel, self._networks[name.language]))

    def _map(self, seats: Iterable[Seat], *, whole: bool) -> None:
        """The parts of the site map in which these places lie, and the list of parts where it grew."""
        parts = {(seat.channel, seat.number // MAP_PART) for seat in seats}
        counts = {
            language: -(-Shelf.objects.count_of(ChannelName(language).path) // MAP_PART)
            for language in self._config.targets
        }
        for language in self._config.targets:
            channel = ChannelName(language).path
            numbers = range(counts[language]) if whole else sorted(n for path, n in parts if path == channel)
            for number in numbers:
                rows = Place.objects.addresses(channel, number * MAP_PART, (number + 1) * MAP_PART)
                path = addresses.site_map(language, number)
                self._write(path, sitemap.items(rows, language, self._networks[language]))
        if whole or StoreFact.objects.read("mapped") != counts:
            network = network_of(self._config)
            self._write(addresses.SITE_INDEX, sitemap.index(counts, network))
            StoreFact.objects.write("mapped", counts)

    def _note_for_search(self) -> None:
        """Tell the search which indexes are behind: what was taken away must leave them at once."""
        for key, languages in (("search_urgent", self._removed), ("search_behind", self._renewed)):
            known = set(StoreFact.objects.read(key) or ())
            if languages - known:
                StoreFact.objects.write(key, sorted(known | languages))

    def _write(self, path: str, content: bytes) -> bool:
        written = self._tree.write(path, content)
        self._written += written
        return written

    def _fingerprint(self) -> str:
        """Changes with whatever shapes every file: the network, the caps, where to, and this room's own code."""
        digest = hashlib.blake2b(digest_size=16)
        shape = (self._networks, self._config.publish, self._config.topic)
        digest.update(repr(shape).encode())
        for path in sorted(each for each in _CODE.rglob("*") if each.is_file() and each.suffix != ".pyc"):
            digest.update(path.read_bytes())
        return digest.hexdigest()
