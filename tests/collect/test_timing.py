"""When a source is polled next: bounds first, then what moves the moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.collect.timing import CAP, HARD, QUIET_CAP, SOFT, TEMPORARY, Poll, grade, next_poll

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
SECONDS = st.none() | st.integers(min_value=-(10**9), max_value=10**12)


def wait(**facts: object) -> timedelta:
    return next_poll(Poll(**{"key": "poznan", "now": NOW, **facts})) - NOW  # type: ignore[arg-type]


@given(
    key=st.text(max_size=20),
    interval=st.floats(min_value=0, max_value=10**6),
    entries_last_week=st.none() | st.integers(min_value=0, max_value=10**6),
    failures=st.floats(min_value=0, max_value=10**6),
    max_age=SECONDS,
    ttl=SECONDS,
    retry_after=SECONDS,
)
def test_never_in_the_past_nor_beyond_the_cap(**facts: object) -> None:
    """Whatever a source and its failures say, it is polled again within a day."""
    assert timedelta(0) <= wait(**facts) <= CAP


@given(st.floats(min_value=0, max_value=50), st.floats(min_value=0, max_value=50))
def test_more_failures_wait_longer(one: float, other: float) -> None:
    """Each failure puts the next poll off, or leaves it at the cap; none gives a source up."""
    fewer, more = sorted((one, other))

    assert wait(failures=fewer) <= wait(failures=more)


def test_a_failure_of_each_grade() -> None:
    """A hard failure doubles the wait; four temporary ones do the same."""
    plain = wait()

    assert wait(failures=HARD) == 2 * plain
    assert wait(failures=4 * TEMPORARY) == 2 * plain
    assert wait(failures=100 * HARD) == CAP


def test_the_jitter_is_the_sources_own() -> None:
    """The same source always gets the same part; different sources part ways, by a tenth at most."""
    waits = {key: wait(key=key) for key in ("poznan", "riga", "murcia", "rennes")}

    assert waits["poznan"] == wait(key="poznan")
    assert len(set(waits.values())) == 4
    assert all(timedelta(minutes=27) <= each <= timedelta(minutes=33) for each in waits.values())


@pytest.mark.parametrize(
    ("facts", "least"),
    [
        ({"max_age": 7200}, timedelta(hours=2)), ({"ttl": 7200}, timedelta(hours=2)),
        ({"interval": 0.0, "retry_after": 90}, timedelta(seconds=90)), ({"retry_after": 10**9}, CAP),
    ],
)  # fmt: skip
def test_what_the_source_asks_for_is_kept(facts: dict[str, object], least: timedelta) -> None:
    """Freshness, TTL and Retry-After put the next poll off."""
    assert wait(**facts) == least


def test_an_interval_of_nothing_is_always_due() -> None:
    """With interval 0 a healthy source is due at once and a failing one soon."""
    assert wait(interval=0.0) == timedelta(0)
    assert timedelta(minutes=1) < wait(interval=0.0, failures=1.0) < timedelta(minutes=3)


def test_quiet_sources_are_polled_more_rarely() -> None:
    """A busy source keeps the interval, a quiet one approaches two hours."""
    busy, normal, quiet = (wait(entries_last_week=count) for count in (1000, 70, 0))

    assert busy == wait()
    assert busy < normal < quiet
    assert quiet <= QUIET_CAP * 1.1


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("timeout", None, TEMPORARY), ("http", 429, TEMPORARY), ("http", 503, TEMPORARY), ("blocked", 503, TEMPORARY),
        ("refused", None, SOFT), ("dns", None, SOFT), ("http", 500, SOFT), ("size", None, SOFT),
        ("http", 404, HARD), ("http", 410, HARD), ("forbidden", None, HARD), ("tls", None, HARD), ("read", None, HARD),
        ("blocked", 403, HARD),
    ],
)  # fmt: skip
def test_grades(code: str, status: int | None, expected: float) -> None:
    """What passes by itself counts least, what needs a person counts most."""
    assert grade(code, status) == expected
