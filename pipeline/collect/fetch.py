"""Polite, guarded HTTP: one request in, one answer or one FetchError out.

    slot of the host | gate | redirects, each through the same gate | caps on time and size | answer

Does not decide when to fetch (timing.py), which bytes are a feed (readers/), nor what a charset is.
"""

import ssl
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import certifi
import requests
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.util import Url, parse_url

from pipeline.collect.call import Call, FetchRequest, FetchResult
from pipeline.collect.fetch_errors import blocked, explain, remedy
from pipeline.collect.guard import PORTS, AddressPolicy, Gate, GuardedAdapter, Resolver, resolve
from pipeline.collect.http_headers import refused_encoding, retry_after
from pipeline.collect.politeness import Politeness
from pipeline.collect.walls import wall
from pipeline.collect.watchdog import Deadline, Watchdog
from pipeline.errors import FetchError

__all__ = ["FetchRequest", "FetchResult", "Fetcher", "Limits", "Network"]

MAX_REDIRECTS = 5
_CHUNK = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one call may cost, and how gently a host is treated."""

    timeout: float = 30.0  # seconds for a whole call: names, connections, redirects, headers, body
    max_bytes: int = 15 * 1024 * 1024  # of the body, packed and unpacked
    per_host: int = 2  # requests at once
    gap: float = 0.0  # seconds between the starts of two requests to one host


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the world is reached. The defaults are right outside tests and special networks."""

    ports: Sequence[int] = PORTS
    tls: ssl.SSLContext | None = None
    resolver: Resolver = resolve


class Fetcher:
    """Fetches for all threads of a run. A context manager: leaving it closes every connection.

    `allow` names private addresses, networks or hosts that may be reached, on any port.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow: Sequence[str] = (),
        limits: Limits | None = None,
        network: Network | None = None,
    ) -> None:
        limits, network = limits or Limits(), network or Network()
        self._timeout = limits.timeout
        self._max_bytes = limits.max_bytes
        self._gate = Gate(AddressPolicy.of(allow, network.ports), resolver=network.resolver)
        self._watchdog = Watchdog()
        self._politeness = Politeness(per_host=limits.per_host, gap=limits.gap)
        self._session = _session(user_agent, self._gate, network.tls or default_tls(), limits.per_host)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._session.close()
        self._watchdog.close()

    def get(self, request: FetchRequest) -> FetchResult:
        """The answer, redirects followed. Raises FetchError with a stable code for everything else."""
        call = Call(request)
        try:
            return self._follow(call)
        except FetchError as e:
            e.resource = e.resource or request.resource
            raise

    def _follow(self, call: Call) -> FetchResult:
        left = self._timeout
        for _ in range(MAX_REDIRECTS + 1):
            host = _checked(call.url).host or ""
            # Waiting for a turn is our own doing and does not count against the server.
            with self._politeness.slot(host), self._watchdog.watch(left) as deadline:
                result = self._hop(call, deadline)
                left = deadline.remaining()
            if result is not None:
                return result
        raise FetchError(
            f"{call.request.url} redirects more than {MAX_REDIRECTS} times. Open it in a browser and "
            f"put the address it ends at into config.toml.",
            code="http",
        )

    def _hop(self, call: Call, deadline: Deadline) -> FetchResult | None:
        """One request. None after a redirect, which is noted in `call`."""
        self._gate.enter(deadline)
        try:
            with self._send(call, deadline) as response:
                result = self._answer(call, response)
        except FetchError:
            if not deadline.expired:
                raise
            raise self._too_slow(call) from None
        except (requests.RequestException, HTTPError, UnicodeError) as e:
            if deadline.expired:
                raise self._too_slow(call) from e
            raise explain(e, call.url) from e
        # A connection cut in mid-header can look like an empty 200.
        if deadline.expired:
            raise self._too_slow(call)
        return result

    def _send(self, call: Call, deadline: Deadline) -> requests.Response:
        prepared = self._session.prepare_request(
            requests.Request(call.method, call.url, headers=call.headers(), data=call.body)
        )
        seconds = max(0.001, deadline.remaining())
        return self._session.send(prepared, stream=True, allow_redirects=False, timeout=(seconds, seconds))

    def _answer(self, call: Call, response: requests.Response) -> FetchResult | None:
        headers = {name.lower(): value for name, value in response.headers.items()}
        target = self._session.get_redirect_target(response)
        if response.status_code in _REDIRECTS and target:
            call.redirect(response.status_code, target)
            return None
        if response.status_code == 304 and call.conditional:
            _ = response.content  # read to the end, or the connection cannot be used again
            return call.result(304, headers)
        if response.status_code not in {200, 203}:
            raise self._refusal(call, response, headers)
        body, fetched = self._body(call, response, headers)
        if name := wall(200, headers, body[:_CHUNK]):
            raise blocked(call.url, 200, name)
        return call.result(200, headers, body, fetched)

    def _body(self, call: Call, response: requests.Response, headers: dict[str, str]) -> tuple[bytes, int]:
        """The unpacked body and its size on the wire, never more than the cap of either in memory."""
        if encoding := refused_encoding(headers):
            raise FetchError(f"{call.url} is packed as {encoding!r}, which was not offered.", code="http")
        limit = self._max_bytes
        declared = headers.get("content-length", "")
        parts: list[bytes] = []
        size = 0
        if not (declared.isdigit() and int(declared) > limit):
            for part in response.raw.stream(_CHUNK, decode_content=True):
                parts.append(part)
                size += len(part)
                if size > limit or response.raw.tell() > limit:
                    break
            else:
                return b"".join(parts), response.raw.tell()
        raise FetchError(
            f"{call.url} is larger than {limit} bytes. If that is meant, raise [fetch] max_bytes.",
            code="size",
        )

    def _refusal(self, call: Call, response: requests.Response, headers: dict[str, str]) -> FetchError:
        status = response.status_code
        start = (
            b"" if refused_encoding(headers) else next(response.raw.stream(_CHUNK, decode_content=True), b"")
        )
        wait = retry_after(headers, datetime.now(UTC))
        if status in {429, 503} and wait:
            self._politeness.hold(_checked(call.url).host or "", wait)
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
            f"{call.url} did not finish within {self._timeout:g} s. It is tried again later; "
            f"if the server is always this slow, raise [fetch] timeout.",
            code="timeout",
        )


def default_tls() -> ssl.SSLContext:
    """The system's certificate authorities, which a town hall may have extended, and certifi's beside them."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


class _Session(requests.Session):
    """requests' session without its redirects, which it looks at, and reads without limit, even when told not to."""

    def resolve_redirects(self, *_args: Any, **_kwargs: Any) -> Iterator[Any]:
        return iter(())


def _session(user_agent: str, gate: Gate, tls: ssl.SSLContext, per_host: int) -> requests.Session:
    session = _Session()
    session.trust_env = False  # a proxy or a netrc of the environment would go round the gate
    session.headers["User-Agent"] = user_agent
    # No cookies: they would tie requests of different sources and threads together.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.adapters.clear()
    adapter = GuardedAdapter(gate, tls=tls, pool_size=per_host)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def _checked(url: str) -> Url:
    """The address in parts, when it is one that may be asked for at all."""
    try:
        parts = parse_url(url)
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
