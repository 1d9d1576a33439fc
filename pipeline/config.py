"""config.toml → one frozen Config. Every mistake is reported at once, each with its key.

Paths are taken relative to the folder of the file, so cron and daemon see the same ones.
Does not read secrets: a key is named by its environment variable (`key_env`) and read where it is used.
"""

from typing import Annotated, Self
from urllib.parse import quote, urlsplit

from pydantic import Field, StringConstraints, model_validator

from pipeline.options.cluster import Cluster
from pipeline.options.desk import Desk
from pipeline.options.engines import Engines
from pipeline.options.keeping import Keep
from pipeline.options.log import Log
from pipeline.options.notices import Notices
from pipeline.options.publishing import Publish
from pipeline.options.stories import Stories
from pipeline.options.topics import Topic
from pipeline.options.watching import Watch
from pipeline.options.websub import WebSub
from pipeline.recipes import ArticleRecipe, ListRecipe
from pipeline.tables import Table
from pipeline.values import (
    Key,
    Language,
    Name,
    OptionalUrl,
    Reachable,
    ReaderName,
    ReviewPolicy,
    SiteUrl,
    TimeZone,
    Url,
)


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
    review_words: tuple[str, ...] = ()  # entries with one of these are seen by an editor, whatever the policy
    may_be_empty: bool = False  # an answer without entries is normal, such as today's news on a Sunday
    list: ListRecipe = ListRecipe()
    article: ArticleRecipe | None = None  # None: pages are not fetched, a feed's teaser goes out as it is

    @model_validator(mode="after")
    def _recipe_fits(self) -> Self:
        if self.enabled and (faults := self.list.faults(self.reader)):
            raise ValueError("; ".join(faults))
        return self


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
    topic: tuple[Topic, ...] = ()
    stories: Stories = Stories()
    store: Store = Store()
    fetch: Fetch = Fetch()
    schedule: Schedule = Schedule()
    serve: Serve = Serve()
    keep: Keep = Keep()
    watch: Watch = Watch()
    log: Log = Log()
    cluster: Cluster = Cluster()
    desk: Desk = Desk()
    websub: WebSub = WebSub()
    notices: Notices = Notices()

    @property
    def targets(self) -> tuple[str, ...]:
        return self.languages.targets

    def review_words(self, key: str) -> tuple[str, ...]:
        return next((source.review_words for source in self.source if source.key == key), ())

    @property
    def enabled_sources(self) -> tuple[Source, ...]:
        return tuple(source for source in self.source if source.enabled)

    @property
    def user_agent(self) -> str:
        """Who asks, and how to reach us: a header, so without letters that headers cannot hold."""
        contact = quote(self.network.contact, safe=":/@?&=+,;%~")
        return f"CCnetNewswire/0.1 (+{self.network.base_url}; {contact})"
