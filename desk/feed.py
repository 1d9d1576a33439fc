"""What waits, as an Atom feed for the editor's own reader. Its address holds the token that opens it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext

from desk import words
from desk.access import open_to_all
from desk.setup import setup
from pipeline.models import Editor
from pipeline.review import people
from pipeline.review.people import Action, Actor
from pipeline.review.queue import QueueFilter, QueueRow, queue

ITEMS = 50


@open_to_all()
def queue_feed(_request: HttpRequest, token: str) -> HttpResponse:
    """The newest of what the token's owner may see and what waits."""
    editor = people.editor_of_feed_token(token)
    actor = people.actor_of(editor) if editor else None
    if editor is None or actor is None or not people.may(actor, Action.SEE):
        raise Http404
    with translation.override(editor.ui_language or "en"):
        return _feed(editor, actor)


def _feed(editor: Editor, actor: Actor) -> HttpResponse:
    network = setup().config.network
    here = f"{network.base_url}/desk/"
    found = Atom1Feed(
        title=gettext("Waiting at the desk: %(network)s") % {"network": network.title},
        link=here,
        description=None,
        language=editor.ui_language or "en",
        feed_guid=f"{here}feed/{editor.pk}",
    )
    for row in queue(actor, QueueFilter(order="newest"), limit=ITEMS).rows:
        _add(found, row, network.base_url)
    response = HttpResponse(content_type="application/atom+xml; charset=utf-8")
    found.write(response, "utf-8")
    return response


def _add(found: Atom1Feed, row: QueueRow, base: str) -> None:
    facts = [words.city_name(row.source_key), words.language_name(row.language)]
    facts.append(str(words.STATES.get(row.state, row.state)))  # type: ignore[call-overload]
    address = f"{base}{reverse('sheet', args=[row.id])}"
    found.add_item(
        title=row.title or row.source_title,
        link=address,
        description=" · ".join(facts),
        pubdate=row.published,
        updateddate=row.changed_at,
        unique_id=f"{address}#{row.version}",
    )
