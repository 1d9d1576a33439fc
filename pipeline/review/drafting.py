"""Puts a person's words into a translation: units, the text made of them, what the checks find in them.

    units | memory | rebuild the fields | checks on what changed | dismissals | risk

Does not decide whether it may be done, nor which state comes of it; workflow.py does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from pipeline.models import Finding, Segment, Term, Translation, Unit, sheets, text_hash
from pipeline.records import FindingData, Pair
from pipeline.review.findings import dismiss_known, row_of, weigh
from pipeline.review.glossary import index_of, terms_in
from pipeline.review.rendering import document_of, fields_of
from pipeline.review.sheet import revision_shown
from pipeline.states import State
from pipeline.translate.checks import UnitForCheck, run_checks
from pipeline.translate.markup import Rebuilt, rebuild
from pipeline.translate.segments import Document
from pipeline.translate.terms import TermIndex

RELOCATED = "link-relocated"
_BY_HAND = "human"  # origin of a unit that no machine wrote first


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A translation laid out to be written in: its sentences, and the units there are."""

    row: Translation
    document: Document
    segments: Mapping[int, Segment]  # by id, in reading order
    units: dict[int, Unit]  # by segment

    @property
    def pair(self) -> Pair:
        return Pair(self.row.entry.language, self.row.language)

    @property
    def is_complete(self) -> bool:
        return all(key in self.units for key in self.segments)


def lay_out(row: Translation) -> Desk:
    """The draft's sentences; before there is a draft, those of the entry's present text."""
    revision = revision_shown(row)
    document = document_of(fields_of(revision), row.entry.language)
    wanted = {text_hash(each.text) for each in document.segments}
    segments = Segment.objects.of(revision.pk, wanted)
    units = Unit.objects.filter(translation=row, segment__in=segments)
    return Desk(
        row=row,
        document=document,
        segments={segment.pk: segment for segment in segments},
        units={unit.segment_id: unit for unit in units},
    )


def put(desk: Desk, texts: Mapping[int, str], editor: str, at: datetime) -> None:
    """Write these words as the editor's. The machine's last ones stay beside them."""
    for segment_id, text in texts.items():
        unit = desk.units.get(segment_id)
        if unit is None:
            unit = Unit(translation=desk.row, segment_id=segment_id, origin=_BY_HAND, version=0)
            desk.units[segment_id] = unit
        elif not unit.machine and unit.origin != _BY_HAND:
            unit.machine = unit.text
        unit.text, unit.state, unit.editor, unit.changed_at = text, State.EDITED, editor, at
        unit.version += 1
        unit.save()


def refresh(desk: Desk, changed: Sequence[int]) -> None:
    """Make the draft's fields, findings and risk follow its units. The row is not saved."""
    row = desk.row
    rebuilt = _rebuilt(desk)
    row.title = rebuilt.fields.get("title", "")
    row.summary = rebuilt.fields.get("summary", "")
    row.content = rebuilt.fields.get("content", "")
    row.image_alt = rebuilt.fields.get("image_alt", "")
    origins = [unit.origin for unit in desk.units.values()]
    row.engines = sorted(set(origins), key=lambda name: (-origins.count(name), name))
    _check(desk, changed)
    _note_relocations(desk, rebuilt)
    weigh(row)


def _rebuilt(desk: Desk) -> Rebuilt:
    """The fields of the units. A hint for the place of a link comes from the memory, or not at all."""
    texts = {desk.segments[key].text: unit.text for key, unit in desk.units.items()}
    rebuilt, unknown = rebuild(desk.document, texts), frozenset[str]()
    while rebuilt.needed:
        hashes = {text_hash(text): text for text in rebuilt.needed}
        found = sheets.remembered(desk.pair.source, desk.pair.target, list(hashes))
        texts |= {hashes[unit.source_hash]: unit.target for unit in reversed(found)}
        unknown |= rebuilt.needed - texts.keys()
        rebuilt = rebuild(desk.document, texts, unavailable=unknown)
    return rebuilt


def _check(desk: Desk, changed: Sequence[int]) -> None:
    """Look at the changed sentences as a machine's are looked at: a person's slip is a slip too."""
    units = [desk.units[key] for key in changed]
    Finding.objects.filter(unit__in=units).delete()
    terms = index_of(desk.pair, Term.objects.of_pair(desk.pair))
    found = [row_of(unit, each) for unit in units for each in run_checks(_for_checks(desk, unit, terms))]
    for unit in units:
        unit.segment = desk.segments[unit.segment_id]
    dismiss_known(found)
    Finding.objects.bulk_create(found)


def _for_checks(desk: Desk, unit: Unit, terms: TermIndex) -> UnitForCheck:
    source = desk.segments[unit.segment_id].text
    return UnitForCheck(source=source, target=unit.text, pair=desk.pair, terms=terms_in(terms, source))


def _note_relocations(desk: Desk, rebuilt: Rebuilt) -> None:
    """Which links stand behind their sentences now; a dismissal of one that still does stays."""
    by_text = {desk.segments[key].text: unit for key, unit in desk.units.items()}
    places = {(each.field, each.ordinal): by_text.get(each.text) for each in desk.document.segments}
    standing = {
        (each.unit_id, each.message): each
        for each in Finding.objects.filter(unit__in=list(desk.units.values()), check_id=RELOCATED)
    }
    now: dict[tuple[int, str], Finding] = {}
    for each in rebuilt.relocations:
        unit = places.get((each.field, each.ordinal))
        if unit is not None:
            message = f"the link “{each.text}” stands behind its sentence"
            data = FindingData(check=RELOCATED, severity="info", message=message)
            now[unit.pk, message] = standing.get((unit.pk, message)) or row_of(unit, data)
    Finding.objects.filter(pk__in=[each.pk for key, each in standing.items() if key not in now]).delete()
    Finding.objects.bulk_create([each for each in now.values() if each.pk is None])
