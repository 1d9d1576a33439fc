"""The address that hubs call: a WSGI application under /websub/TOKEN.

A GET verifies what we asked of a hub, a POST tells of news. The token lets a hub in, and its signature makes a ping
count; all that a ping does is to make its source due. What it brings is never read as news: that is fetched from the
source itself, through the guard.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse

import structlog
from django.db import DatabaseError, connections

from pipeline.collect.turnstile import Turnstile
from pipeline.models import Subscription

PREFIX = "/websub"
_PATH = re.compile(rf"{PREFIX}/([A-Za-z0-9_-]{{20,64}})")
_LARGEST = 2 * 1024 * 1024  # bytes of a ping: a feed that a hub sends along, and that nobody reads
_LONGEST = 4_096  # characters of a query
_HASHES = frozenset({"sha1", "sha256", "sha384", "sha512"})
_SHORTEST_LEASE, _LONGEST_LEASE = timedelta(minutes=30), timedelta(days=90)
_AFTER_DENIAL = timedelta(days=7)
_SPACING = timedelta(seconds=30)  # between two pings that count
_PER_SECOND, _AT_ONCE = 20.0, 100  # calls, of all hubs together
_log = structlog.get_logger("websub")

Environ = dict[str, Any]


class Callback:
    """`lease` is what a hub that does not say is taken to give; `wake` is called when a source is due by a ping."""

    def __init__(self, lease: timedelta, wake: Callable[[], None] = lambda: None) -> None:
        self._lease = lease
        self._wake = wake
        self._turnstile = Turnstile(_PER_SECOND, _AT_ONCE)

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        match = _PATH.fullmatch(environ.get("PATH_INFO", ""))
        if match is None:
            return _answer(start, "404 Not Found")
        if not self._turnstile.lets_pass():
            return _answer(start, "429 Too Many Requests", headers=[("Retry-After", "10")])
        try:
            return self._admitted(match[1], environ, start)
        except DatabaseError as error:  # locked, or away: the hub comes again
            _log.warning("the store is away", reason=str(error).strip())
            return _answer(start, "503 Service Unavailable", headers=[("Retry-After", "60")])
        finally:
            connections.close_all()

    def _admitted(self, token: str, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        row = Subscription.objects.by_token(token)
        if row is None:
            return _answer(start, "404 Not Found")
        if environ["REQUEST_METHOD"] == "GET":
            return self._verify(row, environ.get("QUERY_STRING", ""), start)
        if environ["REQUEST_METHOD"] == "POST":
            return self._ping(row, environ, start)
        return _answer(start, "405 Method Not Allowed", headers=[("Allow", "GET, POST")])

    def _verify(self, row: Subscription, query: str, start: StartResponse) -> Iterable[bytes]:
        """https://www.w3.org/TR/websub/#hub-verifies-intent"""
        said = {name: values[0] for name, values in _fields(query).items()}
        mode, challenge, now = said.get("hub.mode", ""), said.get("hub.challenge", ""), datetime.now(UTC)
        if said.get("hub.topic") != row.topic:
            return _answer(start, "404 Not Found")
        if mode == "denied":
            reason = " ".join(said.get("hub.reason", "").split())
            Subscription.objects.denied(
                row, f"the hub refused: {reason}" if reason else "the hub refused", now + _AFTER_DENIAL
            )
            _log.warning("subscription denied", source=row.source_id, hub=row.hub, reason=reason[:200])
            return _answer(start, "200 OK")
        if mode == "subscribe" and challenge:
            confirmed = Subscription.objects.verified(
                row, self._granted(said.get("hub.lease_seconds", "")), now
            )
        else:
            confirmed = bool(mode == "unsubscribe" and challenge) and Subscription.objects.left(row)
        if not confirmed:  # we did not ask for it, or not any more: a challenge counts once
            return _answer(start, "404 Not Found")
        _log.info(f"{mode}d", source=row.source_id, hub=row.hub)
        return _answer(start, "200 OK", challenge.encode())

    def _granted(self, seconds: str) -> timedelta:
        """What the hub grants, within reason; hubs that say nothing are asked again after what we asked for."""
        if not (seconds.isascii() and seconds.isdigit() and 0 < len(seconds) <= 9):
            return self._lease
        return min(max(timedelta(seconds=int(seconds)), _SHORTEST_LEASE), _LONGEST_LEASE)

    def _ping(self, row: Subscription, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        """https://www.w3.org/TR/websub/#content-distribution: what is signed wrongly is taken, and does nothing."""
        length = environ.get("CONTENT_LENGTH") or ""
        if not length.isdecimal():
            return _answer(start, "411 Length Required")
        if int(length) > _LARGEST:
            return _answer(start, "413 Content Too Large")
        body = environ["wsgi.input"].read(int(length))
        if not _is_signed(body, environ.get("HTTP_X_HUB_SIGNATURE", ""), row.secret):
            _log.warning("ping without a valid signature", source=row.source_id, hub=row.hub)
        elif Subscription.objects.heard(row, datetime.now(UTC), _SPACING):
            _log.info("ping", source=row.source_id)
            self._wake()
        return _answer(start, "202 Accepted")


def _is_signed(body: bytes, signature: str, secret: str) -> bool:
    name, _, given = signature.partition("=")
    if name not in _HASHES or not given.isascii():
        return False
    expected = hmac.new(secret.encode(), body, getattr(hashlib, name)).hexdigest()
    return hmac.compare_digest(expected, given.strip().lower())


def _fields(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query[:_LONGEST], max_num_fields=20)
    except ValueError:
        return {}


def _answer(
    start: StartResponse, status: str, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()
) -> Iterable[bytes]:
    start(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Cache-Control", "no-store"),
            *headers,
        ],
    )
    return [body]
