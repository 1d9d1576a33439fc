"""Politeness by host, and the bot walls and headers that decide about it."""

from datetime import UTC, datetime

import pytest

from pipeline.collect.http_headers import max_age, refused_encoding, retry_after
from pipeline.collect.politeness import Politeness
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
