"""Where an editor's grants reach, as a condition on rows that have a language and an entry."""

from collections.abc import Sequence

from django.db.models import Q

Scopes = Sequence[tuple[str, str]]  # (language, source) of each grant; empty strings mean all


def within(scopes: Scopes) -> Q:
    """Rows in any of the scopes. No scope reaches nothing."""
    if ("", "") in scopes:
        return Q()
    reached = Q(pk__in=[])
    for language, source in scopes:
        place = Q(language=language) if language else Q()
        reached |= place & Q(entry__source_id=source) if source else place
    return reached
