"""What readers say is wrong: taken in, laid beside the sentence it is about, closed by an editor.

Who may send how much is the business of whoever takes the form.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import transaction

from pipeline.likeness import likeness
from pipeline.models import Release, Report, Segment, Unit
from pipeline.review.permissions import Action, Actor, require, scopes

MESSAGE, QUOTE = 2_000, 500  # characters kept
_OPEN = 50  # reports on one text; more say nothing new
_LIKE = 0.6
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]+")
_QUIET = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReport:
    """A reader's report that waits."""

    id: int
    public_id: str
    entry_id: int
    translation_id: int | None  # None: it is about an original
    language: str
    source_key: str
    title: str  # as it is public
    segment_id: int | None
    quote: str
    message: str
    at: datetime


def receive(public_id: str, language: str, message: str, quote: str, at: datetime) -> bool:
    """Take a report on a public text. False where there is no such text, nothing is said, or too much has been."""
    words, about = _clean(message, MESSAGE), _clean(quote, QUOTE)
    public = Release.objects.public(public_id, language)
    if public is None or not words:
        return False
    standing = Report.objects.filter(entry_id=public.entry_id, language=language, closed_at__isnull=True)
    if standing.filter(message=words, quote=about).exists():
        return True
    if standing.count() >= _OPEN:
        return False
    Report.objects.create(
        entry_id=public.entry_id,
        language=language,
        segment_id=_segment(public, about) if about else None,
        quote=about,
        message=words,
        at=at,
    )
    return True


def open_reports(actor: Actor, language: str = "", *, limit: int = 100) -> tuple[OpenReport, ...]:
    """Those the actor may see, the newest first."""
    rows = Report.objects.waiting(scopes(actor, Action.SEE), language)[:limit]
    titles = Release.objects.titles((row.entry_id, row.language) for row in rows)
    return tuple(
        OpenReport(
            id=row.pk,
            public_id=row.entry.public_id,
            entry_id=row.entry_id,
            translation_id=translation,
            language=row.language,
            source_key=row.entry.source_id,
            title=titles.get((row.entry_id, row.language), ""),
            segment_id=row.segment_id,
            quote=row.quote,
            message=row.message,
            at=row.at,
        )
        for row, translation in Report.objects.with_translations(rows)
    )


def close(actor: Actor, report_id: int, note: str = "") -> None:
    """Done with, with a word on what was done."""
    with transaction.atomic():
        row = Report.objects.select_related("entry").select_for_update(of=("self",)).get(pk=report_id)
        require(actor, Action.EDIT, row.language, row.entry.source_id)
        if row.closed_at is None:
            row.closed_at, row.closed_by, row.note = datetime.now(UTC), actor.name, _clean(note, MESSAGE)
            row.save(update_fields=["closed_at", "closed_by", "note"])


def _clean(text: str, most: int) -> str:
    return _CONTROLS.sub(" ", text).strip()[:most]


def _segment(public: Release, quote: str) -> int | None:
    """The sentence the quote is from: the one that holds it, that it holds, or that is most like it."""
    wanted = _fold(quote)
    texts = {key: _fold(text) for key, text in _sentences(public)}
    holding = [key for key, text in texts.items() if wanted and wanted in text]
    held = [key for key, text in texts.items() if text and text in wanted]
    if holding or held:
        return (holding or held)[0]
    scores = sorted(((likeness(wanted, text), -key) for key, text in texts.items()), reverse=True)
    return -scores[0][1] if scores and scores[0][0] >= _LIKE else None


def _sentences(public: Release) -> list[tuple[int, str]]:
    """The sentences as readers see them, in reading order."""
    if public.text_language == public.entry.language:
        rows = Segment.objects.filter(revision_id=public.revision_id)
        return list(rows.order_by("ordinal", "id").values_list("id", "text"))
    units = Unit.objects.filter(
        translation__entry_id=public.entry_id,
        translation__language=public.language,
        segment__revision_id=public.revision_id,
    )
    return list(units.order_by("segment__ordinal", "segment_id").values_list("segment_id", "text"))


def _fold(text: str) -> str:
    """Letters and figures only: a reader's quotation marks, dashes and spaces are their browser's."""
    return " ".join(_QUIET.sub(" ", text.casefold()).split())
