"""One fetch on its way: what was asked, where redirects led it, and the answer it becomes. Does no I/O."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin

from pipeline.collect.http_headers import max_age, retry_after, sent_at
from pipeline.errors import FetchError

_PERMANENT = frozenset({301, 308})
FEEDS = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """What to ask for. The validators are sent as the server gave them."""

    url: str
    resource: str = ""  # the source's key; stands in error messages
    etag: str = ""
    last_modified: str = ""
    accept: str = FEEDS
    method: str = "GET"
    body: bytes | None = None
    content_type: str = ""  # of the body
    robots: bool = True  # ask robots.txt first, where that is switched on
    accepted: frozenset[int] = frozenset({200, 203})  # statuses that are an answer
    first_bytes: int = 0  # take no more than these of the answer, without complaint; 0: all of it


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchResult:
    """A usable answer: 200 with its body, or 304 without one."""

    status: int
    url: str  # where the answer came from, after redirects
    body: bytes = b""
    permanent_url: str = (
        ""  # where an unbroken chain of 301/308 from the start led; empty when there was none
    )
    etag: str = ""
    last_modified: str = ""
    content_type: str = ""
    link: str = ""  # the Link header
    max_age: int | None = None  # seconds
    retry_after: int | None = None  # seconds
    sent_at: datetime | None = None  # by the server's clock
    fetched_bytes: int = 0  # on the wire, of the last answer's body
    seconds: float = 0.0


class Call:
    """The state of one fetch between its redirects."""

    def __init__(self, request: FetchRequest) -> None:
        self.request = request
        self.url = request.url
        self.method = request.method
        self.body = request.body
        self.permanent_url = ""
        self._unbroken = True
        self._started = time.monotonic()

    @property
    def conditional(self) -> bool:
        return bool(self.request.etag or self.request.last_modified)

    def headers(self) -> dict[str, str]:
        wanted = {
            "Accept": self.request.accept,
            "Accept-Encoding": "gzip, deflate, br",
            "If-None-Match": self.request.etag,
            "If-Modified-Since": self.request.last_modified,
            "Content-Type": self.request.content_type if self.body is not None else "",
            "Content-Length": str(len(self.body)) if self.body is not None else "",
        }
        # A folded header can carry a line break into the store; sent back, it would be a second header.
        return {name: value for name, value in wanted.items() if value and value.isprintable()}

    def redirect(self, status: int, target: str) -> None:
        try:
            self.url = urljoin(self.url, target).partition("#")[0]
        except ValueError as e:
            raise FetchError(
                f"{self.url} redirects to {target[:200]!r}, which is no address.", code="http"
            ) from e
        self._unbroken = self._unbroken and status in _PERMANENT
        if self._unbroken:
            self.permanent_url = self.url
        if status == 303 or (status in {301, 302} and self.method == "POST"):
            self.method, self.body = "GET", None

    def result(
        self, status: int, headers: Mapping[str, str], body: bytes = b"", fetched: int = 0
    ) -> FetchResult:
        """The answer; `headers` has lower-case names."""
        return FetchResult(
            status=304 if status == 304 else 200,
            url=self.url,
            body=body,
            permanent_url=self.permanent_url,
            etag=headers.get("etag", ""),
            last_modified=headers.get("last-modified", ""),
            content_type=headers.get("content-type", ""),
            link=headers.get("link", ""),
            max_age=max_age(headers),
            retry_after=retry_after(headers, datetime.now(UTC)),
            sent_at=sent_at(headers),
            fetched_bytes=fetched,
            seconds=time.monotonic() - self._started,
        )
