"""Fetching: answers, redirects, limits of time and size, walls, and what the errors say."""

import contextlib
import gzip
import re
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest

from pipeline.collect.fetch import Fetcher, FetchRequest, FetchResult, Limits, Network
from pipeline.errors import FetchError
from tests.collect.servers import Behaviour, LoopbackServer, answer, drip, raw, redirect, serve, silent

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"
QUICK = Limits(timeout=0.6, max_bytes=100_000)


@contextlib.contextmanager
def fetching(
    routes: dict[str, Behaviour], limits: Limits | None = None
) -> Iterator[tuple[LoopbackServer, Fetcher]]:
    with (
        serve(routes) as server,
        Fetcher(
            user_agent="Newswire/test", allow=["127.0.0.1"], limits=limits or Limits(timeout=5)
        ) as fetcher,
    ):
        yield server, fetcher


def fetch(routes: dict[str, Behaviour], limits: Limits | None = None) -> FetchResult:
    with fetching(routes, limits) as (server, fetcher):
        return fetcher.get(FetchRequest(url=server.url("/")))


def failure(routes: dict[str, Behaviour], limits: Limits | None = None) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(routes, limits)
    return caught.value


def test_an_answer_with_its_facts() -> None:
    """Body, validators and freshness come back as the server gave them."""
    headers = {
        "ETag": 'W/"a1"', "Last-Modified": "Tue, 03 Nov 2026 10:00:00 GMT",
        "Content-Type": "application/rss+xml; charset=utf-8", "Cache-Control": "public, max-age=600",
    }  # fmt: skip
    result = fetch({"/": answer(b"<rss/>", headers=headers)})

    assert (result.status, result.body, result.fetched_bytes) == (200, b"<rss/>", 6)
    assert (result.etag, result.last_modified) == ('W/"a1"', "Tue, 03 Nov 2026 10:00:00 GMT")
    assert (result.content_type, result.max_age) == ("application/rss+xml; charset=utf-8", 600)
    assert result.permanent_url == ""
    assert 0 < result.seconds < 5


def test_validators_are_sent_back_verbatim() -> None:
    """A conditional request carries both validators, and 304 is an answer without a body."""
    with fetching({"/": answer(status="304 Not Modified")}) as (server, fetcher):
        result = fetcher.get(FetchRequest(url=server.url(), etag='W/"a1"', last_modified="yesterday"))
        sent = server.requests[0]

    assert (result.status, result.body) == (304, b"")
    assert 'If-None-Match: W/"a1"' in sent
    assert "If-Modified-Since: yesterday" in sent


def test_the_user_agent_is_declared() -> None:
    """The collector says who it is, and sends no cookie it was given."""
    with fetching({"/": answer(b"x", headers={"Set-Cookie": "id=1"})}) as (server, fetcher):
        for _ in range(2):
            fetcher.get(FetchRequest(url=server.url()))
        requests = server.requests

    assert all("User-Agent: Newswire/test" in request for request in requests)
    assert not any("Cookie" in request for request in requests)


def test_a_304_that_was_not_asked_for_is_an_error() -> None:
    """Without validators there is nothing that could be unmodified."""
    assert failure({"/": answer(status="304 Not Modified")}).code == "http"


def test_a_post_with_a_body() -> None:
    """A request may be a POST, for interfaces that take their query as a document."""
    with fetching({"/": answer(b"{}")}) as (server, fetcher):
        fetcher.get(
            FetchRequest(url=server.url(), method="POST", body=b'{"page":0}', content_type="application/json")
        )
        sent = server.requests[0]

    assert sent.startswith("POST / ")
    assert "Content-Type: application/json" in sent
    assert sent.endswith('{"page":0}')


def test_connections_are_kept_alive() -> None:
    """Two answers in a row, one of them a 304, take one connection."""
    with fetching({"/": answer(b"x"), "/304": answer(status="304 Not Modified")}) as (server, fetcher):
        fetcher.get(FetchRequest(url=server.url()))
        fetcher.get(FetchRequest(url=server.url("/304"), etag="x"))
        fetcher.get(FetchRequest(url=server.url()))

        assert server.connections == 1


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [
        (["301 Moved"], "/1"),
        (["308 Moved", "301 Moved"], "/2"),
        (["302 Found"], ""),
        (["302 Found", "301 Moved"], ""),
        (["301 Moved", "307 Temporary", "301 Moved"], "/1"),
    ],
)
def test_permanent_redirects_are_reported(statuses: list[str], permanent: str) -> None:
    """Only the unbroken chain of permanent redirects from the start moves a source."""
    routes = {f"/{step or ''}": redirect(f"/{step + 1}#top", status) for step, status in enumerate(statuses)}
    routes[f"/{len(statuses)}"] = answer(b"here")
    with fetching(routes) as (server, fetcher):
        result = fetcher.get(FetchRequest(url=server.url()))

    assert result.url == server.url(f"/{len(statuses)}")
    assert result.permanent_url == (server.url(permanent) if permanent else "")


def test_redirects_end() -> None:
    """A circle of redirects is left after five rounds."""
    error = failure({"/": redirect("/")})

    assert error.code == "http"
    assert "redirects more than 5 times" in str(error)


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        ("404 Not Found", "http", "gone"),
        ("410 Gone", "http", "gone"),
        ("403 Forbidden", "http", "owner"),
        ("500 Internal Server Error", "http", "server's"),
        ("204 No Content", "http", "Check the address"),
    ],
)
def test_statuses_in_plain_words(status: str, code: str, words: str) -> None:
    """Every refusal keeps its status and says what to do."""
    error = failure({"/": answer(status=status)})

    assert (error.code, error.status) == (code, int(status[:3]))
    assert words in str(error)


def test_retry_after_holds_the_whole_host() -> None:
    """A host that asked us to wait gets no second request, whichever source it is for."""
    busy = answer(status="429 Too Many Requests", headers={"Retry-After": "120"})
    with fetching({"/": busy, "/other": answer(b"x")}) as (server, fetcher):
        with pytest.raises(FetchError) as first:
            fetcher.get(FetchRequest(url=server.url()))
        with pytest.raises(FetchError) as second:
            fetcher.get(FetchRequest(url=server.url("/other")))
        sent = len(server.requests)

    assert (first.value.status, first.value.retry_after) == (429, 120)
    assert second.value.retry_after is not None
    assert 100 < second.value.retry_after <= 120
    assert sent == 1


@pytest.mark.parametrize(
    ("behaviour", "name"),
    [
        (
            answer(b"Just a moment", status="403 Forbidden", headers={"cf-mitigated": "challenge"}),
            "Cloudflare",
        ),
        (answer(b'<script src="/cdn-cgi/challenge-platform/x">', status="503 Busy"), "Cloudflare"),
        (answer(b"<div class='g-recaptcha'>", status="403 Forbidden"), "captcha"),
        (
            answer(b"Request unsuccessful. Incapsula incident ID: 1", headers={"Content-Type": "text/html"}),
            "Imperva",
        ),
    ],
)
def test_bot_walls_are_named(behaviour: Behaviour, name: str) -> None:
    """A wall is a state of its own, told by its name."""
    error = failure({"/": behaviour})

    assert error.code == "blocked"
    assert name in str(error)


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(silent, id="silent"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", every=0.05), id="headers"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\nContent-Length: 90000\r\n\r\n", b"x", every=0.05), id="body"),
        pytest.param(drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x", every=0.05), id="body without length"),
        pytest.param(
            drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", every=0.05),
            id="chunks",
        ),
        pytest.param(
            drip(b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 C\r\n\r\n", every=0.05), id="continue"
        ),
        pytest.param(drip(b"HTTP/1.1 500 No\r\n\r\n", b"x", every=0.05), id="refusal"),
    ],
)
def test_the_time_limit_is_total(behaviour: Behaviour) -> None:
    """A server that sends a little now and then cannot hold a thread longer than the limit."""
    started = time.monotonic()
    error = failure({"/": behaviour}, QUICK)

    assert error.code == "timeout"
    assert 0.5 < time.monotonic() - started < 1.2


def test_the_time_limit_spans_redirects() -> None:
    """Each hop takes from what the ones before it left."""

    def slow_hop(sock: socket.socket, request: str) -> None:
        time.sleep(0.25)
        redirect("/")(sock, request)

    started = time.monotonic()

    assert failure({"/": slow_hop}, QUICK).code == "timeout"
    assert time.monotonic() - started < 1.2


def test_a_slow_handshake_is_cut() -> None:
    """A server that accepts and never speaks TLS is left at the limit."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        Fetcher(user_agent="test", allow=["127.0.0.1"], limits=QUICK) as fetcher,
    ):
        started = time.monotonic()
        with pytest.raises(FetchError) as caught:
            fetcher.get(FetchRequest(url=f"https://127.0.0.1:{listener.getsockname()[1]}/"))

    assert caught.value.code == "timeout"
    assert time.monotonic() - started < 1.2


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"hello", mtime=0)), ("deflate", zlib.compress(b"hello")),
        ("br", brotli.compress(b"hello")), ("gzip, gzip", gzip.compress(gzip.compress(b"hello", mtime=0), mtime=0)),
    ],
)  # fmt: skip
def test_packed_answers_are_unpacked(encoding: str, body: bytes) -> None:
    """The encodings that are offered are understood."""
    result = fetch({"/": answer(body, headers={"Content-Encoding": encoding})})

    assert (result.body, result.fetched_bytes) == (b"hello", len(body))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (gzip.compress(b"<urlset/>", mtime=0), b"<urlset/>"), (gzip.compress(b"<url", mtime=0) + gzip.compress(b"set/>", mtime=0), b"<urlset/>"),
        (gzip.compress(b"<urlset/>", mtime=0)[:-8], b"<urlset/>"), (b"\x1f\x8b\x08 no gzip", b"\x1f\x8b\x08 no gzip"),
    ],
)  # fmt: skip
def test_a_file_that_is_gzip_itself_is_unpacked(body: bytes, expected: bytes) -> None:
    """sitemap.xml.gz comes without a word about its packing."""
    assert fetch({"/": answer(body, headers={"Content-Type": "application/xml"})}).body == expected


@pytest.mark.parametrize("encoding", ["zstd", "gzip, gzip, gzip", "gzip, br, deflate, br"])
def test_encodings_that_were_not_offered_are_refused(encoding: str) -> None:
    """Nothing is unpacked that was not asked for, nor Chinese boxes."""
    assert failure({"/": answer(b"x", headers={"Content-Encoding": encoding})}).code == "http"


def test_broken_packing_is_an_error() -> None:
    """Bytes that only claim to be gzip are no empty answer."""
    assert failure({"/": answer(b"no gzip", headers={"Content-Encoding": "gzip"})}).code == "http"


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(answer(b"x" * 100_001), id="announced"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 300_000), id="unannounced"),
        pytest.param(answer(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"}), id="gzip"),
        pytest.param(answer(gzip.compress(bytes(50_000_000))), id="a file that is gzip"),
        pytest.param(answer(zlib.compress(bytes(50_000_000)), headers={"Content-Encoding": "deflate"}), id="deflate"),
        pytest.param(answer(brotli.compress(bytes(50_000_000), quality=5), headers={"Content-Encoding": "br"}), id="br"),
        pytest.param(
            answer(gzip.compress(gzip.compress(bytes(50_000_000))), headers={"Content-Encoding": "gzip, gzip"}),
            id="gzip in gzip",
        ),
        pytest.param(
            answer(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip", "Location": "/big"}, status="302 Found"),
            id="redirect",
        ),
        pytest.param(
            answer(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"}, status="500 No"),
            id="refusal",
        ),
    ],
)  # fmt: skip
def test_the_size_limit_holds_packed_and_unpacked(behaviour: Behaviour) -> None:
    """Neither a long answer nor a bomb takes more memory than a few times the cap."""
    tracemalloc.start()
    try:
        big = answer(b"x" * 100_001)
        error = failure({"/": behaviour, "/big": big}, Limits(timeout=10, max_bytes=100_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert error.code == ("http" if error.status == 500 else "size")
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(raw(b""), id="hangs up"),
        pytest.param(raw(b"SSH-2.0-OpenSSH\r\n"), id="not HTTP"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort"), id="cut off"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), id="bad chunk"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\nX: " + b"a" * 70_000), id="long header"),
        pytest.param(raw(b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 500 + b"\r\n"), id="many headers"),
        pytest.param(redirect("http://[broken/"), id="broken redirect"),
    ],
)
def test_broken_answers_are_expected_errors(behaviour: Behaviour) -> None:
    """Whatever a server sends, a FetchError that names the address comes of it."""
    error = failure({"/": behaviour})

    assert error.code in {"http", "forbidden"}
    assert re.search(r"127\.0\.0\.1|\[broken", str(error))


def test_a_closed_port_is_refused() -> None:
    """A server that is not there is told apart from a name that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with Fetcher(user_agent="test", allow=["127.0.0.1"]) as fetcher, pytest.raises(FetchError) as caught:
        fetcher.get(FetchRequest(url=f"http://127.0.0.1:{port}/"))

    assert caught.value.code == "refused"


def tls_fetch(host: str, *, trusted: bool) -> FetchResult:
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(CERTIFICATE)
    trust = ssl.create_default_context(cafile=CERTIFICATE) if trusted else ssl.create_default_context()
    network = Network(tls=trust, resolver=lambda _host, port: [(socket.AF_INET, ("127.0.0.1", port))])
    with (
        serve({"/": answer(b"safe")}, tls=served) as server,
        Fetcher(user_agent="test", allow=["127.0.0.1"], network=network) as fetcher,
    ):
        for _ in range(2):  # the second one over the connection of the first
            result = fetcher.get(FetchRequest(url=f"https://{host}:{server.port}/"))
        return result


def test_a_trusted_certificate_is_accepted() -> None:
    """The name, not the address that was connected to, is what the certificate must hold."""
    assert tls_fetch("loopback.example.org", trusted=True).body == b"safe"


@pytest.mark.parametrize(("host", "trusted"), [("other.example.org", True), ("loopback.example.org", False)])
def test_an_untrusted_certificate_is_refused(host: str, *, trusted: bool) -> None:
    """A wrong name or an unknown authority ends the fetch with a code of its own."""
    with pytest.raises(FetchError) as caught:
        tls_fetch(host, trusted=trusted)

    assert caught.value.code == "tls"


def test_few_requests_at_once_to_one_host() -> None:
    """However many threads ask, a host sees no more than its share at a time."""
    running, most, lock = 0, 0, threading.Lock()

    def count(sock: socket.socket, request: str) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        answer(b"x")(sock, request)

    with fetching({"/": count}) as (server, fetcher), ThreadPoolExecutor(8) as pool:
        results = list(pool.map(fetcher.get, [FetchRequest(url=server.url())] * 8))

    assert len(results) == 8
    assert most == 2


def paused(host: str) -> float:
    """Seconds that three requests to `host` take with a gap of 0.15."""
    network = Network(resolver=lambda _host, port: [(socket.AF_INET, ("127.0.0.1", port))])
    limits = Limits(timeout=5, gap=0.15)
    with (
        serve({"/": answer(b"x")}) as server,
        Fetcher(user_agent="test", allow=["127.0.0.1"], limits=limits, network=network) as fetcher,
    ):
        started = time.monotonic()
        for _ in range(3):
            fetcher.get(FetchRequest(url=f"http://{host}:{server.port}/"))
        return time.monotonic() - started


def test_a_pause_between_requests_to_one_host() -> None:
    """With a gap configured, requests to one host start that far apart; the operator's own servers need none."""
    assert paused("city.example.org") >= 0.3
    assert paused("127.0.0.1") < 0.15


def test_leaving_ends_the_watchdog() -> None:
    """No thread stays behind."""
    with fetching({"/": answer(b"x")}) as (server, fetcher):
        fetcher.get(FetchRequest(url=server.url()))

    assert not any(thread.name == "fetch-watchdog" for thread in threading.enumerate())


def test_a_line_break_in_a_stored_validator_is_not_sent() -> None:
    """A folded header of yesterday must not become a second header of today."""
    with fetching({"/": answer(b"x")}) as (server, fetcher):
        fetcher.get(FetchRequest(url=server.url(), etag='"a"\r\nX-Evil: 1', last_modified="yesterday"))
        sent = server.requests[0]

    assert "Evil" not in sent
    assert "If-Modified-Since: yesterday" in sent


def test_a_redirect_in_utf8_is_followed() -> None:
    """Servers send addresses in UTF-8, whatever HTTP says."""
    away = raw("HTTP/1.1 302 Found\r\nLocation: /žinios\r\nContent-Length: 0\r\n\r\n".encode())
    assert fetch({"/": away, "/%C5%BEinios": answer(b"x")}).body == b"x"


@pytest.mark.parametrize("host", ["rīga.example", "r%C4%ABga.example"])
def test_a_name_beyond_ascii_is_asked_for_in_any_spelling(host: str) -> None:
    """As a person types it, and as the addresses in texts hold it."""
    asked: list[str] = []

    def resolver(name: str, port: int) -> list[tuple[int, tuple[str, int]]]:
        asked.append(name)
        return [(socket.AF_INET, ("127.0.0.1", port))]

    network = Network(resolver=resolver)
    with (
        serve({"/": answer(b"x")}) as server,
        Fetcher(user_agent="test", allow=["127.0.0.1"], network=network) as fetcher,
    ):
        assert fetcher.get(FetchRequest(url=f"http://{host}:{server.port}/")).body == b"x"
    assert asked == ["xn--rga-uta.example"]


@pytest.mark.parametrize("host", ["%31%32%37.0.0.2", "user%40127.0.0.1", "127.0.0.1%00", "%ff.example"])
def test_no_spelling_of_a_name_leads_past_the_guard(host: str) -> None:
    """What is written with percent signs is looked at as what it means."""
    with Fetcher(user_agent="test", allow=["127.0.0.1"]) as fetcher, pytest.raises(FetchError) as refused:
        fetcher.get(FetchRequest(url=f"http://{host}:9/"))
    assert refused.value.code == "forbidden"
