"""Entries that a list lost: each is asked for at its own address, and only 404 or 410 there withdraws it.

A list is cut, filtered, cached and at times broken; a page that says it is gone is gone. What answers anything else,
or nothing, stays. Withdrawn entries stay in the store: should the source show one again, it returns under its old id.
"""

import threading
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.collect.call import FetchRequest
from pipeline.collect.decide import missing
from pipeline.collect.gather import Fetch, Gathered
from pipeline.config import Source as SourceConfig
from pipeline.errors import FetchError
from pipeline.models import Entry
from pipeline.summary import SourceLine

MOST = 5  # pages asked for of one source in one run
AGAIN = timedelta(days=1)  # before a page that is still there is asked for once more
_GONE = frozenset({404, 410})
_FIRST_BYTES = 1_024  # the status is all we want; not every server answers HEAD rightly
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


def missing_from(
    found: Gathered, recipe: SourceConfig, present: Collection[int], *, before: int, now: datetime
) -> Iterator[Missing]:
    """What a list that once had `before` entries lost, if anything. `present` are the ids of those it has."""
    if found.unfinished or not (found.feed.entries or recipe.may_be_empty):
        return  # not the whole list
    if recipe.list.pages > 1:
        before = 0  # it is read down to what is known, so its length says nothing
    listed = found.feed.entries
    dates = [entry.published for entry in listed if entry.published]
    shorter = before > len(listed)
    if not shorter and len(dates) < len(listed):
        return  # neither its length nor its dates say that something is missing
    after = None if shorter else min(dates, default=None)
    rows = {row.guid: row for row in Entry.objects.not_among(recipe.key, present, now - AGAIN, after)}
    lost = missing(listed, [(row.guid, row.published) for row in rows.values()], before=before)
    suspects = [rows[guid] for guid in lost if rows[guid].url]
    suspects.sort(key=lambda row: row.asked_at or datetime.min.replace(tzinfo=UTC))
    if suspects:
        pages = {row.pk: row.url.partition("#")[0] for row in suspects[:MOST]}
        yield Missing(source_key=recipe.key, pages=pages, more=len(suspects) > MOST)


def ask(fetch: Fetch, stop: threading.Event, lost: Missing) -> dict[int, bool]:
    """Which of the pages that could be asked for are gone; for a thread of the pool."""
    asked: dict[str, bool] = {}
    for url in dict.fromkeys(lost.pages.values()):  # the parts of one PDF share it
        if stop.is_set():
            break
        request = FetchRequest(url=url, resource=lost.source_key, accept=_ACCEPT, first_bytes=_FIRST_BYTES)
        try:
            fetch(request)
            asked[url] = False
        except FetchError as error:
            if error.code in _LAST_CODES or error.retry_after:
                break
            asked[url] = error.code == "http" and error.status in _GONE
    return {entry: asked[url] for entry, url in lost.pages.items() if url in asked}


def settle(lost: Missing, asked: Mapping[int, bool], line: SourceLine) -> bool:
    """Withdraw what is gone and count it. Whether the list should be read again for more of the kind."""
    now = datetime.now(UTC)
    Entry.objects.note_asked(asked, now)
    line.withdrawn = Entry.objects.withdraw([entry for entry, gone in asked.items() if gone], now)
    return lost.more and line.withdrawn > 0
