"""What a move of an editor comes to: frozen records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TermSuggestion:
    """Words corrected in the same way several times: a glossary term would spare the next ones."""

    source_language: str
    language: str
    source: str  # a guess, from what the corrected sentences share; empty: the editor says it
    before: str
    after: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    version: int
    state: str
    risk: float = 0.0
    changed: int = 0  # sentences
    suggestions: tuple[TermSuggestion, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """Somebody was faster. Nothing is written; `merged` may be saved against `version`."""

    version: int  # the present one
    by: str  # an editor's name, or "pipeline"
    at: datetime
    theirs: Mapping[int, str]  # by segment: what changed since the editor's version
    merged: Mapping[int, str]  # the editor's words and theirs together
    clashes: tuple[int, ...]  # segments in which both touched the same words, or whose source changed
    source_changed: bool = False


Outcome = Saved | Conflict


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkOutcome:
    batch: str  # undone by this name
    done: tuple[int, ...] = ()
    refused: Mapping[int, str] = field(
        default_factory=dict
    )  # why, by translation: a code of ReviewError, or "version"
