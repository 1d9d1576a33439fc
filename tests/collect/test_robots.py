"""robots.txt: what is asked, what it forbids, how fast it lets us go, and what a missing one means."""

import contextlib
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.collect.fetch import Fetcher, FetchRequest, Known, Limits
from pipeline.collect.robots import FIRST_BYTES, FRESH, KEPT, RobotsText
from pipeline.errors import FetchError
from tests.collect.servers import Behaviour, LoopbackServer, answer, redirect, serve, silent

RULES = b"User-agent: *\nDisallow: /private\n\nUser-agent: Newswire\nDisallow: /draft\nCrawl-delay: 0.2\n"


@contextlib.contextmanager
def asking(
    robots: Behaviour, known: Known | None = None, *, robots_path: str = "/robots.txt"
) -> Iterator[tuple[LoopbackServer, Fetcher]]:
    routes = dict.fromkeys(("/", "/draft/1", "/private/1", "/feed?a=b"), answer(b"x")) | {
        robots_path: robots,
        "/moved": redirect("/draft/1"),
    }
    limits = Limits(timeout=0.6, robots=True)
    with (
        serve(routes) as server,
        Fetcher(user_agent="Newswire/1 (+x)", allow=["127.0.0.1"], limits=limits, known=known) as fetcher,
    ):
        yield server, fetcher


def asked(server: LoopbackServer) -> list[str]:
    return [request.split(" ")[1] for request in server.requests]


def refused(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetcher.get(FetchRequest(url=url, resource="riga"))
    return caught.value


def test_rules_for_our_name_bind_and_are_asked_for_once() -> None:
    """What stands under our own name counts, not what stands under the star."""
    with asking(answer(RULES)) as (server, fetcher):
        error = refused(fetcher, server.url("/draft/1"))
        fetcher.get(FetchRequest(url=server.url("/private/1")))
        seen = asked(server)

    assert error.code == "robots"
    assert "robots.txt of http://127.0.0.1" in str(error)
    assert str(error).startswith("riga: ")
    assert seen == ["/robots.txt", "/private/1"]


def test_a_redirect_cannot_lead_round_the_rules() -> None:
    """Every hop is looked up."""
    with asking(answer(RULES)) as (server, fetcher):
        assert refused(fetcher, server.url("/moved")).code == "robots"


@pytest.mark.parametrize(
    "rules", [RULES, b"User-agent: *\nRequest-rate: 5/1\n", b"User-agent: *\nCrawl-delay: 0.2\n"]
)
def test_the_sites_pace_is_kept(rules: bytes) -> None:
    """A crawl delay or a request rate spaces requests, on the operator's own hosts too: the site asked for it."""
    with asking(answer(rules)) as (server, fetcher):
        started = time.monotonic()
        for _ in range(3):
            fetcher.get(FetchRequest(url=server.url("/")))
        elapsed = time.monotonic() - started

    assert elapsed >= 0.4


@pytest.mark.parametrize(
    "robots",
    [
        pytest.param(answer(status="404 Not Found"), id="none"),
        pytest.param(answer(status="403 Forbidden"), id="refused"),
        pytest.param(answer(b"", headers={"Content-Type": "text/plain"}), id="empty"),
        pytest.param(redirect("/robots.txt"), id="circle"),
        pytest.param(redirect("http://10.0.0.1/robots.txt"), id="private"),
        pytest.param(
            answer(b"<html><p>Not found</p></html>", headers={"Content-Type": "text/html"}), id="page"
        ),
        pytest.param(answer(b"\xff\xfe\x00" * 100), id="bytes"),
    ],
)
def test_a_site_without_rules_may_be_fetched(robots: Behaviour) -> None:
    """No file, or one that cannot be meant, forbids nothing."""
    with asking(robots) as (server, fetcher):
        assert fetcher.get(FetchRequest(url=server.url("/draft/1"))).body == b"x"


@pytest.mark.parametrize(
    ("robots", "code"),
    [
        pytest.param(answer(status="503 Busy"), "http", id="busy"),
        pytest.param(answer(status="500 Oops"), "http", id="broken"),
        pytest.param(silent, "timeout", id="silent"),
        pytest.param(answer(status="429 Slow", headers={"Retry-After": "60"}), "http", id="too many"),
    ],
)
def test_a_site_in_trouble_is_left_alone(robots: Behaviour, code: str) -> None:
    """When the file cannot be had, nothing of the site is fetched in this run, and it is not asked again."""
    with asking(robots) as (server, fetcher):
        first = refused(fetcher, server.url("/"))
        second = refused(fetcher, server.url("/draft/1"))
        seen = asked(server)

    assert (first.code, second.code) == (code, code)
    assert "robots.txt could not be read" in str(first)
    assert seen == ["/robots.txt"]


def test_a_site_that_is_not_there_is_named_as_such() -> None:
    """The reason is the connection's, not the file's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    limits = Limits(timeout=0.6, robots=True)
    with Fetcher(user_agent="Newswire/1", allow=["127.0.0.1"], limits=limits) as fetcher:
        assert refused(fetcher, f"http://127.0.0.1:{port}/").code == "refused"


def test_only_the_beginning_of_a_huge_file_counts() -> None:
    """Half a megabyte is read, and what it says is kept."""
    huge = b"User-agent: *\nDisallow: /draft\n" + b"# nothing here\n" * 200_000
    assert len(huge) > 4 * FIRST_BYTES
    with asking(answer(huge)) as (server, fetcher):
        assert refused(fetcher, server.url("/draft/1")).code == "robots"
        assert fetcher.get(FetchRequest(url=server.url("/"))).body == b"x"
        learned = fetcher.learned().robots

    assert [len(each.text) for each in learned] == [FIRST_BYTES]


def known(server: LoopbackServer, age: timedelta, text: str) -> Known:
    stamp = datetime.now(UTC) - age
    return Known(robots=[RobotsText(origin=server.url("").removesuffix("/"), text=text, fetched_at=stamp)])


@pytest.mark.parametrize(
    ("age", "robots", "expected"),
    [
        (FRESH / 2, answer(b""), "robots"),  # fresh: not asked for
        (FRESH * 2, answer(b""), ""),  # a day old: the new one counts
        (FRESH * 2, answer(status="503 Busy"), "robots"),  # the old one, while there is no newer
        (KEPT * 2, answer(status="503 Busy"), "http"),  # nothing known any more
    ],
)
def test_a_copy_is_kept_for_a_day(age: timedelta, robots: Behaviour, expected: str) -> None:
    """What the last run learned is used for a day, and longer while the site gives nothing newer."""
    routes = {"/robots.txt": robots, "/draft/1": answer(b"x")}
    with (
        serve(routes) as server,
        Fetcher(
            user_agent="Newswire/1",
            allow=["127.0.0.1"],
            limits=Limits(timeout=1, robots=True),
            known=known(server, age, "User-agent: *\nDisallow: /draft"),
        ) as fetcher,
    ):
        code = ""
        try:
            fetcher.get(FetchRequest(url=server.url("/draft/1")))
        except FetchError as error:
            code = error.code

    assert code == expected
