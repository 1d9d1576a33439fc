"""Which items stand in a channel, in which order, under which title. Pure: data in, data out.

items | tidy | newest first | caps | ChannelForFeed
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from feeds import addresses
from feeds.messages import language_name, text
from feeds.plain import tidy
from feeds.records import ChannelForFeed, ItemForFeed, NetworkForFeed, Scope, WithdrawnForFeed

# A channel that never held anything needs a date that does not move.
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """How long a channel may be; 0 is no limit."""

    total: int = 100
    per_source: int = 0  # keeps a city that publishes forty items a day from filling everyone's feed


def choose(items: Iterable[ItemForFeed], caps: Caps) -> tuple[ItemForFeed, ...]:
    """The items that stand in the channel, newest first; equal dates in the order of their ids."""
    by_id = sorted(items, key=lambda item: item.id)
    chosen: list[ItemForFeed] = []
    taken: Counter[str] = Counter()
    for item in sorted(by_id, key=lambda item: item.published, reverse=True):
        if caps.total and len(chosen) == caps.total:
            break
        if caps.per_source and taken[item.source.key] == caps.per_source:
            continue
        taken[item.source.key] += 1
        chosen.append(item)
    return tuple(chosen)


def compose(  # noqa: PLR0913 -- the channel's name, its items and its network; keyword-only
    items: Iterable[ItemForFeed],
    *,
    language: str,
    network: NetworkForFeed,
    scope: Scope = Scope.ALL,
    key: str = "",
    caps: Caps = Caps(),
    withdrawn: Iterable[WithdrawnForFeed] = (),
) -> ChannelForFeed:
    """A channel in one language. The caller gives the items that belong to its scope."""
    chosen = tuple(tidy(item) for item in choose(items, caps))
    living = {item.id for item in chosen}  # what came back is no longer withdrawn
    gone = tuple(
        sorted(
            (item for item in withdrawn if item.id not in living),
            key=lambda item: (item.when, item.id),
            reverse=True,
        )
    )
    heading = _heading(language, scope, key, network)
    changes = [item.updated for item in chosen] + [item.when.replace(microsecond=0) for item in gone]
    return ChannelForFeed(
        language=language,
        scope=scope,
        key=key,
        path=addresses.channel_path(language, scope, key),
        title=f"{network.title} – {heading}",
        heading=heading,
        description=_description(language, scope, heading),
        items=chosen,
        updated=max(changes, default=_NEVER),
        home_url=addresses.absolute(network, addresses.channel_page(language, scope, key)),
        withdrawn=gone,
    )


def _heading(language: str, scope: Scope, key: str, network: NetworkForFeed) -> str:
    match scope:
        case Scope.ALL:
            return text(language, "News of all cities")
        case Scope.CITY:
            return next((source.name for source in network.sources if source.key == key), key)
        case Scope.TOPIC:
            return next((topic.name_in(language) for topic in network.topics if topic.key == key), key)


def _description(language: str, scope: Scope, heading: str) -> str:
    match scope:
        case Scope.ALL:
            message = text(language, "News of the partner cities. Language: {language}. {labels}")
        case Scope.CITY:
            message = text(language, "News from {heading}. Language: {language}. {labels}")
        case Scope.TOPIC:
            message = text(language, "Topic: {heading}. Language: {language}. {labels}")
    return message.format(
        heading=heading,
        language=language_name(language, language),
        labels=text(language, "Each item says whether a machine or a person stands behind the words."),
    )
