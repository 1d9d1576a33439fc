"""What a run leaves in the store about its engines: what they did, which to leave alone, whose budget is used up."""

from datetime import datetime

from pipeline.models import EnginePause, EngineUsage
from pipeline.translate.guards import Guards
from pipeline.translate.usage import UsageMeter


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
