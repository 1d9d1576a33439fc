"""The built-in web server over real HTTP: validators, twins, what must not be reached, mounts."""

import gzip
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import brotli
import pytest

from feeds.deliver import Tree
from pipeline.web import Site, health
from tests.running import Answer, Client, ask, served

FEED = "<rss>Ziņas no Daugavpils</rss>\n".encode() * 40
PAGE = b"<!doctype html><title>Zinas</title>\n" * 20


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A published tree, with a secret beside it and one among its hidden names."""
    published = Tree(tmp_path / "public")
    published.write("index.html", PAGE)
    published.write("lv/index.html", PAGE)
    published.write("lv/all.rss", FEED)
    published.write("lv/city/ķekava:ziņas.rss", FEED)
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "public/.incoming/half.txt").write_text("secret")
    (tmp_path / "public/lv/.hidden.txt").write_text("secret")
    return tmp_path / "public"


@pytest.fixture
def port(tree: Path) -> Iterator[int]:
    """The tree behind waitress, as `serve` does it."""
    with served(Site(tree)) as port:
        yield port


def _body(answer: Answer) -> bytes:
    """What a client sees after undoing the encoding."""
    undo: dict[str, Callable[[bytes], bytes]] = {"br": brotli.decompress, "gzip": gzip.decompress, "": bytes}
    return undo[answer["Content-Encoding"]](answer.body)


def test_a_file_is_served_with_its_facts(port: int, tree: Path) -> None:
    """A feed comes whole, with type, length, validators and how long it may be kept."""
    answer = ask(port, "/lv/all.rss")

    assert (answer.status, answer.body) == (200, FEED)
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"
    assert answer["Content-Length"] == str(len(FEED))
    assert answer["ETag"].startswith('"')
    assert answer["Last-Modified"].endswith(" GMT")
    assert answer["Cache-Control"] == "public, max-age=300"
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["Content-Encoding"] == ""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.rss", "application/rss+xml; charset=utf-8"),
        ("a.atom", "application/atom+xml; charset=utf-8"),
        ("a.json", "application/feed+json; charset=utf-8"),
        ("a.opml", "text/x-opml; charset=utf-8"),
        ("a.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.txt", "text/plain; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.html.gz", "application/octet-stream"),
        ("a.unheard-of", "application/octet-stream"),
    ],
)
def test_content_types(port: int, tree: Path, name: str, kind: str) -> None:
    """Each kind of file says what it is; a packed twin asked for by its own name never poses as a page."""
    (tree / name).write_bytes(b"x")

    assert ask(port, f"/{name}")["Content-Type"] == kind


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZIP", "gzip"),
        ("deflate", ""),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("br;q=0.5, gzip;q=0.9", "gzip"),
        ("br; q=1.0, gzip;q=1", "br"),
        ("br;q=0", ""),
        ("gzip;q=0.000", ""),
        ("gzip;q=0.2, identity;q=0.8", ""),
        ("gzip;q=0.8, identity;q=0.2", "gzip"),
        ("gzip;q=much", ""),
        ("*;q=0", ""),
    ],
)
def test_the_twin_the_client_prefers(port: int, header: str, encoding: str) -> None:
    """Brotli before gzip where both please; q-values are honoured; the content is the same in each."""
    answer = ask(port, "/lv/all.rss", Accept_Encoding=header)

    assert answer["Content-Encoding"] == encoding
    assert _body(answer) == FEED
    assert answer["Vary"] == "Accept-Encoding"
    assert answer["Content-Type"] == "application/rss+xml; charset=utf-8"


def test_each_encoding_has_its_own_strong_etag(port: int) -> None:
    """Different bytes never share a strong validator."""
    tags = {ask(port, "/lv/all.rss", Accept_Encoding=one)["ETag"] for one in ("identity", "gzip", "br")}

    assert len(tags) == 3
    assert not any(tag.startswith("W/") for tag in tags)


def test_a_missing_twin_means_the_plain_file(port: int, tree: Path) -> None:
    """Between two renames of the publisher a twin may be absent."""
    (tree / "lv/all.rss.br").unlink()

    assert ask(port, "/lv/all.rss", Accept_Encoding="br, gzip")["Content-Encoding"] == "gzip"
    (tree / "lv/all.rss.gz").unlink()
    assert ask(port, "/lv/all.rss", Accept_Encoding="br, gzip").body == FEED


def test_a_newer_twin_is_not_used(port: int, tree: Path) -> None:
    """A twin newer than its file belongs to a write that was cut off: old text, not the half-arrived new one."""
    twin = tree / "lv/all.rss.br"
    twin.write_bytes(brotli.compress(b"not published yet"))
    later = (tree / "lv/all.rss").stat().st_mtime + 5
    os.utime(twin, (later, later))

    answer = ask(port, "/lv/all.rss", Accept_Encoding="br")

    assert (answer["Content-Encoding"], answer.body) == ("", FEED)


@pytest.mark.parametrize("encoding", ["identity", "gzip", "br"])
def test_a_known_etag_is_not_sent_again(port: int, encoding: str) -> None:
    """304 for the tag alone, in a list, weakened by a proxy, and for any; with the validators, without a body."""
    with Client(port) as client:
        tag = client.ask("/lv/all.rss", Accept_Encoding=encoding)["ETag"]
        for tags in (tag, f'"other", {tag}', f"W/{tag}", f'W/"x",{tag} , "y"', "*"):
            answer = client.ask("/lv/all.rss", Accept_Encoding=encoding, If_None_Match=tags)

            assert (answer.status, answer.body, answer["ETag"]) == (304, b"", tag)
            assert answer["Vary"] == "Accept-Encoding"
            assert answer["Cache-Control"]


@pytest.mark.parametrize("tags", ['"other"', "", 'W/"other", "more"', "garbage", '"'])
def test_another_etag_gets_the_file(port: int, tags: str) -> None:
    """Tags that do not fit, or are none, never hide a change; the date is not asked then."""
    answer = ask(port, "/lv/all.rss", If_None_Match=tags, If_Modified_Since="Fri, 01 Jan 2100 00:00:00 GMT")

    assert (answer.status, answer.body) == (200, FEED)


def test_an_etag_of_one_encoding_does_not_serve_another(port: int) -> None:
    """A cache that holds the gzip form and asks for the plain one gets the plain one."""
    tag = ask(port, "/lv/all.rss", Accept_Encoding="gzip")["ETag"]

    assert ask(port, "/lv/all.rss", If_None_Match=tag).body == FEED


def test_if_modified_since(port: int, tree: Path) -> None:
    """The date decides where there is no tag; a date that is none is ignored."""
    os.utime(tree / "lv/all.rss", (1_700_000_000, 1_700_000_000.9))
    stamp = ask(port, "/lv/all.rss")["Last-Modified"]

    def status(since: str) -> int:
        return ask(port, "/lv/all.rss", If_Modified_Since=since).status

    assert stamp == "Tue, 14 Nov 2023 22:13:20 GMT"
    assert status(stamp) == 304
    assert status("Wed, 15 Nov 2023 00:00:00 GMT") == 304
    assert status("Tue, 14 Nov 2023 22:13:19 GMT") == 200
    assert status("yesterday") == 200
    assert status("") == 200


def test_replacing_a_file_changes_its_etag_even_at_the_same_second_and_size(port: int, tree: Path) -> None:
    """What is remembered of a file's hash never outlives the file."""
    tag = ask(port, "/lv/all.rss")["ETag"]
    stat = (tree / "lv/all.rss").stat()
    changed = FEED.replace(b"no ", b"ap ")
    fresh = tree / "lv/fresh"
    fresh.write_bytes(changed)
    os.utime(fresh, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    fresh.replace(tree / "lv/all.rss")

    answer = ask(port, "/lv/all.rss", If_None_Match=tag)

    assert (answer.status, answer.body) == (200, changed)
    assert ask(port, "/lv/all.rss")["ETag"] == answer["ETag"] != tag


def test_feeds_may_be_read_by_pages_of_others(port: int) -> None:
    """Feed readers that are web pages themselves; our own pages are shared with nobody so."""
    assert ask(port, "/lv/all.rss")["Access-Control-Allow-Origin"] == "*"
    assert ask(port, "/lv/")["Access-Control-Allow-Origin"] == ""


def test_head_is_get_without_the_body(port: int) -> None:
    """On one open connection: a body after HEAD would be read as the next answer."""
    with Client(port) as client:
        for path, status in (("/lv/all.rss", 200), ("/lv/none", 404), ("/lv", 301)):
            head, get = client.ask(path, "HEAD"), client.ask(path)

            assert (head.status, head.body) == (status, b"")
            assert get.status == status
            assert get.body
            assert {name.lower() for name in head.headers} == {name.lower() for name in get.headers}
            assert head["Content-Length"] == str(len(get.body))


def test_other_methods_are_refused(port: int) -> None:
    """405 says what is allowed."""
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        answer = ask(port, "/lv/all.rss", method, Content_Length="0")

        assert (answer.status, answer["Allow"]) == (405, "GET, HEAD")


def test_an_answer_without_a_body_keeps_the_connection(port: int) -> None:
    """A reader that polls a dozen feeds asks for all of them on one connection, also when nothing is new."""
    question = b"GET /lv/all.rss HTTP/1.1\r\nHost: x\r\nIf-None-Match: *\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        answers = connection.makefile("rb")
        heads = []
        for ending in (b"", b"", b"Connection: close\r\n"):
            connection.sendall(question + ending + b"\r\n")
            heads.append(b"".join(iter(answers.readline, b"\r\n")))
        rest = answers.read()

    assert all(head.startswith(b"HTTP/1.1 304 ") for head in heads)
    assert [b"Connection: close" in head for head in heads] == [False, False, True]
    assert rest == b""


def test_folders(port: int, tree: Path) -> None:
    """A folder's index stands at its address with a slash; without it, the browser is sent there."""
    (tree / "lv/ņemt").mkdir()

    assert ask(port, "/").body == PAGE
    assert ask(port, "/lv/").body == PAGE
    assert (ask(port, "/lv").status, ask(port, "/lv")["Location"]) == (301, "/lv/")
    assert ask(port, "/lv?q=tilts&x=%0a")["Location"] == "/lv/?q=tilts&x=%0a"
    assert ask(port, "/lv/%C5%86emt")["Location"] == "/lv/%C5%86emt/"
    assert ask(port, "/lv/city/").status == 404
    assert ask(port, "/lv/all.rss/").status == 404


def test_names_with_a_colon_and_other_letters(port: int) -> None:
    """A tag: id or a city's own letters in an address are found, escaped in whatever legal way."""
    for path in ("/lv/city/%C4%B7ekava:zi%C5%86as.rss", "/lv/city/%c4%b7ekava%3Azi%c5%86as.rss"):
        assert ask(port, path).body == FEED


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/lv/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/lv/%2e%2e/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/lv/..%2f..%2fsecret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%5csecret.txt",
        "/..\\secret.txt",
        "/%252e%252e/secret.txt",
        "/./secret.txt",
        "//secret.txt",
        "/%2f%2fsecret.txt",
        "/lv//all.rss",
        "/lv/all.rss%00.txt",
        "/%00",
        "/.incoming/half.txt",
        "/%2eincoming/half.txt",
        "/lv/.hidden.txt",
        "/lv/%FF%FE",
        "/lv/all.rss%0d%0aX-Injected:%201",
        "/" + "a" * 300,
        "/" + "a/" * 3000,
        "/out/secret.txt",
        "/out.txt",
        "/circle/x",
    ],
)
def test_nothing_else_is_reached(port: int, tree: Path, path: str) -> None:
    """Nothing outside the tree, nothing hidden, no link that leads out: 404, and no word of what is there."""
    (tree / "out").symlink_to(tree.parent)
    (tree / "out.txt").symlink_to(tree.parent / "secret.txt")
    (tree / "circle").symlink_to(tree / "circle")

    answer = ask(port, path)

    assert answer.status == 404
    assert answer.body == b"Not Found\n"
    assert answer["X-Injected"] == ""


def test_a_link_within_the_tree_is_followed(port: int, tree: Path) -> None:
    """An operator may publish one file under two names."""
    (tree / "news.rss").symlink_to("lv/all.rss")

    assert ask(port, "/news.rss").body == FEED


def test_every_answer_protects_the_browser(port: int) -> None:
    """No sniffing, no scripts, no frames; errors and redirects included."""
    for path, method in (("/lv/", "GET"), ("/none", "GET"), ("/lv", "GET"), ("/", "POST")):
        answer = ask(port, path, method, Content_Length="0")
        policy = answer["Content-Security-Policy"]

        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "script-src" not in policy
        assert answer["Server"] == ""


def test_a_tree_that_is_not_there_yet(tmp_path: Path) -> None:
    """Before the first cycle every page is 404; afterwards they come without a restart."""
    with served(Site(tmp_path / "public")) as port:
        before = ask(port, "/")
        Tree(tmp_path / "public").write("index.html", PAGE)

        assert before.status == 404
        assert ask(port, "/").body == PAGE


def _mounted(environ: dict[str, Any], start: StartResponse) -> list[bytes]:
    body = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}".encode()
    start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]


def test_mounts_come_before_files(tree: Path) -> None:
    """A mount has its path and all below it, for every method; a name that only begins alike is a file's."""
    (tree / "desktop.txt").write_text("a file")
    with served(Site(tree, {"/desk": _mounted, "/desk/deep/": health(lambda: "no")})) as port:
        assert ask(port, "/desk").body == b"GET /desk"
        assert ask(port, "/desk/items/1", "POST", Content_Length="0").body == b"POST /desk/items/1"
        assert b"/healthz/live" in ask(port, "/desk/deep/x").body
        assert ask(port, "/desktop.txt").body == b"a file"
        assert ask(port, "/lv/all.rss").body == FEED


def test_health_says_whether_cycles_run(tree: Path) -> None:
    """Ready: 200 while they do, else 503 and what is wrong. Live all the while; never from a cache."""
    faults = ["no cycle has ended well for 99 minutes"]
    site = Site(tree, {"/healthz": health(lambda: "".join(faults))})
    with served(site) as port, Client(port) as client:
        stopped = [client.ask(path) for path in ("/healthz", "/healthz/ready", "/healthz/live")]
        faults.clear()
        running = [client.ask(path) for path in ("/healthz", "/healthz/ready", "/healthz/live")]

        assert [each.status for each in stopped] == [503, 503, 200]
        assert stopped[0].body == b"no cycle has ended well for 99 minutes\n"
        assert [(each.status, each.body, each["Cache-Control"]) for each in running] == [
            (200, b"ok\n", "no-store")
        ] * 3
        assert client.ask("/healthz", "HEAD").body == b""
        assert client.ask("/healthz/else").status == 404
        assert client.ask("/healthz").body == b"ok\n"


def test_the_application_keeps_the_gateway_interface(tree: Path) -> None:
    """Any WSGI server can take it: the standard's own validator sees no fault, nor does a path it would not clean."""
    checked = validator(Site(tree, {"/healthz": health(lambda: "")}))
    for path, status in (
        ("/lv/all.rss", "200 OK"),
        ("/healthz", "200 OK"),
        ("", "200 OK"),
        ("/lv", "301 Moved Permanently"),
        ("//lv", "404 Not Found"),
        ("/lv/\N{LATIN SMALL LETTER A WITH MACRON}", "404 Not Found"),
    ):
        assert _status(checked, path) == status


def _status(application: WSGIApplication, path: str) -> str:
    seen: list[str] = []

    def start(status: str, *_rest: object) -> Callable[[bytes], object]:
        seen.append(status)
        return bytes

    result: Any = application(_environ(path), start)
    b"".join(result)
    result.close()  # the validator complains of servers that do not
    return seen[0]


def _environ(path: str) -> dict[str, Any]:
    environ: dict[str, Any] = {}
    setup_testing_defaults(environ)
    return environ | {"PATH_INFO": path, "SCRIPT_NAME": "" if path else "/news", "QUERY_STRING": ""}


def test_a_reader_sees_the_old_file_or_the_new_one(port: int, tree: Path) -> None:
    """While the publisher replaces a feed, no answer mixes two versions, fails, or gives a tag to other bytes."""
    versions = [b"<rss>%d</rss>" % number * (number + 1) * 500 for number in range(4)]
    published = Tree(tree)
    published.write("lv/all.rss", versions[0])
    done = threading.Event()
    wrong: list[object] = []
    seen: dict[str, bytes] = {}

    def read(encoding: str) -> None:
        with Client(port) as client:
            tag = ""
            while not done.is_set():
                answer = client.ask("/lv/all.rss", Accept_Encoding=encoding, If_None_Match=tag)
                if answer.status == 304:
                    continue
                tag = answer["ETag"]
                if (
                    answer.status != 200
                    or _body(answer) not in versions
                    or seen.setdefault(tag, answer.body) != answer.body
                ):
                    wrong.append(answer)

    readers = [threading.Thread(target=read, args=(one,)) for one in ("identity", "gzip", "br")]
    for reader in readers:
        reader.start()
    for number in range(120):
        published.write("lv/all.rss", versions[number % len(versions)])
    done.set()
    for reader in readers:
        reader.join()

    assert wrong == []
    assert len(seen) > 4


def test_readers_that_keep_their_connection_keep_nobody_out(tree: Path) -> None:
    """Three hundred have asked and stay; the next one is answered all the same."""
    with served(Site(tree)) as port, ExitStack() as stack:
        for _ in range(300):
            stays = stack.enter_context(Client(port))
            assert stays.ask("/lv/all.rss").status == 200

        assert ask(port, "/lv/all.rss").status == 200
