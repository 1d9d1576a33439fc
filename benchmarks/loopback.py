"""Loopback sites whose feeds turn, and a LibreTranslate that costs nothing: the network of the long benchmarks.

    python -m benchmarks.loopback [PORT [HOURS]]     prints its port, then serves until its stdin ends

Feed n stands at /feed/n.xml and answers 304 to its own ETag. With every /turn, HOURS pass and a third of the
feeds or more gain an entry, some correct one, some drop one whose page is then 410.
Each shows a picture: its own, another one once it is corrected, or one that its city gives to many. A translation is the text with its words in another order.
"""

import hashlib
import json
import struct
import subprocess
import sys
import threading
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import zip_longest
from pathlib import Path

LANGUAGES = ("lv", "en", "pt", "de", "fr", "pl")
_LISTED = 10  # entries in a feed
_WORDS = (
    "The council of city {feed} discussed case {number} in public. The neighbours and the planners were heard. "
    "The next session is open to everybody and starts in the evening."
)


class World:
    """What all connections share."""

    def __init__(self) -> None:
        self.turn = 0
        self.start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        self.step = timedelta(hours=1)

    def feed(self, feed: int) -> tuple[str, bytes]:
        """Its validator and its bytes."""
        newest = self._newest(feed)
        items = [self._item(feed, number) for number in range(newest, newest - _LISTED, -1)]
        body = "".join(item for item in items if item)
        text = (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>City {feed}</title>'
            f"<link>http://127.0.0.1/{feed}</link>{body}</channel></rss>"
        )
        return f'"{hash(body)}"', text.encode()

    def _newest(self, feed: int) -> int:
        """One feed in three has news every turn, the others every second or third."""
        return _LISTED + self.turn // (1 + feed % 3)

    def is_gone(self, feed: int, number: int) -> bool:
        """One entry in eleven is dropped by its source, two entries later."""
        return number % 11 == 3 and self._newest(feed) - number >= 2

    def _item(self, feed: int, number: int) -> str:
        if self.is_gone(feed, number):
            return ""
        age = self._newest(feed) - number
        stamp = (
            self.start + self.step * (number - _LISTED) * (1 + feed % 3) - timedelta(minutes=1 + feed % 60)
        )
        words = _WORDS.format(feed=feed, number=number)
        if number % 5 == 0 and age >= 1:
            words += " The date was corrected."
        picture = "logo" if number % 4 == 0 else f"{number}{'b' if 'corrected' in words else ''}"
        link = f"/item/{feed}/{number}"
        return (
            f"<item><guid isPermaLink='false'>{feed}-{number}</guid><link>{{base}}{link}</link>"
            f"<title>Case {number} before the council of city {feed}</title>"
            f"<pubDate>{format_datetime(stamp)}</pubDate><description>&lt;p&gt;{words}&lt;/p&gt;"
            f"&lt;img src='{{base}}/picture/{feed}/{picture}.png' alt='Case {number}'&gt;</description></item>"
        )


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world = World()

    def do_GET(self) -> None:
        head, *parts = self.path.strip("/").split("/")
        if head == "turn":
            self.world.turn += 1
            self._send(200, b"")
        elif head == "languages":
            self._send(200, json.dumps([{"code": code, "targets": LANGUAGES} for code in LANGUAGES]).encode())
        elif head == "feed":
            self._feed(int(parts[0].removesuffix(".xml")))
        elif head == "item":
            gone = self.world.is_gone(int(parts[0]), int(parts[1]))
            self._send(410 if gone else 200, b"<html><p>The case.</p></html>", "text/html")
        elif head == "picture":
            self._send(200, _picture("/".join(parts)), "image/png")
        else:
            self._send(404, b"")

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = [_translated(text, asked["target"]) for text in asked["q"]]
        self._send(200, json.dumps({"translatedText": answer}).encode())

    def _feed(self, feed: int) -> None:
        tag, body = self.world.feed(feed)
        if self.headers.get("If-None-Match") == tag:
            self._send(304, b"", tag=tag)
            return
        here = f"http://127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
        self._send(200, body.replace(b"{base}", here.encode()), "application/rss+xml", tag)

    def _send(self, status: int, body: bytes, kind: str = "application/json", tag: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if tag:
            self.send_header("ETag", tag)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """The benchmark's own lines are enough."""


def _picture(name: str) -> bytes:
    """A PNG of one colour, which its name makes."""
    colour = hashlib.blake2b(name.encode(), digest_size=3).digest()

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 16, 9, 8, 2, 0, 0, 0)
    rows = zlib.compress((b"\0" + colour * 16) * 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


# Common words, so that the checks see the language they were promised. No sense is meant.
_TONGUE = {
    "lv": ("Pilsētas dome", "izskatīja", "jautājumu un", "iedzīvotāji", "bija klāt"),
    "pt": ("A câmara", "discutiu", "a questão e", "os vizinhos", "foram ouvidos"),
    "de": ("Der Rat", "besprach", "den Fall und", "die Nachbarn", "wurden gehört"),
    "fr": ("Le conseil", "a discuté", "le cas et", "les voisins", "ont été entendus"),
    "pl": ("Rada miasta", "omówiła", "sprawę i", "mieszkańcy", "byli obecni"),
    "en": ("The council", "discussed", "the case and", "the neighbours", "were heard"),
}


def _translated(text: str, target: str) -> str:
    """About as long, in the words of the language, with the text's own numbers and marks."""
    numbers = [word.strip(".,") for word in text.split() if any(letter.isdigit() for letter in word)]
    words = list(_TONGUE[target])[: max(2, min(5, len(text) // 14))]
    end = text[-1] if text[-1:] in ".!?" else ""
    # Between the words: 3 782 side by side would be another number.
    return " ".join(part for pair in zip_longest(words, numbers) for part in pair if part) + end


class Network:
    """The server process, from the benchmark's side."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def turn(self) -> None:
        with urllib.request.urlopen(f"{self.url}/turn", timeout=30) as answer:
            answer.read()


@contextmanager
def network(port: int = 0, hours: float = 1.0) -> Iterator[Network]:
    """A server process while the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.loopback", str(port), str(hours)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent,
    )
    with process:
        assert process.stdout
        assert process.stdin
        try:
            yield Network(int(process.stdout.readline()))
        finally:
            process.stdin.close()


def write_config(folder: Path, found: Network, feeds: int, *, more: str = "", engine: str = "") -> Path:
    """A configuration of these feeds with the loopback LibreTranslate as its only engine."""
    folder.mkdir(parents=True, exist_ok=True)
    store = "" if "[store]" in more else '[store]\nurl = "sqlite:///newswire.db"\n'
    text = f"""[network]
title = "Bench"
base_url = "http://127.0.0.1:8000"
contact = "mailto:bench@example.org"
[languages]
targets = ["lv"]
[engines]
chain = ["libre"]
pivot = ""
models = "models"
[engines.firefox]
download = false
[engines.services.libre]
base_url = "{engine or found.url}"
rate = 1000.0
{store}[fetch]
allow = ["127.0.0.1"]
per_host = 16
gap = 0
interval = 0
{more}
"""
    if "[publish]" not in more:
        text += '[publish]\ndirectory = "public"\n'
    for number in range(feeds):
        text += (
            f'[[source]]\nkey = "city{number}"\nname = "City {number}"\nlanguage = "en"\n'
            f'url = "{found.url}/feed/{number}.xml"\n'
        )
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def main(port: float = 0, hours: float = 1.0) -> None:
    _Handler.world.step = timedelta(hours=hours)
    server = ThreadingHTTPServer(("127.0.0.1", int(port)), _Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    server.shutdown()


if __name__ == "__main__":
    main(*map(float, sys.argv[1:]))
