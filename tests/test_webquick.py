"""Answers given in the server's own thread: the same as those given the usual way, and only to the plainest questions."""

import itertools
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from waitress.adjustments import Adjustments

from feeds.deliver import Tree
from pipeline.web import Environ, Site
from pipeline.webquick import Quick, quick
from tests.running import Client, ask, eventually, served

FEED = "<rss>Ziņas no Daugavpils</rss>\n".encode() * 400
LARGE = bytes(range(256)) * 3_000
PATHS = ("/lv/all.rss", "/lv/", "/", "/lv/large.bin", "/lv/none.rss", "/lv", "/lv/.hidden")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tree")
    published = Tree(folder)
    for path in ("index.html", "lv/index.html"):
        published.write(path, b"<!doctype html><title>Zinas</title>\n" * 20)
    published.write("lv/all.rss", FEED)
    published.write("lv/large.bin", LARGE)
    return folder


@pytest.fixture(scope="module")
def ports(tree: Path) -> Iterator[tuple[int, int]]:
    """The same tree with answers at once, and with none."""
    with served(Site(tree)) as fast, served(Site(tree), at_once=False) as usual:
        yield fast, usual


@pytest.fixture
def answers(tree: Path) -> Quick:
    """Of a server that was asked for the feed before."""
    site = Site(tree)
    with served(site, at_once=False) as port:
        ask(port, "/lv/all.rss", Accept_Encoding="br")
    return quick(site, lambda _status, _seconds: None)


def say(port: int, question: bytes, *, answers: int = 1) -> list[tuple[int, dict[str, str], bytes]]:
    """Raw bytes to the server; status, headers and body of so many answers."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(question)
        found = []
        stream = connection.makefile("rb")
        for _ in range(answers):
            response = HTTPResponse(_Made(stream), method=question.split(b" ")[0].decode())  # type: ignore[arg-type]
            response.begin()
            headers = {name.lower(): value for name, value in response.getheaders() if name.lower() != "date"}
            found.append((response.status, headers, response.read()))
        return found


class _Made:
    """What HTTPResponse takes for a socket."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def makefile(self, _mode: str) -> object:
        return _Open(self._stream)


class _Open:
    """Stays open when one answer of several has been read."""

    def __init__(self, stream: object) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def close(self) -> None:
        """Others follow."""


def plain(path: str = "/lv/all.rss", *fields: str, method: str = "GET") -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: news.example.org", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(PATHS),
    method=st.sampled_from(["GET", "HEAD", "POST"]),
    encodings=st.sampled_from(["", "br", "gzip, br;q=0.5", "identity", "gzip;q=0", "*"]),
    tags=st.sampled_from(["", '"x"', "*", "known", "W/known", '"y", known']),
    since=st.sampled_from(["", "Mon, 02 Nov 2020 08:00:00 GMT", "Mon, 02 Nov 2099 08:00:00 GMT", "never"]),
)
def test_the_answer_is_the_usual_one(
    ports: tuple[int, int], path: str, method: str, encodings: str, tags: str, since: str
) -> None:
    """Status, headers and body, whoever gives it; the second time it comes out of memory."""
    known = ask(ports[0], path, Accept_Encoding=encodings)["ETag"] or '"z"'
    fields = [
        f"{name}: {value}"
        for name, value in (
            ("Accept-Encoding", encodings),
            ("If-None-Match", tags.replace("known", known)),
            ("If-Modified-Since", since),
        )
        if value
    ]
    question = plain(path, *fields, method=method)

    first, second, usual = (say(port, question)[0] for port in (ports[0], ports[0], ports[1]))

    assert first == usual
    assert second == usual


@pytest.mark.parametrize(
    "question",
    [
        b"GET /lv/all.rss HTTP/1.0\r\nHost: a\r\n\r\n",
        b"GET /lv/all.rss HTTP/1.1\r\n\r\n",
        b"GET /lv/all.rss HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET /lv/all.rss HTTP/1.1\nHost: a\n\n",
        b"GET  /lv/all.rss HTTP/1.1\r\nHost: a\r\n\r\n",
        b"get /lv/all.rss HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET http://a/lv/all.rss HTTP/1.1\r\nHost: a\r\n\r\n",
        plain("/lv/all.rss?a=1"),
        plain("/lv/%61ll.rss"),
        plain("/lv/../lv/all.rss"),
        plain("/desk/"),
        plain(method="POST"),
        plain("/lv/all.rss", "Connection: close"),
        plain("/lv/all.rss", "Connection: upgrade", "Upgrade: h2c"),
        plain("/lv/all.rss", "Content-Length: 5") + b"12345",
        plain("/lv/all.rss", "Content-Length: 0"),
        plain("/lv/all.rss", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        plain("/lv/all.rss", "transfer-encoding : chunked"),
        plain("/lv/all.rss", "Expect: 100-continue"),
        plain("/lv/all.rss", "X: a\r\n folded"),
        plain("/lv/all.rss", "X: a\0b"),
        plain("/lv/all.rss", "X: a\x01b"),
        plain("/lv/all.rss", "X: a\x7fb"),
        plain("/lv/all.rss", 'If-None-Match: "a"', 'If-None-Match: "b"'),
        plain()[:-2],
        plain() + b"GET",
        plain() * 2,
        b"",
    ],
    ids=lambda question: repr(question)[2:40],
)
def test_what_is_not_plain_goes_its_usual_way(answers: Quick, question: bytes) -> None:
    """No guess is made at what is unusual: that is how questions were ever smuggled past a server."""
    assert answers(plain("/lv/all.rss", "Accept-Encoding: br")) is not None
    assert answers(question.replace(b"\r\n\r\n", b"\r\nAccept-Encoding: br\r\n\r\n", 1)) is None


def test_what_is_not_in_memory_goes_its_usual_way(answers: Quick, tree: Path) -> None:
    """Asked for the first time, another form of it, or written anew meanwhile."""
    known = plain("/lv/all.rss", "Accept-Encoding: br")
    before = answers(known)
    Tree(tree).write("lv/all.rss", FEED + b"new")

    assert before is not None
    assert answers(plain("/lv/")) is None
    assert answers(plain("/lv/all.rss", "Accept-Encoding: gzip")) is None
    assert answers(known) is None


def test_a_long_row_of_spaces_takes_no_time(answers: Quick) -> None:
    """It would be the time of everybody."""
    began = time.process_time()

    found = answers(plain("/lv/all.rss", "Accept-Encoding: br", f"X: a{' ' * 60_000}b"))

    assert found is not None
    assert time.process_time() - began < 1  # of the processor; it was the square of the length


def test_several_questions_at_once_are_answered_in_order(ports: tuple[int, int]) -> None:
    """Whoever sends the next before the answer came gets all of them, plain and unusual ones mixed."""
    ask(ports[0], "/lv/all.rss"), ask(ports[0], "/lv/")
    mixed = plain("/lv/all.rss") + plain("/lv/none.rss") + plain("/lv/") + plain("/lv/all.rss?a=1")

    found = say(ports[0], mixed, answers=4)

    assert [(status, len(body) > 600) for status, _headers, body in found] == [
        (200, True), (404, False), (200, True), (200, True),
    ]  # fmt: skip


def test_a_question_that_comes_in_pieces(ports: tuple[int, int]) -> None:
    """Byte by byte, and one more on the same connection."""
    with socket.create_connection(("127.0.0.1", ports[0]), timeout=20) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in plain("/lv/"):
            connection.sendall(bytes([byte]))
        first = _one(connection)
        connection.sendall(plain("/lv/"))
        second = _one(connection)

    assert first.startswith(b"HTTP/1.1 200")
    assert second.startswith(b"HTTP/1.1 200")


def _one(connection: socket.socket) -> bytes:
    found = b""
    while not found.endswith(b"</title>\n") or len(found) < 700:
        some = connection.recv(65536)
        assert some, "the server ended it"
        found += some
    return found


def test_a_slow_reader_gets_every_byte_and_keeps_nobody_waiting(ports: tuple[int, int]) -> None:
    """What the socket does not take at once follows; meanwhile others are answered."""
    ask(ports[0], "/lv/large.bin")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.settimeout(20)
        slow.connect(("127.0.0.1", ports[0]))
        slow.sendall(plain("/lv/large.bin"))
        others = [ask(ports[0], "/lv/all.rss").status for _ in range(20)]
        received = b""
        while not received.endswith(LARGE):
            received += slow.recv(3000)

    assert others == [200] * 20
    assert received.count(b"HTTP/1.1") == 1


def test_many_idle_connections_keep_nobody_out(tree: Path) -> None:
    """They wait in the kernel, not in the loop; in their time they are ended, and one that asks is not."""
    with served(Site(tree), channel_timeout=5, cleanup_interval=1) as port, ExitStack() as stack:
        idle = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20)) for _ in range(300)
        ]
        busy = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
        ends = time.monotonic() + 8
        asked = 0
        while time.monotonic() < ends:
            busy.sendall(plain("/lv/"))
            assert _one(busy).startswith(b"HTTP/1.1 200")
            asked += 1
            time.sleep(0.05)

        assert all(each.recv(1) == b"" for each in idle)
        assert asked > 10


def test_all_at_once(ports: tuple[int, int]) -> None:
    """Threads that ask for what is and is not in memory get what they asked for, on connections that they keep."""
    faults: list[str] = []

    def work(number: int) -> None:
        with socket.create_connection(("127.0.0.1", ports[0]), timeout=20) as connection:
            for path in itertools.islice(itertools.cycle(["/lv/", "/", f"/lv/?{number}"]), 60):
                connection.sendall(plain(path))
                if not _one(connection).startswith(b"HTTP/1.1 200"):
                    faults.append(path)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert faults == []


def test_what_another_thread_answers_is_followed_at_once(ports: tuple[int, int]) -> None:
    """However fast it was: the loop must not miss that it is done, and look again only a second later."""
    began = time.monotonic()
    for number in range(20):
        with socket.create_connection(("127.0.0.1", ports[0]), timeout=20) as connection:
            connection.sendall(plain(f"/lv/?{number}", "Connection: close"))
            while connection.recv(65536):
                pass

    assert time.monotonic() - began < 15  # a look a second late each would be 20


def test_urgent_bytes_keep_nobody_awake(ports: tuple[int, int], caplog: pytest.LogCaptureFixture) -> None:
    """They can be told of again and again, and never be read."""
    with socket.create_connection(("127.0.0.1", ports[0]), timeout=20) as connection:
        connection.send(b"!", socket.MSG_OOB)
        time.sleep(0.2)

    assert caplog.messages == []


def _mount(use: Callable[[Any], object]) -> dict[str, WSGIApplication]:
    """Says, under /use, what came of a use of the connection's own waitress object."""

    def answer(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        said = str(use(environ["waitress.client_disconnected"].__self__)).encode()
        start("200 OK", [("Content-Length", str(len(said)))])
        return [said]

    return {"/use": answer}


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel takes little of an answer at once."""
    monkeypatch.setattr(Adjustments, "socket_options", [(socket.SOL_SOCKET, socket.SO_SNDBUF, 8192)])


@pytest.mark.usefixtures("narrow")
def test_what_was_sent_is_not_kept(tree: Path) -> None:
    """A client that takes large answers slowly, one after the other, must not fill the memory with them."""

    def held(channel: Any) -> int:
        return sum(each.getfile().getbuffer().nbytes for each in channel.outbufs)

    with served(Site(tree, _mount(held))) as port:
        ask(port, "/lv/large.bin")
        with Client(port) as client:
            received = [client.ask("/lv/large.bin").body for _ in range(4)]
            said = client.ask("/use").body

    assert received == [LARGE] * 4
    assert int(said) <= len(LARGE)


@pytest.mark.usefixtures("narrow")
def test_one_that_reads_no_more_is_ended_in_its_time(tree: Path) -> None:
    """Else a few thousand of them keep everybody out for good."""
    connections = _mount(lambda channel: len(channel.server.active_channels))
    with served(Site(tree, connections), channel_timeout=1, cleanup_interval=1) as port:
        ask(port, "/lv/large.bin")
        with socket.socket() as stalled:
            stalled.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            stalled.settimeout(20)
            stalled.connect(("127.0.0.1", port))
            stalled.sendall(plain("/lv/large.bin"))
            eventually(lambda: ask(port, "/use", Connection="close").body == b"2")
            eventually(lambda: ask(port, "/use", Connection="close").body == b"1")


def test_a_descriptor_that_lives_on_elsewhere_harms_no_later_connection(tree: Path) -> None:
    """A program that is being started holds copies of all; the news of one that ended here are not the next one's."""
    copies: list[int] = []
    with served(Site(tree, _mount(lambda channel: copies.append(os.dup(channel.socket.fileno()))))) as port:
        ask(port, "/use")
        time.sleep(1.5)  # the server ends it
        with ExitStack() as stack:
            later = [
                stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=20))
                for _ in range(5)
            ]
            time.sleep(0.2)
            for each in later:
                each.sendall(plain("/lv/"))
                assert _one(each).startswith(b"HTTP/1.1 200")
    for copy in copies:
        os.close(copy)


def test_a_descriptor_closed_by_another_thread_ends_no_more_than_its_connection(tree: Path) -> None:
    """As waitress does where it may not go on after `100 Continue`; the loop may be looking at it at that moment."""
    with served(Site(tree, _mount(lambda channel: channel.socket.close()))) as port:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(plain("/use"))
            assert connection.recv(1) == b""
        time.sleep(0.2)

        assert ask(port, "/lv/").status == 200
