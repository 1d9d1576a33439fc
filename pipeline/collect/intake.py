"""Takes the outcomes of polls into the store, those with something new many at a time.

A batch is one transaction, and what a poll leaves on its source is saved after it: a run that is killed between
merely asks again.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from django.db import transaction

from pipeline.collect import pictures, reading, storing, withdrawals
from pipeline.collect.asking import Fetched, Turn
from pipeline.collect.coverage import Coverage
from pipeline.collect.gather import Gathered
from pipeline.collect.hubs import Offer
from pipeline.collect.polls import Polls
from pipeline.collect.withdrawals import Listing, Missing, listing, missing_from
from pipeline.config import Config
from pipeline.errors import CollectError, FetchError
from pipeline.models import Entry
from pipeline.summary import SourceLine
from pipeline.wakeups import PUBLISH, TRANSLATE, announce

_log = structlog.get_logger("collect")
_SOURCES = 32  # stored together; their queries cost as much as those of one
_ENTRIES = 500  # new ones; more are no faster together
_PATIENCE = 0.5  # seconds that something new waits for company


@dataclass(slots=True, kw_only=True)
class _Held:
    turn: Turn
    outcome: Fetched
    found: Gathered


@dataclass(slots=True)
class Intake:
    """`lost` is what lists lost; `anew` are the sources to be read whole the next time."""

    config: Config
    polls: Polls
    lines: dict[str, SourceLine]
    lost: list[Missing] = field(default_factory=list)
    anew: set[str] = field(default_factory=set)
    offers: dict[str, Offer | None] = field(default_factory=dict)  # the hub that each source now names
    _held: list[_Held] = field(default_factory=list)
    _since: float = 0.0

    def take(self, turn: Turn, outcome: Fetched | CollectError) -> None:
        """Note what needs no entries stored; hold the rest for the next batch."""
        key = turn.recipe.key
        if isinstance(outcome, CollectError):
            turn.row.reading.pop(
                "feed", None
            )  # should the feed that was found be the fault, the page is asked again
            self.polls.failure(turn.row, turn.recipe, outcome)
            held = isinstance(outcome, FetchError) and outcome.code == "held"
            if not held:
                _log.info("source failed", source=key, why=outcome.message)
            self.lines[key] = (
                SourceLine(key=key, note="its server asked us to wait")
                if held
                else SourceLine(key=key, error=str(outcome))
            )
        elif outcome.found is None:
            self._finish(turn, outcome, SourceLine(key=key, note=outcome.note), reading.coverage_of(turn.row))
        else:
            self.offers[key] = outcome.offer
            self._since = self._since if self._held else time.monotonic()
            self._held.append(_Held(turn=turn, outcome=outcome, found=outcome.found))

    def store_if_due(self) -> None:
        """Where enough is held, or has waited."""
        if not self._held:
            return
        enough = (
            len(self._held) >= _SOURCES
            or sum(len(each.found.feed.entries) for each in self._held) >= _ENTRIES
        )
        if enough or time.monotonic() - self._since >= _PATIENCE:
            self.store()

    def store(self) -> None:
        """All that is held."""
        held, self._held = self._held, []
        if not held:
            return
        now = datetime.now(UTC)
        answers = [self._answer(each, now) for each in held]
        with transaction.atomic():
            stored = storing.store_answers(answers)
            if self.config.publish.pictures == "copy":
                pictures.note(stored.texts, now)
            if fresh := sum(each.line.new + each.line.changed for each in answers):
                announce(TRANSLATE, fresh * len(self.config.targets))
                announce(PUBLISH)
        self.anew |= stored.anew
        for each, answer in zip(held, answers, strict=True):
            key = each.turn.recipe.key
            parts = withdrawals.parts_gone(each.found, key, stored.present[key])
            answer.line.withdrawn += Entry.objects.withdraw(parts, now) if parts else 0
        self._look_for_missing(held, stored, now)
        for each, answer in zip(held, answers, strict=True):
            turn = each.turn
            anew = turn.row.recipe_hash != turn.digest
            drift = reading.keep(turn.row, turn.recipe, each.found, now, anew=anew)
            self._finish(turn, each.outcome, answer.line, drift)

    def _answer(self, each: _Held, now: datetime) -> storing.Answer:
        recipe = each.turn.recipe
        seen = storing.Sighting(
            source_key=recipe.key,
            language=recipe.language,
            host=self.config.network.host,
            at=now,
            stamp=each.outcome.answer.last_modified,
        )
        return storing.Answer(
            seen=seen,
            feed=each.found.feed,
            line=SourceLine(key=recipe.key, note=each.outcome.note),
            same=each.found.same,
            digests=each.found.digests,
        )

    def _look_for_missing(self, held: Sequence[_Held], stored: storing.Stored, now: datetime) -> None:
        listings: list[Listing] = []
        for each in held:
            turn = each.turn
            if turn.row.recipe_hash != turn.digest or turn.recipe.key in stored.anew:
                continue  # another recipe may mean other entries
            before = reading.coverage_of(turn.row).entries
            listed = listing(each.found, turn.recipe, stored.present[turn.recipe.key], before=before)
            listings += [listed] if listed is not None else []
        self.lost += missing_from(listings, now)

    def _finish(self, turn: Turn, outcome: Fetched, line: SourceLine, drift: Coverage) -> None:
        line.note = "; ".join(filter(None, (drift.note, line.note)))
        self.lines[turn.recipe.key] = line
        counts = {name: getattr(line, name) for name in ("new", "changed", "withdrawn")}
        _log.log(
            logging.INFO if any(counts.values()) else logging.DEBUG, "source read", source=line.key, **counts
        )
        self.polls.success(turn.row, turn.recipe, outcome, read_as=turn.digest)
