"""Opens the fetcher that a configuration asks for, with what earlier runs learned of the hosts."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from pipeline.collect.fetch import Fetcher, Known, Limits
from pipeline.collect.politeness import HostState
from pipeline.collect.robots import KEPT, RobotsText
from pipeline.config import Config
from pipeline.models import Host, RobotsFile

_LONGEST_NAME = 300  # a name that the store cannot hold is no host's


def make_fetcher(config: Config, known: Known | None = None, stop: threading.Event | None = None) -> Fetcher:
    """A fetcher without a store behind it, for whoever only looks."""
    limits = Limits(
        timeout=config.fetch.timeout,
        max_bytes=config.fetch.max_bytes,
        per_host=config.fetch.per_host,
        gap=config.fetch.gap,
        robots=config.fetch.robots,
    )
    return Fetcher(
        user_agent=config.user_agent, allow=config.fetch.allow, limits=limits, known=known, stop=stop
    )


@contextmanager
def open_fetcher(config: Config, stop: threading.Event | None = None) -> Iterator[Fetcher]:
    """A fetcher that goes on where the last run stopped, and leaves what it learned to the next."""
    fetcher = make_fetcher(config, _known(), stop)
    try:
        with fetcher:
            yield fetcher
    finally:
        _keep(fetcher.learned())


def _known() -> Known:
    hosts = Host.objects.values_list("name", "next_ok_at", "held_until")
    robots = RobotsFile.objects.values_list("origin", "text", "fetched_at")
    return Known(
        hosts=[HostState(name=name, next_ok_at=ok, held_until=held) for name, ok, held in hosts],
        robots=[RobotsText(origin=origin, text=text, fetched_at=at) for origin, text, at in robots],
    )


def _keep(learned: Known) -> None:
    now = datetime.now(UTC)
    hosts = [
        Host(name=each.name, next_ok_at=each.next_ok_at, held_until=each.held_until)
        for each in learned.hosts
        if len(each.name) <= _LONGEST_NAME
    ]
    robots = [
        RobotsFile(origin=each.origin, text=each.text, fetched_at=each.fetched_at)
        for each in learned.robots
        if len(each.origin) <= _LONGEST_NAME
    ]
    Host.objects.keep(hosts, now)
    RobotsFile.objects.keep(robots, now - KEPT)
