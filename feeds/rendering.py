"""Templates → pages: what every page has in common.

Plain HTML for every browser: no cookie, nothing from other hosts but the items' own pictures, no script needed to
read. Links inside the site are relative, so the tree works under any address; what other sites read (canonical,
hreflang, JSON-LD) is absolute.
"""

import hashlib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from feeds import addresses, labels, messages, pictures, voices
from feeds.compose import compose
from feeds.plain import TITLE_LENGTH, excerpt, summary_text
from feeds.records import ChannelForFeed, ItemForFeed, Label, NetworkForFeed, Scope

_HERE = Path(__file__).parent
STATIC = _HERE / "static"
HUES = 12  # accents in the style sheet; cities take them in turn


class Script(StrEnum):
    """Which scripts a page's own policy lets run."""

    NONE = ""
    COPY = "script-src 'self'; "
    SEARCH = "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "  # the index is read by WebAssembly


def hue(network: NetworkForFeed, key: str) -> int:
    """The accent of a city, by its place in the configuration."""
    return next((place for place, source in enumerate(network.sources) if source.key == key), 0) % HUES


_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals.update(
    addresses=addresses,
    excerpt=excerpt,
    hue=hue,
    labels=labels,
    messages=messages,
    pictures=pictures,
    summary_text=summary_text,
    voices=voices,
    Label=Label,
    Scope=Scope,
    TITLE_LENGTH=TITLE_LENGTH,
)


def render(
    template: str,
    language: str,
    page: str,
    network: NetworkForFeed,
    *,
    twins: Mapping[str, str],
    **values: Any,
) -> bytes:
    """A template with what every page needs. `twins` are the same page in each language that has it."""
    values = {"script": Script.NONE, "root": "../" * page.count("/") or "./", "found": True} | values
    values |= {
        "_": messages.catalogue(language).gettext,
        "language": language,
        "home": language if page and language in network.languages else "",  # "" hides the way round
        "network": network,
        "network_feed": _network_feed(language, network),
        "page": page,
        "form_action": form_source(network),
        "version": static_version(),
        "twins": twins,
    }
    return _environment.get_template(template).render(values).encode()


def form_source(network: NetworkForFeed) -> str:
    """Where a page's forms may be sent, as its policy says it."""
    if not network.reports:
        return "'none'"
    parts = urlsplit(network.reports)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "'self'"


@cache
def static_version() -> str:
    """Changes with the style sheet and the scripts, so that no browser pairs new pages with old ones."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


def _network_feed(language: str, network: NetworkForFeed) -> ChannelForFeed:
    return compose((), language=language, network=network)


def by_day(channel: ChannelForFeed) -> list[tuple[date, list[ItemForFeed]]]:
    """The items under the days their publishers would name, newest first."""
    days: dict[date, list[ItemForFeed]] = {}
    for entry in channel.items:
        days.setdefault(messages.local_day(entry.published, entry.source.timezone), []).append(entry)
    return sorted(days.items(), reverse=True)
