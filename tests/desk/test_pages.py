"""The log, the history of an entry, readers' reports, preferences, the feed of what waits."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import feedparser
import pytest
from django.test import Client

from pipeline.models import Audit, Editor, Report, Translation
from tests import builders
from tests.desk.conftest import SignIn

HOSTILE = "<script>document.title='ran'</script>\"'&<b>"


def streamed(client: Client, address: str) -> str:
    response: Any = client.get(address)
    return b"".join(response.streaming_content).decode()


@pytest.fixture
def moves(people: dict[str, Editor]) -> list[Audit]:
    """Sixty moves on a Latvian text, the last by a person with hostile words; one on a Polish text."""
    row = builders.translation(builders.entry(), "lv")
    other = builders.translation(builders.entry(2, source="dublin", language="en"), "pl")

    def add(number: int, language: str, actor: str, text: str) -> Audit:
        entry = (row if language == "lv" else other).entry
        return Audit.objects.create(
            at=builders.NOW + timedelta(hours=number),
            actor=actor,
            action="edit",
            entry=entry,
            language=language,
            before_state="machine",
            after_state="edited",
            before="Old words.",
            after=text,
        )

    found = [add(number, "lv", "pipeline", f"Words {number}.") for number in range(60)]
    return [*found, add(60, "lv", "editor", HOSTILE), add(61, "pl", "other", "=1+1")]


def test_the_log_in_pages(signed_in: SignIn, moves: list[Audit]) -> None:
    """Fifty a page, the newest first, within the reach of who reads; words of others stay words."""
    client = signed_in("chief")
    first = client.get("/desk/log/")
    second = client.get(f"/desk/log/?after={first.context['page'].next_id}")

    assert [len(page.context["page"].moves) for page in (first, second)] == [50, 11]
    assert "=1+1" not in first.content.decode()
    assert HOSTILE not in first.content.decode()
    assert "&lt;script&gt;" in first.content.decode()
    assert second.context["page"].next_id is None


def test_the_log_is_filtered(signed_in: SignIn, moves: list[Audit]) -> None:
    """By language, person, kind of move, city and day; a mistake is told."""
    client = signed_in("administrator")

    def count(query: str) -> int:
        return len(client.get(f"/desk/log/?{query}").context["page"].moves)

    assert count("people_only=on") == 2
    assert count("language=pl") == 1
    assert count("actor=editor") == 1
    assert count("source=dublin") == 1
    assert count("action=approve") == 0
    assert count("since=2026-11-22&until=2026-11-22") == 24
    assert client.get("/desk/log/?since=yesterday").status_code == 422
    assert client.get("/desk/log/export/?language=xx").status_code == 422


def test_the_log_is_exported(signed_in: SignIn, moves: list[Audit]) -> None:
    """CSV with defused formulas, JSON with the words as they are."""
    client = signed_in("administrator")
    rows = list(csv.DictReader(StringIO(streamed(client, "/desk/log/export/"))))
    lines = streamed(client, "/desk/log/export/?format=json&people_only=on")

    assert len(rows) == 62
    assert {"'=1+1", HOSTILE} <= {row["after"] for row in rows}
    assert [json.loads(line)["after"] for line in lines.splitlines()] == ["=1+1", HOSTILE]


def test_an_entry_has_a_history(signed_in: SignIn, moves: list[Audit]) -> None:
    """All moves of one text; others' languages and unknown entries are no page."""
    entry = moves[0].entry_id
    page = signed_in("reader").get(f"/desk/history/{entry}/lv/")

    assert len(page.context["moves"]) == 61
    assert signed_in("editor").get(f"/desk/history/{moves[-1].entry_id}/pl/").status_code == 403
    assert signed_in("reader").get("/desk/history/999/lv/").status_code == 404
    assert signed_in("reader").get(f"/desk/history/{entry}/en/").status_code == 404


def test_readers_reports_are_closed_with_a_note(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """They stand beside what they are about; closed, they leave the list."""
    row = builders.translation(builders.entry(), "lv")
    report = Report.objects.create(
        entry=row.entry, language="lv", message=HOSTILE, quote="Teksts.", at=builders.NOW
    )
    client = signed_in("editor")
    page = client.get("/desk/reports/").content.decode()
    assert "&lt;script&gt;" in page
    assert f"/desk/sheet/{row.pk}/" in page
    client.post(f"/desk/reports/{report.pk}/close/", {"note": "Mended."})
    report.refresh_from_db()

    assert (report.closed_by, report.note) == ("editor", "Mended.")
    assert f"/desk/sheet/{row.pk}/" not in client.get("/desk/reports/").content.decode()
    assert client.post("/desk/reports/999/close/").status_code == 404


def test_preferences_are_kept(signed_in: SignIn) -> None:
    """The page speaks the chosen language from then on; an unchecked box is off."""
    client = signed_in("editor")
    response = client.post("/desk/preferences/", {"ui_language": "lv", "notices": "on"}, follow=True)
    editor = Editor.objects.get(name="editor")

    assert (editor.ui_language, editor.shortcuts, editor.notices) == ("lv", False, True)
    assert '<html lang="lv"' in response.content.decode()
    assert client.post("/desk/preferences/", {"ui_language": "xx"}).status_code == 422


@pytest.mark.parametrize(
    ("asked", "cookie", "shown"),
    [("lt,en;q=0.5", "", "lt"), ("pt-BR", "", "pt"), ("lt", "pl", "pl"), ("zz", "zz", "en")],
)
def test_the_page_speaks_the_visitors_language(
    people: dict[str, Editor], asked: str, cookie: str, shown: str
) -> None:
    """As chosen here before, else as the browser asks, else English."""
    client = Client(headers={"Accept-Language": asked})
    if cookie:
        client.post("/desk/language/", {"language": cookie, "next": "/desk/sign-in/"})
    response = client.get("/desk/sign-in/")

    assert f'<html lang="{shown}"' in response.content.decode()
    assert response["Content-Language"] == shown


def test_choosing_a_language_is_kept_in_the_account(signed_in: SignIn) -> None:
    """And leads back to the page, if it is one of ours."""
    client = signed_in("editor")
    response = client.post("/desk/language/", {"language": "pl", "next": "https://evil.example/"})

    assert response["Location"] == "/desk/"
    assert Editor.objects.get(name="editor").ui_language == "pl"


def test_other_sessions_are_ended(signed_in: SignIn) -> None:
    """From the one that stays."""
    gone, stays = signed_in("editor"), signed_in("editor")
    stays.post("/desk/preferences/sessions/")

    assert [client.get("/desk/preferences/").status_code for client in (gone, stays)] == [302, 200]


def test_the_queue_as_a_feed(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """Behind a token in the address; a new one stops the old; closing the account stops both."""
    builders.translation(builders.entry(), "lv", risk=0.9)
    builders.translation(builders.entry(2), "pl", risk=0.9)
    Translation.objects.update(waits=True)
    client = signed_in("editor")

    def address() -> str:
        full = client.post("/desk/preferences/feed/").context["secret"]
        assert full.startswith("http://127.0.0.1:8000/desk/feed/")
        return str(full.removeprefix("http://127.0.0.1:8000"))

    old, new = address(), address()
    assert Client().get(old).status_code == 404
    feed = feedparser.parse(Client().get(new).content)
    assert [entry.title for entry in feed.entries] == ["Virsraksts (lv)"]
    assert "/desk/sheet/" in feed.entries[0].link
    Editor.objects.filter(name="editor").update(is_active=False)
    assert Client().get(new).status_code == 404


def test_hostile_names_stay_words(signed_in: SignIn, people: dict[str, Editor]) -> None:
    """On every page that shows them."""
    Editor.objects.filter(name="administrator").update(full_name=HOSTILE)
    page = signed_in("administrator").get("/desk/accounts/").content.decode()

    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") == 2


def test_an_address_without_a_page_is_told_in_plain_words(signed_in: SignIn) -> None:
    """With a way back; scripts get JSON."""
    client = signed_in("reader")

    assert "Page not found" in client.get("/desk/nowhere/").content.decode()
    assert client.get("/desk/accounts/", headers={"X-Desk": "fetch"}).json()["error"] == "not-allowed"
