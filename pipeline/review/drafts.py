"""An editor's unsaved words: kept on the way, so that a lost connection loses nothing."""

from collections.abc import Mapping
from datetime import UTC, datetime

from pipeline.errors import ReviewError
from pipeline.models import Draft, Editor, sheets
from pipeline.review.opening import CONTROLS
from pipeline.review.permissions import Action, Actor, require
from pipeline.review.writing import LONGEST

_SENTENCES = 5_000


def keep_draft(actor: Actor, translation_id: int, version: int, texts: Mapping[int, str]) -> datetime:
    """Keep the words in place of those kept before. When they were kept."""
    row = sheets.translation_of(translation_id)
    require(actor, Action.EDIT, row.language, row.entry.source_id)
    if len(texts) > _SENTENCES or any(len(text) > LONGEST for text in texts.values()):
        raise ReviewError("this is longer than any text", code="long", resource=str(row))
    at = datetime.now(UTC)
    words = {str(key): CONTROLS.sub(" ", text) for key, text in texts.items()}
    Draft.objects.update_or_create(
        editor=Editor.objects.get(name=actor.name),
        translation=row,
        defaults={"version": version, "texts": words, "saved_at": at},
    )
    return at


def drop_draft(actor: Actor, translation_id: int) -> None:
    Draft.objects.filter(editor__name=actor.name, translation_id=translation_id).delete()
