"""The second factor: an app's codes, recovery codes, and no way around them."""

import time
from dataclasses import dataclass

import pytest
from django.test import Client
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from pipeline.config import Config
from pipeline.models import Editor
from tests import builders
from tests.desk.conftest import SignIn
from tests.desk.people import PASSWORD

ENROL, VERIFY = "/desk/second-factor/enrol/", "/desk/second-factor/"


def code(editor: Editor, later: int = 0) -> str:
    """What the editor's app shows, `later` steps from now."""
    device = TOTPDevice.objects.get(user=editor)
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = time.time() + later * device.step
    return f"{totp.token():06d}"


@dataclass(frozen=True)
class Enrolled:
    editor: Editor
    client: Client
    codes: list[str]


@pytest.fixture
def enrolled(signed_in: SignIn, people: dict[str, Editor]) -> Enrolled:
    """An editor with an app coupled, and the session in which that was done."""
    client = signed_in("editor")
    client.get(ENROL)
    response = client.post(ENROL, {"code": code(people["editor"])})
    return Enrolled(people["editor"], client, list(response.context["codes"]))


def rest() -> None:
    """The wait after a wrong code is over."""
    for devices in (TOTPDevice.objects, StaticDevice.objects):
        devices.update(throttling_failure_count=0, throttling_failure_timestamp=None)


def by_password() -> Client:
    client = Client()
    assert client.post("/desk/sign-in/", {"username": "editor", "password": PASSWORD}).status_code == 302
    return client


def test_an_app_counts_once_it_gave_a_right_code(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """The page shows key and QR code; a wrong code couples nothing."""
    client = signed_in("editor")
    page = client.get(ENROL)
    picture = client.get("/desk/second-factor/qr.svg")

    assert page.context["secret"] in page.content.decode()
    assert picture["Content-Type"] == "image/svg+xml"
    assert b"<svg" in picture.content
    assert client.post(ENROL, {"code": "000000"}).status_code == 422
    assert not TOTPDevice.objects.filter(confirmed=True).exists()
    assert by_password().get("/desk/preferences/").status_code == 200


def test_the_password_alone_opens_nothing(enrolled: Enrolled) -> None:
    """Whoever has the password only sees one page; nor can they couple another app, or fetch its key."""
    client = by_password()
    for address in ("/desk/preferences/", "/desk/", ENROL, "/desk/second-factor/qr.svg"):
        assert client.get(address)["Location"].startswith(f"{VERIFY}?next=")
    assert client.post("/desk/second-factor/off/", {"code": "1"})["Location"] == VERIFY
    assert client.post("/desk/preferences/", headers={"X-Desk": "fetch"}).json()["error"] == "second-factor"

    assert TOTPDevice.objects.filter(confirmed=True).count() == 1


def test_the_code_opens_the_desk_under_a_new_session_key(enrolled: Enrolled) -> None:
    """After the code one is where one wanted to go; a code serves once."""
    client = by_password()
    before = client.session.session_key
    now = code(enrolled.editor, 1)
    response = client.post(VERIFY, {"code": f"{now[:3]} {now[3:]}", "next": "/desk/terms/"})

    assert response["Location"] == "/desk/terms/"
    assert client.session.session_key != before
    assert client.get("/desk/terms/").status_code == 200
    assert by_password().post(VERIFY, {"code": now}).status_code == 422


def test_a_recovery_code_works_once(enrolled: Enrolled) -> None:
    """Ten codes, each for one sign-in; new ones replace them."""
    assert len(set(enrolled.codes)) == 10
    assert by_password().post(VERIFY, {"code": enrolled.codes[0]}).status_code == 302
    assert by_password().post(VERIFY, {"code": enrolled.codes[0]}).status_code == 422


def test_new_recovery_codes_replace_the_old(enrolled: Enrolled) -> None:
    """Asked for with a code; without one nothing changes."""
    assert enrolled.client.post("/desk/second-factor/codes/", {"code": "000000"}).status_code == 302
    rest()
    response = enrolled.client.post("/desk/second-factor/codes/", {"code": enrolled.codes[1]})

    assert not set(response.context["codes"]) & set(enrolled.codes)
    assert by_password().post(VERIFY, {"code": enrolled.codes[2]}).status_code == 422


def test_guessing_codes_is_slowed(enrolled: Enrolled) -> None:
    """After a wrong code the right one has to wait."""
    client = by_password()
    client.post(VERIFY, {"code": "000000"})
    response = client.post(VERIFY, {"code": code(enrolled.editor, 1)})

    assert response.status_code == 422
    assert b"wait a moment" in response.content


def test_switching_off_takes_a_code(enrolled: Enrolled) -> None:
    """A session left open on a table is not enough."""
    enrolled.client.post("/desk/second-factor/off/", {"code": "000000"})
    assert TOTPDevice.objects.filter(confirmed=True).exists()
    rest()
    enrolled.client.post("/desk/second-factor/off/", {"code": enrolled.codes[3]})

    assert not TOTPDevice.objects.exists()
    assert by_password().get("/desk/preferences/").status_code == 200


def test_an_administrator_helps_who_lost_everything(enrolled: Enrolled, signed_in: SignIn) -> None:
    """The second factor is taken off; the password still counts."""
    administrator = signed_in("administrator")
    administrator.post(f"/desk/accounts/{enrolled.editor.pk}/second-factor/")

    assert by_password().get("/desk/preferences/").status_code == 200


class TestRequired:
    """A desk at which nobody works without a second factor."""

    @pytest.fixture
    def desk_config(self, tmp_path: object) -> Config:
        network = {"title": "Cities", "base_url": "http://127.0.0.1:8000", "contact": "mailto:a@example.org"}
        return builders.config(network=network, desk={"otp": "required"})

    def test_everybody_couples_an_app_first(self, signed_in: SignIn, people: dict[str, Editor]) -> None:
        """The first page is the one that couples; it cannot be switched off."""
        client = signed_in("editor")
        assert client.get("/desk/preferences/")["Location"].startswith(f"{ENROL}?next=")
        assert client.get(ENROL).status_code == 200
        codes = client.post(ENROL, {"code": code(people["editor"])}).context["codes"]

        assert client.get("/desk/preferences/").status_code == 200
        client.post("/desk/second-factor/off/", {"code": codes[0]})
        assert TOTPDevice.objects.filter(confirmed=True).exists()


class TestOff:
    """A desk without second factors."""

    @pytest.fixture
    def desk_config(self) -> Config:
        network = {"title": "Cities", "base_url": "http://127.0.0.1:8000", "contact": "mailto:a@example.org"}
        return builders.config(network=network, desk={"otp": "off"})

    def test_there_is_nothing_to_set_up(self, signed_in: SignIn) -> None:
        """Neither the page nor a word of it in the preferences."""
        client = signed_in("editor")

        assert client.get(ENROL).status_code == 404
        assert b"Second factor" not in client.get("/desk/preferences/").content
