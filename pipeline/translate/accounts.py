"""What a run leaves in the store about its engines: what they did, which to leave alone, whose budget is used up."""

from datetime import datetime, timedelta

from pipeline.models import EnginePause, EngineUsage
from pipeline.translate.guards import Guards
from pipeline.translate.usage import UsageMeter

_SAME = timedelta(seconds=2)  # two readings of one pause's end differ by less


def restore_pauses(guards: Guards, now: datetime) -> None:
    """Leave alone what an earlier run was told to."""
    guards.restore(EnginePause.objects.open_at(now), now)


def record_usage(meter: UsageMeter, now: datetime) -> None:
    """Add what the engines did to the day's counters."""
    for (engine, pair), usage in meter.by_pair().items():
        EngineUsage.objects.add(
            engine,
            pair,
            now.date(),
            {
                "calls": usage.calls,
                "sentences": usage.sentences,
                "characters": usage.characters,
                "failures": usage.failures,
                "seconds": usage.seconds,
            },
        )


def share_pauses(guards: Guards, told: dict[str, datetime], now: datetime) -> None:
    """In a cluster: keep for the other workers what this one left alone lately, and take over what they keep.

    `told`: by engine, the end of its pause as this worker last told or heard it. A pause ends by its time alone.
    """
    own = {engine: pause for engine, pause in guards.pauses(now).items() if pause}
    news = {
        engine: pause
        for engine, pause in own.items()
        if engine not in told or abs(pause[0] - told[engine]) > _SAME
    }
    EnginePause.objects.keep(news)
    told.update({engine: until for engine, (until, _why) in news.items()})
    others = {
        engine: pause for engine, pause in EnginePause.objects.open_at(now).items() if engine not in own
    }
    guards.restore(others, now)
    told.update({engine: pause.until for engine, pause in others.items()})


def settle(guards: Guards, now: datetime) -> dict[str, str]:
    """Keep which engines are to be left alone; what an operator should know of each, by engine."""
    pauses = guards.pauses(now)
    EnginePause.objects.keep(pauses)
    paused = {
        engine: f"left alone until {pause[0]:%H:%M} UTC: {pause[1]}"
        for engine, pause in pauses.items()
        if pause
    }
    return paused | guards.spent
