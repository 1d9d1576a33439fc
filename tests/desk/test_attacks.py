"""What somebody who means ill sends to the desk and its neighbours: each was tried once and did harm."""

import io
import json
import stat
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from desk.sheet_forms import one_line
from pipeline.config import Config
from pipeline.keeping import backup
from pipeline.models import Editor, Grant, Role, Translation
from pipeline.records import Pair
from pipeline.review.difference import difference, merge
from pipeline.review.people import deactivate
from pipeline.store import make_private
from pipeline.translate import callbacks
from pipeline.translate.checks import run_checks
from pipeline.translate.checks.base import UnitForCheck
from pipeline.translate.conventions import localise
from tests import builders
from tests.desk.drafts import BRIDGE, drafted, released
from tests.desk.test_accounts import rows

SignIn = Callable[[str], Client]
SECONDS = 2.0  # what these take is some hundredths; before they were bounded it was minutes


@pytest.fixture
def bridge(desk: Config) -> Translation:
    row = drafted(BRIDGE)
    released(desk)
    row.refresh_from_db()
    return row


def test_a_closed_account_is_beyond_who_could_not_give_its_roles(
    signed_in: SignIn, people: dict[str, Editor]
) -> None:
    """An administrator of one language neither takes a closed administrator's roles nor changes the address."""
    Grant.objects.create(editor=people["chief"], role=Role.ADMINISTRATOR, language="lv")
    boss = people["administrator"]
    boss.is_active = False
    boss.save()
    page = f"/desk/accounts/{boss.pk}/"
    client = signed_in("chief")

    taken = client.post(page, {"full_name": "", "email": ""} | rows(("", "", "")))
    renamed = client.post(
        page, {"full_name": "X", "email": "x@example.org"} | rows(("administrator", "", ""), known=1)
    )

    assert (taken.status_code, renamed.status_code) == (403, 403)
    assert list(boss.grants.values_list("role", flat=True)) == ["administrator"]
    assert client.post(f"{page}active/", {"active": "yes"}).status_code == 403
    assert client.post(f"{page}link/").status_code == 403


def test_the_roles_of_a_closed_account_stay_when_its_name_is_mended(
    signed_in: SignIn, people: dict[str, Editor]
) -> None:
    """The form shows them, so that saving it does not take them."""
    deactivate(people["editor"])
    page = signed_in("administrator").get(f"/desk/accounts/{people['editor'].pk}/")

    assert [form.initial["role"] for form in page.context["grants"].initial_forms] == ["editor"]


@pytest.mark.parametrize(
    "address",
    [
        "/desk/?page=" + "9" * 5_000,
        "/desk/log/?until=9999-12-31",
        "/desk/log/?since=0001-01-01",
        "/desk/log/export/?until=9999-12-31",
    ],
)
def test_figures_beyond_all_measure_break_no_page(signed_in: SignIn, address: str) -> None:
    """A page number of 5,000 digits, the last day of the calendar."""
    assert signed_in("administrator").get(address).status_code == 200


def test_a_filter_with_a_number_no_store_holds_is_not_there(signed_in: SignIn) -> None:
    """It is forgotten like any that is not there."""
    response = signed_in("reader").post("/desk/queue/filters/", {"forget": "9" * 30})

    assert response.status_code == 302


@pytest.mark.parametrize(
    "body",
    ["[" * 200_000, json.dumps({"version": 10**30, "texts": {}}), json.dumps({"version": -1, "texts": {}})],
)
def test_a_draft_of_another_form_is_refused(signed_in: SignIn, bridge: Translation, body: str) -> None:
    """Nested without end, or of a version no store holds."""
    address = f"/desk/sheet/{bridge.pk}/draft/"
    response = signed_in("editor").post(address, body, content_type="application/json")

    assert response.status_code == 400


def test_a_field_of_spaces_keeps_nobody_waiting() -> None:
    """Whoever may see a text could send one; while it is read, nobody else is served."""
    began = time.perf_counter()

    assert one_line(" " * 2_000_000 + "x") == "x"
    assert one_line("a  b \r\n \n\tc") == "a  b c"
    assert time.perf_counter() - began < SECONDS


def test_long_texts_of_one_word_are_compared_in_no_time() -> None:
    """A pair of them in the log would hold up every page that shows it; both texts are shown whole all the same."""
    before, after = "c " + "a " * 9_000 + "d", "c " + "a " * 8_000 + "b d"
    began = time.perf_counter()
    pieces = difference(before, after)

    assert time.perf_counter() - began < SECONDS
    assert "".join(text for kind, text in pieces if kind != "insert") == before
    assert "".join(text for kind, text in pieces if kind != "delete") == after
    assert difference(before, before) == (("equal", before),)
    assert merge(before, after, before) == after
    assert merge(before, after, "e" + before[1:]) == "e" + after[1:]


def test_a_number_of_thousands_of_digits_is_checked_like_any() -> None:
    """A site, an engine or an editor may write one; it is a finding and not the end of the run."""
    found = run_checks(UnitForCheck(source="Ir 12 tilti.", target="9" * 6_000, pair=Pair("lv", "en")))

    assert "numbers" in {each.check for each in found}


@pytest.mark.parametrize("source", ["01/ " * 12_000, "1 " * 8_000, " ".join(map(str, range(9_000)))])
def test_a_text_of_numbers_keeps_no_run_waiting(source: str) -> None:
    """An entry of nothing but numbers took minutes for each language; what is said of it stays short."""
    unit = UnitForCheck(source=source, target="7" + source[::-1], pair=Pair("de", "lv"))
    began = time.process_time()
    found = {each.check: each for each in run_checks(unit)}
    localise(source, source, "en", "fr")

    assert time.process_time() - began < 2 * SECONDS
    assert all(len(each.message) < 2_000 for each in found.values())


def test_a_store_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds keys and sessions. A file that is there keeps the rights its operator gave it."""
    store, shared = tmp_path / "newswire.db", tmp_path / "shared.db"
    shared.touch(0o640)
    shared.chmod(0o640)
    for each in (store, shared):
        make_private(each)

    assert [stat.S_IMODE(each.stat().st_mode) for each in (store, shared)] == [0o600, 0o640]


@pytest.mark.usefixtures("sqlite_store")
def test_a_backup_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It holds all that the store does."""
    copy = tmp_path / "copy.sqlite"
    store = {"url": f"sqlite:///{connection.settings_dict['NAME']}"}
    backup.backup(builders.config(tmp_path, store=store), copy)

    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


@pytest.mark.usefixtures("sqlite_store")
@pytest.mark.parametrize("body", [b"[" * 150_000, b'{"target-language": "lv", "translated-text": "\\ud800"}'])
def test_an_answer_of_ill_form_is_refused(body: bytes) -> None:
    """JSON nested without end, or half a character: from whoever has no token that is known."""
    seen: list[str] = []
    environ: dict[str, Any] = {
        "PATH_INFO": f"{callbacks.PREFIX}/etranslation/{'a' * 43}",
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    start: Any = lambda status, _headers: seen.append(status)  # noqa: E731
    list(callbacks.callbacks(environ, start))

    assert seen[0][:3] in {"400", "404"}
