"""Accounts: added, changed, closed by administrators, within what they may themselves."""

import pytest
from django.test import Client

from pipeline.models import DeskSession, Editor, Grant, Role, SignInLink
from pipeline.review.people import GrantData, actor_of
from tests.desk.conftest import SignIn
from tests.desk.people import PASSWORD


def rows(*grants: tuple[str, str, str], known: int = 0) -> dict[str, str]:
    """A form's rows of roles: (role, language, city)."""
    data = {"grants-TOTAL_FORMS": str(len(grants)), "grants-INITIAL_FORMS": str(known)}
    for number, grant in enumerate(grants):
        for name, value in zip(("role", "language", "source_key"), grant, strict=True):
            data[f"grants-{number}-{name}"] = value
    return data


def test_a_new_account_comes_in_by_a_link(signed_in: SignIn) -> None:
    """It has no password; the administrator is shown a link, once, and hands it on."""
    client = signed_in("administrator")
    data = {"name": "anna.berzina", "full_name": "Anna Bērziņa", "email": "anna@example.org"}
    response = client.post("/desk/accounts/add/", data | rows(("editor", "lv", "poznan"), ("", "", "")))
    anna = Editor.objects.get(name="anna.berzina")

    assert not anna.has_usable_password()
    assert actor_of(anna).grants == (GrantData(role="editor", language="lv", source_key="poznan"),)
    address = response.context["secret"]
    assert address.startswith("http://127.0.0.1:8000/desk/enter/")
    newcomer = Client()
    assert newcomer.post(address.removeprefix("http://127.0.0.1:8000")).status_code == 302
    assert newcomer.get("/desk/preferences/").status_code == 200


def test_whoever_came_by_a_link_sets_a_password(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """The old one is not asked: it is what was forgotten. Weak ones are refused; other sessions end."""
    other = signed_in("editor")
    client = signed_in("editor")
    assert client.post("/desk/preferences/password/", {"new": "short", "again": "short"}).status_code == 422
    assert (
        client.post("/desk/preferences/password/", {"new": PASSWORD + "!", "again": PASSWORD}).status_code
        == 422
    )
    assert (
        client.post(
            "/desk/preferences/password/", {"new": PASSWORD + "!", "again": PASSWORD + "!"}
        ).status_code
        == 302
    )

    assert client.get("/desk/preferences/").status_code == 200
    assert other.get("/desk/preferences/").status_code == 302
    assert Client().post("/desk/sign-in/", {"username": "editor", "password": PASSWORD}).status_code == 422
    assert (
        Client().post("/desk/sign-in/", {"username": "editor", "password": PASSWORD + "!"}).status_code == 302
    )


def test_whoever_came_by_password_must_know_it(people: dict[str, Editor]) -> None:
    """An unattended session cannot be taken over for good."""
    client = Client()
    client.post("/desk/sign-in/", {"username": "editor", "password": PASSWORD})
    new = {"new": "another long phrase", "again": "another long phrase"}

    assert client.post("/desk/preferences/password/", new | {"old": "wrong"}).status_code == 422
    assert client.post("/desk/preferences/password/", new).status_code == 422
    assert client.post("/desk/preferences/password/", new | {"old": PASSWORD}).status_code == 302


def test_roles_are_changed(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """What the form says is what the account may from then on."""
    page = f"/desk/accounts/{people['editor'].pk}/"
    data = {"full_name": "Elza", "email": ""}
    client = signed_in("administrator")
    assert client.get(page).status_code == 200
    assert client.post(page, data | rows(("", "lv", ""), ("chief", "en", ""), known=1)).status_code == 302

    assert actor_of(people["editor"]).grants == (GrantData(role="chief", language="en"),)
    assert Editor.objects.get(pk=people["editor"].pk).full_name == "Elza"


def test_closing_an_account_ends_its_sessions(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """And its links; opened again, it starts with none."""
    editor, administrator = signed_in("editor"), signed_in("administrator")
    page = f"/desk/accounts/{people['editor'].pk}/active/"
    administrator.post(page, {"active": "no"})

    assert editor.get("/desk/preferences/").status_code == 302
    assert not DeskSession.objects.filter(editor=people["editor"]).exists()
    assert not SignInLink.objects.filter(editor=people["editor"], used_at__isnull=True).exists()
    administrator.post(page, {"active": "yes"})
    assert Editor.objects.get(pk=people["editor"].pk).is_active


def test_nobody_shuts_themselves_out(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """An administrator neither closes the own account nor gives the role away."""
    own = people["administrator"].pk
    client = signed_in("administrator")
    client.post(f"/desk/accounts/{own}/active/", {"active": "no"})
    refused = client.post(f"/desk/accounts/{own}/", {"full_name": "", "email": ""} | rows(("reader", "", "")))

    assert refused.status_code == 422
    assert client.get("/desk/accounts/").status_code == 200


@pytest.fixture
def of_latvian(people: dict[str, Editor]) -> Editor:
    """An administrator for one language only."""
    Grant.objects.create(editor=people["nobody"], role=Role.ADMINISTRATOR, language="lv")
    return people["nobody"]


def test_nobody_gives_more_than_they_have(
    signed_in: SignIn, people: dict[str, Editor], of_latvian: Editor
) -> None:
    """Administrators of one language neither make others of all, nor come in through those others' doors."""
    client = signed_in("nobody")
    wide = {"name": "x", "full_name": "", "email": ""} | rows(("administrator", "", ""))
    own = {"full_name": "", "email": ""} | rows(("administrator", "lv", ""), ("chief", "", ""), known=1)
    mail = {"full_name": "", "email": "mine@example.org"} | rows(("administrator", "", ""), known=1)
    above = people["administrator"].pk

    assert client.post("/desk/accounts/add/", wide).status_code == 403
    assert client.post(f"/desk/accounts/{of_latvian.pk}/", own).status_code == 403
    assert client.post(f"/desk/accounts/{above}/", mail).status_code == 403
    for door in ("link", "active", "second-factor"):
        assert client.post(f"/desk/accounts/{above}/{door}/").status_code == 403
    assert client.post(f"/desk/accounts/{people['editor'].pk}/link/").status_code == 200
    assert not Editor.objects.filter(name="x").exists()


@pytest.mark.parametrize("name", ["two words", "", "editor", "tab\tbed"])
def test_names_are_one_word_and_unique(signed_in: SignIn, name: str) -> None:
    """They stand in the log for ever."""
    data = {"name": name, "full_name": "", "email": ""} | rows(("reader", "", ""))

    assert signed_in("administrator").post("/desk/accounts/add/", data).status_code == 422


def test_a_closed_account_above_stays_out_of_reach(
    signed_in: SignIn, people: dict[str, Editor], of_latvian: Editor
) -> None:
    """What a closed account may counts too: opened again, it would be a way up."""
    Editor.objects.filter(name="administrator").update(is_active=False)

    assert (
        signed_in("nobody")
        .post(f"/desk/accounts/{people['administrator'].pk}/active/", {"active": "yes"})
        .status_code
        == 403
    )
