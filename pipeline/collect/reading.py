"""What a source's reader remembers between polls, as the one JSON value that the store keeps of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from pipeline.collect.coverage import Coverage, after
from pipeline.collect.gather import Gathered
from pipeline.collect.visited import Visited, restore
from pipeline.config import Source as SourceConfig
from pipeline.models import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Opened before a poll, and made anew from what the poll gave."""

    pages: Mapping[str, Visited] = field(default_factory=dict)
    coverage: Coverage = field(default_factory=Coverage)
    unfinished: bool = False  # pages are left to be read, whether or not the list changes
    feed: str = ""  # the feed that the home page named

    def due(self, recipe: SourceConfig, now: datetime) -> bool:
        """Whether the list must be read though it may be the same: pages wait, or are to be asked again."""
        if self.unfinished:
            return True
        if recipe.article is None:
            return False
        oldest = int(now.timestamp()) - recipe.article.recheck * 3600
        return any(page.at <= oldest for page in self.pages.values())


def opened(row: Source) -> Reading:
    """What is remembered of the source, with the entries of its pages from the store."""
    kept: dict[str, Any] = row.reading
    pages = kept.get("pages") or {}
    return Reading(
        pages=restore(row.key, pages) if pages else {},
        coverage=coverage_of(row),
        unfinished=bool(kept.get("unfinished")),
        feed=str(kept.get("feed") or ""),
    )


def coverage_of(row: Source) -> Coverage:
    return Coverage(**(row.reading.get("coverage") or {}))


def keep(row: Source, recipe: SourceConfig, found: Gathered, now: datetime, *, anew: bool) -> Coverage:
    """Put what the poll gave on the row, which the caller saves. `anew`: the recipe is another one now."""
    known = Coverage() if anew else coverage_of(row)
    coverage = after(
        known,
        found.fresh,
        total=len(found.feed.entries) + len(found.same),
        today=now.date(),
        may_be_empty=recipe.may_be_empty,
    )
    reading: dict[str, Any] = {"coverage": asdict(coverage)}
    if found.visited:
        reading["pages"] = {guid: page.as_json() for guid, page in found.visited.items()}
    if found.unfinished:
        reading["unfinished"] = True
    if found.address or row.reading.get("feed"):
        reading["feed"] = found.address or row.reading["feed"]
    row.reading = reading
    return coverage
