"""What every reader does at the end: dates read with one zone, entries made unique, faults counted in plain words."""

import mimetypes
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from pipeline.collect.dates import parse_date
from pipeline.collect.urls import canonical_url
from pipeline.records import Enclosure, EntryData, FeedData

UNDATED = "entries have no date"
_SURELY_TWO = 3  # titles at one address: one story is not corrected so often within one answer
_NEVER = datetime.min.replace(tzinfo=UTC)


class Dates:
    """Reads the dates of one feed and remembers those that could not be read."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._unread: list[str] = []

    def read(self, *candidates: str) -> datetime | None:
        """The first candidate that says something, when it can be read."""
        said = [text for text in candidates if text.strip()]
        for text in said:
            if (moment := parse_date(text, zone=self._zone)) is not None:
                return moment
        self._unread += said[:1]
        return None

    def warnings(self) -> list[str]:
        if not self._unread:
            return []
        return [f"{len(self._unread)} dates could not be read, such as {self._unread[0][:60]!r}"]


def told_apart(entries: list[EntryData]) -> list[EntryData]:
    """The entries in their order; an id that a program gives to every story is made longer by what tells them apart.

    Two forms of one story share its address or its title. What shares neither is two stories; so is what shares only
    the address of a list or of the site itself. The addition stands behind a line end, which no id holds.
    """
    groups: dict[str, list[EntryData]] = {}
    for entry in entries:
        groups.setdefault(entry.guid, []).append(entry)
    if len(groups) == len(entries):
        return entries
    names = {id(entry): name for group in groups.values() for entry, name in _apart(group)}
    return [
        replace(entry, guid=f"{entry.guid}\n{name}") if (name := names.get(id(entry))) else entry
        for entry in entries
    ]


def _apart(group: Sequence[EntryData]) -> Iterator[tuple[EntryData, str]]:
    """What tells the stories of one id apart, where they are several."""
    titles = {each.title for each in group}
    if len(titles) == 1:
        return
    addresses = [canonical_url(each.url) for each in group]
    if len({address for address in addresses if address}) > 1:
        yield from ((each, address or each.title) for each, address in zip(group, addresses, strict=True))
    elif len(titles) >= _SURELY_TWO or (addresses[0] and not {"/", "?"}.intersection(addresses[0])):
        yield from ((each, each.title) for each in group)


def finish(feed: FeedData) -> FeedData:
    """The feed with one entry for each guid: the newest, and of equally old ones the first."""
    best: dict[str, EntryData] = {}
    for entry in feed.entries:
        known = best.get(entry.guid)
        if known is None or _stamp(entry) > _stamp(known):
            best[entry.guid] = entry
    doubles = len(feed.entries) - len(best)
    undated = sum(1 for entry in best.values() if entry.published is None)
    warnings = list(feed.warnings)
    if doubles:
        warnings.append(f"{doubles} entries left out: their ids stand in the feed twice")
    if undated:
        warnings.append(f"{undated} {UNDATED}")
    entries = tuple(_claiming(entry, feed.language) for entry in best.values())
    return replace(feed, entries=entries, warnings=tuple(warnings))


def _claiming(entry: EntryData, language: str) -> EntryData:
    return entry if entry.language or not language else replace(entry, language=language)


def _stamp(entry: EntryData) -> datetime:
    return entry.updated or entry.published or _NEVER


def language_code(claim: str) -> str:
    """`pl` from `pl-PL`, `PL_pl` and the like; "" from what is no language tag."""
    primary = claim.strip().replace("_", "-").partition("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and 2 <= len(primary) <= 3 else ""


def unique(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def enclosure(url: str, kind: str, length: str) -> Enclosure:
    """An attachment; its type from the name where the feed gives none, its length only where it is a number."""
    guessed = mimetypes.guess_type(url.partition("?")[0])[0] or ""
    known = length.isascii() and length.isdigit() and len(length) < 15 and int(length) > 0
    return Enclosure(url=url, type=kind.strip().lower() or guessed, length=int(length) if known else None)
