"""The demo's way in: an editor who may everything, by a link that works once."""

from django.test import Client

from pipeline.config import Config
from pipeline.demo.command import EDITOR, _way_in
from pipeline.models import Editor
from pipeline.review import people
from pipeline.review.people import Action, actor_of, may


def test_the_demo_makes_its_editor_and_a_link(desk: Config) -> None:
    """No password anywhere; the link opens every page once."""
    address = f"/desk/enter/{_way_in()}/"
    editor = Editor.objects.get(name=EDITOR)
    client = Client()

    assert not editor.has_usable_password()
    assert may(actor_of(editor), Action.ACCOUNTS)
    assert client.post(address).status_code == 302
    assert client.get("/desk/accounts/").status_code == 200
    assert Client().post(address).status_code == 410


def test_a_demo_that_goes_on_finds_its_editor_again(desk: Config) -> None:
    """Closed or stripped of its role meanwhile, it is as at first."""
    _way_in()
    editor = Editor.objects.get(name=EDITOR)
    people.set_grants(editor, ())
    people.deactivate(editor)
    _way_in()
    editor.refresh_from_db()

    assert editor.is_active
    assert may(actor_of(editor), Action.ACCOUNTS)
