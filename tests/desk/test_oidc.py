"""Sign-in by an identity provider: a real exchange with one on loopback, which signs real tokens."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from jwt.algorithms import RSAAlgorithm

from desk import oidc
from pipeline.config import Config
from pipeline.models import Editor
from tests import builders

SECRET = "the client's secret"
KEYS = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]


@dataclass
class Provider:
    """What the provider says of the person who signs in, and what it gets wrong."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "17", "preferred_username": "editor"})
    token: dict[str, Any] = field(default_factory=dict)  # claims that differ from the right ones
    signed_by: int = 0
    about: str = "17"  # whom its userinfo is about
    fails_at: str = ""
    nonce: str = ""
    challenge: str = ""

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        if path == self.fails_at:
            return 500, {}
        if path == "/.well-known/openid-configuration":
            names = {"authorization": "auth", "token": "token", "userinfo": "userinfo"}
            ends = {f"{name}_endpoint": f"{self.issuer}/{end}" for name, end in names.items()}
            return 200, {"issuer": self.issuer, "jwks_uri": f"{self.issuer}/keys", **ends}
        if path == "/keys":
            key = json.loads(RSAAlgorithm.to_jwk(KEYS[0].public_key()))
            return 200, {"keys": [key | {"kid": "one", "alg": "RS256", "use": "sig"}]}
        if path == "/userinfo":
            return 200, self.person | {"sub": self.about}
        return self._token(form)

    def _token(self, form: dict[str, str]) -> tuple[int, Any]:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if form["client_secret"] != SECRET or form["code"] != "a code" or proof != self.challenge:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer,
            "aud": "newswire",
            "sub": "17",
            "nonce": self.nonce,
            "exp": int(time.time()) + 60,
        }
        token = jwt.encode(claims | self.token, KEYS[self.signed_by], "RS256", headers={"kid": "one"})
        return 200, {"id_token": token, "access_token": "x", "token_type": "Bearer"}


@pytest.fixture(scope="module")
def server() -> Iterator[ThreadingHTTPServer]:
    """The provider's web server; which provider answers is changed by each test."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._send(*self.server.provider.answer(self.path, {}))  # type: ignore[attr-defined]

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._send(*self.server.provider.answer(self.path, form))  # type: ignore[attr-defined]

        def _send(self, status: int, data: Any) -> None:
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing on the screen."""

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


@pytest.fixture
def provider(server: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch) -> Provider:
    found = Provider(issuer=f"http://127.0.0.1:{server.server_port}")
    server.provider = found  # type: ignore[attr-defined]
    monkeypatch.setenv("TEST_OIDC_SECRET", SECRET)
    oidc.provider.cache_clear()
    return found


@pytest.fixture
def desk_config(provider: Provider) -> Config:
    network = {"title": "Cities", "base_url": "http://127.0.0.1:8000", "contact": "mailto:a@example.org"}
    known = {
        "issuer": provider.issuer,
        "client_id": "newswire",
        "secret_env": "TEST_OIDC_SECRET",
        "label": "Town",
    }
    return builders.config(network=network, desk={"oidc": known})


def sign_in(client: Client, provider: Provider, following: str = "/desk/terms/") -> Any:
    """To the provider and back: what the desk answers at the end."""
    away = client.get(f"/desk/oidc/start/?next={following}")
    asked = parse_qs(urlsplit(away["Location"]).query)
    assert away["Location"].startswith(f"{provider.issuer}/auth?")
    assert asked["client_id"] == ["newswire"]
    assert asked["redirect_uri"] == ["http://testserver/desk/oidc/callback/"]
    assert asked["code_challenge_method"] == ["S256"]
    provider.nonce, provider.challenge = asked["nonce"][0], asked["code_challenge"][0]
    return client.get("/desk/oidc/callback/", {"code": "a code", "state": asked["state"][0]})


def test_a_known_person_comes_in(people: dict[str, Editor], provider: Provider) -> None:
    """To where they wanted to go, with the rights of their account and no others."""
    client = Client()
    assert b"Sign in with Town" in client.get("/desk/sign-in/").content
    response = sign_in(client, provider)

    assert response["Location"] == "/desk/terms/"
    assert client.get("/desk/terms/").status_code == 200
    assert client.get("/desk/accounts/").status_code == 403


@pytest.mark.parametrize("name", ["stranger", "closed", ""])
def test_strangers_stay_outside(people: dict[str, Editor], provider: Provider, name: str) -> None:
    """The provider knows many; who has no open account here gets none."""
    people["other"].name, people["other"].is_active = "closed", False
    people["other"].save()
    provider.person = {"preferred_username": name}
    response = sign_in(Client(), provider)

    assert response.status_code == 403
    assert "is not known here" in response.content.decode()
    assert Editor.objects.count() == len(people)


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": {"aud": "another"}},
        {"token": {"iss": "https://elsewhere.example"}},
        {"token": {"exp": 1}},
        {"token": {"nonce": "another"}},
        {"signed_by": 1},
        {"fails_at": "/token"},
        {"fails_at": "/keys"},
        {"fails_at": "/userinfo"},
    ],
    ids=str,
)
def test_answers_that_prove_nothing_are_refused(
    people: dict[str, Editor], provider: Provider, wrong: dict[str, Any]
) -> None:
    """A token for another, of another, too old, replayed, forged; a provider that fails."""
    for name, value in wrong.items():
        setattr(provider, name, value)
    client = Client()
    response = sign_in(client, provider)

    assert response.status_code == 502
    assert b"no answer that can be used" in response.content
    assert client.get("/desk/terms/").status_code == 302


def test_userinfo_about_another_is_refused(people: dict[str, Editor], provider: Provider) -> None:
    """The two answers of the provider must speak of one person."""
    provider.about = "18"

    assert sign_in(Client(), provider).status_code == 403


def test_a_made_up_return_is_refused(people: dict[str, Editor], provider: Provider) -> None:
    """Without a beginning here, with another's state, or when the person declined."""
    client = Client()
    assert client.get("/desk/oidc/callback/", {"code": "a code", "state": "x"}).status_code == 403
    client.get("/desk/oidc/start/")
    assert client.get("/desk/oidc/callback/", {"code": "a code", "state": "x"}).status_code == 502
    assert client.get("/desk/oidc/callback/", {"error": "access_denied"}).status_code == 403


def test_a_provider_that_is_down_or_another_is_told(people: dict[str, Editor], provider: Provider) -> None:
    """The password still works."""
    provider.fails_at = "/.well-known/openid-configuration"
    assert Client().get("/desk/oidc/start/").status_code == 502
    provider.fails_at, provider.issuer = "", "https://elsewhere.example"
    assert Client().get("/desk/oidc/start/").status_code == 502


def test_going_on_stays_inside_the_desk(people: dict[str, Editor], provider: Provider) -> None:
    """Neither another host nor the published pages."""
    assert sign_in(Client(), provider, "https://evil.example/")["Location"] == "/desk/"
    assert sign_in(Client(), provider, "/lv/")["Location"] == "/desk/"


def test_a_closed_account_is_out_at_once(people: dict[str, Editor], provider: Provider) -> None:
    """Also when it came in by the provider."""
    client = Client()
    sign_in(client, provider)
    Editor.objects.filter(name="editor").update(is_active=False)

    assert client.get("/desk/terms/").status_code == 302


class TestByMail:
    """Accounts found by their mail address."""

    @pytest.fixture
    def desk_config(self, provider: Provider) -> Config:
        network = {"title": "Cities", "base_url": "http://127.0.0.1:8000", "contact": "mailto:a@example.org"}
        known = {"issuer": provider.issuer, "client_id": "newswire", "secret_env": "TEST_OIDC_SECRET"}
        return builders.config(network=network, desk={"oidc": known | {"claim": "email", "field": "email"}})

    def test_an_address_that_is_not_verified_proves_nothing(
        self, people: dict[str, Editor], provider: Provider
    ) -> None:
        """Anybody could have typed it at the provider; nor does one that two accounts share."""
        Editor.objects.filter(name="editor").update(email="e@example.org")
        provider.person = {"email": "E@example.org", "email_verified": False}
        assert sign_in(Client(), provider).status_code == 403
        provider.person["email_verified"] = True
        assert sign_in(Client(), provider).status_code == 302
        Editor.objects.filter(name="chief").update(email="e@example.org")
        assert sign_in(Client(), provider).status_code == 403


class TestOff:
    """A desk without a provider."""

    @pytest.fixture
    def desk_config(self) -> Config:
        return builders.config(
            network={"title": "C", "base_url": "http://127.0.0.1:8000", "contact": "mailto:a@example.org"}
        )

    def test_there_is_no_such_door(self, people: dict[str, Editor]) -> None:
        """Neither a button nor an address."""
        assert b"/desk/oidc/" not in Client().get("/desk/sign-in/").content
        assert Client().get("/desk/oidc/start/").status_code == 404
        assert Client().get("/desk/oidc/callback/?code=1&state=2").status_code == 404
