"""Which translations leave for another tool, and from which languages they come."""

from collections.abc import Iterable, Iterator

from django.db.models import Q, QuerySet

from pipeline.models.translations import Translation
from pipeline.records import Pair

WAITING = "waiting"  # for a person, whatever the state


def source_languages(language: str, states: Iterable[str]) -> list[str]:
    """From which languages there are texts in these states."""
    return sorted(set(_in_states(language, states).values_list("entry__language", flat=True)))


def texts(pair: Pair, states: Iterable[str]) -> Iterator[Translation]:
    """Called by the export: newest entries first."""
    rows = _in_states(pair.target, states).filter(entry__language=pair.source)
    rows = rows.select_related("entry", "entry__current", "revision")
    return rows.order_by("-published", "id").iterator(chunk_size=200)


def _in_states(language: str, states: Iterable[str]) -> QuerySet[Translation]:
    wanted = set(states)
    rows = Translation.objects.filter(
        language=language, revision__isnull=False, entry__withdrawn_at__isnull=True
    )
    asked = Q(state__in=wanted - {WAITING})
    return rows.filter(asked | Q(waits=True) if WAITING in wanted else asked)
