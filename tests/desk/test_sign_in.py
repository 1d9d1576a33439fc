"""Coming in and going out: password, throttle, one-time link, limits of a session, the way back."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from desk.middleware import SEEN, SINCE
from pipeline.models import DeskSession, Editor, SignInLink
from tests.desk.conftest import SignIn
from tests.desk.people import PASSWORD, now

SIGN_IN = "/desk/sign-in/"


def try_password(client: Client, name: str, password: str, **more: str) -> int:
    return client.post(SIGN_IN, {"username": name, "password": password, **more}).status_code


def test_the_right_password_opens_the_desk(people: dict[str, Editor]) -> None:
    """Signing in leads to where one wanted to go, and nowhere outside."""
    for wanted, reached in (
        ("/desk/preferences/?x=1", "/desk/preferences/?x=1"),
        ("https://evil.example/desk/", "/desk/"),
        ("//evil.example/desk/", "/desk/"),
        ("/desk/\\evil.example", "/desk/%5Cevil.example"),
        ("/lv/", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
    ):
        client = Client()
        response = client.post(SIGN_IN, {"username": "editor", "password": PASSWORD, "next": wanted})

        assert response.status_code == 302
        assert response["Location"] == reached
        assert client.get("/desk/preferences/").status_code == 200


@pytest.mark.parametrize("name", ["editor", "no.such.person", "closed"])
def test_what_is_wrong_is_not_told(people: dict[str, Editor], name: str) -> None:
    """A wrong password, an unknown name and a closed account look the same."""
    people["other"].name, people["other"].is_active = "closed", False
    people["other"].save()
    password = PASSWORD if name == "closed" else "wrong"
    response = Client().post(SIGN_IN, {"username": name, "password": password})

    assert response.status_code == 422
    assert b"Name and password do not fit together" in response.content


def test_guessing_is_slowed_for_one_name_from_one_address(people: dict[str, Editor]) -> None:
    """After five wrong passwords the right one is refused too; other addresses and names are free."""
    client = Client()
    statuses = [try_password(client, "editor", f"guess {number}") for number in range(5)]
    refused = client.post(SIGN_IN, {"username": "editor", "password": PASSWORD})

    assert statuses == [422, 422, 422, 422, 429]
    assert refused.status_code == 429
    assert b"Wait 15 minutes" in refused.content
    assert refused["Retry-After"] == "900"
    assert try_password(client, "chief", PASSWORD) == 302
    assert try_password(Client(REMOTE_ADDR="192.0.2.7"), "editor", PASSWORD) == 302


def test_the_address_a_client_claims_is_not_believed(people: dict[str, Editor]) -> None:
    """A made-up X-Forwarded-For buys no further guesses."""
    client = Client()
    for number in range(5):
        client.post(
            SIGN_IN, {"username": "editor", "password": "x"}, headers={"X-Forwarded-For": f"192.0.2.{number}"}
        )

    assert try_password(client, "editor", PASSWORD) == 429


def test_a_link_signs_in_once_and_not_by_being_looked_at(people: dict[str, Editor]) -> None:
    """HEAD and GET leave it as it is; POST uses it; a second POST gets nothing."""
    address = f"/desk/enter/{SignInLink.objects.issue(people['editor'], now())}/"
    client = Client()
    assert client.head(address).status_code == 200
    assert b"signs you in as editor" in client.get(address).content
    assert "_auth_user_id" not in client.session
    assert client.post(address)["Location"] == "/desk/"

    assert client.get("/desk/preferences/").status_code == 200
    assert Client().post(address).status_code == 410
    assert Client().get(address).status_code == 410


def test_old_links_and_those_of_closed_accounts_open_nothing(people: dict[str, Editor]) -> None:
    """A link runs out; closing the account closes its links."""
    late = SignInLink.objects.issue(people["editor"], now() - timedelta(hours=1), minutes=30)
    closed = SignInLink.objects.issue(people["other"], now())
    Editor.objects.filter(name="other").update(is_active=False)

    assert [Client().post(f"/desk/enter/{token}/").status_code for token in (late, closed, "x")] == [410] * 3


def test_the_store_knows_no_token(people: dict[str, Editor]) -> None:
    """A copy of the database opens nothing."""
    token = SignInLink.objects.issue(people["editor"], now())

    assert token not in str(list(SignInLink.objects.values()))


def test_signing_out_takes_a_post_and_ends_the_session(signed_in: SignIn) -> None:
    """A picture on another page cannot sign anybody out."""
    client = signed_in("editor")
    key = client.session.session_key
    assert client.get("/desk/sign-out/").status_code == 405
    assert client.post("/desk/sign-out/").status_code == 302

    assert not Session.objects.filter(session_key=key).exists()
    assert client.get("/desk/preferences/")["Location"] == "/desk/sign-in/?next=%2Fdesk%2Fpreferences%2F"


@pytest.mark.parametrize(("mark", "hours"), [(SINCE, 12.1), (SEEN, 4.1)])
def test_a_session_ends(signed_in: SignIn, mark: str, hours: float) -> None:
    """Twelve hours after sign-in, and after four idle ones; the way back is remembered."""
    client = signed_in("editor")
    session = client.session
    session[mark] = now().timestamp() - hours * 3600
    session.save()

    response = client.get("/desk/preferences/?a=b")
    assert response["Location"] == "/desk/sign-in/?next=%2Fdesk%2Fpreferences%2F%3Fa%3Db"


def test_a_form_that_comes_too_late_leads_back_to_its_page(people: dict[str, Editor]) -> None:
    """What was posted cannot be repeated, its page can; a foreign page is not gone back to."""
    here = Client().post("/desk/preferences/", headers={"Referer": "http://testserver/desk/preferences/?a=b"})
    there = Client().post("/desk/preferences/", headers={"Referer": "http://evil.example/desk/"})

    assert here["Location"] == "/desk/sign-in/?next=%2Fdesk%2Fpreferences%2F%3Fa%3Db"
    assert there["Location"] == "/desk/sign-in/"


def test_scripts_are_told_by_a_status(people: dict[str, Editor]) -> None:
    """A script that saves a draft learns that the session is over, so that it can keep the words."""
    response = Client().post("/desk/preferences/", headers={"X-Desk": "fetch"})

    assert response.status_code == 401
    assert response.json() == {"error": "signed-out", "sign_in": "/desk/sign-in/"}


def test_an_editor_has_a_limited_number_of_sessions(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """The sixth sign-in ends the first session."""
    clients = [signed_in("editor") for _ in range(6)]
    statuses = [client.get("/desk/preferences/").status_code for client in clients]

    assert statuses == [302, 200, 200, 200, 200, 200]
    assert DeskSession.objects.filter(editor=people["editor"]).count() == 5


def test_a_closed_account_is_out_at_once(signed_in: SignIn) -> None:
    """Whoever is at work when the account is closed is asked to sign in, and cannot."""
    client = signed_in("editor")
    Editor.objects.filter(name="editor").update(is_active=False)

    assert client.get("/desk/preferences/").status_code == 302


def test_passwords_are_kept_by_argon2(people: dict[str, Editor]) -> None:
    """A password hashed in an older way is rewritten by Argon2id at the next sign-in."""
    assert try_password(Client(), "editor", PASSWORD) == 302

    assert Editor.objects.get(name="editor").password.startswith("argon2$argon2id$")
