"""A correction made several times is worth a glossary term: found here, made in one step."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pipeline.errors import ReviewError
from pipeline.models import Correction, Term
from pipeline.records import Pair
from pipeline.review.difference import Replacement, replacements
from pipeline.review.glossary import common_words
from pipeline.review.opening import CONTROLS
from pipeline.review.outcomes import TermSuggestion
from pipeline.review.permissions import Action, Actor, require

_LONGEST = 200  # characters; as the column
REPEATED = 2  # times the same words are corrected in different sentences before a term is offered


def note_corrections(
    pair: Pair, changes: Mapping[int, tuple[str, str]], editor: str, at: datetime
) -> tuple[TermSuggestion, ...]:
    """Remember which words gave way to which, by segment; and say which of these did so before."""
    found = {key: set(replacements(*texts)) for key, texts in changes.items()}
    Correction.objects.bulk_create(
        (
            Correction(
                source_language=pair.source,
                language=pair.target,
                before=each.before,
                after=each.after,
                segment_id=key,
                editor=editor,
                at=at,
            )
            for key, several in found.items()
            for each in several
        ),
        ignore_conflicts=True,
    )
    return _offered(pair, {each for several in found.values() for each in several})


def suggestions(actor: Actor, language: str) -> tuple[TermSuggestion, ...]:
    """All repeated corrections of a language that no term covers yet."""
    require(actor, Action.SEE, language)
    rows = Correction.objects.repeated(language, REPEATED)
    found = (
        _suggestion(
            Pair(row["source_language"], language),
            Replacement(before=row["before"], after=row["after"]),
            row["count"],
        )
        for row in rows
    )
    return tuple(each for each in found if not _is_covered(each))


def term_from_correction(
    actor: Actor, suggestion: TermSuggestion, source: str, target: str, *, forbid: bool = True
) -> Term:
    """Make a term of a correction; with `forbid` the words that were corrected may not stand for it any more."""
    require(actor, Action.TERMS, suggestion.language)
    words, wanted = (" ".join(CONTROLS.sub(" ", text).split()) for text in (source, target))
    if not words or not wanted:
        raise ReviewError("a term needs its words in both languages", code="empty")
    if max(len(words), len(wanted)) > _LONGEST:
        raise ReviewError("a term is a few words, not a sentence", code="long")
    where = {
        "source_language": suggestion.source_language,
        "target_language": suggestion.language,
        "source": words,
    }
    note = f"from {suggestion.count} corrections, by {actor.name}"
    term, _ = Term.objects.get_or_create(**where, target=wanted, defaults={"note": note})
    if forbid and suggestion.before and suggestion.before != wanted:
        Term.objects.get_or_create(
            **where, target=suggestion.before, defaults={"forbidden": True, "note": note}
        )
    return term


def _offered(pair: Pair, several: Iterable[Replacement]) -> tuple[TermSuggestion, ...]:
    counts = Correction.objects.counts(pair.target, pair.source, {each.before for each in several})
    found = (
        _suggestion(pair, each, counts.get((each.before, each.after), 0))
        for each in sorted(several, key=lambda one: (one.before, one.after))
    )
    return tuple(each for each in found if each.count >= REPEATED and not _is_covered(each))


def _suggestion(pair: Pair, each: Replacement, count: int) -> TermSuggestion:
    sources = Correction.objects.sources(pair.target, pair.source, each.before, each.after)
    return TermSuggestion(
        source_language=pair.source,
        language=pair.target,
        source=common_words(sources) if count >= REPEATED else "",
        before=each.before,
        after=each.after,
        count=count,
    )


def _is_covered(each: TermSuggestion) -> bool:
    return Term.objects.filter(
        target_language=each.language, source_language__in=["", each.source_language], target=each.after
    ).exists()
