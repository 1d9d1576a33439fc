"""The records that cross room borders: frozen, without behaviour, no Django.

Time is always aware UTC; `html` fields are already cleaned (collect.clean), `title` is plain text.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    url: str
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureBytes:
    """A picture as pages show it: a WebP file with the digest that names it, and its size in pixels."""

    body: bytes
    digest: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    url: str
    type: str = ""
    length: int | None = None  # bytes, when the source said so


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryData:
    """One entry as its source says it is, after cleaning."""

    guid: str  # the source's own id; where it has none, made by the reader from the link
    url: str = ""  # where a reader finds the original
    title: str = ""
    summary: str = ""  # HTML
    content: str = ""  # HTML; empty when the source gives a summary only
    author: str = ""
    language: str = ""  # as the entry or its feed claims; empty when it does not
    published: datetime | None = None
    updated: datetime | None = None
    categories: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedData:
    """What one fetch of a source gave."""

    entries: tuple[EntryData, ...] = ()
    title: str = ""
    language: str = ""
    updated: datetime | None = None  # the feed's own stamp; dates entries that have none
    warnings: tuple[str, ...] = ()  # what was repaired or left out, in plain words


@dataclass(frozen=True, slots=True)
class Pair:
    """A direction of translation, by language codes."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source}-{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TermPair:
    """A glossary term that occurs in a text: what to say for it, or what not to."""

    source: str  # as the glossary has it; the text may hold another of its forms
    target: str = ""  # the preferred word; empty where only `forbidden` or `keep` is said
    forbidden: tuple[str, ...] = ()  # words that must not stand for it
    keep: bool = False  # stays as it is written in the source


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """What an engine may be told about one text: the terms in it, and translations of texts like it."""

    terms: tuple[TermPair, ...] = ()
    examples: tuple[tuple[str, str], ...] = ()  # (source, target), the most similar first


@dataclass(frozen=True, slots=True, kw_only=True)
class TermData:
    """One row of the termbase. Forms are written out; a form that ends in * stands for all that begin so."""

    source: str
    target: str = ""
    source_forms: tuple[str, ...] = ()  # inflected forms under which the source is found besides its own
    forms: tuple[str, ...] = ()  # inflected forms of the target that count as used
    keep: bool = False  # stays as it is written in the source
    forbidden: bool = False  # the target must not stand for this source
    note: str = ""
    name: bool = False  # of the shipped names: all its forms are written out, no other counts
    minor: bool = False  # a deviation is worth a look, no more


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryHit:
    """A remembered translation of a text that is like the one asked for."""

    source: str
    target: str
    score: float  # 1: the very text; below, how alike the words are
    origin: str  # human, import
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingData:
    """What a check found in one unit. `start:end` marks the words of the target, where there are any."""

    check: str  # the check's stable id
    severity: str  # block, warn or info
    message: str  # English, with the facts in it
    start: int | None = None
    end: int | None = None
    fix: str | None = None  # the whole target with this fault mended, where that is certain


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A translation of one text, with where it comes from."""

    text: str  # final: restored and in the target language's conventions
    origin: str  # an engine's name, "tm:human", "tm:import", "copy"
    version: str = ""  # of the engine's model
    raw: str = ""  # as the engine gave it
    pivot: str = ""  # the language in the middle, where there was one
    findings: tuple[FindingData, ...] = ()
    terms: str = ""  # digest of the glossary terms that the engine was told, where it was told any


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a text has no translation. `waiting` means that nothing could be tried: it stays in the queue."""

    reason: str
    waiting: bool = False
    hold: bool = (
        False  # and nothing else is to be tried meanwhile: an answer is on its way, a budget is spent
    )
