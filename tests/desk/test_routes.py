"""Every address of the desk × every kind of person × method: who may not, cannot; every write asks for its token."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from desk.urls import urlpatterns
from pipeline.config import Config
from pipeline.models import Report, Term, Translation
from tests import builders
from tests.desk.conftest import SignIn
from tests.desk.routes_table import KINDS, ROWS, Row

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH")


@pytest.fixture
def stocked(desk: Config, people: object) -> Translation:
    """A row of each kind that an address can name, all with the id 1 and in Latvian."""
    entry = builders.entry()
    Report.objects.create(entry=entry, language="lv", message="?", at=builders.NOW)
    Term.objects.create(source_language="en", target_language="lv", source="a", target="b")
    return builders.translation(entry, "lv")


def names() -> Iterator[str]:
    for pattern in get_resolver().url_patterns:
        assert isinstance(pattern, URLPattern), "an include would hide its addresses from this test"
        yield str(pattern.name)


def test_the_table_is_complete() -> None:
    """A new address without a row fails, and so does a row without an address."""
    assert sorted(names()) == sorted(row.name for row in ROWS)


def test_every_view_says_whom_it_lets_in() -> None:
    """No view without its decorator, and the methods it takes are those of the table."""
    taken = {row.name: _methods(row) for row in ROWS}

    assert {str(each.name): set(getattr(each.callback, "desk_methods", ())) for each in urlpatterns} == taken


def _methods(row: Row) -> set[str]:
    return {method for method, who in (("GET", row.get), ("POST", row.post)) if who}


def expected(row: Row, method: str, kind: str) -> str:
    who = row.get if method in {"GET", "HEAD"} else row.post if method == "POST" else ""
    return {"": "405", "*": "in", "s": "sign", "-": "no"}[who and who[KINDS.index(kind)]]


def seen(client: Client, method: str, row: Row) -> str:
    address = reverse(row.name, kwargs=row.args)
    response = client.generic(method, address, row.body.encode(), "application/x-www-form-urlencoded")
    if response.status_code == 302 and response["Location"].startswith("/desk/sign-in/?next="):
        return "sign"
    if response.status_code == 302 and response["Location"] == "/desk/sign-in/":
        return "sign"
    if response.status_code in {403, 405}:
        return {403: "no", 405: "405"}[response.status_code]
    assert response.status_code < 500 or response.status_code == 501, (method, address, response.status_code)
    return "in"


@pytest.mark.parametrize("kind", KINDS)
def test_who_may_not_cannot(stocked: Translation, signed_in: SignIn, kind: str) -> None:
    """Each address answers each person and method as the table says."""
    wrong = {}
    client = signed_in(kind)
    for row in ROWS:
        for method in METHODS:
            found = seen(client, method, row)
            if method == "POST" and row.post:
                client = signed_in(kind)  # some addresses sign out or close accounts
            if found != expected(row, method, kind):
                wrong[row.name, method] = f"{found}, not {expected(row, method, kind)}"
        _restock()

    assert wrong == {}


def _restock() -> None:
    """What a write took away stands again, under the same id."""
    Term.objects.update_or_create(
        pk=1, defaults={"source_language": "en", "target_language": "lv", "source": "a", "target": "b"}
    )


@pytest.mark.parametrize("row", [row for row in ROWS if row.post], ids=lambda row: row.name)
def test_every_write_asks_for_its_token(stocked: Translation, signed_in: SignIn, row: Row) -> None:
    """A form of another site is refused, whoever is signed in: it cannot know the token."""
    client = Client(enforce_csrf_checks=True)
    client.cookies = signed_in("administrator").cookies

    assert client.post(reverse(row.name, kwargs=row.args)).status_code == 403
    assert (
        client.post(reverse(row.name, kwargs=row.args), {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    )


def test_pages_carry_their_headers(signed_in: SignIn) -> None:
    """A strict policy, no framing, nothing kept by caches, on pages and on refusals alike."""
    client = signed_in("reader")
    for address in ("/desk/preferences/", "/desk/accounts/", "/desk/nowhere/", "/desk/sign-out/"):
        response = client.get(address)
        policy = response["Content-Security-Policy"]

        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; ")
        assert "unsafe" not in policy
        assert response["X-Frame-Options"] == "DENY"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in response["Cache-Control"]
