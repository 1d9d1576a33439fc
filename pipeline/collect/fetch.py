"""Polite, guarded HTTP: one request in, one answer or one FetchError out.

    robots.txt | slot of the host | gate | redirects, each through the same gate | caps on time and size | answer

Does not decide when to fetch (timing.py), which bytes are a feed (readers/), nor what a charset is.
"""

import contextlib
import functools
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import unquote

import certifi
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from pipeline.collect.call import Call, FetchRequest, FetchResult
from pipeline.collect.fetch_errors import blocked, explain, remedy
from pipeline.collect.guard import (
    PORTS,
    AddressPolicy,
    Gate,
    GuardedAdapter,
    Resolver,
    resolve,
)
from pipeline.collect.http_headers import location, refused_encoding, retry_after
from pipeline.collect.packing import TooLargeError, unpacked
from pipeline.collect.politeness import HostState, Politeness
from pipeline.collect.robots import FIRST_BYTES, Robots, RobotsText
from pipeline.collect.walls import wall
from pipeline.collect.watchdog import Deadline, Watchdog
from pipeline.errors import FetchError

__all__ = ["FetchRequest", "FetchResult", "Fetcher", "Known", "Limits", "Network"]

MAX_REDIRECTS = 5
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_ROBOTS_TIMEOUT = 15.0  # seconds
_DEFAULT_PORTS = {"http": 80, "https": 443}
_NOT_NOW = frozenset(
    {"dns", "held", "refused", "timeout", "tls"}
)  # no answer: whether a robots.txt exists is unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may cost, and how gently a host is treated."""

    timeout: float = 30.0  # seconds for a whole call: names, connections, redirects, headers, body
    max_bytes: int = 15 * 1024 * 1024  # of the body, packed and unpacked
    per_host: int = 2  # requests at once
    gap: float = 0.0  # seconds between the starts of two requests to one host, but for those in `allow`
    robots: bool = False  # ask robots.txt first


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the world is reached. The defaults are right outside tests and special networks."""

    ports: Sequence[int] = PORTS
    tls: ssl.SSLContext | None = None
    resolver: Resolver = resolve


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of hosts and outlives a run: what each is owed, and the robots.txt of each."""

    hosts: Sequence[HostState] = ()
    robots: Sequence[RobotsText] = ()


class Fetcher:
    """Fetches for all threads of a run. A context manager: leaving it closes every connection.

    `allow` names private addresses, networks or hosts that may be reached, on any port.
    `known` is what earlier runs learned of hosts; `learned` gives it, brought up to date, to the next one.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow: Sequence[str] = (),
        limits: Limits | None = None,
        network: Network | None = None,
        known: Known | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        limits, network, known = limits or Limits(), network or Network(), known or Known()
        self._limits = limits
        policy = AddressPolicy.of(allow, network.ports)
        self._is_own = functools.cache(policy.is_own)
        self._gate = Gate(policy, resolver=network.resolver)
        self._watchdog = Watchdog(stop)
        self._politeness = Politeness(per_host=limits.per_host, known=known.hosts, stop=stop)
        agent = user_agent.partition("/")[0]
        self._robots = Robots(agent, self._load_robots, known.robots) if limits.robots else None
        self._agent = user_agent
        self._adapter = GuardedAdapter(
            self._gate, tls=network.tls or default_tls(), pool_size=limits.per_host
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._adapter.close()
        self._watchdog.close()

    def learned(self) -> Known:
        """What the next run should begin with; robots.txt only where it was fetched by this one."""
        robots = self._robots.learned() if self._robots else []
        return Known(hosts=self._politeness.states(), robots=robots)

    def get(self, request: FetchRequest) -> FetchResult:
        """The answer, redirects followed. Raises FetchError with a stable code for everything else."""
        call = Call(request)
        try:
            return self._follow(call, self._limits.timeout, robots=request.robots)
        except FetchError as e:
            e.resource = e.resource or request.resource
            raise

    def _follow(self, call: Call, left: float, *, robots: bool = True) -> FetchResult:
        for _ in range(MAX_REDIRECTS + 1):
            parts = _checked(call.url)
            gap = self._gap(parts, ask=robots)
            # Waiting for a turn is our own doing and does not count against the server.
            with self._politeness.slot(_place(parts), gap), self._watchdog.watch(left) as deadline:
                result = self._hop(call, parts, deadline)
                left = deadline.remaining()
            if result is not None:
                return result
        raise FetchError(
            f"{call.request.url} redirects more than {MAX_REDIRECTS} times. Open it in a browser and "
            f"put the address it ends at into config.toml.",
            code="http",
        )

    def _gap(self, parts: Url, *, ask: bool) -> float:
        """Seconds between requests to this host: ours, or what its robots.txt wants. Raises where it forbids."""
        own = 0.0 if self._is_own(parts.host or "") else self._limits.gap
        if not ask or self._robots is None:
            return own
        return max(own, self._robots.delay(_origin(parts), parts.request_uri))

    def _load_robots(self, origin: str) -> str:
        """A site without the file, or that refuses it, may be fetched; of one that does not answer nothing is known."""
        call = Call(
            FetchRequest(url=f"{origin}/robots.txt", accept="text/plain, */*;q=0.5", first_bytes=FIRST_BYTES)
        )
        try:
            result = self._follow(call, min(self._limits.timeout, _ROBOTS_TIMEOUT), robots=False)
        except FetchError as e:
            if e.code in _NOT_NOW or e.status == 429 or (e.status or 0) >= 500:
                raise
            return ""
        return result.body.decode("utf-8", "replace").replace("\0", "")

    def _hop(self, call: Call, parts: Url, deadline: Deadline) -> FetchResult | None:
        """One request. None after a redirect, which is noted in `call`."""
        self._gate.enter(deadline)
        try:
            with self._send(call, parts, deadline) as response:
                result = self._answer(call, response)
        except FetchError:
            if not deadline.expired:
                raise
            raise self._too_slow(call) from None
        except (HTTPError, UnicodeError) as e:
            if deadline.expired:
                raise self._too_slow(call) from e
            raise explain(e, call.url) from e
        # A connection cut in mid-header can look like an empty 200.
        if deadline.expired:
            raise self._too_slow(call)
        return result

    def _send(self, call: Call, parts: Url, deadline: Deadline) -> BaseHTTPResponse:
        return self._adapter.exchange(
            call.method,
            parts,
            headers={"User-Agent": self._agent, **call.headers()},
            body=call.body,
            timeout=max(0.001, deadline.remaining()),
        )

    def _answer(self, call: Call, response: BaseHTTPResponse) -> FetchResult | None:
        headers = {name.lower(): value for name, value in response.headers.itermerged()}
        if response.status in _REDIRECTS and headers.get("location"):
            call.redirect(response.status, location(headers))
            return None
        if response.status == 304 and call.conditional:
            response.read()  # to the end, or the connection cannot be used again
            return call.result(304, headers)
        if response.status not in call.request.accepted:
            raise self._refusal(call, response, headers)
        body, fetched = self._body(call, response, headers)
        if name := wall(200, headers, body[:_CHUNK]):
            raise blocked(call.url, 200, name)
        return call.result(200, headers, body, fetched)

    def _body(self, call: Call, response: BaseHTTPResponse, headers: dict[str, str]) -> tuple[bytes, int]:
        """The unpacked body and its size on the wire, never more than the cap of either in memory."""
        if encoding := refused_encoding(headers):
            raise FetchError(f"{call.url} is packed as {encoding!r}, which was not offered.", code="http")
        limit = call.request.first_bytes or self._limits.max_bytes
        declared = headers.get("content-length", "")
        parts: list[bytes] = []
        size = 0
        if call.request.first_bytes or not (declared.isdigit() and int(declared) > limit):
            for part in response.stream(_CHUNK, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > limit or response.tell() > limit:
                    break
            else:
                with contextlib.suppress(TooLargeError):
                    return unpacked(b"".join(parts), limit), response.tell()
        if call.request.first_bytes:
            return b"".join(parts)[:limit], response.tell()
        raise FetchError(
            f"{call.url} is larger than {limit} bytes. If that is meant, raise [fetch] max_bytes.",
            code="size",
        )

    def _refusal(self, call: Call, response: BaseHTTPResponse, headers: dict[str, str]) -> FetchError:
        status = response.status
        start = b"" if refused_encoding(headers) else next(response.stream(_CHUNK, decode_content=True), b"")
        wait = retry_after(headers, datetime.now(UTC))
        if status in {429, 503} and wait:
            self._politeness.hold(_place(_checked(call.url)), wait)
        if name := wall(status, headers, start):
            return blocked(call.url, status, name, wait)
        return FetchError(
            f"{call.url} answered {status} {response.reason}. {remedy(status)}",
            code="http",
            status=status,
            retry_after=wait,
        )

    def _too_slow(self, call: Call) -> FetchError:
        return FetchError(
            f"{call.url} did not finish within {self._limits.timeout:g} s. It is tried again later; "
            f"if the server is always this slow, raise [fetch] timeout.",
            code="timeout",
        )


@functools.cache
def default_tls() -> ssl.SSLContext:
    """The system's certificate authorities, which a town hall may have extended, and certifi's beside them."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _checked(url: str) -> Url:
    """The address in parts, when it is one that may be asked for at all."""
    try:
        parts = parse_url(url)
        # So the addresses in texts give a name beyond ASCII; what it becomes is looked at like any other.
        if parts.host and "%" in parts.host and not parts.host.startswith("["):
            parts = parse_url(parts._replace(host=unquote(parts.host)).url)
    except LocationParseError as e:
        raise FetchError(
            f"{url[:200]!r} is not an address. Correct it in config.toml.", code="forbidden"
        ) from e
    if parts.scheme not in {"http", "https"} or not parts.host:
        raise FetchError(f"{url[:200]!r} is not an http or https address.", code="forbidden")
    if parts.auth is not None:
        raise FetchError(
            f"the address at {parts.host} carries a user name; that is not supported.", code="forbidden"
        )
    return parts


def _place(parts: Url) -> str:
    """The host that is treated as one: its name, and its port where that is not the usual one."""
    usual = parts.port in {None, _DEFAULT_PORTS[parts.scheme or "http"]}
    return (parts.host or "") if usual else f"{parts.host}:{parts.port}"


def _origin(parts: Url) -> str:
    return f"{parts.scheme}://{_place(parts)}"
