"""Help for a sentence on demand: other engines' words, the same sentence elsewhere, a term out of a correction."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from desk import words
from desk.access import DeskRequest
from desk.setup import setup
from desk.sheet_answers import refusal
from desk.sheet_forms import SheetPost
from desk.sheet_words import origin_name
from pipeline.errors import ReviewError
from pipeline.records import Failure, Pair
from pipeline.review.difference import Piece, difference
from pipeline.review.records import MemoryHit, Sheet, SheetUnit
from pipeline.review.sheet import open_sheet, similar
from pipeline.review.workflow import SpreadHit, TermSuggestion, apply_spread, spread, term_from_correction


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeForPage:
    """What one engine makes of a sentence, or why it makes nothing."""

    name: str
    text: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HitForPage:
    """A sentence elsewhere, with what the correction would change in it."""

    hit: SpreadHit
    changes: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarForPage:
    """A remembered sentence like the one in hand, and where the two sources differ."""

    hit: MemoryHit
    origin: str
    changes: tuple[Piece, ...]


def _alternatives(request: DeskRequest, pk: int, post: SheetPost) -> dict[str, Any]:
    """Asks every engine configured for the pair; nothing leaves the machine unless the configuration says so."""
    sheet, unit = _unit(request, pk, post)
    answers = setup().alternatives(Pair(sheet.source_language, sheet.language), unit.source)
    found = [
        AlternativeForPage(name=name, failure=each.reason)
        if isinstance(each, Failure)
        else AlternativeForPage(name=name, text=each.text)
        for name, each in answers.items()
    ]
    answered = sum(not each.failure for each in found)
    message = ngettext("%(n)s engine answered.", "%(n)s engines answered.", answered) % {"n": answered}
    return {
        "message": message,
        "fragment": "desk/sheet_alternatives.html",
        "help": {"found": found, **_languages(sheet)},
    }


def _similar(request: DeskRequest, pk: int, post: SheetPost) -> dict[str, Any]:
    """What the memory holds for sentences like this one."""
    sheet, unit = _unit(request, pk, post)
    hits = similar(request.actor, pk, post.subject)
    found = [
        SimilarForPage(hit=hit, origin=origin_name(hit.origin), changes=difference(hit.source, unit.source))
        for hit in hits
        if not hit.equal  # stands on the page already
    ]
    return {
        "message": ngettext("%(n)s sentence found.", "%(n)s sentences found.", len(found))
        % {"n": len(found)},
        "fragment": "desk/sheet_similar.html",
        "help": {"found": found, **_languages(sheet)},
    }


def _spread(request: DeskRequest, pk: int, post: SheetPost) -> dict[str, Any]:
    """Waiting texts with the same sentence, or one like it."""
    sheet, _here = _unit(request, pk, post)
    hits = [
        HitForPage(hit=hit, changes=difference(hit.target, hit.proposal))
        for hit in spread(request.actor, pk, post.subject)
    ]
    return {
        "message": ngettext("%(n)s sentence found.", "%(n)s sentences found.", len(hits)) % {"n": len(hits)},
        "fragment": "desk/sheet_spread.html",
        "help": {"hits": hits, "segment": post.subject, **_languages(sheet)},
    }


def _spread_to(request: DeskRequest, pk: int, post: SheetPost) -> dict[str, Any]:
    outcome = apply_spread(request.actor, pk, post.subject, post.chosen)
    if outcome.done:
        setup().wake()
    done = len(outcome.done)
    message = ngettext("%(n)s sentence mended.", "%(n)s sentences mended.", done) % {"n": done}
    return {"message": message}


def _term(request: DeskRequest, pk: int, post: SheetPost) -> dict[str, Any]:
    """The words of a correction become a term of the glossary."""
    sheet = open_sheet(request.actor, pk)
    source, target = post.term
    correction = TermSuggestion(
        source_language=sheet.source_language,
        language=sheet.language,
        source=source,
        before=post.before,
        after=target,
        count=1,
    )
    term = term_from_correction(request.actor, correction, source, target, forbid=bool(post.before))
    return {"message": gettext("The glossary knows it now: %(term)s") % {"term": str(term)}}


HELP: dict[str, Callable[[DeskRequest, int, SheetPost], dict[str, Any]]] = {
    "alternatives": _alternatives,
    "similar": _similar,
    "spread": _spread,
    "spread_to": _spread_to,
    "term": _term,
}


def _unit(request: DeskRequest, pk: int, post: SheetPost) -> tuple[Sheet, SheetUnit]:
    sheet = open_sheet(request.actor, pk)
    for unit in sheet.units:
        if unit.segment_id == post.subject:
            return sheet, unit
    raise ReviewError(refusal("unknown"), code="unknown")


def _languages(sheet: Sheet) -> dict[str, str]:
    return {
        "language": sheet.language,
        "source_language": sheet.source_language,
        "direction": words.direction(sheet.language),
    }
