"""Subscribing to the hubs of sources, against a hub on loopback that behaves, and one that does not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, urlencode
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from pipeline.collect import stage
from pipeline.collect.callback import Callback
from pipeline.config import Config
from pipeline.models import Source, Subscription
from tests.builders import config
from tests.collect.test_stage import Page, item, rss, site

pytestmark = pytest.mark.usefixtures("store")


@dataclass
class Hub:
    """What it answers, and what it was asked."""

    status: int = 202
    verifies: bool = True
    lease: str = "864000"
    asked: list[dict[str, str]] = field(default_factory=list)
    verified: list[int] = field(default_factory=list)  # what our callback answered
    waiting: list[threading.Thread] = field(default_factory=list)

    def settle(self) -> None:
        for thread in self.waiting:
            thread.join(10)

    def verify(self, form: dict[str, str]) -> None:
        said = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "0815",
            "hub.lease_seconds": self.lease,
        }
        try:
            with urlopen(f"{form['hub.callback']}?{urlencode(said)}", timeout=10) as answer:
                self.verified.append(answer.status if answer.read() == b"0815" else 0)
        except OSError as error:
            self.verified.append(getattr(error, "code", 0))


@contextmanager
def hub_at(hub: Hub) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            hub.asked.append(form)
            if hub.verifies and hub.status == 202:
                hub.waiting.append(threading.Thread(target=hub.verify, args=(form,)))
                hub.waiting[-1].start()
            self.send_response(hub.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        hub.settle()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Quiet."""


@contextmanager
def callback() -> Iterator[str]:
    """Our own address, as `serve` mounts it."""
    application = Callback(timedelta(hours=240))
    server: Any = make_server("127.0.0.1", 0, application, server_class=_Server, handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/websub"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@dataclass
class World:
    """A source that names a hub, the hub, and us."""

    hub: Hub
    pages: dict[str, Page]
    config: Config

    def run(self, settings: Config | None = None) -> None:
        lines = stage.run(settings or self.config)
        self.hub.settle()
        assert [line.error for line in lines if line.error] == []


@pytest.fixture
def world() -> Iterator[World]:
    hub = Hub()
    with hub_at(hub) as address, callback() as own:
        pages = {"/poznan": Page(feed(item(1), hub=address))}
        with site(pages) as base:
            yield World(hub, pages, made(base, own))


def feed(*items: str, hub: str) -> str:
    return rss(*items, extra=f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="hub" href="{hub}"/>')


def made(base: str, own: str, **more: Any) -> Config:
    row = {"key": "poznan", "name": "P", "language": "pl", "url": f"{base}/poznan"}
    return config(
        source=[row], fetch={"allow": ["127.0.0.1"], "timeout": 5}, websub={"callback": own}, **more
    )


def subscription() -> Subscription:
    return Subscription.objects.get()


def due_again() -> None:
    Subscription.objects.update(next_try=datetime.now(UTC))


def test_a_hub_that_is_named_is_asked_and_verifies(world: World) -> None:
    """One poll finds it, asks it through the guard, and its verification is answered."""
    world.run()

    (asked,) = world.hub.asked
    assert asked["hub.mode"] == "subscribe"
    assert asked["hub.topic"] == world.config.source[0].url
    assert asked["hub.callback"].startswith(world.config.websub.callback + "/")
    assert len(asked["hub.secret"]) > 30
    assert world.hub.verified == [200]
    assert subscription().state == "active"

    world.run()

    assert len(world.hub.asked) == 1


def test_without_an_address_of_our_own_no_hub_is_asked(world: World) -> None:
    """Off by default: nothing is noted either."""
    world.run(world.config.model_copy(update={"websub": type(world.config.websub)()}))

    assert world.hub.asked == []
    assert not Subscription.objects.exists()


def test_a_lease_is_renewed_with_the_same_address(world: World) -> None:
    """When its time has come; the subscription stands meanwhile."""
    world.run()
    due_again()
    world.run()

    assert [form["hub.callback"] for form in world.hub.asked] == [world.hub.asked[0]["hub.callback"]] * 2
    assert world.hub.verified == [200, 200]


def test_a_hub_that_tells_of_news_lets_its_source_be_polled_more_rarely(world: World) -> None:
    """And no longer so when polls find news that it did not tell of."""
    world.run()
    plain = wait()
    world.run()
    stretched = wait()
    for number in (2, 3):
        world.pages["/poznan"].body = world.pages["/poznan"].body.replace(
            "</channel>", f"{item(number)}</channel>"
        )
        world.run()
    world.run()

    assert stretched == 6 * plain
    assert wait() == plain


def wait() -> timedelta:
    row = Source.objects.get()
    assert row.next_poll is not None
    assert row.last_attempt is not None
    return row.next_poll - row.last_attempt


@pytest.mark.parametrize("status", [400, 503])
def test_a_hub_that_refuses_is_asked_later_and_later(world: World, status: int) -> None:
    """The source is polled as ever; the reason is kept."""
    world.hub.status = status
    pauses = []
    for _ in range(3):
        world.run()
        pauses.append(subscription().next_try - datetime.now(UTC))
        due_again()

    assert str(status) in subscription().reason
    assert pauses[0] < pauses[1] < pauses[2] < timedelta(hours=3)


def test_a_hub_that_never_verifies_is_never_relied_upon(world: World) -> None:
    """Nor is it asked more often than a refusing one."""
    world.hub.verifies = False
    world.run()

    assert subscription().state == "asked"
    assert Subscription.objects.relied_upon(datetime.now(UTC)) == set()


def test_a_source_that_leaves_is_taken_back_at_its_hub(world: World) -> None:
    """Switched off, or gone from the configuration."""
    world.run()
    off = world.config.source[0].model_copy(update={"enabled": False})
    world.run(world.config.model_copy(update={"source": (off,)}))

    assert [form["hub.mode"] for form in world.hub.asked] == ["subscribe", "unsubscribe"]
    assert world.hub.verified == [200, 200]
    assert not Subscription.objects.exists()


def test_a_hub_that_does_not_let_go_is_forgotten(world: World) -> None:
    """After some goodbyes its lease may run out by itself."""
    world.run()
    world.hub.verifies = False
    off = world.config.source[0].model_copy(update={"enabled": False})
    gone = world.config.model_copy(update={"source": (off,)})
    for _ in range(5):
        world.run(gone)
        due_again()

    assert [form["hub.mode"] for form in world.hub.asked].count("unsubscribe") == 3
    assert not Subscription.objects.exists()


def test_another_hub_takes_the_place_of_the_first(world: World) -> None:
    """Under a new address, so that the old one's pings no longer count; without any hub, we leave."""
    world.run()
    first = subscription().token
    other = Hub()
    with hub_at(other) as address:
        world.pages["/poznan"].body = feed(item(1), item(2), hub=address)
        world.run()
        other.settle()

        assert subscription().hub == address
        assert subscription().token != first
        assert other.verified == [200]

        world.pages["/poznan"].body = rss(item(1), item(2), item(3))
        world.run()
        other.settle()

        assert [form["hub.mode"] for form in other.asked] == ["subscribe", "unsubscribe"]
    assert not Subscription.objects.exists()


def test_another_address_of_ours_is_told_to_the_hub(world: World) -> None:
    """At the next run, not when the lease ends."""
    world.run()
    with callback() as own:
        world.run(world.config.model_copy(update={"websub": type(world.config.websub)(callback=own)}))

    assert world.hub.asked[-1]["hub.callback"].startswith(own)


def test_a_ping_while_its_source_is_polled_is_not_lost(world: World) -> None:
    """The run plans the next poll for hours later; the ping brings it forward again."""
    world.run()
    Subscription.objects.update(heard_at=datetime.now(UTC) + timedelta(seconds=1))
    world.run()
    due = Source.objects.get().next_poll

    assert due is not None
    assert due <= datetime.now(UTC)
