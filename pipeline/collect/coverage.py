"""Drift: does a source still give what it used to give? Pure.

A site that is rebuilt seldom fails with an error; a recipe's selector just finds nothing any more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipeline.records import EntryData

ALWAYS = 0.9  # a share of entries from which a field counts as one that all have
ENOUGH = 3  # entries one after the other without a field, before that is no chance
_NAMES = {"title": "title", "date": "date", "body": "text", "image": "image"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """What is remembered of a source's fields between polls."""

    entries: int = 0  # of the last answer that had any
    shares: Mapping[str, float] | None = None  # field → how many entries have it, from 0 to 1
    without: Mapping[str, int] | None = None  # field → entries in a row that lack it
    since: str = ""  # the day since which something is wrong

    @property
    def lost(self) -> tuple[str, ...]:
        shares, without = self.shares or {}, self.without or {}
        return tuple(
            name for name in _NAMES if shares.get(name, 0) >= ALWAYS and without.get(name, 0) >= ENOUGH
        )

    @property
    def note(self) -> str:
        """The alarm in plain words; empty while all is well."""
        if not self.since:
            return ""
        if self.without and self.without.get("entries"):
            return f"drift since {self.since}: it holds no entries any more ({self.entries} before)"
        names = " and no ".join(_NAMES[name] for name in self.lost)
        return (
            f"drift since {self.since}: no {names} any more, which all its entries had; has the site changed?"
        )


def after(
    known: Coverage, fresh: Collection[EntryData], *, total: int, today: date, may_be_empty: bool = False
) -> Coverage:
    """What is known after an answer of `total` entries, of which `fresh` were read anew."""
    if not total:
        missing = 1 if known.entries and not may_be_empty else 0
        return _dated(replace(known, without={**(known.without or {}), "entries": missing}), today)
    shares, without = dict(known.shares or {}), dict(known.without or {})
    without["entries"] = 0
    for name in _NAMES if fresh else ():
        having = sum(1 for entry in fresh if _has(entry, name))
        if having:
            now = having / len(fresh)
            shares[name] = (shares[name] + now) / 2 if name in shares else now
            without[name] = 0
        else:
            without[name] = min(without.get(name, 0) + len(fresh), 1_000)
    return _dated(replace(known, entries=total, shares=shares, without=without), today)


def _dated(coverage: Coverage, today: date) -> Coverage:
    wrong = bool(coverage.lost or (coverage.without or {}).get("entries"))
    return replace(coverage, since=(coverage.since or today.isoformat()) if wrong else "")


def _has(entry: EntryData, name: str) -> bool:
    values = {
        "title": entry.title,
        "date": entry.published,
        "body": entry.content or entry.summary,
        "image": entry.image or "<img" in entry.content or "<img" in entry.summary,
    }
    return bool(values[name])
