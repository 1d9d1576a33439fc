"""Drafts made before the memory or the termbase knew better: drafted anew from what stands, and the better words.

    marked | sentences as they stand | what people and files have since | checks with today's terms | store

No engine is asked, but one that takes terms and would now be told others than it was.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

from pipeline.models import Finding, StoreFact, Term, Translation, Unit
from pipeline.records import Pair, Suggestion
from pipeline.states import State
from pipeline.translate.drafting import RELOCATED, document_of, finish, in_place
from pipeline.translate.segments import Document
from pipeline.translate.translator import Outcome, Translator
from pipeline.translate.work import LEASE, TranslateRun

_BATCH = 24
_NEWEST = 500  # drafts of a language that are looked at again when the termbase changes


def redraft_marked(work: TranslateRun, who: str) -> None:
    """Draft the marked translations anew. Those that come out as they were are only unmarked."""
    _notice_new_terms()
    while not work.stop.is_set():
        rows = Translation.objects.claim_redrafts(who, _BATCH, work.now() + LEASE)
        if not rows:
            return
        for row in rows:
            if _redraft(work, row):
                work.report.improved[row.language] += 1
            else:
                Translation.objects.unmark(row)


def _notice_new_terms() -> None:
    """A changed termbase puts the newest drafts to the checks again."""
    state = Term.objects.state()
    known = StoreFact.objects.read("terms")
    if state != known:
        if known is not None or state[0]:
            Translation.objects.mark_newest(_NEWEST)
        StoreFact.objects.write("terms", state)


def _redraft(work: TranslateRun, row: Translation) -> bool:
    if row.revision_id is None or row.revision_id != row.entry.current_id:
        return False  # the source has moved on: it is drafted anew from there
    document = document_of(row.entry)
    units = {unit.segment.text: unit for unit in _units(row, row.revision_id)}
    if any(segment.text not in units for segment in document.segments):
        return False  # sentences are cut otherwise today; their places cannot be told
    pair = Pair(row.entry.language, row.language)
    outcomes = _outcomes(work.translator, pair, document, units)
    if not _differ(units, outcomes):
        return False
    return finish(work, row, document, outcomes)


def _units(row: Translation, revision_id: int) -> list[Unit]:
    rows = Unit.objects.filter(translation=row, segment__revision_id=revision_id)
    return list(rows.select_related("segment").prefetch_related("findings"))


def _outcomes(
    translator: Translator, pair: Pair, document: Document, units: Mapping[str, Unit]
) -> Mapping[str, Outcome]:
    texts = [segment.text for segment in document.segments]
    machine = [text for text in texts if units[text].state == State.MACHINE]
    standing: dict[str, Outcome] = {
        text: translator.rechecked(text, _suggestion(units[text]), pair) for text in texts
    }
    told = [text for text in machine if translator.listens(units[text].origin)]
    asked = {
        text: each
        for text, each in (translator.translate(told, pair) if told else {}).items()
        if isinstance(each, Suggestion)
    }
    better = {
        text: translator.rechecked(text, each, pair)
        for text, each in translator.remembered(pair, machine).items()
    }
    return in_place(translator, pair, document, {**standing, **asked, **better})


def _suggestion(unit: Unit) -> Suggestion:
    return Suggestion(
        text=unit.text,
        origin=unit.origin,
        version=unit.engine_version,
        raw=unit.raw or unit.text,
        pivot=unit.pivot,
    )


def _differ(units: Mapping[str, Unit], outcomes: Mapping[str, Outcome]) -> bool:
    """Whether a machine's unit would get other words or other findings."""
    return any(
        unit.text != each.text
        or _said(unit.findings.all()) != Counter((f.check, f.message) for f in each.findings)
        for text, unit in units.items()
        if unit.state == State.MACHINE and isinstance(each := outcomes[text], Suggestion)
    )


def _said(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    return Counter((each.check_id, each.message) for each in findings if each.check_id != RELOCATED)
