"""One source, from its first answer to its entries: the further pages of its list, then its articles.

    first answer | reader | next pages | entries that are meant | their own pages, once each | clean

The readers know forms and open nothing; this module fetches for them and knows no form. It has no store either:
what was read before is handed in as `before`, and what is known after as `Gathered.reading`.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pipeline.collect.articles import Articles, host_of
from pipeline.collect.call import FEEDS, FetchRequest, FetchResult
from pipeline.collect.clean import clean_entry
from pipeline.collect.readers import LISTS, READERS, discover, pdf, wordpress
from pipeline.collect.readers.entries import UNDATED, finish
from pipeline.collect.readers.rows import Found
from pipeline.collect.sieve import Same, Sieve
from pipeline.collect.spacing import mended
from pipeline.collect.urls import as_secure
from pipeline.collect.visited import Visited
from pipeline.config import Source
from pipeline.errors import CollectError, ReadError
from pipeline.recipes import ArticleRecipe
from pipeline.records import EntryData, FeedData

Fetch = Callable[[FetchRequest], FetchResult]
_ACCEPT = {
    "listing": "text/html, application/xhtml+xml;q=0.9, */*;q=0.5",
    "pdf": "application/pdf, text/html;q=0.9, */*;q=0.5",
    "api": "application/json, application/vnd.api+json;q=0.9, */*;q=0.5",
    "wordpress": "application/json, */*;q=0.5",
    "xml": "application/xml, text/xml;q=0.9, */*;q=0.5",
    "sitemap": "application/xml, text/xml;q=0.9, */*;q=0.5",
}
_FEEDS_TRIED = 3  # of those that a home page names


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One poll of one source."""

    source: Source
    fetch: Fetch
    now: datetime
    recipe: str = ""  # the recipe's digest: when it changes every page is read anew
    before: Mapping[str, Visited] = field(default_factory=dict)
    known: Mapping[str, Same] = field(default_factory=dict)  # the last answer's entries, by digest
    code: str = ""  # a digest of what reads them
    unfinished: bool = False  # the poll before left pages unread
    stopped: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a poll gave. `fresh` are the entries that were read now and not remembered.

    `same` are those that stand in the answer as they stood in the last one, which are not in `feed`; `digests` name
    those that are, by guid, for the next one.
    """

    feed: FeedData
    same: Mapping[str, Same] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    fresh: tuple[EntryData, ...] = ()
    visited: Mapping[str, Visited] = field(default_factory=dict)
    unfinished: bool = False
    answer: FetchResult | None = None  # of the feed that a home page led to
    address: str = ""  # of that feed


def first_request(
    source: Source, address: str = "", *, etag: str = "", last_modified: str = ""
) -> FetchRequest:
    """What to ask the source for; `address` where it is known to be another than its url."""
    url = wordpress.address(source.url) if source.reader == "wordpress" else source.url
    posted = source.list.post
    return FetchRequest(
        url=address or url,
        resource=source.key,
        etag=etag,
        last_modified=last_modified,
        accept=_ACCEPT.get(source.reader, FEEDS),
        method="POST" if posted else "GET",
        body=posted.encode() if posted else None,
        content_type="application/json" if posted else "",
    )


def gather(visit: Visit, answer: FetchResult) -> Gathered:
    """The source's entries, clean. Raises CollectError when the list itself cannot be read."""
    source = visit.source
    led_to = ""
    if source.reader == "auto" and _is_page(answer):
        answer, feed = _discovered(visit, answer)
        led_to = answer.url
    elif source.reader in LISTS:
        feed = _recounted(_chosen(_listed(visit, answer), source))
    elif source.article is None:
        return _sifted_feed(visit, answer)
    else:
        feed = _read_feed(source, answer)
    recipe = _article_recipe(source, answer)
    if recipe is None:
        # The parts of a file are looked at together: which of them is missing shows beside the others.
        found = _sifted(replace(visit, known={}) if source.reader == "pdf" else visit, feed, answer.url)
        visited = {entry.guid: Visited() for entry in feed.entries} if source.list.pages > 1 else {}
        return replace(found, visited=visited, answer=answer if led_to else None, address=led_to)
    articles = Articles(visit, recipe, hosts=_hosts(source))
    entries = tuple(each for entry in feed.entries for each in articles.read(entry, answer.url))
    return Gathered(
        feed=_recounted(replace(feed, entries=entries, warnings=(*feed.warnings, *articles.warnings()))),
        fresh=tuple(articles.fresh),
        visited=articles.visited,
        unfinished=articles.unfinished,
        answer=answer if led_to else None,
        address=led_to,
    )


# ── Entries as they are, without pages of their own ──────────────────────────────────────────────────


def _sifted_feed(visit: Visit, answer: FetchResult) -> Gathered:
    """A feed's entries; those known are held back before the feed parser, which takes the most time of all."""
    sieve = Sieve(_context(visit, answer.url), visit.known)
    feed = _read_feed(visit.source, answer, sieve)
    found = _cleaned(visit, feed, answer.url, sieve)
    return found if found is not None else _sifted_feed(replace(visit, known={}), answer)


def _sifted(visit: Visit, feed: FeedData, base_url: str) -> Gathered:
    """The same for what came by another way: it is read, but only what is new is cleaned."""
    sieve = Sieve(_context(visit, base_url), visit.known)
    kept = [entry for entry in feed.entries if sieve.lets_through(repr(entry).encode("utf-8", "replace"))]
    sieve.name([entry.guid for entry in kept])
    found = _cleaned(visit, replace(feed, entries=tuple(kept)), base_url, sieve)
    return found if found is not None else _sifted(replace(visit, known={}), feed, base_url)


def _context(visit: Visit, base_url: str) -> str:
    """A digest of what every entry of the answer depends on."""
    parts = (visit.code, visit.recipe, visit.source.language, base_url)
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def _cleaned(visit: Visit, feed: FeedData, base_url: str, sieve: Sieve) -> Gathered | None:
    """What went through the sieve, clean; None when it must not be told apart from what was held back."""
    language = visit.source.language
    entries = tuple(
        clean_entry(mended(entry), base_url=base_url, language=language) for entry in feed.entries
    )
    if sieve.clashes(entry.guid for entry in entries):
        return None
    digests = {
        clean.guid: sieve.digests[raw.guid]
        for raw, clean in zip(feed.entries, entries, strict=True)
        if raw.guid in sieve.digests
    }
    return Gathered(feed=replace(feed, entries=entries), fresh=entries, same=sieve.same, digests=digests)


def _article_recipe(source: Source, answer: FetchResult) -> ArticleRecipe | None:
    if source.reader == "pdf" and not pdf.is_pdf(answer.body):
        return source.article or ArticleRecipe()
    return source.article


def _read_feed(source: Source, answer: FetchResult, sieve: Sieve | None = None) -> FeedData:
    return READERS[source.reader](
        answer.body,
        url=answer.url,
        content_type=answer.content_type,
        zone=ZoneInfo(source.timezone),
        max_entries=source.max_entries,
        sieve=sieve,
    )


# ── Feeds found ──────────────────────────────────────────────────────────────────────────────────────


def _is_page(answer: FetchResult) -> bool:
    begin = answer.body[:2048].lstrip().lower()
    return b"<html" in begin or begin.startswith(b"<!doctype html")


def _discovered(visit: Visit, answer: FetchResult) -> tuple[FetchResult, FeedData]:
    """The first feed of the page that can be read."""
    faults: list[str] = []
    for address in discover.feeds(answer.body, url=answer.url, content_type=answer.content_type)[
        :_FEEDS_TRIED
    ]:
        try:
            found = visit.fetch(FetchRequest(url=address, resource=visit.source.key))
            return found, _read_feed(visit.source, found)
        except CollectError as error:
            faults.append(str(error))
    raise ReadError(
        f"{answer.url} names no feed that can be read{': ' + '; '.join(faults) if faults else ''}. Look for one in "
        f"a browser, or use the reader listing.",
        resource=visit.source.key,
    )


# ── Lists ────────────────────────────────────────────────────────────────────────────────────────────


def _listed(visit: Visit, answer: FetchResult) -> FeedData:
    """Every page of the list, down to the first that holds what is known already."""
    source = visit.source
    if source.reader == "pdf" and pdf.is_pdf(answer.body):
        return _newsletter(source, answer)
    found = _read_list(source, answer)
    feeds, waiting, asked = [found.feed], list(found.following), {answer.url}
    index = not found.feed.entries and source.reader == "sitemap"
    warnings: list[str] = []
    while waiting and len(feeds) < source.list.pages + index and not visit.stopped():
        if not visit.unfinished and any(entry.guid in visit.before for entry in feeds[-1].entries):
            break
        address = as_secure(waiting.pop(0), answer.url)
        if not address or address in asked:
            continue
        asked.add(address)
        try:
            found = _read_list(source, visit.fetch(replace(first_request(source), url=address)))
        except CollectError as error:
            warnings.append(f"page {len(feeds) + 1} of the list: {error.args[0]}")
            break
        feeds.append(found.feed)
        waiting = waiting or list(found.following)
    return _joined(feeds, warnings)


def _read_list(source: Source, answer: FetchResult) -> Found:
    recipe = source.list
    if source.reader == "pdf" and not recipe.items:
        recipe = recipe.model_copy(update={"items": "a[href*='.pdf']"})
    return LISTS[source.reader](
        answer.body,
        url=answer.url,
        content_type=answer.content_type,
        recipe=recipe,
        zone=ZoneInfo(source.timezone),
        max_entries=source.max_entries,
    )


def _newsletter(source: Source, answer: FetchResult) -> FeedData:
    zone = ZoneInfo(source.timezone)
    return pdf.read(
        answer.body, url=answer.url, recipe=source.list, zone=zone, max_entries=source.max_entries
    )


def _joined(feeds: list[FeedData], warnings: list[str]) -> FeedData:
    entries = tuple(entry for feed in feeds for entry in feed.entries)
    said = dict.fromkeys(warning for feed in feeds for warning in feed.warnings)
    return _recounted(replace(feeds[0], entries=entries, warnings=(*said, *warnings)))


def _recounted(feed: FeedData) -> FeedData:
    """How many entries lack a date is counted anew: there may be more of them now, or an article brought one."""
    return finish(replace(feed, warnings=tuple(each for each in feed.warnings if not each.endswith(UNDATED))))


def _chosen(feed: FeedData, source: Source) -> FeedData:
    """Without what the recipe does not mean: other kinds of page, other hosts, words to skip."""
    recipe, hosts = source.list, _hosts(source)
    meant = [entry for entry in feed.entries if not recipe.match or re.search(recipe.match, entry.url)]
    own = [entry for entry in meant if not entry.url or host_of(entry.url) in hosts]
    kept = [entry for entry in own if not _skipped(entry, recipe.skip)]
    warnings = list(feed.warnings)
    if len(own) < len(meant):
        other = next(host_of(entry.url) for entry in meant if entry not in own)
        warnings.append(
            f"{len(meant) - len(own)} entries lead to other hosts such as {other} and were left out"
        )
    if len(kept) < len(own):
        warnings.append(f"{len(own) - len(kept)} entries were left out as [source.list] skip says")
    return replace(feed, entries=tuple(kept[: source.max_entries]), warnings=tuple(warnings))


def _skipped(entry: EntryData, words: Iterable[str]) -> bool:
    text = "\n".join((entry.title, entry.author, *entry.categories))
    return any(re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) for word in words)


def _hosts(source: Source) -> frozenset[str]:
    """The hosts whose pages belong to the source, compared exactly: look-alikes of city sites abound."""
    named = [host_of(address) for address in (source.url, source.site) if address]
    return frozenset([*named, *(host.lower().removeprefix("www.") for host in source.list.hosts)])
