"""A library's exception as a FetchError in plain words, with a stable code."""

import requests
from urllib3 import exceptions

from pipeline.errors import FetchError

_BAD_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    UnicodeError,
    exceptions.LocationParseError,
)
_SLOW = (requests.exceptions.Timeout, exceptions.TimeoutError)


# The first row that fits any cause wins, so the precise ones stand first: to urllib3 an unknown name is
# a kind of failed connection, and that is a kind of time-out.
_TABLE: tuple[tuple[tuple[type[Exception], ...], str, str], ...] = (
    (_BAD_ADDRESS, "forbidden", "this is not an http or https address. Correct it in config.toml."),
    (
        (exceptions.NameResolutionError,), "dns",
        "the host name cannot be resolved. Check its spelling in config.toml, then this machine's DNS.",
    ),
    (
        (exceptions.SSLError, requests.exceptions.SSLError), "tls",
        "the encrypted connection is not trustworthy ({reason}). The site's owner must mend the certificate.",
    ),
    (
        (exceptions.NewConnectionError,), "refused",
        "the server cannot be reached ({reason}). It is tried again later; if it never answers, check the address.",
    ),
    (
        (exceptions.ConnectTimeoutError,), "timeout",
        "the server does not answer. It is tried again later; if it never answers, check the address.",
    ),
    (_SLOW, "timeout", "the server went silent. It is tried again later."),
    (
        (exceptions.DecodeError, requests.exceptions.ContentDecodingError), "http",
        "the answer cannot be unpacked ({reason}).",
    ),
)  # fmt: skip


def explain(error: Exception, url: str) -> FetchError:
    """What went wrong with `url` and what to do about it."""
    causes = _causes(error)
    code, words = next(
        ((code, words) for kinds, code, words in _TABLE if any(isinstance(cause, kinds) for cause in causes)),
        ("http", "the answer is broken ({reason}). It is tried again later."),
    )
    return FetchError(f"{url}: {words.format(reason=_reason(causes))}", code=code)


def _causes(error: Exception) -> list[BaseException]:
    """The exception and everything wrapped in it; requests and urllib3 nest in three different ways."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting and len(found) < 20:
        current = waiting.pop(0)
        if isinstance(current, BaseException) and current not in found:
            found.append(current)
            waiting += [getattr(current, "reason", None), current.__cause__, *current.args]
    return found


def _reason(causes: list[BaseException]) -> str:
    """The innermost exception's own words, short."""
    words = str(causes[-1]) or type(causes[-1]).__name__
    return " ".join(words.split())[:160]


def blocked(url: str, status: int, name: str, wait: int | None = None) -> FetchError:
    return FetchError(
        f"{url} is behind a bot wall ({name}). It is not circumvented: ask the site's owner to let the "
        f"collector's user agent through, or for another address.",
        code="blocked",
        status=status,
        retry_after=wait,
    )


def remedy(status: int) -> str:
    """What to do about a status."""
    if status in {404, 410}:
        return "The address has gone: look for the new one on the site and correct it in config.toml."
    if status in {401, 403}:
        return "The server refuses the collector: ask its owner for access."
    if status == 429:
        return "The server asks for fewer requests; it is left alone for a while."
    if status >= 500:
        return "The fault is the server's; it is tried again later."
    return "Check the address in config.toml."
