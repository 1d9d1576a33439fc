"""Collect: bring the sources up to date.

    due sources | fetch and read and clean (parallel) | decide and store | ask for what is missing | withdraw

One source's failure is recorded on it and never stops the others; an unexpected error stops the run.
Does not decide whether an entry changed (decide.py) and does not know how a source is read (asking.py, readers/).
"""

import gc
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice

from pipeline.collect import pictures, reading, subscribing, withdrawals
from pipeline.collect.articles import host_of
from pipeline.collect.asking import Asker, Turn, recipe_hash
from pipeline.collect.intake import Intake
from pipeline.collect.opening import open_fetcher
from pipeline.collect.parallel import Crew
from pipeline.collect.politeness import in_turns
from pipeline.collect.polls import Polls
from pipeline.collect.withdrawals import settle
from pipeline.config import Config
from pipeline.config import Source as SourceConfig
from pipeline.models import LastAnswer, Source, Subscription
from pipeline.summary import SourceLine

_TO_HEAR = timedelta(hours=1)  # a ping that came so long before the news, or after it, told of it
_OPENED = 256  # sources whose memory is read from the store together


def run(
    config: Config,
    *,
    only_due: bool = False,
    only: frozenset[str] | None = None,
    stop: threading.Event | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[SourceLine]:
    """Poll the sources, all or those that are due, and store what they have. A line for every configured one.

    `only` names the sources that a worker of a cluster is to look at.
    """
    stop = stop or threading.Event()
    now = datetime.now(UTC)
    recipes = {source.key: source for source in config.source}
    Source.objects.make_missing(recipes)
    wanted = [source.key for source in config.enabled_sources if only is None or source.key in only]
    rows = Source.objects.due(wanted, now) if only_due else Source.objects.not_held(wanted, now)
    lines = {key: SourceLine(key=key, note=_idle_note(recipes[key], only_due=only_due)) for key in recipes}
    for row in rows:
        lines[row.key].note = "the run was ended before its turn"  # until its poll says otherwise
    rows = in_turns(rows, lambda row: host_of(recipes[row.key].url))
    _leave_the_program_out()
    with (
        open_fetcher(config, stop) as fetcher,
        Polls(config.fetch, _stretched(config, now)) as polls,
        Crew(config.fetch.threads, "collect") as crew,
    ):
        intake = Intake(config, polls, lines)
        done = 0
        asker = Asker(fetcher.get, stop, hubs=config.websub.enabled)
        for found in crew.as_finished(asker.ask, _turns(rows, recipes), stop=stop):
            for turn, outcome in found:
                intake.take(turn, outcome)
            done += len(found)
            intake.store_if_due()
            progress(done, len(rows))
        intake.store()
        asking = partial(withdrawals.ask, fetcher.get, stop)
        asked = [each for some in crew.as_finished(asking, intake.lost, stop=stop) for each in some]
        anew = [each.source_key for each, gone in asked if settle(each, gone, lines[each.source_key])]
        if config.publish.pictures == "copy":
            pictures.run(fetcher.get, crew, stop, lines, only)
        if config.websub.enabled:
            subscribing.note_offers(intake.offers)
            subscribing.run(config, fetcher.get, crew, stop, only)
    Source.objects.read_anew([*anew, *intake.anew])  # after the polls are saved
    if config.websub.enabled:
        fresh = [key for key, line in lines.items() if line.new]
        Subscription.objects.found_news(fresh, now - _TO_HEAR)
        Subscription.objects.wake(now, datetime.now(UTC))
    return list(lines.values())


def _leave_the_program_out() -> None:
    """The garbage collector looks through what the run makes, not again and again through the program: a tenth of a poll.

    Once a process, and for good. Done before each run and undone after it, what had become garbage meanwhile was never
    looked at: thawed objects do not count towards the next collection, and two thousand cycles grew by 370 MB.
    """
    if not gc.get_freeze_count():
        gc.freeze()


def _idle_note(source: SourceConfig, *, only_due: bool) -> str:
    if not source.enabled:
        return f"off: {source.note}" if source.note else "off"
    return "not due" if only_due else "its server asked us to wait"


def _stretched(config: Config, now: datetime) -> dict[str, float]:
    if not config.websub.enabled:
        return {}
    return dict.fromkeys(Subscription.objects.relied_upon(now), config.websub.stretch)


def _turns(rows: Sequence[Source], recipes: dict[str, SourceConfig]) -> Iterator[Turn]:
    """With what the store remembers of each, which is read here: the pool's threads have no store."""
    waiting: Iterable[Source] = iter(rows)
    while some := list(islice(waiting, _OPENED)):
        last = LastAnswer.objects.of([row.key for row in some if recipes[row.key].article is None])
        for row in some:
            recipe = recipes[row.key]
            yield Turn(
                recipe=recipe,
                digest=recipe_hash(recipe),
                row=row,
                known=reading.opened(row),
                last=last.get(row.key, ""),
            )
