"""From the outcomes of single sentences to the stored draft of one entry.

    outcomes | words made for this place | a person's units | project markup | risk | store

Asks engines only for the words of links whose place cannot be found without.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from pipeline.models import Entry, Revision, Segment, Translation, Unit, text_hash
from pipeline.records import Failure, FindingData, Pair, Suggestion
from pipeline.states import State
from pipeline.translate.markup import Rebuilt, rebuild
from pipeline.translate.results import Draft, store_draft, store_failure
from pipeline.translate.risk import risk_of
from pipeline.translate.segments import Document, parse
from pipeline.translate.translator import HUMAN_ORIGIN, Outcome, Translator
from pipeline.translate.work import TranslateRun

RELOCATED = "link-relocated"


def revision_of(entry: Entry) -> Revision:
    if entry.current is None:
        raise AssertionError(f"entry {entry} has no revision")
    return entry.current


def document_of(entry: Entry) -> Document:
    revision = revision_of(entry)
    fields = {
        "title": revision.title,
        "summary": revision.summary,
        "content": revision.content,
        "image_alt": (revision.image or {}).get("alt", ""),
    }
    return parse(fields, entry.language, plain=frozenset({"title", "image_alt"}))


def finish(work: TranslateRun, row: Translation, document: Document, outcomes: Mapping[str, Outcome]) -> bool:
    """Put the translated sentences together and store them. False where that did not come about."""
    human = _human_units(row)
    texts: dict[str, Suggestion] = {}
    for segment in document.segments:
        former = human.get(text_hash(segment.text))
        outcome = Suggestion(text=former.text, origin=former.origin) if former else outcomes[segment.text]
        if isinstance(outcome, Failure):
            store_failure(row, outcome, work.now())
            return False
        texts[segment.text] = outcome
    rebuilt = _project(work.translator, row, document, texts)
    _note_relocations(rebuilt, document, texts)
    findings = [
        finding for text, each in texts.items() if text_hash(text) not in human for finding in each.findings
    ]
    draft = Draft(fields=rebuilt.fields, units=texts, human=human, risk=risk_of(findings))
    segments = Segment.objects.ensure(
        revision_of(row.entry).pk, ((each.field, each.text) for each in document.segments)
    )
    return store_draft(row, segments, draft, work.now())


def in_place(
    translator: Translator, pair: Pair, document: Document, outcomes: Mapping[str, Outcome]
) -> Mapping[str, Outcome]:
    """The outcomes with a person's words for just this place, where a text has been said in more than one way."""
    texts = [segment.text for segment in document.segments]
    places = {
        (text, before)
        for before, text in pairwise(texts)
        if isinstance(each := outcomes[text], Suggestion) and each.origin == HUMAN_ORIGIN
    }
    if not places:
        return outcomes
    own = translator.in_place(pair, places)
    return {**outcomes, **{text: each for (text, _before), each in own.items()}}


def _human_units(row: Translation) -> dict[str, Unit]:
    """A person's words for sentences of the former revision: they stay wherever the sentence stays."""
    if row.revision_id is None:
        return {}
    units = Unit.objects.filter(
        translation=row, segment__revision_id=row.revision_id, state__in=[State.EDITED, State.APPROVED]
    ).select_related("segment")
    return {unit.segment.text_hash: unit for unit in units}


def _project(
    translator: Translator, row: Translation, document: Document, texts: Mapping[str, Suggestion]
) -> Rebuilt:
    """Lay the markup onto the translated sentences; links that cannot be found are translated alone first."""
    pair = Pair(row.entry.language, row.language)
    plain = {text: each.text for text, each in texts.items()}
    unavailable: frozenset[str] = frozenset()
    while True:
        rebuilt = rebuild(document, plain, unavailable=unavailable)
        if not rebuilt.needed:
            return rebuilt
        hints = translator.translate(sorted(rebuilt.needed), pair)
        plain |= {text: each.text for text, each in hints.items() if isinstance(each, Suggestion)}
        unavailable |= {text for text, each in hints.items() if isinstance(each, Failure)}


def _note_relocations(rebuilt: Rebuilt, document: Document, texts: dict[str, Suggestion]) -> None:
    """A link whose words were not found stands behind its sentence: nothing is lost, but an editor may place it."""
    places = {(segment.field, segment.ordinal): segment.text for segment in document.segments}
    for each in rebuilt.relocations:
        text = places.get((each.field, each.ordinal))
        if text is not None:
            message = f"the link \u201c{each.text}\u201d stands behind its sentence"
            note = FindingData(check=RELOCATED, severity="info", message=message)
            texts[text] = replace(texts[text], findings=(*texts[text].findings, note))
