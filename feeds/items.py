"""Release rows → items of feeds and pages, and the configuration → the network that readers see."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from feeds import addresses, makers
from feeds.records import CopyForFeed, ItemForFeed, NetworkForFeed, SourceForFeed, TopicForFeed, VoiceForFeed
from feeds.records import Label as PublicLabel
from feeds.topics import TopicRules, rules, topics_of
from pipeline.config import Config
from pipeline.models import Label, Release
from pipeline.records import Enclosure, Image

_TAG = re.compile(r"<[^>]*>?")
_LOOKED_AT = 6_000  # characters with their tags; topics are found in the first words
_LABELS = {
    Label.ORIGINAL: PublicLabel.ORIGINAL,
    Label.MACHINE: PublicLabel.MACHINE,
    Label.EDITED: PublicLabel.EDITED,
    Label.REVIEWED: PublicLabel.REVIEWED,
}


def network_of(config: Config, language: str = "") -> NetworkForFeed:
    """The network with its sources under the names that readers of this language know."""
    publish = config.publish
    return NetworkForFeed(
        title=config.network.title,
        base_url=config.network.base_url,
        contact=config.network.contact,
        languages=config.targets,
        sources=tuple(
            SourceForFeed(
                key=source.key,
                name=source.names.get(language, source.name),
                site_url=source.site or source.url,
                language=source.language,
                licence=source.licence,
                timezone=source.timezone,
            )
            for source in config.source
        ),
        topics=tuple(
            TopicForFeed(
                key=topic.key,
                name=topic.names.get("en") or next(iter(topic.names.values())),
                names=topic.names,
            )
            for topic in config.topic
        ),
        hubs=publish.hubs,
        description=config.network.description,
        operator=publish.operator,
        supervisor=publish.supervisor,
        reports=publish.reports,
        bilingual=publish.bilingual,
        searchable=publish.search_hours > 0,
        keep_days=publish.keep_days,
        pictures=publish.pictures,
    )


class Items:
    """Makes items of rows; knows the configuration, asks the store nothing."""

    def __init__(self, config: Config) -> None:
        self.networks = {language: network_of(config, language) for language in config.targets}
        self._sources = {
            language: {source.key: source for source in network.sources}
            for language, network in self.networks.items()
        }
        self._models = frozenset(config.engines.llm)
        self._topics: dict[int, tuple[str, ...]] = {}  # by revision; an item stands in many channels
        self._rules: tuple[TopicRules, ...] = tuple(
            rules(topic.key, topic.categories, topic.keywords) for topic in config.topic
        )

    def item(
        self,
        release: Release,
        alternates: Iterable[str] = (),
        beside: Iterable[Release] = (),
        copies: Mapping[str, CopyForFeed] = MappingProxyType({}),
    ) -> ItemForFeed:
        """`alternates`: the other languages it is public in. `beside`: the other voices of its story. `copies`: of pictures."""
        revision = release.revision
        image = revision.image
        translated = release.label != Label.ORIGINAL
        return ItemForFeed(
            id=public_id(release),
            public_id=release.public_id,
            language=release.text_language,
            original_language=release.entry.language,
            source=self._sources[release.language][release.source_id],
            title=release.title,
            summary_html=release.summary,
            content_html=release.content,
            url=revision.url,
            author=revision.author,
            published=release.published,
            updated=release.updated,
            categories=tuple(revision.categories),
            image=Image(url=image["url"], alt=release.image_alt) if image else None,
            copies=copies,
            enclosures=tuple(Enclosure(**each) for each in revision.enclosures),
            label=public_label(release),
            engines=makers.known(release.engines, self._models),
            editor=release.editor,
            alternates=tuple(alternates),
            topics=self.topics(release),
            original_title=revision.title if translated else "",
            original_html=(revision.content or revision.summary) if translated else "",
            voices=tuple(
                self._voice(other) for other in beside if other.source_id in self._sources[other.language]
            ),
        )

    def _voice(self, release: Release) -> VoiceForFeed:
        language = release.language
        page = addresses.item_page(language, release.public_id)
        return VoiceForFeed(
            id=public_id(release),
            public_id=release.public_id,
            key=release.source_id,
            name=self._sources[language][release.source_id].name,
            title=release.title,
            text_language=release.text_language,
            page=addresses.absolute(self.networks[language], page),
            url=release.revision.url,
            original_language=release.entry.language,
        )

    def topics(self, release: Release) -> tuple[str, ...]:
        """The same in every language: a source's own words decide, not their translation."""
        revision = release.revision
        if revision.pk not in self._topics:
            text = _words(f"{revision.summary} {revision.content}")
            self._topics[revision.pk] = topics_of(
                self._rules, revision.categories, revision.title, text, release.entry.language
            )
        return self._topics[revision.pk]


def _words(markup: str) -> str:
    """The beginning of a text without its tags; good enough to find words in."""
    return _TAG.sub(" ", markup[:_LOOKED_AT])


def public_label(release: Release) -> PublicLabel:
    return _LABELS[Label(release.label)]


def public_id(release: Release) -> str:
    """https://www.rfc-editor.org/rfc/rfc4151: the authority is that of the day the entry was first seen."""
    return f"tag:{release.entry.tag}:{release.language}/{release.public_id}"
