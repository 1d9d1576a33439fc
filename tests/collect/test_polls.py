"""What a poll leaves on its source: when it is asked again, and what outlives the run of its host."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.collect import stage
from pipeline.collect.asking import Fetched
from pipeline.collect.call import FetchResult
from pipeline.collect.fetch import FetchRequest
from pipeline.collect.opening import open_fetcher
from pipeline.collect.polls import Polls, feed_ttl
from pipeline.config import Config, Fetch
from pipeline.errors import FetchError
from pipeline.models import Entry, Host, RobotsFile, Source
from tests.builders import config, entry
from tests.collect.servers import answer, serve

pytestmark = pytest.mark.usefixtures("store")
FEED = b'<rss version="2.0"><channel><title>x</title>%s<item><guid>1</guid><title>a</title></item></channel></rss>'


def waits(fetch: Fetch, *, own: float | None = None, **answered: object) -> timedelta:
    """How long poznan is left alone after a healthy answer."""
    row = Source.objects.ensure(["poznan"])["poznan"]
    recipe = config().source[0].model_copy(update={"interval": own})
    result = FetchResult(**{"status": 200, "url": "https://poznan.example/feed", **answered})  # type: ignore[arg-type]
    with Polls(fetch) as polls:
        polls.success(row, recipe, Fetched(answer=result, ttl=feed_ttl(result.body)), read_as="")
    kept = Source.objects.get(key="poznan")
    assert kept.next_poll is not None
    assert kept.last_attempt is not None
    return kept.next_poll - kept.last_attempt


def published(count: int) -> None:
    for number in range(count):
        entry(number)
    Entry.objects.update(published=datetime.now(UTC) - timedelta(days=1))


def test_a_busy_source_is_asked_more_often_than_a_quiet_one() -> None:
    """The entries of its last week decide, and the one knob says how many polls each is worth."""
    quiet = waits(Fetch())
    published(60)

    assert timedelta(minutes=108) <= quiet <= timedelta(minutes=132)
    assert timedelta(minutes=75) < waits(Fetch()) < timedelta(minutes=93)
    assert timedelta(minutes=36) < waits(Fetch(freshness=4)) < timedelta(minutes=47)
    assert waits(Fetch(freshness=50)) <= timedelta(minutes=33)


def test_an_interval_that_is_set_is_kept() -> None:
    """For one source, or for all with freshness 0 or interval 0, nothing is adapted."""
    assert waits(Fetch(), own=10) <= timedelta(minutes=11)
    assert waits(Fetch(freshness=0)) <= timedelta(minutes=33)
    assert waits(Fetch(interval=0)) == timedelta(0)


def test_what_server_and_feed_ask_for_is_the_least() -> None:
    """Cache-Control and the feed's ttl put the next poll off; the ttl is remembered through a 304."""
    assert waits(Fetch(), max_age=5 * 3600) == timedelta(hours=5)
    assert waits(Fetch(), body=FEED % b"<ttl>360</ttl>") == timedelta(hours=6)
    assert waits(Fetch(), status=304) == timedelta(hours=6)
    assert waits(Fetch(), body=FEED % b"") < timedelta(hours=3)


def test_a_held_source_has_not_failed() -> None:
    """Nothing was sent, so no failure is counted and the reason of yesterday's stays."""
    row = Source.objects.ensure(["poznan"])["poznan"]
    row.failures, row.error = 1.0, "timeout"
    with Polls(Fetch()) as polls:
        polls.failure(row, config().source[0], FetchError("wait", code="held", retry_after=10**9))
    kept = Source.objects.get(key="poznan")

    assert (kept.failures, kept.error) == (1.0, "timeout")
    assert kept.held_until is not None
    assert timedelta(hours=23) < kept.held_until - datetime.now(UTC) <= timedelta(hours=24)
    assert kept.next_poll == kept.held_until


def test_failures_of_many_sources_are_saved_together() -> None:
    """More sources than a batch holds, and the rest at the end."""
    keys = [f"city{number}" for number in range(250)]
    rows = Source.objects.ensure(keys)
    with Polls(Fetch()) as polls:
        for row in rows.values():
            polls.failure(row, config().source[0], FetchError("gone", code="http", status=410))

    assert Source.objects.filter(failures=1.0, error_code="http", next_poll__isnull=False).count() == 250


def network(url: str) -> Config:
    source = {"key": "riga", "name": "Rīga", "language": "lv", "url": url}
    return config(source=[source], fetch={"allow": ["127.0.0.1"], "timeout": 2})


def test_robots_txt_is_asked_for_once_a_day_over_all_runs() -> None:
    """The store keeps it; a run after a day asks again."""
    routes = {"/robots.txt": answer(b"User-agent: *\nDisallow: /no"), "/feed": answer(FEED % b"")}
    with serve(routes) as server:
        for _ in range(2):
            stage.run(network(server.url("/feed")))
        once = [request.split(" ")[1] for request in server.requests]
        RobotsFile.objects.update(fetched_at=datetime.now(UTC) - timedelta(hours=25))
        stage.run(network(server.url("/feed")))
        again = [request.split(" ")[1] for request in server.requests]

    assert once == ["/robots.txt", "/feed", "/feed"]
    assert again[3:] == ["/robots.txt", "/feed"]


def test_what_robots_txt_forbids_is_an_error_of_the_source() -> None:
    """It is never fetched, and the line says why."""
    with serve({"/robots.txt": answer(b"User-agent: CCnetNewswire\nDisallow: /")}) as server:
        line = stage.run(network(server.url("/feed")))[0]
        asked = [request.split(" ")[1] for request in server.requests]

    assert "robots.txt" in (line.error or "")
    assert Source.objects.get().error_code == "robots"
    assert asked == ["/robots.txt"]


def break_off(settings: Config) -> None:
    with open_fetcher(settings) as fetcher:
        fetcher.get(FetchRequest(url=settings.source[0].url))


def test_a_hold_outlives_a_run_that_breaks_off() -> None:
    """Leaving the fetcher by an error keeps what was learned; old holds go."""
    Host.objects.create(name="old.example.org", held_until=datetime.now(UTC) - timedelta(hours=1))
    busy = answer(status="429 Slow", headers={"Retry-After": "600"})
    with serve({"/robots.txt": answer(status="404 No"), "/feed": busy}) as server:
        with pytest.raises(FetchError, match="429"):
            break_off(network(server.url("/feed")))
        name = f"127.0.0.1:{server.port}"

    assert [host.name for host in Host.objects.all()] == [name]
    assert RobotsFile.objects.count() == 1
