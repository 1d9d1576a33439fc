"""A service's way out, opened for one call of the engine: paced by key, limited in time, retried, without secrets in words."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from pipeline.translate.engines.bucket import TokenBucket
from pipeline.translate.engines.transport import OwnHost, Transport


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`key` as the environment holds it; it goes into headers or bodies, never into addresses or messages."""

    service: str
    bucket: TokenBucket
    key: str = field(default="", repr=False)
    timeout: float = 20.0  # seconds for an answer
    pause: float = 1.0  # seconds before the first retry; doubles
    user_agent: str = ""

    @contextmanager
    def open(self) -> Iterator[Transport]:
        with OwnHost() as session:
            if self.user_agent:
                session.headers["User-Agent"] = self.user_agent
            yield Transport(
                service=self.service,
                session=session,
                bucket=self.bucket,
                timeout=self.timeout,
                pause=self.pause,
                secrets=(self.key,) if len(self.key) > 3 else (),
            )


def is_here(url: str) -> bool:
    """Whether the address is this very machine's: what is sent there does not leave it."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
