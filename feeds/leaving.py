"""What an earlier run wrote for languages, sources and topics that left the configuration: it leaves the tree.

Only paths that the store proves to be ours are touched: the tree may lie in a town hall's own web root.
"""

from collections.abc import Iterable, Iterator

from feeds import addresses
from feeds.channels import BLOCK, MAP_PART, ChannelName
from feeds.deliver import Tree
from feeds.records import Scope
from pipeline.config import Config
from pipeline.models import Release, Shelf, StoreFact

_FACT = "published_for"


class Former:
    """The tree as the last whole run left it, against the configuration of today."""

    def __init__(self, config: Config, tree: Tree) -> None:
        self._tree = tree
        self._now: dict[str, list[str]] = {
            "languages": list(config.targets),
            "sources": [source.key for source in config.source],
            "topics": [topic.key for topic in config.topic],
            "bilingual": list(config.targets) if config.publish.bilingual else [],
            "searchable": list(config.targets) if config.publish.search_hours else [],
            "reports": list(config.targets) if config.publish.reports else [],
        }

    def leave(self) -> int:
        """Take away what is nobody's any more. Files removed."""
        before = self._now | (StoreFact.objects.read(_FACT) or {})
        paths = {path for language in before["languages"] for path in self._lost(language, before)}
        removed = sum(self._tree.remove(path) for path in sorted(paths))
        StoreFact.objects.write(_FACT, self._now)
        return removed

    def _lost(self, language: str, before: dict[str, list[str]]) -> Iterator[str]:
        whole = language not in self._now["languages"]
        sources = [key for key in before["sources"] if whole or key not in self._now["sources"]]
        topics = [key for key in before["topics"] if whole or key not in self._now["topics"]]
        yield from _channel_files(ChannelName(language, Scope.CITY, key) for key in sources)
        yield from _channel_files(ChannelName(language, Scope.TOPIC, key) for key in topics)
        yield from _item_files(language, sources)
        if whole:
            yield from _channel_files([ChannelName(language)])
            yield from _language_files(language)
        for feature, files in _FEATURES.items():
            if language in before[feature] and language not in self._now[feature]:
                if feature == "searchable":
                    index = addresses.search_index(language)
                    yield from self._tree.files(index) if self._tree.has(index) else ()
                yield from files(language)


def _channel_files(names: Iterable[ChannelName]) -> Iterator[str]:
    for name in names:
        stems = [name.path]
        pages = [addresses.channel_page(name.language, name.scope, name.key)]
        for number in range(Shelf.objects.count_of(name.path) // BLOCK):
            stems.append(addresses.archive_path(name.language, name.scope, name.key, number))
            pages.append(f"{stems[-1]}/")
        yield from (f"{stem}.{kind}" for stem in stems for kind in addresses.FORMATS)
        yield from map(addresses.index_file, pages)


def _item_files(language: str, sources: list[str]) -> Iterator[str]:
    for public_id in Release.objects.ids_of(language, sources):
        page = addresses.item_page(language, public_id)
        yield addresses.index_file(page)
        yield addresses.gone_file(page)


def _language_files(language: str) -> Iterator[str]:
    for page in (
        addresses.subscribe_page(language),
        addresses.about_page(language),
        addresses.accessibility_page(language),
        addresses.privacy_page(language),
    ):
        yield addresses.index_file(page)
    yield addresses.opml_path(language)
    yield addresses.not_found_file(language)
    yield addresses.site_map(language)
    for number in range(-(-Shelf.objects.count_of(ChannelName(language).path) // MAP_PART)):
        yield addresses.site_map(language, number)


def _bilingual_files(language: str) -> Iterator[str]:
    yield from (f"{addresses.bilingual_path(language)}.{kind}" for kind in addresses.FORMATS)


def _search_files(language: str) -> Iterator[str]:
    yield addresses.index_file(addresses.search_page(language))


def _report_files(language: str) -> Iterator[str]:
    yield from (addresses.index_file(addresses.answer_page(language, name)) for name in addresses.ANSWERS)


_FEATURES = {"bilingual": _bilingual_files, "searchable": _search_files, "reports": _report_files}
