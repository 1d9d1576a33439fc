"""Readers' reports: the one form of the published pages, taken in by a small application of its own.

    a form | is it ours, small and not too often? | review.reports | a page of the tree says what became of it

Needs no cookie and no script, sets none, and stores nothing about who sent it: to keep floods off it remembers in
memory, for some minutes, a keyed hash of the address, whose key ends with the process. As nobody is signed in here,
a forged request gains nothing; one that another site's page sends is refused all the same.
"""

import hashlib
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit
from wsgiref.types import StartResponse, WSGIApplication

import structlog
from django.db import DatabaseError, close_old_connections

from feeds import addresses
from pipeline.config import Config
from pipeline.review import reports

_log = structlog.get_logger("reports")
MOST_BYTES = 40_000  # a message and a quote of the longest, each letter written as %F0%9F%8C%89
_FIELDS = 10
WINDOW = 600.0  # seconds
PER_CLIENT, IN_ALL = 5, 60  # reports in a window
_TYPE = "application/x-www-form-urlencoded"


class Limits:
    """How many reports were taken of late, of one client and in all."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(16)
        self._taken: deque[tuple[float, bytes]] = deque()
        self._lock = threading.Lock()

    def admit(self, address: str) -> bool:
        """Count one more, unless that would be too many."""
        client = hashlib.blake2b(_network_of(address).encode(), key=self._key, digest_size=8).digest()
        now = self._clock()
        with self._lock:
            while self._taken and self._taken[0][0] <= now - WINDOW:
                self._taken.popleft()
            own = sum(each == client for _when, each in self._taken)
            if own >= PER_CLIENT or len(self._taken) >= IN_ALL:
                return False
            self._taken.append((now, client))
            return True


def _network_of(address: str) -> str:
    """An IPv6 client has a whole /64 to send from."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)


def mounts(config: Config) -> dict[str, WSGIApplication]:
    """The application under its path, where the pages' forms are sent to this server."""
    path = urlsplit(config.publish.reports).path
    return {path: application(config)} if config.publish.reports and path.strip("/") else {}


def application(config: Config, limits: Limits | None = None) -> WSGIApplication:
    """Takes the form by POST, and answers with the address of a page in the reader's language."""
    watch = limits or Limits()

    def answer(environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        refusal = _refusal(environ, config)
        if refusal:
            return _plain(start, refusal)
        length = int(environ["CONTENT_LENGTH"])
        try:
            body = environ["wsgi.input"].read(length).decode("ascii")
            form = parse_qs(body, max_num_fields=_FIELDS, errors="strict")
        except ValueError:  # not UTF-8 behind the escapes, or too many fields
            return _plain(start, "400 Bad Request")
        page = _take({name: values[0] for name, values in form.items()}, environ, config, watch)
        place = f"{config.network.base_url.rstrip('/')}/{page}"
        start("303 See Other", [("Location", place), ("Content-Length", "0"), ("Cache-Control", "no-store")])
        return []

    return answer


def _refusal(environ: dict[str, Any], config: Config) -> str:
    """The status of a request that is no form of ours; empty for one that is."""
    length = environ.get("CONTENT_LENGTH") or ""
    if environ["REQUEST_METHOD"] != "POST":
        return "405 Method Not Allowed"
    if not length.isdigit():
        return "411 Length Required"
    if int(length) > MOST_BYTES:
        return "413 Content Too Large"
    if environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower() != _TYPE:
        return "415 Unsupported Media Type"
    origin = environ.get("HTTP_ORIGIN", "")
    hosts = {urlsplit(config.network.base_url).netloc, environ.get("HTTP_HOST", "")}
    # Compared as it stands: a parser would fail on some of what strangers send.
    return "403 Forbidden" if origin and origin.partition("://")[2] not in hosts else ""


def _take(form: dict[str, str], environ: dict[str, Any], config: Config, limits: Limits) -> str:
    """The path of the page that says what became of the report."""
    language = form.get("language", "")
    if language not in config.targets:
        language = config.targets[0]
    if form.get("website"):  # people do not see this field
        return addresses.answer_page(language, "thanks")
    if not form.get("message", "").strip():
        return addresses.answer_page(language, "missing")
    if not limits.admit(environ.get("REMOTE_ADDR", "")):
        _log.warning("a report was not taken: too many at once")
        return addresses.answer_page(language, "later")
    close_old_connections()
    try:
        taken = reports.receive(
            form.get("entry", "").replace("\0", ""),
            language,
            form["message"],
            form.get("quote", ""),
            datetime.now(UTC),
        )
    except DatabaseError as error:  # away, or locked for too long
        _log.warning("a report was not taken", reason=str(error).strip())
        return addresses.answer_page(language, "later")
    finally:
        close_old_connections()
    return addresses.answer_page(language, "thanks" if taken else "later")


def _plain(start: StartResponse, status: str) -> Iterable[bytes]:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("X-Content-Type-Options", "nosniff")]
    allow = [("Allow", "POST")] if status.startswith("405") else []
    body = f"{status[4:]}\n".encode()
    start(status, [*headers, *allow, ("Content-Length", str(len(body)))])
    return [body]
