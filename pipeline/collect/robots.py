"""robots.txt (RFC 9309): what a site lets us fetch, and how fast. One look at each site a day, shared by all threads.

Does not fetch by itself: it is given a function that does, through the guard like everything else.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from protego import Protego

from pipeline.errors import FetchError

FRESH = timedelta(hours=24)
KEPT = timedelta(days=30)  # an older copy still counts while the site does not give a newer one
FIRST_BYTES = 512 * 1024  # of a robots.txt; the rest is not read


@dataclass(frozen=True, slots=True, kw_only=True)
class RobotsText:
    """One site's robots.txt as it was found; empty where the site has none."""

    origin: str  # scheme://host:port
    text: str
    fetched_at: datetime


@dataclass(slots=True)
class _Site:
    lock: threading.Lock = field(default_factory=threading.Lock)
    rules: Protego | None = None
    refusal: FetchError | None = None  # the file could not be had: nothing of the site is fetched in this run


class Robots:
    """`load` gives the text of a site's robots.txt, "" where there is none, or raises FetchError: not now."""

    def __init__(self, agent: str, load: Callable[[str], str], known: Iterable[RobotsText] = ()) -> None:
        self._agent = agent
        self._load = load
        self._known = {each.origin: each for each in known}
        self._learned: dict[str, RobotsText] = {}
        self._sites: dict[str, _Site] = {}
        self._lock = threading.Lock()

    def delay(self, origin: str, path: str) -> float:
        """Seconds the site wants between two requests. Raises FetchError when `path` may not be fetched."""
        rules = self._rules(origin)
        if rules is _EVERYTHING:
            return 0.0
        if not rules.can_fetch(origin + path, self._agent):
            raise FetchError(
                f"robots.txt of {origin} does not let {self._agent} fetch {path[:200]}. Ask the site's owner, or "
                f"for another address.",
                code="robots",
            )
        rate = rules.request_rate(self._agent)
        return max(0.0, rules.crawl_delay(self._agent) or 0.0, rate.seconds / rate.requests if rate else 0.0)

    def learned(self) -> list[RobotsText]:
        """The files fetched in this run."""
        with self._lock:
            return list(self._learned.values())

    def _rules(self, origin: str) -> Protego:
        with self._lock:
            site = self._sites.setdefault(origin, _Site())
        if site.rules is None:
            with site.lock:  # the first thread looks, the others wait for what it finds
                if site.rules is None:
                    site.rules = self._look(site, origin)
        return site.rules

    def _look(self, site: _Site, origin: str) -> Protego:
        known, now = self._known.get(origin), datetime.now(UTC)
        if known is None or abs(now - known.fetched_at) > FRESH:
            known = self._fetched(site, origin, now) or known
        if site.refusal is not None and (known is None or abs(now - known.fetched_at) > KEPT):
            raise _again(site.refusal)
        assert known is not None
        return _parsed(known.text)

    def _fetched(self, site: _Site, origin: str, now: datetime) -> RobotsText | None:
        if site.refusal is not None:
            return None
        try:
            found = RobotsText(origin=origin, text=self._load(origin), fetched_at=now)
        except FetchError as error:
            site.refusal = error
            return None
        with self._lock:
            self._learned[origin] = found
        return found


_EVERYTHING = Protego.parse("")


def _parsed(text: str) -> Protego:
    return Protego.parse(text) if text.strip() else _EVERYTHING


def _again(error: FetchError) -> FetchError:
    """The same refusal for another source of the site."""
    return FetchError(
        f"robots.txt could not be read, so nothing of the site is fetched now: {error.args[0]}",
        code=error.code,
        status=error.status,
        retry_after=error.retry_after,
    )
