"""The copies of pictures in the tree: those that public items show, and no others.

What is known of them stands in the store (collect fetches them); here they are laid beside the pages, and taken away
with the last page that shows them. Where pages show no copies ([publish] pictures), all of this does nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from feeds import addresses
from feeds.deliver import Tree
from feeds.records import CopyForFeed
from pipeline import pictured
from pipeline.config import Config
from pipeline.models import Entry, Picture, PictureState, Release

_RECENT = timedelta(
    days=90
)  # since an entry was first seen; later no copies are asked for that are not there


class Copies:
    """`cutoff`: what is older is no longer kept."""

    def __init__(self, config: Config, tree: Tree, cutoff: datetime | None) -> None:
        self._on = config.publish.pictures == "copy"
        self._tree = tree
        self._cutoff = cutoff

    def leads(self, releases: Sequence[Release]) -> dict[str, CopyForFeed]:
        """For a list, which shows each item's own picture only."""
        return _for_pages(
            self._looks({url for row in releases for url in pictured.addresses(row.revision.image)})
        )

    def of(self, releases: Sequence[Release]) -> dict[str, CopyForFeed]:
        """For the pages of these items: of all that they show. What is not known yet is wanted from now on."""
        if not self._on:
            return {}
        shown = self._shown(releases)
        known = self._looks({url for urls in shown.values() for url in urls})
        recent = datetime.now(UTC) - _RECENT
        missing = {
            row.entry_id: urls
            for row in releases
            if row.entry.first_seen >= recent
            and (urls := [url for url in shown.get(row.entry_id, ()) if url not in known])
        }
        if missing:
            sources = {row.entry_id: row.source_id for row in releases}
            Picture.objects.want(missing, sources, datetime.now(UTC))
        return _for_pages(known)

    def write(self, copies: Mapping[str, CopyForFeed]) -> int:
        """Lay the files beside the pages that are about to show them. How many were not there."""
        written = 0
        for path in sorted({copy.path for copy in copies.values() if copy.path}):
            if not self._tree.has(path):
                written += self._tree.write(path, Picture.objects.body(PurePosixPath(path).stem))
        return written

    def clear(self, releases: Sequence[Release]) -> int:
        """Take away what these entries' pages show no more; all releases of an entry are among them. Files removed."""
        if not self._on:
            return 0
        shown = self._shown(releases)
        known = Picture.objects.of_entries({row.entry_id for row in releases})
        stale = {
            entry: left
            for entry, pictures in known.items()
            if (left := [each for each in pictures if each.url not in shown.get(entry, ())])
        }
        if not stale:
            return 0
        self._unlink(stale)
        still = {
            entry: {each.digest for each in pictures if each.url in shown.get(entry, ())}
            for entry, pictures in known.items()
        }
        removed = 0
        for entry, pictures in stale.items():
            for digest in {each.digest for each in pictures if each.digest} - still[entry]:
                if not Picture.objects.shown_elsewhere(digest, entry, self._cutoff):
                    removed += self._tree.remove(addresses.picture(digest))
        return removed

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
            {addresses.picture(each) for each in Picture.objects.shown(self._cutoff)} if self._on else set()
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

    def _looks(self, urls: Iterable[str]) -> dict[str, Picture]:
        return Picture.objects.looks(urls) if self._on else {}


def _for_pages(known: Mapping[str, Picture]) -> dict[str, CopyForFeed]:
    """But for those that are waited for, or were given up."""
    found = {}
    for url, row in known.items():
        if row.state == PictureState.COPIED:
            found[url] = CopyForFeed(path=addresses.picture(row.digest), width=row.width, height=row.height)
        elif row.state == PictureState.NOTHING:
            found[url] = CopyForFeed()
    return found
