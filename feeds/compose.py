"""Which items stand in a channel, in which order, under which title. Pure: data in, data out.

items | tidy | newest first | caps | ChannelForFeed
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from feeds import addresses
from feeds.messages import language_name, text
from feeds.plain import tidy
from feeds.records import (
    ChannelForFeed,
    ItemForFeed,
    NetworkForFeed,
    Scope,
    ShelfForFeed,
    WithdrawnForFeed,
)

_NO_ARCHIVE = ShelfForFeed()
# A channel that never held anything needs a date that does not move, and that validators believe.
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)


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


def _both(item: ItemForFeed) -> ItemForFeed:
    """Under an id of its own: the same id with another content would overwrite the item in readers of both feeds."""
    return replace(item, id=f"{item.id}/bilingual")


def compose(  # noqa: PLR0913 -- the channel's name, its items and its network; keyword-only
    items: Iterable[ItemForFeed],
    *,
    language: str,
    network: NetworkForFeed,
    scope: Scope = Scope.ALL,
    key: str = "",
    caps: Caps = Caps(),
    withdrawn: Iterable[WithdrawnForFeed] = (),
    bilingual: bool = False,
    shelf: ShelfForFeed = _NO_ARCHIVE,
) -> ChannelForFeed:
    """A channel in one language. The caller gives the items that belong to its scope."""
    chosen = tuple(tidy(_both(item) if bilingual else item) for item in choose(items, caps))
    if bilingual:
        withdrawn = [replace(gone, id=f"{gone.id}/bilingual") for gone in withdrawn]
    living = {item.id for item in chosen}  # what came back is no longer withdrawn
    gone = tuple(
        sorted(
            (item for item in withdrawn if item.id not in living),
            key=lambda item: (item.when, item.id),
            reverse=True,
        )
    )
    heading = _heading(language, scope, key, network)
    title, description = f"{network.title} – {heading}", _description(language, scope, heading)
    stem = path = addresses.channel_path(language, scope, key)
    if bilingual:
        path = addresses.bilingual_path(language)
        title = f"{title} – {text(language, 'Translation and original together')}"
        description += " " + text(language, "Below each translation stands its original.")
    if shelf.number is not None:
        path = addresses.archive_path(language, scope, key, shelf.number)
        heading = text(language, "{heading}: older news, part {number}").format(
            heading=heading, number=shelf.number + 1
        )
        title = f"{network.title} – {heading}"
    changes = [item.updated for item in chosen] + [item.when.replace(microsecond=0) for item in gone]
    return ChannelForFeed(
        language=language,
        scope=scope,
        key=key,
        bilingual=bilingual,
        path=path,
        stem=stem,
        shelf=shelf,
        title=title,
        heading=heading,
        description=description,
        items=chosen,
        updated=max(changes, default=_NEVER),
        home_url=addresses.absolute(network, _home(language, scope, key, shelf)),
        withdrawn=gone,
    )


def _home(language: str, scope: Scope, key: str, shelf: ShelfForFeed) -> str:
    if shelf.number is None:
        return addresses.channel_page(language, scope, key)
    return addresses.archive_page(language, scope, key, shelf.number)


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
