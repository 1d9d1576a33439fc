"""The work of the night, and the night that was missed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import daemon
from pipeline.keeping.nightly import is_due
from pipeline.keeping.prune import PRUNED
from pipeline.models import StoreFact
from pipeline.review.notices import NOTICED
from tests import builders

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-11-20T03:10:00+00:00", NOON, False),
        ("2026-11-20T02:59:00+00:00", NOON, True),
        ("2026-11-19T03:10:00+00:00", NOON.replace(hour=2), False),  # its hour has not come yet
        ("2026-11-19T03:10:00+00:00", NOON.replace(hour=3), True),
        ("2026-11-01T03:10:00+00:00", NOON.replace(hour=2), True),
        ("2026-11-20T12:00:02+00:00", NOON, False),  # by the clock of another machine
        ("2031-11-20T03:10:00+00:00", NOON, True),  # under a clock that stood ahead
        (None, NOON, False),
        (None, NOON.replace(hour=3), True),
    ],
)
def test_when_the_night_is_due(last: str | None, now: datetime, due: bool) -> None:
    """Once from three o'clock on; a missed night is made up for, a first one is not."""
    assert is_due(last, 3, now) is due


@pytest.mark.parametrize(
    ("pruned", "soon"), [(timedelta(days=2), True), (timedelta(minutes=1), False), (None, False)]
)
def test_serve_makes_up_for_a_night_it_was_off(
    sqlite_store: str, pruned: timedelta | None, soon: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute after its start; else the work waits for its hour."""
    now = datetime.now(UTC)
    config = builders.config(keep={"hour": (now.hour + 12) % 24})
    if pruned is not None:
        StoreFact.objects.write(PRUNED, (now - pruned).isoformat())
    scheduler = daemon._scheduler()
    scheduler.start(paused=True)
    daemon._add_daily_jobs(scheduler, config, Path("config.toml"))
    (job,) = scheduler.get_jobs()
    scheduler.shutdown()

    assert (job.next_run_time - now < timedelta(minutes=2)) is soon


@pytest.mark.parametrize(("told", "soon"), [(timedelta(days=2), True), (timedelta(minutes=1), False)])
def test_serve_makes_up_for_the_mail_it_was_off_for(sqlite_store: str, told: timedelta, soon: bool) -> None:
    """Editors hear of what waits when the machine is on again, not a day later."""
    now = datetime.now(UTC)
    hour = (now.hour + 12) % 24
    config = builders.config(
        notices={"host": "127.0.0.1", "sender": "desk@example.org", "hour": hour}, keep={"hour": hour}
    )
    StoreFact.objects.write(NOTICED, (now - told).isoformat())
    scheduler = daemon._scheduler()
    scheduler.start(paused=True)
    daemon._add_daily_jobs(scheduler, config, Path("config.toml"))
    (mail,) = [job for job in scheduler.get_jobs() if job.args[0] == "notices"]
    scheduler.shutdown()

    assert (mail.next_run_time - now < timedelta(minutes=2)) is soon


def test_nothing_is_pruned_that_could_not_be_backed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prune is what cannot be undone."""
    asked: list[str] = []
    answers = iter([False, True, True])

    def run(command: str, _path: object) -> bool:
        asked.append(command)
        return next(answers)

    monkeypatch.setattr(daemon, "_run", run)
    for _ in range(2):
        daemon._nightly(builders.config(keep={"backups": 3}), Path("config.toml"))

    assert asked == ["backup", "backup", "prune"]
