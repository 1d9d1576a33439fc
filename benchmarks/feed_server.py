"""A fast loopback server of many small feeds, in a process of its own: the other end of the polling benchmark.

    python -m benchmarks.feed_server HOSTS ENTRIES     prints its port, then serves until its stdin ends

Feed n stands at /n.xml of every host 127.0.0.1, 127.0.0.2, …; it answers 304 to its own ETag. A GET of
/turn makes every feed a new state, in which one more entry stands on top.
"""

import asyncio
import sys

_ITEM = (
    "<item><guid>https://city{feed}.example/{number}</guid><link>https://city{feed}.example/{number}</link>"
    "<title>The council of city {feed} decided on case {number}</title>"
    "<pubDate>Mon, 02 Nov 2026 {hour:02}:{minute:02}:00 +0000</pubDate><description>&lt;p&gt;Case {number} was "
    "on the agenda for the &lt;b&gt;third&lt;/b&gt; time. The members of the council heard the neighbours, the "
    "planners and the fire brigade, and asked for a &lt;a href='/plan/{number}'&gt;new plan&lt;/a&gt; by the "
    "end of the month.&lt;/p&gt;&lt;p&gt;{words}&lt;/p&gt;</description></item>"
)
_WORDS = "The next session is open to everybody and starts at six in the evening. " * 6


class Feeds:
    """The state that all connections share: how often the feeds have turned."""

    def __init__(self, entries: int) -> None:
        self.entries = entries
        self.turns = 0

    def answer(self, path: str, head: str) -> bytes:
        if path == "/turn":
            self.turns += 1
            return _answer("200 OK", b"")
        if not path.endswith(".xml"):
            return _answer("404 Not Found", b"")
        etag = f'ETag: "{path}-{self.turns}"\r\n'
        if etag[6:-2] in head:
            return _answer("304 Not Modified", b"", etag)
        return _answer("200 OK", self._feed(path[1:-4]), etag + "Content-Type: application/rss+xml\r\n")

    def _feed(self, feed: str) -> bytes:
        numbers = range(self.entries + self.turns, self.turns, -1)
        items = "".join(
            _ITEM.format(feed=feed, number=n, hour=n // 60 % 24, minute=n % 60, words=_WORDS) for n in numbers
        )
        text = f'<?xml version="1.0"?><rss version="2.0"><channel><title>City {feed}</title><link>https://city{feed}.example/</link>{items}</channel></rss>'
        return text.encode()


def _answer(status: str, body: bytes, fields: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{fields}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection(asyncio.Protocol):
    def __init__(self, feeds: Feeds) -> None:
        self._feeds = feeds
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        while b"\r\n\r\n" in self._received:
            head, _, self._received = self._received.partition(b"\r\n\r\n")
            text = head.decode("latin-1")
            assert isinstance(self._transport, asyncio.Transport)
            self._transport.write(self._feeds.answer(text.split(" ", 2)[1], text))


async def _serve(hosts: int, entries: int) -> None:
    loop, feeds = asyncio.get_running_loop(), Feeds(entries)
    port = 0
    for number in range(1, hosts + 1):
        server = await loop.create_server(lambda: _Connection(feeds), f"127.0.0.{number}", port, backlog=64)
        port = server.sockets[0].getsockname()[1]
    print(port, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
