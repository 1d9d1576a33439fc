"""Politeness by host, and the bot walls and headers that decide about it."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.collect.http_headers import max_age, refused_encoding, retry_after
from pipeline.collect.politeness import HostState, Politeness, in_turns
from pipeline.collect.walls import wall
from pipeline.errors import FetchError

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)


def test_a_held_host_is_left_alone_and_others_are_not() -> None:
    """Retry-After binds one host, and for a day at most."""
    politeness = Politeness()
    politeness.hold("a.example.org", 10**9)

    with politeness.slot("b.example.org"):
        pass
    with pytest.raises(FetchError) as caught, politeness.slot("a.example.org"):
        pass
    assert caught.value.retry_after == 86_400


def test_what_a_host_is_owed_outlives_the_run() -> None:
    """Holds and gaps are told by the calendar, and the next run begins with them."""
    first = Politeness()
    first.hold("held.example.org", 600)
    with first.slot("slow.example.org", 40):
        pass
    states = {state.name: state for state in first.states()}
    second = Politeness(known=states.values())
    after = {state.name: state for state in second.states()}

    held, slow = states["held.example.org"], states["slow.example.org"]
    assert held.held_until is not None
    assert slow.next_ok_at is not None
    assert timedelta(seconds=595) < held.held_until - datetime.now(UTC) <= timedelta(seconds=600)
    assert timedelta(seconds=35) < slow.next_ok_at - datetime.now(UTC) <= timedelta(seconds=40)
    assert set(after) == set(states)
    with pytest.raises(FetchError, match="asked us to wait"), second.slot("held.example.org"):
        pass


def test_a_moment_that_has_passed_is_owed_no_more() -> None:
    """Yesterday's Retry-After keeps nobody away."""
    politeness = Politeness(
        known=[HostState(name="a.example.org", held_until=datetime.now(UTC) - timedelta(days=1))]
    )

    with politeness.slot("a.example.org"):
        pass
    assert politeness.states() == []


def test_a_stop_ends_the_wait_for_a_turn() -> None:
    """A run that is ended does not sit out a crawl delay."""
    stop = threading.Event()
    politeness = Politeness(stop=stop)
    with politeness.slot("a.example.org", 30):
        pass
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()
    with pytest.raises(FetchError) as caught, politeness.slot("a.example.org", 30):
        pass

    assert caught.value.code == "held"
    assert time.monotonic() - started < 5


def test_nobody_waits_for_very_long() -> None:
    """The hundredth page of a slow host is left to another run."""
    politeness = Politeness(
        known=[HostState(name="a.example.org", next_ok_at=datetime.now(UTC) + timedelta(hours=1))]
    )

    with pytest.raises(FetchError, match="no turn left") as caught, politeness.slot("a.example.org", 2):
        pass
    assert caught.value.code == "held"


def test_hosts_take_turns() -> None:
    """One crowded host stands between the others, not before them; within a host the order is kept."""
    rows = ["a1", "a2", "a3", "b1", "c1", "b2"]

    assert in_turns(rows, lambda row: row[0]) == ["a1", "b1", "c1", "a2", "b2", "a3"]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, None),
        ({"cache-control": "max-age=60"}, 60),
        ({"cache-control": 'public, Max-Age="90"'}, 90),
        ({"cache-control": "no-cache, max-age=60"}, 0),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=" + "9" * 5000}, None),
        ({"expires": "Tue, 03 Nov 2026 12:10:00 GMT", "date": "Tue, 03 Nov 2026 12:00:00 GMT"}, 600),
        ({"expires": "Tue, 03 Nov 2026 11:00:00 GMT", "date": "Tue, 03 Nov 2026 12:00:00 GMT"}, 0),
        ({"expires": "0", "date": "Tue, 03 Nov 2026 12:00:00 GMT"}, None),
    ],
)
def test_max_age(headers: dict[str, str], expected: int | None) -> None:
    """Freshness is read from Cache-Control, else from Expires against the server's own clock."""
    assert max_age(headers) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("120", 120), ("Tue, 03 Nov 2026 12:01:00 GMT", 60), ("Tue, 03 Nov 2026 11:00:00 GMT", 0), ("soon", None), ("", None)],
)  # fmt: skip
def test_retry_after(value: str, expected: int | None) -> None:
    """The wait is understood as a number and as a date; a date that is past means no wait."""
    assert retry_after({"retry-after": value}, NOW) == expected


@pytest.mark.parametrize(
    ("value", "refused"), [("", False), ("GZIP", False), ("gzip, br", False), ("zstd", True)]
)
def test_refused_encoding(value: str, *, refused: bool) -> None:
    """Only encodings that were offered are taken."""
    assert bool(refused_encoding({"content-encoding": value})) is refused


@pytest.mark.parametrize(
    ("status", "headers", "start", "name"),
    [
        (403, {"cf-mitigated": "challenge"}, b"", "Cloudflare"),
        (202, {"x-amzn-waf-action": "challenge"}, b"", "AWS WAF"),
        (403, {}, b"https://geo.captcha-delivery.com/captcha", "DataDome"),
        (200, {"content-type": "text/html"}, b'<script id="anubis_challenge">', "Anubis"),
        (200, {"content-type": "application/rss+xml"}, b"Incapsula incident ID", ""),
        (200, {"content-type": "text/html"}, b"<div class='g-recaptcha'>", ""),
        (404, {"content-type": "text/html"}, b"g-recaptcha", ""),
        (403, {"server": "cloudflare"}, b"Forbidden", ""),
    ],
)
def test_walls(status: int, headers: dict[str, str], start: bytes, name: str) -> None:
    """Walls are told by their own marks; ordinary refusals and articles about walls are none."""
    assert wall(status, headers, start) == name
