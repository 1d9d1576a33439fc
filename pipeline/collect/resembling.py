"""Looks in the store for the entries that strangers may be: those with an unknown guid, of many sources at once.

Which of them it is, identity.py decides; the store is asked for as little as tells most of them apart.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pipeline.collect.identity import NEAR, Likeness, likeness, recognise, titles_alike, words
from pipeline.collect.visited import entry_data
from pipeline.models import Alias, Entry, Resemblance, text_hash
from pipeline.records import EntryData

_TOGETHER = timedelta(days=30)  # sources whose strangers lie within these are asked for in one query


@dataclass(frozen=True, slots=True, kw_only=True)
class Strangers:
    """One answer's entries with an unknown guid, by its hash."""

    source_key: str
    at: datetime
    entries: Mapping[str, EntryData]
    present: Collection[int]  # the ids of its other entries
    taken: Sequence[str]  # their addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    strangers: Strangers
    likeness: Mapping[str, Likeness]
    places: frozenset[str]  # the hashes of their addresses
    between: tuple[datetime, datetime]
    ids: set[int] = field(default_factory=set)  # candidates


def recognised(groups: Sequence[Strangers]) -> list[dict[str, Entry]]:
    """For each group the entries of the store that its strangers are; their new guids are remembered as aliases."""
    searches = {each.source_key: _search(each) for each in groups if each.entries}
    _gather_candidates(searches)
    wanted = {key for search in searches.values() for key in search.ids}
    rows = Entry.objects.select_related("current").in_bulk(wanted) if wanted else {}
    same = {key: _same(search, rows) for key, search in searches.items() if search.ids}
    return [same.get(each.source_key, {}) for each in groups]


def _search(strangers: Strangers) -> _Search:
    found = {guid: likeness(entry, strangers.at) for guid, entry in strangers.entries.items()}
    dates = [each.published for each in found.values()]
    return _Search(
        strangers=strangers,
        likeness=found,
        places=frozenset(text_hash(each.address) for each in found.values() if each.address),
        between=(min(dates) - NEAR, max(dates) + NEAR),
    )


def _same(search: _Search, rows: Mapping[int, Entry]) -> dict[str, Entry]:
    absent = {key: rows[key] for key in search.ids}
    same = recognise(
        search.likeness,
        {key: likeness(entry_data(row), row.published) for key, row in absent.items()},
        taken=search.strangers.taken,
    )
    if same:
        Alias.objects.remember(search.strangers.source_key, same)
    return {guid_hash: absent[key] for guid_hash, key in same.items()}


def _gather_candidates(searches: Mapping[str, _Search]) -> None:
    """What the answers do not name, with the address or the title of a stranger."""
    places = frozenset().union(*(each.places for each in searches.values()))
    for row in Entry.objects.at(places):
        search = searches.get(row.source_key)
        if search is not None and row.url_hash in search.places:
            _take(row, search)
    for together in _by_date(searches.values()):
        keys = [each.strangers.source_key for each in together]
        between = min(each.between[0] for each in together), max(each.between[1] for each in together)
        count = sum(len(each.strangers.present) for each in together)
        for row in Entry.objects.around(keys, between, count):
            search = searches[row.source_key]
            title = words(row.title or "") if row.id not in search.strangers.present else ()
            if any(titles_alike(each.title, title) for each in search.likeness.values()):
                _take(row, search)


def _take(row: Resemblance, search: _Search) -> None:
    if row.id not in search.strangers.present:
        search.ids.add(row.id)


def _by_date(searches: Iterable[_Search]) -> Iterator[list[_Search]]:
    """So that no query reads years of all sources for the sake of one."""
    together: list[_Search] = []
    for search in sorted(searches, key=lambda each: each.between):
        if together and search.between[1] - together[0].between[0] > _TOGETHER:
            yield together
            together = []
        together.append(search)
    if together:
        yield together
