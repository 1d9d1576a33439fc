"""The kinds of value that stand in config.toml, each with its own complaint."""

import re
from ipaddress import ip_network
from typing import Annotated, Literal
from urllib.parse import quote, urlsplit
from zoneinfo import available_timezones

from babel import Locale
from pydantic import AfterValidator, StringConstraints

ReaderName = Literal["feed", "jsonfeed", "listing", "api", "xml", "sitemap", "wordpress", "pdf", "auto"]
ReviewPolicy = Literal["all", "risky", "none"]

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
PairName = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}-[a-z]{2,3}$")]
Name = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True, pattern=r"^[^\x00-\x1f]*$")]


_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(map(str.isspace, value)):
        raise ValueError("an http or https address")
    return value


def _site_address(value: str) -> str:
    """The address of a tree: nothing behind its path, and its host as the name system writes it."""
    parts = urlsplit(_web_address(value))
    if parts.query or parts.fragment:
        raise ValueError("an http or https address without ? and #")
    try:
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except UnicodeError:
        raise ValueError("an http or https address whose host can be a name on the net") from None
    return f"{parts.scheme}://{host}{quote(parts.path, safe='/%')}".rstrip("/")


def _known_language(value: str) -> str:
    if value not in Locale("en").languages:
        raise ValueError("a language code such as lv")
    return value


def _reachable(value: str) -> str:
    """A network or address in numbers, or the name of a host."""
    try:
        ip_network(value, strict=False)
    except ValueError:
        if not _HOST.fullmatch(value) or value.replace(".", "").isdigit():
            raise ValueError("an address, a network such as 10.0.0.0/8, or the name of a host") from None
    return value


def _time_zone(value: str) -> str:
    if value not in available_timezones():
        raise ValueError("an IANA time zone such as Europe/Riga")
    return value


Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$"), AfterValidator(_known_language)]
Reachable = Annotated[str, AfterValidator(_reachable)]
Variable = Annotated[str, StringConstraints(pattern=r"^([A-Za-z_][A-Za-z0-9_]*)?$")]
Url = Annotated[str, AfterValidator(_web_address)]
SiteUrl = Annotated[str, AfterValidator(_site_address)]
OptionalUrl = Annotated[str, AfterValidator(lambda value: _web_address(value) if value else value)]
TimeZone = Annotated[str, AfterValidator(_time_zone)]
