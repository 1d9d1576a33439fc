"""The copies of pictures in the tree: those that public items show, and no others.

What is known of them stands in the store (collect fetches them); here they are laid beside the pages, and taken away
with the last page that shows them. Where pages show no copies ([publish] pictures), all of this does nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import PurePosixPath

from django.db import transaction

from feeds import addresses
from feeds.deliver import Tree
from feeds.records import CopyForFeed
from pipeline import pictured
from pipeline.config import Config
from pipeline.models import Entry, Picture, PictureState, Release
from pipeline.models.pictures import MOST

_RECENT = timedelta(
    days=90
)  # since an entry was first seen; later no copies are asked for that are not there
_TOGETHER = 200  # entries whose pictures leave in one transaction

ByEntry = Mapping[int, Mapping[str, CopyForFeed]]


class Copies:
    """`cutoff`: what is older is no longer kept.

    An entry shows the copies that it is linked with in the store and no others, though the same picture may have been
    copied for another entry: the links say when a file's last page has left.
    """

    def __init__(self, config: Config, tree: Tree, cutoff: datetime | None) -> None:
        self._on = config.publish.pictures == "copy"
        self._tree = tree
        self._cutoff = cutoff
        # By entry, with the digests of the files that may leave.
        self._stale: dict[int, tuple[list[Picture], set[str]]] = {}
        self._public = Release.objects.standing(
            config.targets, [source.key for source in config.source], cutoff
        )

    def leads(self, releases: Sequence[Release]) -> ByEntry:
        """By entry, for a list, which shows each item's own picture only."""
        if not self._on:
            return {}
        urls = {url for row in releases for url in pictured.addresses(row.revision.image)}
        return _for_pages(self._linked({row.entry_id for row in releases}, urls)) if urls else {}

    def of(self, releases: Sequence[Release]) -> ByEntry:
        """By entry, for the pages of these items: of all that they show. What is not known yet is wanted from now on."""
        if not self._on:
            return {}
        shown = self._shown(releases)
        linked = self._linked(shown)
        lacking = {
            entry: [url for url in islice(urls, MOST) if url not in linked.get(entry, ())]
            for entry, urls in shown.items()
        }
        if any(lacking.values()) and self._want(lacking, releases):
            linked = self._linked(shown)
        return _for_pages(linked)

    def _want(self, lacking: Mapping[int, Sequence[str]], releases: Sequence[Release]) -> bool:
        """Whether there was anything to want: of an old entry only what is known already."""
        known = Picture.objects.looks({url for urls in lacking.values() for url in urls})
        since = datetime.now(UTC) - _RECENT
        recent = {row.entry_id for row in releases if row.entry.first_seen >= since}
        wanted = {
            entry: some
            for entry, urls in lacking.items()
            if (some := [url for url in urls if url in known or entry in recent])
        }
        if wanted:
            sources = {row.entry_id: row.source_id for row in releases}
            Picture.objects.want(wanted, sources, datetime.now(UTC))
        return bool(wanted)

    def _linked(
        self, entry_ids: Collection[int], urls: Collection[str] | None = None
    ) -> dict[int, dict[str, Picture]]:
        found = Picture.objects.of_entries(entry_ids, urls)
        return {entry: {each.url: each for each in pictures} for entry, pictures in found.items()}

    def write(self, copies: ByEntry) -> int:
        """Lay the files beside the pages that are about to show them. How many were not there."""
        written = 0
        for path in sorted({copy.path for some in copies.values() for copy in some.values() if copy.path}):
            if not self._tree.has(path):
                written += self._tree.write(path, Picture.objects.body(PurePosixPath(path).stem))
        return written

    def note_stale(self, releases: Sequence[Release]) -> None:
        """Remember what these entries' pages show no more; all releases of an entry are among them."""
        if not self._on:
            return
        shown = self._shown(releases)
        for entry, pictures in Picture.objects.of_entries({row.entry_id for row in releases}).items():
            if stale := [each for each in pictures if each.url not in shown.get(entry, ())]:
                still = {each.digest for each in pictures if each not in stale}
                self._stale[entry] = stale, {each.digest for each in stale if each.digest} - still

    def clear(self) -> int:
        """Take away what was noted, once the lists show it no more either. Files removed."""
        entries = sorted(self._stale)
        return sum(
            self._leave(entries[start : start + _TOGETHER]) for start in range(0, len(entries), _TOGETHER)
        )

    def _leave(self, entries: Sequence[int]) -> int:
        with transaction.atomic():  # killed before the last file went, the next run finds all of it as it was
            self._unlink({entry: self._stale[entry][0] for entry in entries})
            return sum(
                self._tree.remove(addresses.picture(digest))
                for entry in entries
                for digest in self._stale[entry][1]
                if not Picture.objects.shown_elsewhere(digest, entry, self._public)
            )

    def _unlink(self, stale: Mapping[int, Sequence[Picture]]) -> None:
        """But for what an entry's newest text shows, which may be public tomorrow."""
        entries = Entry.objects.filter(pk__in=list(stale)).select_related("current")
        coming = {
            row.pk: set(pictured.addresses(row.current.image, row.current.summary, row.current.content))
            for row in entries
            if row.current
        }
        Picture.objects.unlink(
            (entry, each.pk)
            for entry, pictures in stale.items()
            for each in pictures
            if each.url not in coming.get(entry, ())
        )

    def sweep(self) -> int:
        """Take away every file that no public item shows. Files removed."""
        wanted = (
            {addresses.picture(each) for each in Picture.objects.shown(self._public)} if self._on else set()
        )
        if not self._tree.has(addresses.PICTURES):
            return 0
        return sum(
            self._tree.remove(path)
            for path in list(self._tree.files(addresses.PICTURES))
            if path not in wanted
        )

    def _shown(self, releases: Iterable[Release]) -> dict[int, dict[str, None]]:
        """The addresses of the pictures that public pages name, by entry, in their order."""
        found: dict[int, dict[str, None]] = {}
        for row in releases:
            if row.withdrawn or (self._cutoff is not None and row.published < self._cutoff):
                continue
            revision = row.revision
            texts = (row.summary, row.content, revision.summary, revision.content)
            urls = dict.fromkeys(pictured.addresses(revision.image, *texts))
            found.setdefault(row.entry_id, {}).update(urls)
        return found


def _for_pages(linked: Mapping[int, Mapping[str, Picture]]) -> ByEntry:
    """But for those that are waited for, or were given up."""
    return {entry: dict(_copies(pictures)) for entry, pictures in linked.items()}


def _copies(pictures: Mapping[str, Picture]) -> Iterator[tuple[str, CopyForFeed]]:
    for url, row in pictures.items():
        if row.state == PictureState.COPIED:
            yield (
                url,
                CopyForFeed(path=addresses.picture(row.digest), width=row.width, height=row.height),
            )
        elif row.state == PictureState.NOTHING:
            yield url, CopyForFeed()
