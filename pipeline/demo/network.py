"""The sample network: 15 small sites on loopback, served from one port for the demonstration and the tests.

python -m pipeline.demo.network --port 8100     serves them for a look until Ctrl-C
"""

import argparse
import gzip
import hashlib
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

from pipeline.demo.addresses import Addresses
from pipeline.demo.content import Block, Item, Sentence, Site, load_sites
from pipeline.demo.routes import GONE, Reply, Request, respond

_HOST = "127.0.0.1"
_STEP = timedelta(hours=1)  # each change at a site is dated this much after the one before: no clock is read
_LARGEST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSource:
    """One site as the demonstration's configuration names it."""

    key: str
    name: str
    city: str
    country: str
    language: str
    reader: str  # feed; empty where the site has none
    path: str  # from the network's base address


def sources() -> tuple[SampleSource, ...]:
    """The sites in the order of their keys."""
    return tuple(_source(site) for site in load_sites().values())


def _source(site: Site) -> SampleSource:
    feed = site.paths.get("feed")
    return SampleSource(
        key=site.key,
        name=site.name,
        city=site.city,
        country=site.country,
        language=site.language,
        reader="feed" if feed else "",
        path=f"/{site.key}" + (feed or site.paths["endpoint"]),
    )


class SampleNetwork:
    """Serves the sites. Changes made with `correct` and `withdraw` live in memory and end with the object."""

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._sites: Mapping[str, Site] = load_sites()
        self._gone: frozenset[str] = frozenset()  # paths of withdrawn items
        self._changing = threading.Lock()
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def base(self) -> str:
        """http://127.0.0.1:PORT; stays the same after a stop and a new start."""
        if not self._port:
            raise RuntimeError("the sample network has no port before its first start")
        return f"http://{_HOST}:{self._port}"

    def url(self, key: str) -> str:
        """The address that the source's reader fetches."""
        return self.base + _source(self._sites[key]).path

    def start(self) -> None:
        if self._server is None:
            self._server = _Server(self._port, self)
            self._port = self._server.server_port
            self._thread = threading.Thread(
                target=self._server.serve_forever, args=(0.05,), name="sample-network", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = self._thread = None

    def correct(self, key: str, item: str, old: str, new: str) -> None:
        """Replace the words `old` of an item (its id or slug) in the source's HTML; its updated date moves on."""
        with self._changing:
            site = self._sites[key]
            known, changed = _find(site, item), site.changed + _STEP
            fresh = replace(_corrected(known, old, new), updated=changed)
            items = tuple(fresh if each is known else each for each in site.items)
            self._sites = {**self._sites, key: replace(site, items=items, changed=changed)}

    def withdraw(self, key: str, item: str) -> None:
        """Take an item (its id or slug) off the site; its page answers 410 from then on."""
        with self._changing:
            site = self._sites[key]
            known = _find(site, item)
            path = urlsplit(Addresses(self.base, self._sites).item(site, known)).path
            self._gone = self._gone | {path}
            items = tuple(each for each in site.items if each is not known)
            self._sites = {**self._sites, key: replace(site, items=items, changed=site.changed + _STEP)}

    def answer(self, request: Request) -> Reply:
        """Called by the server's threads; sees the sites as they are at this moment."""
        if unquote(urlsplit(request.target).path) in self._gone:
            return GONE
        return respond(request, Addresses(self.base, self._sites))


def _find(site: Site, item: str) -> Item:
    for each in site.items:
        if item in {each.id, each.slug}:
            return each
    raise KeyError(f"{site.key} has no item {item}")


def _corrected(item: Item, old: str, new: str) -> Item:
    def mended(sentence: Sentence) -> Sentence:
        return replace(sentence, html=sentence.html.replace(old, new))

    def mended_block(block: Block) -> Block:
        return replace(block, sentences=tuple(map(mended, block.sentences)))

    if not any(old in sentence.html for sentence in item.sentences):
        raise ValueError(f"item {item.id} does not say {old!r}")
    return replace(
        item,
        title=mended(item.title),
        alt=mended(item.alt) if item.alt else None,
        body=tuple(map(mended_block, item.body)),
    )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, network: SampleNetwork) -> None:
        super().__init__((_HOST, port), _Handler)
        self.network = network


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 10  # seconds a client may stay silent
    server: _Server

    def do_GET(self) -> None:
        self._send(self.server.network.answer(Request(method="GET", target=self.path)))

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(min(length, _LARGEST_BODY))
        self._send(self.server.network.answer(Request(method="POST", target=self.path, body=body)))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class names it so
        """Stays silent: the demonstration's own output is what the user reads."""

    def _send(self, reply: Reply) -> None:
        self.close_connection = True  # no idle threads: a stopped network leaves nothing behind
        packed = "gzip" in self.headers.get("Accept-Encoding", "") and not reply.type.startswith("image/")
        tag = _entity_tag(reply.body, packed=packed)
        fresh = reply.status == 200 and self._has(tag, reply.changed)
        body = gzip.compress(reply.body, mtime=0) if packed else reply.body
        self.send_response(304 if fresh else reply.status)
        if reply.status == 200:
            self.send_header("ETag", tag)
            self.send_header("Vary", "Accept-Encoding")
            if reply.changed is not None:
                self.send_header("Last-Modified", format_datetime(reply.changed.astimezone(UTC), usegmt=True))
        if not fresh:
            self.send_header("Content-Type", reply.type)
            self.send_header("Content-Length", str(len(body)))
            if packed:
                self.send_header("Content-Encoding", "gzip")
        self.send_header("Connection", "close")
        self.end_headers()
        if not fresh and self.command != "HEAD":
            self.wfile.write(body)

    def _has(self, tag: str, changed: datetime | None) -> bool:
        """Whether the client holds this very answer: by tag where it sent one, otherwise by date."""
        if self.command == "POST":
            return False
        if (tags := self.headers.get("If-None-Match")) is not None:
            return tags.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in tags.split(",")}
        since = self.headers.get("If-Modified-Since")
        if since is None or changed is None:
            return False
        try:
            return changed.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False


def _entity_tag(body: bytes, *, packed: bool) -> str:
    digest = hashlib.blake2b(body, digest_size=8).hexdigest()
    return f'"{digest}-gzip"' if packed else f'"{digest}"'


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m pipeline.demo.network", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (the default)")
    with SampleNetwork(parser.parse_args().port) as network:
        sys.stdout.write(f"The sample network is at {network.base}/ (Ctrl-C ends it).\n")
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")


if __name__ == "__main__":
    main()
