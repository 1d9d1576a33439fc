"""What an answer's headers say about caching, waiting and encodings. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

ACCEPTED_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate", "br", "identity"})


def max_age(headers: Mapping[str, str]) -> int | None:
    """Seconds for which the answer is fresh: Cache-Control, else Expires; None when the server does not say."""
    for directive in headers.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name in {"no-cache", "no-store"}:
            return 0
        if name == "max-age" and (seconds := _whole(value.strip('"'))) is not None:
            return seconds
    expires, sent = http_date(headers.get("expires", "")), http_date(headers.get("date", ""))
    if expires is None or sent is None:
        return None
    return max(0, int((expires - sent).total_seconds()))


def retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    """Seconds to stay away, given as a number or as a date."""
    value = headers.get("retry-after", "").strip()
    if (seconds := _whole(value)) is not None:
        return seconds
    moment = http_date(value)
    if moment is None:
        return None
    return max(0, int((moment - (http_date(headers.get("date", "")) or now)).total_seconds()))


def sent_at(headers: Mapping[str, str]) -> datetime | None:
    """When the answer left, by the sender's clock: a cache on the way gives the date of its copy, and its age."""
    sent = http_date(headers.get("date", ""))
    return sent + timedelta(seconds=_whole(headers.get("age", "").strip()) or 0) if sent else None


def location(headers: Mapping[str, str]) -> str:
    """Where a redirect leads. Servers send UTF-8 there, which HTTP's library reads as Latin-1."""
    value = headers.get("location", "")
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def refused_encoding(headers: Mapping[str, str]) -> str:
    """The Content-Encoding that was not offered, or that stands more than twice over; "" when it is fine."""
    value = headers.get("content-encoding", "").lower()
    layers = [layer.strip() for layer in value.split(",") if layer.strip()]
    fine = len(layers) <= 2 and ACCEPTED_ENCODINGS.issuperset(layers)
    return "" if fine else value[:60]


def http_date(value: str) -> datetime | None:
    if not value:
        return None
    try:
        found = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _whole(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else None
