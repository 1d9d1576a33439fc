"""Entries that a list lost: each is asked for at its own address, and only a page that is gone withdraws it.

A list is cut, filtered, cached and at times broken; a page that says it is gone is gone: by 404 or 410, or by leading
to the front page or saying so in words, where a page that is listed does not. What answers anything else, or nothing,
stays. Withdrawn entries stay in the store: should the source show one again, it returns under its old id.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.collect.call import FetchRequest
from pipeline.collect.decide import missing
from pipeline.collect.gather import Fetch, Gathered
from pipeline.collect.softgone import HEAD, looks_gone
from pipeline.config import Source as SourceConfig
from pipeline.errors import FetchError
from pipeline.models import Entry, Listed
from pipeline.summary import SourceLine

MOST = 5  # pages asked for of one source in one run
AGAIN = timedelta(days=1)  # before a page that is still there is asked for once more
_NEAR = timedelta(days=30)  # lists that reach back about as far are looked up in one query
_NEVER = datetime.min.replace(tzinfo=UTC)
_PART = "#page="  # in the address of an entry that is a part of a file
_SECONDS = timedelta(hours=1)  # parts without a date of their own are a second apart
_GONE = frozenset({404, 410})
_LAST_CODES = frozenset(
    {"blocked", "held", "dns", "refused", "tls"}
)  # the host's next page would fare no better
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """What one source's list lost: the ids of entries with their addresses. `more`: others wait for the next run."""

    source_key: str
    pages: Mapping[int, str]
    more: bool = False
    control: str = ""  # a page that is listed: what holds for it too says nothing of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What one answer says of which entries should stand in it."""

    source_key: str
    present: frozenset[int]  # the ids of those that do
    dates: tuple[datetime | None, ...]
    before: int  # how many it once had; 0 where its length says nothing

    @property
    def is_shorter(self) -> bool:
        return self.before > len(self.dates)

    @property
    def oldest(self) -> datetime | None:
        return min((date for date in self.dates if date is not None), default=None)


def listing(found: Gathered, recipe: SourceConfig, present: frozenset[int], *, before: int) -> Listing | None:
    """Of a list that once had `before` entries; None where neither its length nor its dates say what is missing."""
    dates = (
        *(each.published for each in found.feed.entries),
        *(each.published for each in found.same.values()),
    )
    if found.unfinished or not (dates or recipe.may_be_empty):
        return None  # not the whole list
    if recipe.list.pages > 1:
        before = 0  # it is read down to what is known
    made = Listing(source_key=recipe.key, present=present, dates=dates, before=before)
    return made if made.is_shorter or (dates and None not in dates) else None


def missing_from(listings: Iterable[Listing], now: datetime) -> list[Missing]:
    """What these lists lost, where they lost any."""
    found = []
    for together in _together(listings):
        rows = _rows(together, now)
        found += [lost for each in together if (lost := _missing(each, rows.get(each.source_key, ())))]
    return found


def _together(listings: Iterable[Listing]) -> Iterator[list[Listing]]:
    """Lists whose oldest entries lie near each other, for one query; one that became shorter for itself."""
    near: list[Listing] = []
    for each in sorted(listings, key=lambda each: each.oldest or _NEVER):
        if each.is_shorter or each.oldest is None:
            yield [each]
        elif near and near[0].oldest and each.oldest - near[0].oldest > _NEAR:
            yield near
            near = [each]
        else:
            near.append(each)
    if near:
        yield near


def _rows(together: Collection[Listing], now: datetime) -> dict[str, list[Listed]]:
    """The entries of each source that its list reaches back to, those that stand in it and those that do not."""
    keys = [each.source_key for each in together]
    present = sum(len(each.present) for each in together)
    whole = any(each.is_shorter for each in together)
    after = None if whole else min((each.oldest for each in together if each.oldest), default=None)
    rows: dict[str, list[Listed]] = {}
    for row in Entry.objects.not_asked(keys, now - AGAIN, after, present):
        rows.setdefault(row.source_key, []).append(row)
    return rows


def _missing(listed: Listing, known: Collection[Listed]) -> Missing | None:
    rows = {row.id: row for row in known if row.id not in listed.present}
    lost = missing(listed.dates, [(row.id, row.published) for row in rows.values()], before=listed.before)
    suspects = [rows[key] for key in lost if rows[key].url]
    suspects.sort(key=lambda row: row.asked_at or _NEVER)
    if not suspects:
        return None
    pages = {row.id: row.url.partition("#")[0] for row in suspects[:MOST]}
    control = next((row.url for row in known if row.id in listed.present and row.url), "")
    return Missing(
        source_key=listed.source_key,
        pages=pages,
        more=len(suspects) > MOST,
        control=control.partition("#")[0],
    )


def parts_gone(found: Gathered, source_key: str, present: frozenset[int]) -> list[int]:
    """Entries that were parts of a file and are no longer in it, while others of the same day or around it are.

    Nobody needs to be asked: the file itself was read. A file that was replaced by the next edition is another matter;
    its parts are of later days, and those of the former edition have merely scrolled out.
    """
    files = {entry.url.partition("#")[0] for entry in found.feed.entries if _PART in entry.url}
    if not files or found.unfinished:
        return []
    gone: list[int] = []
    for file in sorted(files):
        rows = Entry.objects.parts(source_key, file)
        days = [published for key, published in rows if key in present]
        if days:
            first, last = min(days) - _SECONDS, max(days) + _SECONDS
            gone += [key for key, published in rows if key not in present and first <= published <= last]
    return gone


def ask(fetch: Fetch, stop: threading.Event, lost: Missing) -> dict[int, bool]:
    """Which of the pages that could be asked for are gone; for a thread of the pool."""
    asked: dict[str, bool] = {}
    softly: set[str] = set()
    for url in dict.fromkeys(lost.pages.values()):  # the parts of one PDF share it
        if stop.is_set():
            break
        try:
            answer = fetch(_request(lost, url))
            asked[url] = False
            if looks_gone(url, answer):
                softly.add(url)
        except FetchError as error:
            if error.code in _LAST_CODES or error.retry_after:
                break
            asked[url] = error.code == "http" and error.status in _GONE
    if softly and not stop.is_set() and _stands(fetch, lost):
        asked |= dict.fromkeys(softly, True)
    return {entry: asked[url] for entry, url in lost.pages.items() if url in asked}


def _request(lost: Missing, url: str) -> FetchRequest:
    return FetchRequest(url=url, resource=lost.source_key, accept=_ACCEPT, first_bytes=HEAD)


def _stands(fetch: Fetch, lost: Missing) -> bool:
    """Whether a page that is listed is there as pages should be."""
    if not lost.control:
        return False
    try:
        return not looks_gone(lost.control, fetch(_request(lost, lost.control)))
    except FetchError:
        return False


def settle(lost: Missing, asked: Mapping[int, bool], line: SourceLine) -> bool:
    """Withdraw what is gone and count it. Whether the list should be read again for more of the kind."""
    now = datetime.now(UTC)
    Entry.objects.note_asked(asked, now)
    gone = Entry.objects.withdraw([entry for entry, gone in asked.items() if gone], now)
    line.withdrawn += gone
    return lost.more and gone > 0
