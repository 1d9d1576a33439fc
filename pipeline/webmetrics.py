"""Counts the requests of the web server: how many, with which outcome, how long."""

import time
from collections.abc import Iterable, Iterator
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

from prometheus_client import Counter, Histogram
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from pipeline.web import Environ
from pipeline.webquick import Quick

_BUCKETS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)  # seconds


class Measured(Collector):
    """An application around another; at the same time what says its figures."""

    around: WSGIApplication
    quick: Quick  # see webquick.py

    def __init__(self) -> None:
        self._requests = Counter(
            "newswire_web_requests", "Requests answered.", ["part", "status"], registry=None
        )
        self._seconds = Histogram(
            "newswire_web_seconds", "Until the answer began.", ["part"], buckets=_BUCKETS, registry=None
        )
        self._answered = {status: self._requests.labels("tree", status) for status in ("200", "304")}
        self._tree = self._seconds.labels("tree")

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        part = "desk" if environ.get("PATH_INFO", "").startswith("/desk") else "tree"
        began = time.perf_counter()

        def counted(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            self._requests.labels(part, status[:3]).inc()
            self._seconds.labels(part).observe(time.perf_counter() - began)
            return start(status, headers, *rest)

        return self.around(environ, counted)

    def count(self, status: str, seconds: float) -> None:
        """An answer that another gave for the tree."""
        self._answered[status].inc()
        self._tree.observe(seconds)

    def collect(self) -> Iterator[Metric]:
        yield from self._requests.collect()
        yield from self._seconds.collect()
