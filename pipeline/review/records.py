"""What the editor's page is made of: frozen records, without behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.review.difference import Piece
from pipeline.review.permissions import Action
from pipeline.review.rendering import Block, Inline


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFinding:
    id: int
    check: str
    severity: str  # block, warn or info
    message: str  # English, with the facts in it
    start: int | None  # of the words in the unit's target, where there are any
    end: int | None
    fix: str | None  # the whole target, mended
    dismissed: bool
    dismissed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermHit:
    """A glossary term in a sentence."""

    source: str
    target: str
    start: int | None = None  # place in the unit's source
    end: int | None = None
    forbidden: bool = False  # the target must not be used
    keep: bool = False  # the source stands unchanged
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryHit:
    """A remembered translation of the sentence or of one like it."""

    source: str
    target: str
    origin: str
    score: float  # 0..1
    equal: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetUnit:
    """A sentence with its translation, and all an editor wants to know about the two."""

    segment_id: int
    field: str
    source: str
    target: str
    state: str
    machine: str  # the machine's last words, where a person's stand in `target`
    origin: str  # an engine's name, tm:human, tm:import, human
    editor: str  # whose words or approval these are; empty: nobody's
    changed_at: datetime | None
    version: int
    findings: tuple[SheetFinding, ...] = ()
    terms: tuple[TermHit, ...] = ()
    matches: tuple[MemoryHit, ...] = ()  # of the very sentence; those of similar ones come by sheet.similar
    former_source: str = ""  # before the source was corrected
    former_target: str = ""
    is_stale: bool = False  # its source changed, and no person has seen to it since
    inlines: tuple[Inline, ...] = ()
    source_change: tuple[Piece, ...] = ()  # former source against source
    machine_change: tuple[Piece, ...] = ()  # machine against target


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftData:
    """An editor's words that were not saved yet."""

    version: int
    texts: Mapping[int, str]  # by id of the segment
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    previous: int | None = None
    next: int | None = None
    left: int = 0  # in the queue


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReport:
    id: int
    segment_id: int | None
    quote: str
    message: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One translation as its editor sees it."""

    id: int
    version: int
    entry_id: int
    public_id: str
    language: str
    source_language: str
    source_key: str
    state: str
    risk: float
    held: bool
    blocked: bool  # its entry was taken back in every language
    gone: bool  # its source took the entry back
    sent_back: bool
    waits: bool
    url: str
    title: str
    source_title: str
    published: datetime
    changed_at: datetime
    changed_by: str  # who last changed a sentence; empty: nobody
    label_public: str  # empty: nothing is public
    reason: str  # why there is no text yet
    held_note: str
    sent_back_note: str
    rejected_note: str
    units: tuple[SheetUnit, ...]
    blocks: tuple[Block, ...]
    draft: DraftData | None
    moves: tuple[str, ...]
    may: frozenset[Action]
    neighbours: Neighbours
    reports: tuple[SheetReport, ...] = ()
    is_stale: bool = False  # the source moved on; what stands here is of its former text
