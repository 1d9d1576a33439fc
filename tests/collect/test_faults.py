"""Every way a site can hurt, in one run of the collect stage: each ends in time with its reason, the others go on."""

import contextlib
import gzip
import json
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.collect import stage
from pipeline.config import Config
from pipeline.models import Entry, Source
from pipeline.summary import SourceLine
from tests.builders import config
from tests.collect.servers import Behaviour, LoopbackServer, answer, drip, raw, redirect, serve, silent
from tests.running import RUN

CERTIFICATE = Path(__file__).parent / "data" / "loopback.pem"
TIMEOUT = 1.5  # seconds for an answer
MISSING = answer(status="404 Not Found")
BODY_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
BOMB_MEMBER = gzip.compress(
    bytes(16 * 1024 * 1024), 9
)  # a gzip file may have many members: 64 make a gigabyte


def rss(*titles: str, head: str = "", charset: str = "utf-8") -> str:
    items = "".join(
        f"<item><guid>{title}</guid><title>{title}</title><description>Teksts.</description></item>"
        for title in titles
    )
    return f'<?xml version="1.0" encoding="{charset}"?>{head}<rss version="2.0"><channel><title>x</title>{items}</channel></rss>'


def endless(sock: socket.socket, request: str) -> None:
    """A body that never ends, as fast as it is taken."""
    sock.sendall(BODY_HEAD + b"\r\n")
    while True:
        sock.sendall(b"<item>" * 10_000)


def rebinding_robots(sock: socket.socket, request: str) -> None:
    """Says that everything may be fetched, and makes the next request connect, and so resolve, anew."""
    raw(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")(sock, request)


def entity_bomb() -> bytes:
    lines = [
        f"<!ENTITY {new} '{('&' + old + ';') * 10}'>" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    head = f"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'>{''.join(lines)}]>"
    return rss("&i;", head=head).encode()


FAULTS: dict[str, Behaviour] = {
    "hang": silent,
    "drip": drip(BODY_HEAD + b"Content-Length: 90000\r\n\r\n", b"<", every=0.05),
    "endless": endless,
    "gzip-bomb": answer(BOMB_MEMBER * 64, headers={"Content-Encoding": "gzip"}),
    "entity-bomb": answer(entity_bomb()),
    "loop": redirect("/feed"),
    "to-private": redirect("http://169.254.169.254/latest/meta-data/"),
    "too-many": answer(status="429 Too Many Requests", headers={"Retry-After": "600"}),
    "wall": answer(b"Just a moment", status="403 Forbidden", headers={"cf-mitigated": "challenge"}),
    "charset": answer(
        rss("Žolė ir Šešupė", charset="windows-1257").encode("windows-1257"),
        headers={"Content-Type": "text/xml; charset=utf-8"},
    ),
    "truncated": answer(rss("Pirmā", "Otrā").encode()[:-60]),
}
# name: code on the source, word in its reason
REASONS = {
    "hang": ("timeout", "did not finish within"),
    "hang-all": ("timeout", "robots.txt could not be read"),
    "drip": ("timeout", "did not finish within"),
    "endless": ("size", "max_bytes"),
    "gzip-bomb": ("size", "max_bytes"),
    "loop": ("http", "redirects more than"),
    "to-private": ("forbidden", "not a public address"),
    "rebinding": ("forbidden", "not a public address"),
    "too-many": ("http", "429"),
    "wall": ("blocked", "Cloudflare"),
    "certificate": ("tls", ""),
}


@contextlib.contextmanager
def faulty_network() -> Iterator[dict[str, str]]:
    """The addresses of the sources, each with a server of its own; the good ones stand before and after."""
    with contextlib.ExitStack() as stack:

        def site(
            feed: Behaviour, robots: Behaviour = MISSING, tls: ssl.SSLContext | None = None
        ) -> LoopbackServer:
            return stack.enter_context(serve({"/feed": feed, "/robots.txt": robots}, tls=tls))

        served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        served.load_cert_chain(CERTIFICATE)
        good = answer(rss("Labrīt", "Labvakar").encode())
        urls = {"good-before": site(good).url("/feed")}
        urls |= {name: site(behaviour).url("/feed") for name, behaviour in FAULTS.items()}
        urls["hang-all"] = site(silent, silent).url("/feed")
        urls["certificate"] = site(good, tls=served).url("/feed")
        urls["rebinding"] = f"http://rebind.example:{site(good, rebinding_robots).port}/feed"
        urls["good-after"] = site(good).url("/feed")
        yield urls


def settings(urls: dict[str, str]) -> Config:
    rows = [{"key": key, "name": key, "language": "lv", "url": url} for key, url in urls.items()]
    return config(
        source=rows, fetch={"allow": ["127.0.0.1"], "timeout": TIMEOUT, "max_bytes": 2_000_000, "gap": 0}
    )


@pytest.fixture
def rebinding_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """rebind.example is an allowed server when first asked for, and the cloud's own service afterwards."""
    answers = iter(["127.0.0.1"])
    system = socket.getaddrinfo

    def resolve(host: str, port: int, **options: Any) -> Any:
        if host != "rebind.example":
            return system(host, port, **options)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers, "169.254.169.254"), port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)


@pytest.mark.usefixtures("sqlite_store", "rebinding_names")
def test_each_fault_ends_in_time_with_its_reason_and_the_others_go_on() -> None:
    """One run over all of them: reasons on the sources, entries from the healthy ones, no more time than two answers take."""
    with faulty_network() as urls:
        started = time.monotonic()
        lines = {line.key: line for line in stage.run(settings(urls))}
        elapsed = time.monotonic() - started

    rows = Source.objects.in_bulk()
    found = {
        key: (rows[key].error_code, word if word in rows[key].error else rows[key].error)
        for key, (_, word) in REASONS.items()
    }
    assert found == REASONS
    assert elapsed < 2 * TIMEOUT + 2
    assert [lines[key].error for key in urls if key not in REASONS] == [None] * 5
    assert [lines[key].new for key in ("good-before", "good-after", "charset", "entity-bomb")] == [2, 2, 1, 1]
    assert lines["truncated"].new >= 1
    assert Entry.objects.get(source_id="charset").guid == "Žolė ir Šešupė"
    assert max(len(revision.title) for entry in Entry.objects.all() if (revision := entry.current)) < 100


@pytest.mark.usefixtures("sqlite_store")
def test_a_host_that_said_429_is_not_asked_before_its_time() -> None:
    """Retry-After stands in the store: neither the next run nor another source of the host sends anything."""
    busy = answer(status="429 Too Many Requests", headers={"Retry-After": "600"})
    with serve({"/feed": busy, "/other": answer(rss("a").encode()), "/robots.txt": MISSING}) as server:
        stage.run(settings({"busy": server.url("/feed")}))
        sent = len(server.requests)
        lines = stage.run(settings({"busy": server.url("/feed"), "other": server.url("/other")}))
        again = len(server.requests)

    assert (sent, again) == (2, 2)
    assert [(line.note, line.error) for line in lines] == [("its server asked us to wait", None)] * 2
    other = Source.objects.get(key="other")
    assert other.held_until is not None
    assert (other.failures, other.error) == (0, "")


def peak_mb(folder: Path, urls: dict[str, str]) -> tuple[float, dict[str, SourceLine]]:
    """The largest resident size of a whole `collect` over these sources, with the limits as they are by default."""
    folder.mkdir()
    tables = "".join(
        f'[[source]]\nkey = "{key}"\nname = "{key}"\nlanguage = "lv"\nurl = "{url}"\n'
        for key, url in urls.items()
    )
    text = (
        '[network]\ntitle = "x"\nbase_url = "https://news.example.org"\ncontact = "mailto:a@example.org"\n'
        f'[languages]\ntargets = ["lv"]\n[fetch]\nallow = ["127.0.0.1"]\ntimeout = {2 * TIMEOUT}\n{tables}'
    )
    (folder / "config.toml").write_text(text, encoding="utf-8")
    command = [sys.executable, str(RUN), "collect", "--json", "--config", str(folder / "config.toml")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as child:
        assert child.stdout is not None
        summary = json.loads(child.stdout.read())
        _pid, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024, {line["key"]: SourceLine(**line) for line in summary["sources"]}


def test_memory_stays_bounded(tmp_path: Path, record_property: Any) -> None:
    """A gigabyte in a gzip, a body without end and an entity bomb cost a few times the cap of 15 MiB, no more."""
    with faulty_network() as urls:
        plain, _lines = peak_mb(tmp_path / "good", {"good-before": urls["good-before"]})
        bombs = ("endless", "gzip-bomb", "entity-bomb", "good-after")
        peak, lines = peak_mb(tmp_path / "bombs", {key: urls[key] for key in bombs})

    record_property("peak_mb", round(peak))
    assert lines["good-after"].new == 2
    assert all("max_bytes" in (lines[key].error or "") for key in bombs[:2])
    assert peak - plain < 100
