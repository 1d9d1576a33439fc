"""Two editors on one text: what each wrote, and both merged, sentence by sentence."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from desk.sheet_words import clock
from pipeline.models import PIPELINE
from pipeline.review.difference import Piece, difference
from pipeline.review.outcomes import Conflict
from pipeline.review.records import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """A sentence in which the two differ."""

    id: int
    source: str
    mine: str
    theirs: str
    merged: str
    changes: tuple[Piece, ...]  # from mine to theirs
    is_clash: bool  # both touched the same words


@dataclass(frozen=True, slots=True, kw_only=True)
class Vanished:
    """The editor's words for a sentence that the source has no more."""

    text: str


def conflict_context(sheet: Sheet, conflict: Conflict, mine: Mapping[int, str]) -> dict[str, Any]:
    """What the page shows of a conflict; its form saves against the version of the other."""
    present = {unit.segment_id for unit in sheet.units}
    segments = _clashes(sheet, conflict, mine)
    return {
        "conflict": conflict,
        "by_pipeline": conflict.by == PIPELINE,
        "at": clock(conflict.at),
        "asked": [each for each in segments if each.merged != each.theirs or each.is_clash],
        "taken": [each for each in segments if each.merged == each.theirs and not each.is_clash],
        "vanished": [
            Vanished(text=text) for key, text in conflict.merged.items() if key not in present and text
        ],
        "id": sheet.id,
    }


def _clashes(sheet: Sheet, conflict: Conflict, mine: Mapping[int, str]) -> list[Clash]:
    """In the order of the text; a sentence in which both agree is left out."""
    found = []
    for unit in sheet.units:
        key, theirs = unit.segment_id, unit.target
        own = mine.get(key, theirs)
        merged = conflict.merged.get(key, theirs)
        if own == theirs and merged == theirs:
            continue
        found.append(
            Clash(
                id=key,
                source=unit.source,
                mine=own,
                theirs=theirs,
                merged=merged,
                changes=difference(own, theirs),
                is_clash=key in conflict.clashes,
            )
        )
    return found
