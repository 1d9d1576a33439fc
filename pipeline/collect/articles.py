"""The articles of a list: each page is fetched once, asked again now and then, and its faults are its own.

Does not read HTML or PDF (readers/) and has no store: known pages are handed in with the visit.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.clean import clean_entry
from pipeline.collect.readers import article, pdf
from pipeline.collect.spacing import mended
from pipeline.collect.stumbles import contained
from pipeline.collect.texts import plain
from pipeline.collect.urls import canonical_url
from pipeline.collect.visited import GIVEN_UP_AFTER, Visited
from pipeline.errors import CollectError, FetchError, ReadError
from pipeline.recipes import ArticleRecipe
from pipeline.records import EntryData

if TYPE_CHECKING:
    from pipeline.collect.gather import Visit

_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_LAST_CODES = frozenset({"blocked", "held", "dns"})  # the next page of the host would fare no better
_NEVER_CODES = frozenset({"robots", "forbidden"})
# Their entries may hold the whole text already; what a list holds of one is a teaser.
_WITH_TEXTS = frozenset({"feed", "jsonfeed", "auto", "wordpress"})
_LONG = 500  # characters; a teaser has fewer
_CUT = re.compile(r"(?:…|\.\.\.|\[&hellip;\]|\[…\]|\[\.\.\.\])\s*$")


class Articles:
    """The pages of one poll. `visited` is what is known of them afterwards."""

    def __init__(self, visit: "Visit", recipe: ArticleRecipe, *, hosts: Collection[str]) -> None:
        self._visit = visit
        self._recipe = recipe
        self._hosts = hosts
        self._left = recipe.limit
        self._faults: list[str] = []
        self._waiting = 0
        self._elsewhere: list[str] = []
        self._read: dict[str, EntryData] = {}  # by address, in this run
        self._at = int(visit.now.timestamp())
        self.visited: dict[str, Visited] = {}
        self.fresh: list[EntryData] = []

    @property
    def unfinished(self) -> bool:
        return self._waiting > 0

    def warnings(self) -> list[str]:
        """In plain words what was not read, and why."""
        found = []
        if self._faults:
            more = f" (and {len(self._faults) - 1} more)" if len(self._faults) > 1 else ""
            found.append(f"article {self._faults[0]}{more}")
        if self._waiting:
            found.append(f"{self._waiting} articles wait for the next run")
        if self._elsewhere:
            count, host = len(self._elsewhere), self._elsewhere[0]
            found.append(
                f"the pages of {count} entries are on other hosts such as {host} and are not fetched"
            )
        return found

    def read(self, listed: EntryData, base_url: str) -> tuple[EntryData, ...]:
        """The entries that this one of the list becomes: mostly one, none while it waits, several of a newsletter."""
        known = self._visit.before.get(listed.guid, Visited())
        digest = self._digest(listed)
        same = known.listed == digest
        if same and not self._due(known):
            self.visited[listed.guid] = known
            return known.entries
        if self._is_whole(listed) or not self._is_ours(listed.url):
            return self._taken(listed, digest, self._clean(listed, base_url))
        if (twin := self._read.get(canonical_url(listed.url))) is not None:
            return self._taken(listed, digest, replace(twin, guid=listed.guid))
        if self._left <= 0 or self._visit.stopped():
            return self._later(listed, known, digest)
        self._left -= 1
        try:
            return self._fetched(
                listed, known if same else replace(known, etag="", last_modified="", body=""), digest
            )
        except CollectError as error:
            return self._failed(listed, known, digest, base_url, error)

    def _is_ours(self, url: str) -> bool:
        if url and host_of(url) not in self._hosts:
            self._elsewhere.append(host_of(url))
        return bool(url) and host_of(url) in self._hosts

    def _is_whole(self, listed: EntryData) -> bool:
        """Whether the feed gives the text itself; a selector for the text means that the page's is wanted."""
        if self._visit.source.reader not in _WITH_TEXTS or self._recipe.content:
            return False
        text, teaser = plain(listed.content), plain(listed.summary)
        return not _CUT.search(text) and len(text) > (len(teaser) if len(text) < _LONG else 0)

    def _digest(self, listed: EntryData) -> str:
        stamp = listed.published.isoformat() if listed.published else ""
        parts = (self._visit.recipe, listed.url, listed.title, stamp, listed.summary, listed.content)
        return hashlib.blake2b(repr(parts).encode(), digest_size=10).hexdigest()

    def _due(self, known: Visited) -> bool:
        return self._at - known.at >= self._recipe.recheck * 3600

    def _fetched(self, listed: EntryData, known: Visited, digest: str) -> tuple[EntryData, ...]:
        request = FetchRequest(
            url=listed.url,
            resource=self._visit.source.key,
            etag=known.etag if known.entries else "",
            last_modified=known.last_modified if known.entries else "",
            accept=_ACCEPT,
        )
        answer = self._visit.fetch(request)
        if answer.status == 304:
            self.visited[listed.guid] = replace(known, at=self._at, failures=0)
            return known.entries
        if host_of(answer.url) not in self._hosts:
            raise ReadError(f"leads to another host, {host_of(answer.url)}")
        body = hashlib.blake2b(answer.body, digest_size=10).hexdigest()
        same = body == known.body and bool(known.entries)
        with contained(listed.url):
            entries = known.entries if same else self._parsed(listed, answer)
        if not same:
            self.fresh += entries
        if len(entries) == 1:
            self._read[canonical_url(listed.url)] = entries[0]
        self.visited[listed.guid] = Visited(
            listed=digest,
            at=self._at,
            etag=answer.etag,
            last_modified=answer.last_modified,
            body=body,
            entries=entries,
        )
        return entries

    def _parsed(self, listed: EntryData, answer: FetchResult) -> tuple[EntryData, ...]:
        source = self._visit.source
        zone = ZoneInfo(source.timezone)
        if pdf.is_pdf(answer.body):
            feed = pdf.read(answer.body, url=listed.url, recipe=source.list, zone=zone, title=listed.title)
            entries = [replace(each, published=each.published or listed.published) for each in feed.entries]
            self._faults += feed.warnings
        else:
            entry, missing = article.read(
                answer.body,
                url=answer.url,
                entry=listed,
                recipe=self._recipe,
                content_type=answer.content_type,
                zone=zone,
            )
            entries = [entry]
            self._faults += [f"{listed.url}: {each}" for each in missing]
        return tuple(self._clean(each, answer.url) for each in entries)

    def _failed(
        self, listed: EntryData, known: Visited, digest: str, base_url: str, error: CollectError
    ) -> tuple[EntryData, ...]:
        """A page that cannot be had for long goes out as the list has it; until then it waits."""
        code = error.code if isinstance(error, FetchError) else "read"
        self._faults.append(f"{listed.url}: {error.args[0]}")
        if code in _LAST_CODES or (isinstance(error, FetchError) and error.retry_after):
            self._left = 0
            return self._later(listed, known, digest)
        failures = GIVEN_UP_AFTER if code in _NEVER_CODES else known.failures + 1
        known = replace(known, failures=failures)
        if failures < GIVEN_UP_AFTER:
            return self._later(listed, known, digest)
        return self._as_listed(listed, known, digest, base_url)

    def _later(self, listed: EntryData, known: Visited, digest: str) -> tuple[EntryData, ...]:
        """In the next run; one that was only to be asked again keeps what is known of it."""
        if known.listed != digest:
            self._waiting += 1
            known = replace(known, listed="")
        self.visited[listed.guid] = known
        return known.entries

    def _taken(self, listed: EntryData, digest: str, entry: EntryData) -> tuple[EntryData, ...]:
        """Without a page of its own being read: it was, or there is none to read."""
        known = self._visit.before.get(listed.guid, Visited())
        if known.listed != digest:
            self.fresh.append(entry)
        self.visited[listed.guid] = Visited(listed=digest, at=self._at, entries=(entry,))
        return (entry,)

    def _as_listed(
        self, listed: EntryData, known: Visited, digest: str, base_url: str
    ) -> tuple[EntryData, ...]:
        entries = known.entries or (self._clean(listed, base_url),)
        self.visited[listed.guid] = replace(known, listed=digest, at=self._at, entries=entries)
        return entries

    def _clean(self, entry: EntryData, base_url: str) -> EntryData:
        return clean_entry(mended(entry), base_url=base_url, language=self._visit.source.language)


def host_of(url: str) -> str:
    """The host by which pages belong to a source; a leading www. makes no difference."""
    return url.partition("://")[2].partition("/")[0].lower().removeprefix("www.")
