"""What is wrong now, in words: each trouble with what to do about it. Says nothing while all is well."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.collect.reading import coverage_of
from pipeline.config import Config
from pipeline.machine import places
from pipeline.models import EnginePause, RunRecord, figures

_AHEAD = timedelta(minutes=10)  # a row from further ahead than this was written under another clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """`id` is stable: mail is sent once for each `id` and `about`; the desk translates by it."""

    id: str
    about: str  # a source, a language, an engine; empty for the whole
    text: str  # English, with the facts and what to do


def troubles(config: Config, now: datetime | None = None) -> list[Trouble]:
    """All of them, the gravest first."""
    now = now or datetime.now(UTC)
    whole = [*_disk(config), *_runs(config, now)]
    return [*whole, *_sources(config, now), *_languages(config, now), *_engines(now)]


def _disk(config: Config) -> Iterator[Trouble]:
    """One for each disk: the folders on it share their fault."""
    told = set()
    for place in places(config):
        disk = place.folder.stat().st_dev
        if place.fault and disk not in told:
            told.add(disk)
            yield Trouble(id="disk", about=place.name, text=place.fault)


def _runs(config: Config, now: datetime) -> Iterator[Trouble]:
    last = RunRecord.objects.most_recent()
    if last is None:
        yield Trouble(
            id="no-run",
            about="",
            text="no run has ended yet; start ./run.py once or serve, or in a cluster scheduler and worker",
        )
        return
    if last.ended_at > now + _AHEAD:
        yield Trouble(
            id="clock",
            about="",
            text=f"the clock says {now:%Y-%m-%d %H:%M} UTC, but the last run ended at "
            f"{last.ended_at:%Y-%m-%d %H:%M} UTC; set it right (timedatectl set-ntp true)",
        )
    late = timedelta(minutes=3 * config.schedule.every) + timedelta(hours=1)
    if now - last.ended_at > late:
        yield Trouble(
            id="no-run",
            about="",
            text=f"the last run ended well at {last.ended_at:%Y-%m-%d %H:%M} UTC; "
            "read the log; is cron's line, serve, or in a cluster scheduler and worker at work?",
        )


def _sources(config: Config, now: datetime) -> Iterator[Trouble]:
    for row in figures.sources(source.key for source in config.enabled_sources):
        since = row.last_success
        why = row.error.removeprefix(f"{row.key}: ").removesuffix(".") or "no poll ended well"
        if row.error_code == "robots":
            yield Trouble(id="source-blocked", about=row.key, text=why)
        elif row.error_code == "blocked":
            text = f"its server refuses us: {why}; ask its operator to let our user agent in"
            yield Trouble(id="source-blocked", about=row.key, text=text)
        elif since is None and row.error:
            text = f"never read yet: {why}; ./run.py check --source {row.key}"
            yield Trouble(id="source-silent", about=row.key, text=text)
        elif since is not None and now - since > timedelta(hours=config.watch.silent):
            text = f"not read since {since:%Y-%m-%d %H:%M} UTC: {why}; ./run.py check --source {row.key}"
            yield Trouble(id="source-silent", about=row.key, text=text)
        if drift := coverage_of(row).note:
            text = f"{drift} ./run.py check --source {row.key} --show tells what its recipe finds"
            yield Trouble(id="source-drift", about=row.key, text=text)


def _languages(config: Config, now: datetime) -> Iterator[Trouble]:
    waiting, held = figures.waiting(config.targets), figures.held(config.targets)
    for language in config.targets:
        count, oldest = waiting.get(language, (0, None))
        if oldest is not None and now - oldest > timedelta(minutes=config.watch.lag):
            text = f"{count} translations wait, the oldest since {oldest:%Y-%m-%d %H:%M} UTC; ./run.py check names what the engines lack"
            yield Trouble(id="language-waiting", about=language, text=text)
        if held.get(language, 0) >= config.watch.backlog:
            text = f"{held[language]} texts wait for an editor; the desk shows those that need eyes first"
            yield Trouble(id="language-backlog", about=language, text=text)


def _engines(now: datetime) -> Iterator[Trouble]:
    for name, pause in EnginePause.objects.open_at(now).items():
        yield Trouble(
            id="engine-paused",
            about=name,
            text=f"left alone until {pause.until:%H:%M} UTC: {pause.reason}; it is asked again by itself then, "
            "and ./run.py check tells whether it answers",
        )
