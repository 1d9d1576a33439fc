"""The sentences of the editor's page: what each is made of, and what its source was before."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.models import Finding, MemoryUnit, Segment, Term, Unit, sheets
from pipeline.records import Pair
from pipeline.review.alignment import align
from pipeline.review.difference import difference
from pipeline.review.glossary import hits, index_of
from pipeline.review.records import MemoryHit, SheetFinding, SheetUnit
from pipeline.review.rendering import document_of, fields_of, inlines
from pipeline.states import State
from pipeline.translate.segments import Document

_MATCHES = 3  # remembered translations of the very sentence that are shown


def units_of(found: sheets.Rows, document: Document) -> tuple[SheetUnit, ...]:
    row = found.translation
    pair = Pair(row.entry.language, row.language)
    wanted = {each.text for each in document.segments}
    segments = [segment for segment in found.segments if segment.text in wanted]
    terms = index_of(pair, Term.objects.of_pair(pair))
    known: dict[str, list[MemoryUnit]] = {}
    for each in sheets.remembered(pair.source, pair.target, [segment.text_hash for segment in segments]):
        known.setdefault(each.source_hash, []).append(each)
    beside = inlines(document)
    units = [
        replace(
            _unit(segment, found.units.get(segment.pk)),
            terms=hits(terms, segment.text),
            matches=_matches(segment, known.get(segment.text_hash, ()), found.units.get(segment.pk)),
            inlines=beside.get(segment.text, ()),
        )
        for segment in segments
    ]
    if row.state == State.STALE and row.entry.current is not None:
        return _against_new(units, document_of(fields_of(row.entry.current), row.entry.language))
    return _against_former(units, found.former)


def _unit(segment: Segment, unit: Unit | None) -> SheetUnit:
    if unit is None:
        return SheetUnit(
            segment_id=segment.pk,
            field=segment.field,
            source=segment.text,
            target="",
            state=State.WAITING,
            machine="",
            origin="",
            editor="",
            changed_at=None,
            version=0,
        )
    return SheetUnit(
        segment_id=segment.pk,
        field=segment.field,
        source=segment.text,
        target=unit.text,
        state=unit.state,
        machine=unit.machine,
        origin=unit.origin,
        editor=unit.editor,
        changed_at=unit.changed_at,
        version=unit.version,
        findings=tuple(_finding(each) for each in unit.findings.all()),
        machine_change=difference(unit.machine, unit.text) if unit.machine else (),
    )


def _finding(row: Finding) -> SheetFinding:
    return SheetFinding(
        id=row.pk,
        check=row.check_id,
        severity=row.severity,
        message=row.message,
        start=row.start,
        end=row.end,
        fix=row.fix,
        dismissed=bool(row.dismissed_by),
        dismissed_by=row.dismissed_by,
    )


def _matches(segment: Segment, known: Sequence[MemoryUnit], unit: Unit | None) -> tuple[MemoryHit, ...]:
    """Other words for the very sentence: a person's and a file's, and what machines said."""
    own = unit.text if unit else ""
    texts = {
        each.target: MemoryHit(
            source=segment.text, target=each.target, origin=each.origin, score=1.0, equal=True
        )
        for each in reversed(known)
        if each.target != own
    }
    ranked = sorted(
        texts.values(), key=lambda hit: next(-each.rank for each in known if each.target == hit.target)
    )
    return tuple(ranked[:_MATCHES])


def _against_former(units: Sequence[SheetUnit], former: Sequence[Unit]) -> tuple[SheetUnit, ...]:
    """Sentences that the source corrected, with what stood there before."""
    if not former:
        return tuple(units)
    texts = [unit.segment.text for unit in former]
    there = set(texts)
    before = align(texts, [unit.source for unit in units])
    found = []
    for unit, index in zip(units, before, strict=True):
        if unit.source in there:
            found.append(unit)
            continue
        old = former[index] if index is not None else None
        found.append(
            replace(
                unit,
                former_source=old.segment.text if old else "",
                former_target=old.text if old else "",
                is_stale=not State(unit.state).is_human,
                source_change=difference(old.segment.text, unit.source) if old else (),
            )
        )
    return tuple(found)


def _against_new(units: Sequence[SheetUnit], document: Document) -> tuple[SheetUnit, ...]:
    """The source moved on and no new text is there yet: the old sentences, each beside what became of it."""
    texts = list(dict.fromkeys(each.text for each in document.segments))
    there = set(texts)
    after: Mapping[int, int] = {
        old: new for new, old in enumerate(align([unit.source for unit in units], texts)) if old is not None
    }
    return tuple(
        unit
        if unit.source in there
        else replace(
            unit,
            source=texts[after[n]] if n in after else unit.source,
            former_source=unit.source,
            former_target=unit.target,
            is_stale=True,
            source_change=difference(unit.source, texts[after[n]] if n in after else ""),
        )
        for n, unit in enumerate(units)
    )
