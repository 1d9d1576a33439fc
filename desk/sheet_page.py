"""The editor page as its template needs it: a sheet of the review cut into fields, sentences and marked words."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from desk import words
from desk.access import DeskRequest
from desk.queue import risk_word
from desk.sheet_diff import Marked, Span, marked, only_change
from desk.sheet_keys import KEYS, script_words
from desk.sheet_preview import preview
from desk.sheet_words import FIELDS, LABELS, SIGNS, check_name, clock, origin_name, said
from pipeline.review.difference import Piece, difference
from pipeline.review.outcomes import TermSuggestion
from pipeline.review.records import MemoryHit, Sheet, SheetFinding, SheetReport, SheetUnit, TermHit

_GRAVITY = {"block": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Extras:
    """What a request adds to the sheet: words not saved yet, help that was asked for, a message."""

    texts: Mapping[int, str] = field(default_factory=dict)
    alternatives: Mapping[int, object] = field(default_factory=dict)
    similar: Mapping[int, object] = field(default_factory=dict)
    spread: Mapping[int, object] = field(default_factory=dict)
    terms: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    suggestions: tuple[TermSuggestion, ...] = ()
    message: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingForPage:
    id: int
    severity: str
    sign: str
    name: str
    message: str
    is_local: bool
    words: str
    fix: str
    change: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpForPage:
    """A term or a memory match, with the digit that inserts it."""

    source: str
    target: str
    key: str = ""
    note: str = ""
    origin: str = ""
    score: str = ""
    forbidden: bool = False
    difference: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitForPage:
    """A sentence with all that stands beside it."""

    unit: SheetUnit
    id: int
    number: int
    text: str
    changed: bool
    source_pieces: tuple[Marked, ...]
    pieces: tuple[Marked, ...]
    findings: tuple[FindingForPage, ...]
    terms: tuple[HelpForPage, ...]
    matches: tuple[HelpForPage, ...]
    former: tuple[Piece, ...]
    from_machine: tuple[Piece, ...]
    origin: str
    is_human: bool
    alternatives: object
    similar: object
    spread: object
    term: tuple[str, str]


def context(request: DeskRequest, sheet: Sheet, query: str, extras: Extras) -> dict[str, Any]:
    """Everything the templates of the page read."""
    draft = sheet.draft
    texts = {**(draft.texts if draft else {}), **extras.texts}
    units = [_unit(number, unit, texts, extras) for number, unit in enumerate(sheet.units, start=1)]
    here = reverse("sheet", args=[sheet.id])
    waiting = any(each.changed for each in units)
    return {
        "sheet": sheet,
        "fields": _fields(units),
        "editable": "save" in sheet.moves,
        "version": draft.version if draft and waiting and not extras.texts else sheet.version,
        "draft_at": clock(draft.saved_at) if draft and waiting else "",
        "draft_behind": bool(draft and draft.version != sheet.version),
        "blocks": [
            {"field": block.field, "source": preview(block.source), "target": preview(block.target)}
            for block in sheet.blocks
        ],
        "reports": [_report(report, sheet) for report in sheet.reports],
        "stale": sum(unit.is_stale for unit in sheet.units),
        "suggestions": extras.suggestions if "term" in sheet.moves else (),
        "message": extras.message,
        "tone": extras.tone,
        "body": "desk/sheet_body.html",
        "shortcuts": request.user.shortcuts,
        "keys": KEYS,
        "words": json.dumps(script_words(), ensure_ascii=False),
        "previewed": request.GET.get("view") == "preview",
        **addresses(sheet, here, query),
        **_names(sheet),
    }


def addresses(sheet: Sheet, here: str, query: str) -> dict[str, str]:
    """Where the page's links and forms lead; the queue's filter goes along."""
    tail = f"?{query}" if query else ""

    def neighbour(key: int | None) -> str:
        return reverse("sheet", args=[key]) + tail if key else ""

    return {
        "action": here + tail,
        "queue_query": query,
        "queue_url": reverse("queue") + tail,
        "preview_query": "&".join(part for part in (query, "view=preview") if part),
        "previous_url": neighbour(sheet.neighbours.previous),
        "next_url": neighbour(sheet.neighbours.next),
        "draft_url": reverse("sheet-draft", args=[sheet.id]),
        "history_url": reverse("history", args=[sheet.entry_id, sheet.language]),
        "sign_in": f"{reverse('sign-in')}?{urlencode({'next': here + tail})}",
    }


def _names(sheet: Sheet) -> dict[str, str]:
    return {
        "city": words.city_name(sheet.source_key),
        "language": sheet.language,
        "source_language": sheet.source_language,
        "direction": words.direction(sheet.language),
        "source_direction": words.direction(sheet.source_language),
        "source_name": words.language_name(sheet.source_language),
        "target_name": words.language_name(sheet.language),
        "changed": words.moment(sheet.changed_at) if sheet.changed_at else "",
        "risk": risk_word(sheet.risk),
        "label_name": str(LABELS[sheet.label_public]) if sheet.label_public else "",
    }


def _fields(units: Iterable[UnitForPage]) -> list[dict[str, Any]]:
    """Sentences under the field they belong to, in the order of the text."""
    return [
        {"name": name, "title": FIELDS.get(name, name), "units": list(members)}
        for name, members in groupby(units, key=lambda each: each.unit.field)
    ]


def _unit(number: int, unit: SheetUnit, texts: Mapping[int, str], extras: Extras) -> UnitForPage:
    key = unit.segment_id
    text = texts.get(key, unit.target)
    open_ones = [finding for finding in unit.findings if not finding.dismissed]
    terms = tuple(_term(term, place) for place, term in enumerate(unit.terms, start=1))
    return UnitForPage(
        unit=unit,
        id=key,
        number=number,
        text=text,
        changed=text != unit.target,
        source_pieces=marked(unit.source, _term_spans(unit.terms)),
        pieces=marked(unit.target, _finding_spans(open_ones))
        if text == unit.target
        else (Marked(text=text),),
        findings=tuple(_finding(unit, each) for each in sorted(open_ones, key=_order)),
        terms=terms,
        matches=tuple(
            _match(unit, match, place)
            for place, match in enumerate(unit.matches, start=1 + sum(not term.forbidden for term in terms))
        ),
        former=unit.source_change if unit.is_stale else (),
        from_machine=unit.machine_change if unit.machine != unit.target else (),
        origin=origin_name(unit.origin),
        is_human=bool(unit.editor),
        alternatives=extras.alternatives.get(key),
        similar=extras.similar.get(key),
        spread=extras.spread.get(key),
        term=extras.terms.get(key, ("", "")),
    )


def _order(finding: SheetFinding) -> tuple[int, int]:
    return _GRAVITY.get(finding.severity, 3), finding.start or 0


def _finding(unit: SheetUnit, finding: SheetFinding) -> FindingForPage:
    message = said(finding.message)
    return FindingForPage(
        id=finding.id,
        severity=finding.severity,
        sign=SIGNS.get(finding.severity, ""),
        name=check_name(finding.check),
        message=message.text,
        is_local=message.is_local,
        words=unit.target[finding.start : finding.end] if finding.start is not None else "",
        fix=finding.fix or "",
        change=only_change(unit.target, finding.fix) if finding.fix else (),
    )


def _finding_spans(findings: Iterable[SheetFinding]) -> Iterator[Span]:
    for each in findings:
        if each.start is not None and each.end is not None:
            yield Span(id=each.id, severity=each.severity, start=each.start, end=each.end)


def _term_spans(terms: Iterable[TermHit]) -> Iterator[Span]:
    for each in terms:
        if each.start is not None and each.end is not None:
            yield Span(id=0, severity="info", start=each.start, end=each.end)


def _term(term: TermHit, place: int) -> HelpForPage:
    target = term.source if term.keep else term.target
    return HelpForPage(
        source=term.source, target=target, key=_digit(place), note=term.note, forbidden=term.forbidden
    )


def _match(unit: SheetUnit, match: MemoryHit, place: int) -> HelpForPage:
    return HelpForPage(
        source=match.source,
        target=match.target,
        key=_digit(place),
        origin=origin_name(match.origin),
        score=words.percent(match.score),
        difference=() if match.equal else difference(match.source, unit.source),
    )


def _digit(place: int) -> str:
    return str(place) if place <= 9 else ""


def _report(report: SheetReport, sheet: Sheet) -> dict[str, str]:
    known = {unit.segment_id for unit in sheet.units}
    anchor = f"unit-{report.segment_id}" if report.segment_id in known else ""
    return {"quote": report.quote, "message": report.message, "anchor": anchor}
