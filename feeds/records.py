"""What the rooms of publishing hand one another: frozen, without Django.

The stage makes `…ForFeed` records of rows; compose makes channels of them; the formats make bytes of channels.
Time is always aware UTC; `…_html` is already cleaned; titles and names are plain text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from pipeline.records import Enclosure, Image


class Label(StrEnum):
    """Who stands behind the words. The values are public: they stand in feeds and under /terms/label/."""

    ORIGINAL = "original"  # as the source published it
    MACHINE = "machine-translated"  # no person has read it
    EDITED = "machine-translated-edited"  # a person changed it; nobody has approved the whole
    REVIEWED = "reviewed"  # an editor read it against the original and answers for it


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceForFeed:
    key: str
    name: str
    site_url: str = ""
    language: str
    licence: str = ""  # an address or a few words
    timezone: str = "UTC"  # where the source counts its days; a local midnight is the day before in UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceForFeed:
    """Another item of the same language that tells the same story."""

    id: str
    public_id: str
    key: str  # of its source
    name: str  # of its source, as readers of the language know it
    title: str
    text_language: str  # of the title
    page: str  # the absolute address of its page in the reader's language
    url: str = ""  # of the original
    original_language: str


# On the pages: copies that stand in the tree; links that load nothing; or the pictures at their cities' own sites.
Pictures = Literal["copy", "link", "show"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyForFeed:
    """A picture's copy in the tree. Without a path nothing is to be shown: it was a dot that counts readers."""

    path: str = ""
    width: int = 0  # pixels
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemForFeed:
    """One entry in one language, fit to be published."""

    id: str  # "tag:HOST,YEAR:LANG/ID", for ever
    public_id: str  # the ID in the address of its page
    language: str  # of the text below
    original_language: str
    source: SourceForFeed
    title: str
    summary_html: str = ""
    content_html: str = ""  # empty when the source gives a summary only
    url: str = ""  # of the original
    author: str = ""
    published: datetime
    updated: datetime
    categories: tuple[str, ...] = ()
    image: Image | None = None
    copies: Mapping[str, CopyForFeed] = field(default_factory=dict)  # of its pictures, by their addresses
    enclosures: tuple[Enclosure, ...] = ()
    label: Label
    engines: tuple[str, ...] = ()  # what translated it, by name; see makers.py
    topics: tuple[str, ...] = ()  # keys of the network's topics
    original_title: str = ""  # of the text it was translated from; empty for an original
    original_html: str = ""
    editor: str = ""  # who answers for a reviewed text
    alternates: tuple[str, ...] = ()  # the other languages in which this entry has a page
    voices: tuple[VoiceForFeed, ...] = ()  # other sources' items about the same event, first published first


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnForFeed:
    """An entry that was published and has left: Atom says so, by RFC 6721."""

    id: str
    when: datetime


class Scope(StrEnum):
    ALL = "all"
    CITY = "city"
    TOPIC = "topic"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfForFeed:
    """The archive of a channel (RFC 5005): its closed blocks are numbered, and stay as they are."""

    first: int = 0  # the oldest block that is still kept
    closed: int = 0  # blocks with all their places taken; the next one is still open
    number: int | None = None  # of the block this document is; None: it is the feed to subscribe to

    def of(self, number: int) -> "ShelfForFeed":
        """The same archive, seen from one of its blocks."""
        return ShelfForFeed(first=self.first, closed=self.closed, number=number)

    @property
    def previous(self) -> int | None:
        """The next older block."""
        older = (self.closed if self.number is None else self.number) - 1
        return older if older >= self.first else None

    @property
    def following(self) -> int | None:
        """The next newer block; None where the feed itself comes next."""
        if self.number is None or self.number + 1 >= self.closed:
            return None
        return self.number + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelForFeed:
    """One feed and the page beside it, in one language."""

    language: str
    scope: Scope = Scope.ALL
    key: str = ""  # of the city or topic
    bilingual: bool = False  # each item holds its original too
    path: str  # the stem of its files, e.g. "lv/all" or "lv/city/poznan"
    stem: str  # the same of the channel it is a part or a variant of
    shelf: ShelfForFeed = ShelfForFeed()
    title: str
    heading: str  # the title without the network's name
    description: str
    items: tuple[ItemForFeed, ...]
    updated: datetime  # of the newest change in it; never the clock, so that equal content is equal bytes
    home_url: str  # the page beside the feed
    withdrawn: tuple[WithdrawnForFeed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicForFeed:
    key: str
    name: str  # where `names` lacks the reader's language
    names: Mapping[str, str] = field(default_factory=dict)  # by language

    def name_in(self, language: str) -> str:
        return self.names.get(language, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkForFeed:
    title: str
    base_url: str
    contact: str  # a mailto: or https: address
    languages: tuple[str, ...]
    sources: tuple[SourceForFeed, ...]
    topics: tuple[TopicForFeed, ...] = ()
    hubs: tuple[str, ...] = ()  # WebSub
    ttl_minutes: int = 60  # how long a reader may wait before it asks again
    description: str = ""
    operator: str = ""  # who answers for the site; empty: the network's title
    supervisor: str = ""  # the address of the body that supervises web accessibility
    reports: str = ""  # where readers' reports are sent: a path or an address; empty: no form
    bilingual: bool = True
    searchable: bool = False  # there is an index and a page to search it
    keep_days: int = 0  # 0: for ever
    pictures: Pictures = "copy"  # what stands in their places on the pages

    @property
    def answerable(self) -> str:
        return self.operator or self.title
