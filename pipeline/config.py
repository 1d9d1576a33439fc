"""config.toml → one frozen Config. Every mistake is reported at once, each with its key.

Paths are taken relative to the folder of the file, so cron and daemon see the same ones.
Does not read secrets: a key is named by its environment variable (`key_env`) and read where it is used.
"""

import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import quote, urlsplit
from zoneinfo import available_timezones

from babel import Locale
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from pipeline.recipes import ArticleRecipe, ListRecipe
from pipeline.tables import Table as Table  # noqa: PLC0414 - the loader and the tests know it from here

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


class Network(Table):
    title: Name
    base_url: SiteUrl  # public address of the published tree, without a slash at the end
    contact: Annotated[str, StringConstraints(pattern=r"^(mailto:.+@.+|https?://.+)$")]
    description: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or ""


class Languages(Table):
    targets: Annotated[tuple[Language, ...], Field(min_length=1)]


class Source(Table):
    key: Key
    name: Name
    language: Language
    url: Url
    reader: ReaderName = "feed"
    names: dict[Language, str] = {}  # what readers of a language call it; others see `name`
    site: OptionalUrl = ""
    enabled: bool = True
    note: str = ""  # why it is off, or what is guessed
    timezone: TimeZone = "UTC"  # of dates that carry no zone
    licence: str = ""
    max_entries: Annotated[int, Field(ge=1, le=10_000)] = 1_000  # taken from one answer, newest first
    interval: Annotated[float, Field(ge=0, le=1440)] | None = None  # minutes between polls
    may_be_empty: bool = False  # an answer without entries is normal, such as today's news on a Sunday
    list: ListRecipe = ListRecipe()
    article: ArticleRecipe | None = None  # None: pages are not fetched, a feed's teaser goes out as it is

    @model_validator(mode="after")
    def _recipe_fits(self) -> Self:
        if self.enabled and (faults := self.list.faults(self.reader)):
            raise ValueError("; ".join(faults))
        return self


class FirefoxEngine(Table):
    workers: Annotated[int, Field(ge=0, le=256)] = 0  # 0: one a core
    batch: Annotated[int, Field(ge=1, le=256)] = 16  # sentences
    loaded: Annotated[int, Field(ge=1, le=64)] = 6  # directions a worker keeps in memory
    nice: Annotated[int, Field(ge=0, le=19)] = 5
    download: bool = True  # fetch missing weights at first need
    server: Url = "https://firefox.settings.services.mozilla.com"


class Service(Table):
    """An online service reached through deep-translator. In use only where a chain names it."""

    base_url: OptionalUrl = ""
    key_env: Variable = ""
    timeout: Annotated[float, Field(gt=0, le=600)] = 20.0  # seconds
    rate: Annotated[float, Field(gt=0, le=1000)] = 1.0  # requests a second


SERVICES = ("google", "mymemory", "deepl", "microsoft", "libre", "yandex", "papago")
ENGINES = ("firefox", *SERVICES)


class Engines(Table):
    chain: tuple[str, ...] = ("firefox",)
    models: Path = Path("var/models")
    pivot: Language | Literal[""] = "en"
    pairs: dict[PairName, tuple[str, ...]] = {}
    firefox: FirefoxEngine = FirefoxEngine()
    services: dict[str, Service] = {}
    memories: tuple[Path, ...] = ()  # TMX files taken into the translation memory when they change

    def chain_for(self, pair: str) -> tuple[str, ...]:
        return self.pairs.get(pair, self.chain)


class LanguageReview(Table):
    policy: ReviewPolicy | None = None
    editor: str = ""  # who answers for what is published in this language


class Review(Table):
    default: ReviewPolicy = "risky"
    languages: dict[Language, LanguageReview] = {}

    @model_validator(mode="before")
    @classmethod
    def _gather_languages(cls, data: object) -> object:
        """[review.lv] stands beside `default` in the file; here the languages are one table."""
        if not isinstance(data, dict):
            return data
        tables = {key: value for key, value in data.items() if isinstance(value, dict)}
        rest = {key: value for key, value in data.items() if key not in tables}
        return {**rest, "languages": tables} if "languages" not in data else data

    def policy(self, language: str) -> ReviewPolicy:
        own = self.languages.get(language)
        return (own.policy if own else None) or self.default

    def editor(self, language: str) -> str:
        own = self.languages.get(language)
        return own.editor if own else ""


class Publish(Table):
    directory: Path = Path("var/public")
    items: Annotated[int, Field(ge=1, le=5_000)] = 100  # in a channel
    per_source: Annotated[int, Field(ge=1, le=5_000)] = 30  # of one source in a combined channel
    untranslated: Literal["omit", "original"] = "omit"
    hubs: tuple[Url, ...] = ()


class Store(Table):
    url: Annotated[str, StringConstraints(pattern=r"^(sqlite:///.+|postgres(ql)?://.+)$")] = (
        "sqlite:///var/newswire.db"
    )


class Fetch(Table):
    allow: tuple[Reachable, ...] = ()  # private addresses, networks or hosts that may be fetched, on any port
    timeout: Annotated[float, Field(gt=0, le=600)] = 30.0  # seconds for a whole answer
    max_bytes: Annotated[int, Field(ge=1_000)] = 15 * 1024 * 1024
    threads: Annotated[int, Field(ge=1, le=256)] = 16
    per_host: Annotated[int, Field(ge=1, le=16)] = 2
    gap: Annotated[float, Field(ge=0, le=60)] = (
        2.0  # seconds between requests to one host, but for those in `allow`
    )
    robots: bool = True  # ask robots.txt first, and keep its crawl delay
    interval: Annotated[float, Field(ge=0, le=1440)] = 30.0  # minutes between polls of a source, at the least
    freshness: Annotated[float, Field(ge=0, le=100)] = (
        2.0  # polls for each entry expected; 0: always `interval`
    )


class Schedule(Table):
    every: Annotated[float, Field(gt=0, le=1440)] = 15.0  # minutes between cycles of `serve`
    jitter: Annotated[float, Field(ge=0, le=600)] = 30.0  # seconds


class Serve(Table):
    host: Name = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000


class Config(Table):
    network: Network
    languages: Languages
    source: Annotated[tuple[Source, ...], Field(min_length=1)]
    engines: Engines = Engines()
    review: Review = Review()
    publish: Publish = Publish()
    store: Store = Store()
    fetch: Fetch = Fetch()
    schedule: Schedule = Schedule()
    serve: Serve = Serve()

    @property
    def targets(self) -> tuple[str, ...]:
        return self.languages.targets

    @property
    def enabled_sources(self) -> tuple[Source, ...]:
        return tuple(source for source in self.source if source.enabled)

    @property
    def user_agent(self) -> str:
        """Who asks, and how to reach us: a header, so without letters that headers cannot hold."""
        contact = quote(self.network.contact, safe=":/@?&=+,;%~")
        return f"CCnetNewswire/0.1 (+{self.network.base_url}; {contact})"
