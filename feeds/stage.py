"""Publish: bring the published tree up to date with what is released.

    changed releases | their pages | the channels they stand in | deliver

The cost follows what changed, not what is stored. Marks are cleared after the files stand, so a run that
is killed is repeated; equal bytes are not written again.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from feeds import addresses, atom, jsonfeed, pages, rss
from feeds.compose import Caps, compose
from feeds.deliver import Tree
from feeds.records import ChannelForFeed, ItemForFeed, NetworkForFeed, Scope, SourceForFeed, WithdrawnForFeed
from feeds.records import Label as PublicLabel
from pipeline.config import Config
from pipeline.errors import PublishError
from pipeline.models import Label, Release, StoreFact
from pipeline.records import Enclosure, Image

Advance = Callable[[int, int], None]

_BATCH = 200  # entries whose pages are written between two clearings of marks
_TOMBSTONES = 50  # withdrawn entries an Atom channel still names
_RENDERERS = {"rss": rss.render, "atom": atom.render, "json": jsonfeed.render}
_LABELS = {
    Label.ORIGINAL: PublicLabel.ORIGINAL,
    Label.MACHINE: PublicLabel.MACHINE,
    Label.EDITED: PublicLabel.EDITED,
    Label.REVIEWED: PublicLabel.REVIEWED,
}
_ENGINES = {
    "firefox": "Firefox Translations",
    "google": "Google Translate",
    "mymemory": "MyMemory",
    "deepl": "DeepL",
    "microsoft": "Microsoft Translator",
    "libre": "LibreTranslate",
    "yandex": "Yandex Translate",
    "papago": "Papago",
}
_CODE = Path(__file__).parent


def run(config: Config, *, everything: bool = False, progress: Advance = lambda _done, _total: None) -> int:
    """Write what changed; everything after a change of the configuration or of this room. Files written."""
    try:
        return _Publication(config, progress).run(everything=everything)
    except OSError as error:
        raise PublishError(
            f"cannot be written: {error.strerror or error}; make room or mend its rights, then run publish again",
            resource=str(error.filename or config.publish.directory),
        ) from error


def network_of(config: Config, language: str = "") -> NetworkForFeed:
    """The network with its sources under the names that readers of this language know."""
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
        hubs=config.publish.hubs,
    )


class _Publication:
    """One run of the stage."""

    def __init__(self, config: Config, progress: Advance) -> None:
        self._config = config
        self._progress = progress
        self._networks = {language: network_of(config, language) for language in config.targets}
        self._sources = {
            language: {source.key: source for source in network.sources}
            for language, network in self._networks.items()
        }
        self._keys = [source.key for source in config.source]
        self._tree = Tree(config.publish.directory)
        self._written = 0

    def run(self, *, everything: bool) -> int:
        fingerprint = self._fingerprint()
        whole = (
            everything
            or StoreFact.objects.read("published") != fingerprint
            or not (self._config.publish.directory / "index.html").exists()
        )
        if whole:
            StoreFact.objects.write("published", "")
            for path, content in self._fixed().items():
                self._write(path, content)
            Release.objects.filter(dirty=False, source_id__in=self._keys).update(dirty=True)
        self._changed(set(self._all_channels()) if whole else set())
        if whole:
            self._leave()
        StoreFact.objects.write("published", fingerprint)
        return self._written

    def _leave(self) -> None:
        """Take away what an earlier run wrote for languages and sources that left the configuration.

        Only paths that the store proves to be ours are touched: the tree may lie in a town hall's own web root.
        """
        now = {"languages": list(self._config.targets), "sources": self._keys}
        before = StoreFact.objects.read("published_for") or now
        for language in before["languages"]:
            gone = language not in now["languages"]
            lost = [key for key in before["sources"] if gone or key not in self._keys]
            for path in [*_fixed_paths(language, lost, whole=gone), *self._item_paths(language, lost)]:
                self._written += self._tree.remove(path)
        StoreFact.objects.write("published_for", now)

    @staticmethod
    def _item_paths(language: str, sources: list[str]) -> Iterator[str]:
        for public_id in Release.objects.ids_of(language, sources):
            yield addresses.index_file(addresses.item_page(language, public_id))

    def _fixed(self) -> dict[str, bytes]:
        """The files no item changes: those of all languages once, those of one language with its own names."""
        files = dict(pages.fixed(network_of(self._config)))
        for language, network in self._networks.items():
            own = pages.fixed(network)
            files |= {path: body for path, body in own.items() if path.startswith(f"{language}/")}
        return files

    def _changed(self, touched: set[tuple[str, Scope, str]]) -> None:
        """Pages first, then the channels that point to them and those already `touched`, then the marks."""
        entries = Release.objects.dirty_entries()
        for start in range(0, len(entries), _BATCH):
            releases = Release.objects.of_entries(entries[start : start + _BATCH], self._config.targets)
            self._pages(releases)
            touched |= {each for release in releases if release.dirty for each in _channels_of(release)}
            self._progress(min(start + _BATCH, len(entries)), len(entries))
        self._channels(touched)
        for start in range(0, len(entries), _BATCH):
            Release.objects.filter(entry_id__in=entries[start : start + _BATCH], dirty=True).update(
                dirty=False
            )

    def _pages(self, releases: Iterable[Release]) -> None:
        rows = [release for release in releases if release.source_id in self._keys]
        spoken: dict[int, list[str]] = {}
        for release in rows:
            if not release.withdrawn:
                spoken.setdefault(release.entry_id, []).append(release.language)
        for release in rows:
            path = addresses.index_file(addresses.item_page(release.language, release.public_id))
            if release.withdrawn:
                self._written += self._tree.remove(path)
                continue
            others = tuple(code for code in spoken[release.entry_id] if code != release.language)
            self._write(
                path,
                pages.item(self._item(release, others), release.language, self._networks[release.language]),
            )

    def _channels(self, wanted: Iterable[tuple[str, Scope, str]]) -> None:
        for language, scope, key in sorted(wanted):
            if language not in self._config.targets or (key and key not in self._keys):
                continue
            channel = self._channel(language, scope, key)
            for extension, render in _RENDERERS.items():
                self._write(f"{channel.path}.{extension}", render(channel, self._networks[language]))
            page = addresses.channel_page(language, scope, key)
            self._write(addresses.index_file(page), pages.listing(channel, self._networks[language]))

    def _channel(self, language: str, scope: Scope, key: str) -> ChannelForFeed:
        publish = self._config.publish
        per_source = publish.per_source if scope is Scope.ALL else 0
        rows = Release.objects.channel(language, publish.items, per_source, key, self._keys)
        gone = Release.objects.withdrawn_from(language, _TOMBSTONES, key)
        return compose(
            [self._item(release) for release in rows],
            language=language,
            network=self._networks[language],
            scope=scope,
            key=key,
            caps=Caps(total=publish.items, per_source=per_source),
            withdrawn=[
                WithdrawnForFeed(id=_id(release), when=release.entry.withdrawn_at)
                for release in gone
                if release.entry.withdrawn_at
            ],
        )

    def _all_channels(self) -> Iterator[tuple[str, Scope, str]]:
        for language in self._config.targets:
            yield language, Scope.ALL, ""
            for key in self._keys:
                yield language, Scope.CITY, key

    def _item(self, release: Release, alternates: tuple[str, ...] = ()) -> ItemForFeed:
        revision = release.revision
        image = revision.image
        return ItemForFeed(
            id=_id(release),
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
            enclosures=tuple(Enclosure(**each) for each in revision.enclosures),
            label=_LABELS[Label(release.label)],
            engine=", ".join(dict.fromkeys(_ENGINES[name] for name in release.engines if name in _ENGINES)),
            editor=release.editor,
            alternates=alternates,
        )

    def _write(self, path: str, content: bytes) -> None:
        self._written += self._tree.write(path, content)

    def _fingerprint(self) -> str:
        """Changes with whatever shapes every file: the network, the caps, where to, and this room's own code."""
        digest = hashlib.blake2b(digest_size=16)
        digest.update(repr((self._networks, self._config.publish)).encode())
        for path in sorted(each for each in _CODE.rglob("*") if each.is_file() and each.suffix != ".pyc"):
            digest.update(path.read_bytes())
        return digest.hexdigest()


def _fixed_paths(language: str, sources: Iterable[str], *, whole: bool) -> Iterator[str]:
    """The files of these sources' channels in a language; of the `whole` language, its other files too."""
    channels = [(Scope.CITY, key) for key in sources] + ([(Scope.ALL, "")] if whole else [])
    for scope, key in channels:
        yield from (f"{addresses.channel_path(language, scope, key)}.{kind}" for kind in _RENDERERS)
        yield addresses.index_file(addresses.channel_page(language, scope, key))
    if whole:
        yield addresses.index_file(addresses.subscribe_page(language))
        yield addresses.index_file(addresses.about_page(language))
        yield addresses.opml_path(language)


def _channels_of(release: Release) -> tuple[tuple[str, Scope, str], ...]:
    return (release.language, Scope.ALL, ""), (release.language, Scope.CITY, release.source_id)


def _id(release: Release) -> str:
    """https://www.rfc-editor.org/rfc/rfc4151: the authority is that of the day the entry was first seen."""
    return f"tag:{release.entry.tag}:{release.language}/{release.public_id}"
