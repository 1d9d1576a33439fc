"""The address guard: what it lets through, and that nothing goes round it."""

import socket
import time

import pytest

from pipeline.collect.fetch import Fetcher, FetchRequest, Limits, Network
from pipeline.collect.guard import AddressPolicy, SockAddr
from pipeline.collect.ranges import is_public, unwrap
from pipeline.errors import FetchError
from tests.collect.servers import answer, redirect, serve

PRIVATE = (
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "192.88.99.1", "192.0.0.1", "192.0.0.8", "192.0.0.192", "168.63.129.16", "100.100.100.200", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:0:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "fd00:ec2::254",
    "::ffff:192.0.0.192", "64:ff9b::c000:c0", "::ffff:127.0.0.1%1", "3fff::1", "fd00::1", "fe80::1", "fe80::1%1",
    "fec0::1", "ff02::1", "100::1", "5f00::1",
)  # fmt: skip
PUBLIC = ("8.8.8.8", "193.0.6.139", "2a00:1450:4001::1", "::ffff:8.8.8.8", "64:ff9b::808:808")


def one_address(*addresses: str) -> Network:
    """A network whose name server gives these addresses for every name."""

    def resolver(host: str, port: int) -> list[tuple[int, SockAddr]]:
        return [
            (socket.AF_INET6, (address, port, 0, 0)) if ":" in address else (socket.AF_INET, (address, port))
            for address in addresses
        ]

    return Network(resolver=resolver)


def refused(url: str, network: Network | None = None, allow: tuple[str, ...] = ()) -> FetchError:
    with (
        Fetcher(user_agent="test", allow=allow, network=network, limits=Limits(timeout=5)) as fetcher,
        pytest.raises(FetchError) as caught,
    ):
        fetcher.get(FetchRequest(url=url, resource="poznan"))
    return caught.value


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_not_public(address: str) -> None:
    """Addresses of local, reserved, tunnelled and documentation ranges count as private."""
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_public(address: str) -> None:
    """Ordinary servers, and IPv4 ones seen through mapping or NAT64, count as public."""
    assert is_public(address)


def test_unwrap_finds_the_inner_address() -> None:
    """A mapped or NAT64 address is judged by the IPv4 address inside it."""
    inner = [str(unwrap(address)) for address in ("::ffff:10.0.0.1", "64:ff9b::a00:1", "2a00::1")]

    assert inner == ["10.0.0.1", "10.0.0.1", "2a00::1"]


@pytest.mark.parametrize(
    ("allow", "address", "host", "port", "expected"),
    [
        ((), "8.8.8.8", "example.org", 443, True),
        ((), "8.8.8.8", "example.org", 22, False),
        ((), "10.0.0.1", "example.org", 80, False),
        (("10.0.0.1",), "10.0.0.1", "x", 9999, True),
        (("10.0.0.1",), "::ffff:10.0.0.1", "x", 9999, True),
        (("10.0.0.0/24",), "10.0.0.77", "x", 80, True),
        (("10.0.0.0/24",), "10.0.1.1", "x", 80, False),
        (("fd00::/8",), "fd00::1", "x", 1234, True),
        (("Intranet.local",), "10.9.9.9", "intranet.LOCAL.", 81, True),
        (("intranet.local",), "10.9.9.9", "evil-intranet.local", 80, False),
        (("8.8.8.8",), "8.8.8.8", "x", 22, True),
    ],
)
def test_policy_permits(
    allow: tuple[str, ...], address: str, host: str, port: int, *, expected: bool
) -> None:
    """Public addresses pass on the usual ports; what the operator allows passes on any."""
    assert AddressPolicy.of(allow).permits(address, host, port) is expected


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/", "http://localhost/", "http://2130706433/", "http://0x7f.1/", "http://127.1/",
        "http://0177.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/",
        "http://169.254.169.254/latest/meta-data/", "http://[64:ff9b::7f00:1]/", "http://[fd00::1]/",
        "https://127.0.0.1/", "http://127.0.0.1:22/", "http://0/", "http://0x7f000001/", "http://0X7F.0x0.1/", "http://017700000001/",
        "http://127.000.000.001/", "http://%31%32%37.0.0.1/", "http://127.0.0.1:080/", "http://[0:0:0:0:0:0:0:1]/", "http://[::]/",
        "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[2002:7f00:1::1]/", "http://[fe80::1%25lo]/", "http://192.0.0.192/",
        "http://127.0.0.1\\@example.org/", "http://127.0.0.1#@example.org/", "http://127.0.0.1?@example.org/", "HTTP://127.0.0.1/",
    ],
)  # fmt: skip
def test_spellings_of_private_addresses_are_forbidden(url: str) -> None:
    """However a private address is spelled, it is refused before anything is sent, and the source is named."""
    error = refused(url)

    assert (error.code, error.resource) == ("forbidden", "poznan")
    assert "[fetch] allow" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.org/", "gopher://example.org/", "data:text/xml,<rss/>", "http:///x",
        "http://user:secret@127.0.0.1/", "http://127.0.0.1:99999/", "http://a..b/", "//example.org/", "", "http://127。0。0。1/",
        "http://①②⑦.⓪.⓪.①/", "http://ⓛocalhost/", "http://loc\u00adalhost/", "http://127.0.0.1\t/", "http://127.0.0.1\r\nx: y/",
        "http://127.0.0.1%00.example.org/", "http:127.0.0.1/", "http:/127.0.0.1/", "http://127.0.0.1:+80/", "jar:http://127.0.0.1!/",
        "unix:///run/docker.sock", "http+unix://%2Frun%2Fdocker.sock/", "dict://127.0.0.1/", "ws://127.0.0.1/", "http://good.example:80@127.0.0.1/",
    ],
)  # fmt: skip
def test_other_schemes_and_nonsense_are_forbidden(url: str) -> None:
    """Only http and https addresses without a user name are asked for, and the password is not repeated."""
    error = refused(url)

    assert error.code == "forbidden"
    assert "secret" not in str(error)


def test_a_name_for_a_private_address_is_forbidden() -> None:
    """A public-looking name that resolves to a private address is refused."""
    assert refused("http://rebind.example.org/", one_address("10.0.0.1", "::1")).code == "forbidden"


def test_unusual_ports_are_forbidden() -> None:
    """A public address on another service's port is refused, and the message says that it is the port."""
    error = refused("http://news.example.org:25/", one_address("8.8.8.8"))

    assert error.code == "forbidden"
    assert "port 25" in str(error)


def test_the_private_half_of_a_mixed_answer_is_dropped() -> None:
    """Of several addresses only the permitted ones are connected to."""
    with serve({"/": answer(b"ok")}) as server:
        network = one_address("10.255.255.1", "127.0.0.1")
        with Fetcher(user_agent="test", allow=["127.0.0.1"], network=network) as fetcher:
            result = fetcher.get(FetchRequest(url=f"http://mixed.example.org:{server.port}/"))

    assert result.body == b"ok"


def test_a_name_is_resolved_once() -> None:
    """A name server that changes its answer after the check is not asked again."""
    answers = iter(["127.0.0.1", "127.0.0.2"])

    def rebinding(host: str, port: int) -> list[tuple[int, SockAddr]]:
        return [(socket.AF_INET, (next(answers), port))]

    with (
        serve({"/": answer(b"ok")}) as server,
        Fetcher(user_agent="test", allow=["127.0.0.1"], network=Network(resolver=rebinding)) as fetcher,
    ):
        result = fetcher.get(FetchRequest(url=f"http://rebind.example.org:{server.port}/"))

    assert result.body == b"ok"
    assert next(answers) == "127.0.0.2"


@pytest.mark.parametrize(
    "target", ["http://127.0.0.2:{port}/", "file:///etc/passwd", "http://[::1]/", "ftp://a.b/"]
)
def test_redirects_pass_the_same_gate(target: str) -> None:
    """An allowed server cannot send us to a forbidden one."""
    routes = {"/": answer()}
    with serve(routes) as server:
        routes["/"] = redirect(target.format(port=server.port))
        error = refused(server.url(), allow=("127.0.0.1",))

    assert error.code == "forbidden"


def test_a_proxy_of_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would connect in our place and so go round the gate."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.2:9")
    with (
        serve({"/": answer(b"direct")}) as server,
        Fetcher(user_agent="test", allow=["127.0.0.1"]) as fetcher,
    ):
        result = fetcher.get(FetchRequest(url=server.url()))

    assert result.body == b"direct"


def test_an_unknown_name_is_a_dns_error() -> None:
    """A name that does not exist is told apart from a server that does not answer."""

    def unknown(host: str, port: int) -> list[tuple[int, SockAddr]]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    assert refused("http://nowhere.example.org/", Network(resolver=unknown)).code == "dns"


def test_a_slow_name_server_is_not_waited_for() -> None:
    """The total time limit holds for the resolver too, which has none of its own."""

    def slow(host: str, port: int) -> list[tuple[int, SockAddr]]:
        time.sleep(1.5)
        return []

    started = time.monotonic()
    with (
        Fetcher(user_agent="test", network=Network(resolver=slow), limits=Limits(timeout=0.3)) as fetcher,
        pytest.raises(FetchError) as caught,
    ):
        fetcher.get(FetchRequest(url="http://slow.example.org/"))

    assert caught.value.code == "timeout"
    assert time.monotonic() - started < 1.0
