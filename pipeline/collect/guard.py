"""The address guard: which addresses may be fetched, checked on the very address that is connected to.

A name is resolved once per connection; every answer that is not a public address is dropped, and the socket
connects to one of the rest. Redirects and rebinding pass the same gate because there is no other way to connect.
Does not know HTTP statuses or limits of size (fetch.py).
"""

import http.client
import ipaddress
import queue
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, PoolManager, Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util import Url

from pipeline.collect.ranges import is_public, unwrap
from pipeline.collect.watchdog import Deadline
from pipeline.errors import FetchError

PORTS = (80, 443, 8080, 8443)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
SockAddr = tuple[Any, ...]
Resolver = Callable[[str, int], list[tuple[int, SockAddr]]]


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """What may be reached: public addresses on the usual ports, and what the operator allows by name."""

    networks: tuple[Network, ...] = ()
    hosts: frozenset[str] = frozenset()
    ports: frozenset[int] = frozenset(PORTS)

    @classmethod
    def of(cls, allow: Sequence[str], ports: Sequence[int] = PORTS) -> "AddressPolicy":
        """From the words of `[fetch] allow`: addresses, networks and host names in any order."""
        networks: list[Network] = []
        hosts: set[str] = set()
        for word in allow:
            try:
                networks.append(ipaddress.ip_network(word, strict=False))
            except ValueError:
                hosts.add(_plain_host(word))
        return cls(networks=tuple(networks), hosts=frozenset(hosts), ports=frozenset(ports))

    def is_own(self, host: str) -> bool:
        """The operator's own server, by the name or address it is asked by."""
        host = _plain_host(host)
        if host in self.hosts:
            return True
        return _is_address(host) and any(ipaddress.ip_address(host) in network for network in self.networks)

    def permits(self, address: str, host: str, port: int) -> bool:
        if _plain_host(host) in self.hosts:
            return True
        found = unwrap(address)
        if any(found.version == network.version and found in network for network in self.networks):
            return True
        return port in self.ports and is_public(address)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _plain_host(host: str) -> str:
    return host.strip().strip("[]").rstrip(".").lower()


def resolve(host: str, port: int) -> list[tuple[int, SockAddr]]:
    """Every address of `host`, in the system's order."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [(family, sockaddr) for family, _, _, _, sockaddr in answers]


@dataclass(slots=True)
class Gate:
    """The one way to a connected socket: resolve within the time left, keep what is permitted, connect, watch."""

    policy: AddressPolicy
    connect_timeout: float = 10.0  # for one address
    resolver: Resolver = resolve
    _calls: threading.local = field(default_factory=threading.local)

    def enter(self, deadline: Deadline) -> None:
        """Connections made or reused by this thread belong to the call with this deadline."""
        self._calls.deadline = deadline

    def adopt(self, sock: socket.socket) -> None:
        """Watch a kept-alive connection that the current call took out of the pool."""
        self._calls.deadline.borrow(sock)

    def connect(self, connection: HTTPConnection, host: str, port: int) -> socket.socket:
        addresses = self._permitted(connection, host, port)
        error: OSError | None = None
        for family, sockaddr in addresses:
            try:
                return self._open(family, sockaddr)
            except OSError as e:
                error = e
        if isinstance(error, TimeoutError):
            raise ConnectTimeoutError(connection, f"no answer from {host}:{port}") from error
        raise NewConnectionError(connection, f"cannot connect to {host}:{port}: {error}") from error

    def _permitted(self, connection: HTTPConnection, host: str, port: int) -> list[tuple[int, SockAddr]]:
        try:
            answers = self._resolve_in_time(host, port)
        except (socket.gaierror, UnicodeError) as e:
            reason = e if isinstance(e, socket.gaierror) else socket.gaierror(str(e))
            raise NameResolutionError(host, connection, reason) from e
        permitted = [answer for answer in answers if self.policy.permits(str(answer[1][0]), host, port)]
        if not permitted:
            raise FetchError(_refusal(host, port, answers), code="forbidden")
        return permitted

    def _resolve_in_time(self, host: str, port: int) -> list[tuple[int, SockAddr]]:
        """Getaddrinfo has no time limit: it runs in a thread that is left behind when it is too slow."""
        if _is_address(host):  # nobody is asked
            return self.resolver(host, port)
        answers: queue.SimpleQueue[list[tuple[int, SockAddr]] | Exception] = queue.SimpleQueue()

        def look_up() -> None:
            try:
                answers.put(self.resolver(host, port))
            except (OSError, UnicodeError) as e:
                answers.put(e)

        threading.Thread(target=look_up, name="fetch-resolver", daemon=True).start()
        try:
            answer = answers.get(timeout=self._calls.deadline.remaining())
        except queue.Empty:
            raise socket.gaierror(socket.EAI_AGAIN, "the name server does not answer") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _open(self, family: int, sockaddr: SockAddr) -> socket.socket:
        deadline: Deadline = self._calls.deadline
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # The TLS handshake that follows runs under this limit too.
            sock.settimeout(max(0.001, min(self.connect_timeout, deadline.remaining())))
            sock.connect(sockaddr)
            sock.settimeout(max(0.001, deadline.remaining()))
            deadline.attach(sock)
        except BaseException:
            sock.close()
            raise
        return sock


def _refusal(host: str, port: int, answers: list[tuple[int, SockAddr]]) -> str:
    if any(is_public(str(sockaddr[0])) for _, sockaddr in answers):
        return f"port {port} of {host} may not be fetched. If it is meant, add {host} to [fetch] allow."
    return (
        f"{host} is not a public address and may not be fetched. "
        f"If it is a server of your own network, add its address to [fetch] allow."
    )


class GuardedAdapter(HTTPAdapter):
    """requests' transport with every socket made by the gate and one TLS context for all hosts.

    requests reads the CA file anew for each host, 15 ms of processor time every time; one context is read once.
    What a session would add to the pools of the adapter is not wanted here (cookies that tie sources together, proxies
    and netrc of the environment that go round the gate, guesses at a charset), and costs more than the request.
    """

    def __init__(self, gate: Gate, *, tls: ssl.SSLContext, pools: int = 200, pool_size: int = 2) -> None:
        self._gate = gate
        self._tls = tls
        self._pools = WeakValueDictionary[tuple[str | None, str | None, int | None], HTTPConnectionPool]()
        retry = Retry(
            total=1, connect=1, read=0, redirect=0, status=0, other=0,
            raise_on_status=False, respect_retry_after_header=False,
        )  # fmt: skip
        super().__init__(pool_connections=pools, pool_maxsize=pool_size, max_retries=retry)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:  # noqa: FBT001, FBT002 -- the library's signature
        super().init_poolmanager(connections, maxsize, block=block, ssl_context=self._tls, **kwargs)
        guard_pools(self.poolmanager, self._gate)

    def exchange(
        self, method: str, parts: Url, *, headers: Mapping[str, str], body: bytes | None, timeout: float
    ) -> BaseHTTPResponse:
        """The answer to one request, its body still to be read. What goes wrong is said in urllib3's words."""
        return self._pool(parts).urlopen(
            method,
            parts.request_uri,
            body=body,
            headers=headers,
            retries=self.max_retries,
            redirect=False,
            assert_same_host=False,
            timeout=timeout,
            preload_content=False,
            decode_content=False,
        )

    def _pool(self, parts: Url) -> HTTPConnectionPool:
        """The pool of the host, as long as the manager keeps it: to ask the manager costs as much as to read a header."""
        place = parts.scheme, parts.host, parts.port
        pool = self._pools.get(place)
        if pool is None:
            pool = self.poolmanager.connection_from_host(parts.host, parts.port, parts.scheme or "http")
            self._pools[place] = pool
        return pool


def guard_pools(manager: PoolManager, gate: Gate) -> None:
    """Make every connection of `manager` come through `gate`."""

    class Guarded(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            sock = gate.connect(self, self._dns_host, self.port)
            sys.audit("http.client.connect", self, self.host, self.port)
            return sock

        def request(self, *args: Any, **kwargs: Any) -> None:
            reused = self.sock
            if reused is not None:
                gate.adopt(reused)
            super().request(*args, **kwargs)

        putheader = (
            http.client.HTTPConnection.putheader
        )  # urllib3 looks in each for a mark that nobody sets here

    class GuardedTLS(Guarded, HTTPSConnection):
        pass

    class Pool(HTTPConnectionPool):
        ConnectionCls = Guarded

    class PoolTLS(HTTPSConnectionPool):
        ConnectionCls = GuardedTLS

    manager.pool_classes_by_scheme = {"http": Pool, "https": PoolTLS}
