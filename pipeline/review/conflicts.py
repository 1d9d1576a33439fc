"""Two editors, or an editor and the pipeline, on one text: who changed what, and the two put together.

A sentence is known by its words, so that an editor's work fits the present draft even when the source was
corrected meanwhile.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.errors import ReviewError
from pipeline.models import Audit, Segment, Translation
from pipeline.review.alignment import align
from pipeline.review.difference import merge
from pipeline.review.drafting import Desk, lay_out
from pipeline.review.outcomes import Conflict
from pipeline.review.rendering import document_of, fields_of
from pipeline.states import State


@dataclass(slots=True)
class _Merging:
    merged: dict[int, str] = field(default_factory=dict)
    clashes: list[int] = field(default_factory=list)

    def add(self, segment_id: int, text: str, *, clash: bool = False) -> None:
        self.merged[segment_id] = text
        if clash:
            self.clashes.append(segment_id)


def conflict(row: Translation, version: int, texts: Mapping[int, str]) -> Conflict:
    """What the editor is told who saved against a version that is no more."""
    desk = lay_out(row)
    segments = Segment.objects.filter(pk__in=list(texts), revision__entry_id=row.entry_id).in_bulk()
    unknown = [key for key in texts if key not in segments]
    if unknown:
        raise ReviewError("these are not sentences of this text", code="unknown", resource=str(unknown))
    before = _before(row, version)
    vanished = _vanished(row, desk)
    present = {segment.text_hash: key for key, segment in desk.segments.items()}
    merging = _Merging()
    for key, mine in texts.items():
        segment = segments[key]
        here = present.get(segment.text_hash)
        if here is None:
            merging.add(_successor(segment, desk) or key, mine, clash=True)
        else:
            _meet(desk, here, mine, before.get(segment.text_hash), merging, gone=here in vanished)
    last = Audit.objects.last_of(row.entry_id, row.language)
    theirs = {
        present[key]: desk.units[present[key]].text
        for key in before
        if present.get(key) in desk.units and desk.units[present[key]].text != before[key]
    }
    return Conflict(
        version=row.version,
        by=last.actor if last else "",
        at=last.at if last else row.changed_at,
        theirs=theirs,
        merged=merging.merged,
        clashes=tuple(merging.clashes),
        source_changed=bool(vanished)
        or any(segment.text_hash not in present for segment in segments.values()),
    )


def _meet(desk: Desk, here: int, mine: str, base: str | None, merging: _Merging, *, gone: bool) -> None:
    """One sentence that both may have changed; `base`: as it was for the editor, where somebody changed it since."""
    unit = desk.units.get(here)
    current = unit.text if unit else ""
    if mine == current:
        return
    if base is None or base == current:
        merging.add(here, mine, clash=gone)
    elif mine == base:
        merging.add(here, current)
    else:
        both = merge(base, mine, current)
        merging.add(here, mine if both is None else both, clash=both is None or gone)


def _before(row: Translation, version: int) -> dict[str, str]:
    """What stood in the sentences that people changed since that version, by the hash of the source."""
    found: dict[str, str] = {}
    for text_hash, before in Audit.objects.edits_since(row.entry_id, row.language, version):
        found.setdefault(text_hash, before)
    return found


def _vanished(row: Translation, desk: Desk) -> frozenset[int]:
    """Sentences of a stale draft that the source has no more."""
    if row.state != State.STALE or row.entry.current is None:
        return frozenset()
    now = document_of(fields_of(row.entry.current), row.entry.language)
    texts = {each.text for each in now.segments}
    return frozenset(key for key, segment in desk.segments.items() if segment.text not in texts)


def _successor(segment: Segment, desk: Desk) -> int | None:
    """The sentence that a former one became."""
    former = list(Segment.objects.filter(revision_id=segment.revision_id).order_by("ordinal", "id"))
    keys = list(desk.segments)
    found = align([each.text for each in former], [desk.segments[key].text for key in keys])
    place = next(n for n, each in enumerate(former) if each.pk == segment.pk)
    return next((keys[n] for n, index in enumerate(found) if index == place), None)
