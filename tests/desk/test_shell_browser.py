"""The desk's pages in a real browser: ways in, accessible, no sideways scrolling, nothing stored ever runs."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from playwright.sync_api import Browser, Page, expect

from desk import wsgi
from pipeline.config import Config
from pipeline.models import (
    Audit,
    Editor,
    EnginePause,
    Report,
    SavedFilter,
    SignInLink,
    Source,
    Term,
    Translation,
)
from pipeline.settings import database
from pipeline.web import Site
from tests import builders
from tests.conftest import use_database
from tests.desk.conftest import make_people, opened
from tests.desk.people import PASSWORD, now
from tests.desk.serving import chromium, session_of
from tests.desk.test_second_factor import code
from tests.running import served
from tests.test_browser import CHROMIUM, scrolls_sideways, violations

HOSTILE = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"

WIDTHS = (375, 1280)
OPEN = ("sign-in/", "enter/")  # pages for those who are not signed in

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine: the desk was not looked at in a browser (apt-get install chromium)",
)


@dataclass(frozen=True)
class DeskSite:
    base: str
    people: dict[str, Editor]
    translation: Translation

    def open(
        self, browser: Browser, name: str, *, width: int = 1280, language: str = "en", axe: bool = False
    ) -> Page:
        """A page of a browser in which `name` is signed in, past a policy that would keep axe out."""
        Editor.objects.filter(pk=self.people[name].pk).update(ui_language=language)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, bypass_csp=axe, locale=language
        )
        context.add_cookies(
            [{"name": "desk_session", "value": session_of(self.people[name]), "url": f"{self.base}/desk/"}]
        )
        return context.new_page()


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: Path, browser: Browser
) -> Iterator[DeskSite]:
    """A desk on loopback with a row of everything, much of it hostile."""
    assert browser.is_connected()
    folder = tmp_path_factory.mktemp("desk")
    (folder / "public").mkdir()
    shutil.copyfile(migrated_sqlite, folder / "store.db")
    use_database(database(f"sqlite:///{folder / 'store.db'}"))
    network = {"title": "Cities", "base_url": "http://127.0.0.1:8000", "contact": "mailto:a@example.org"}
    config: Config = builders.config(folder, network=network, languages={"targets": ["lv", "en", "pl"]})
    with opened(config, lambda: None):
        people = make_people()
        translation = stock()
        application = wsgi.application(config, wake=lambda: None)
        with served(Site(folder / "public", {wsgi.PREFIX: application})) as port:
            yield DeskSite(f"http://127.0.0.1:{port}", people, translation)
    connections.close_all()


def stock() -> Translation:
    row = builders.translation(builders.entry(), "lv", risk=0.9)
    Translation.objects.update(waits=True, title=f"Virsraksts {HOSTILE}")
    Editor.objects.filter(name="other").update(full_name=HOSTILE)
    Report.objects.create(entry=row.entry, language="lv", message=HOSTILE, quote=HOSTILE, at=builders.NOW)
    Term.objects.create(
        source_language="pl", target_language="lv", source="most" * 30, target="tilts", note=HOSTILE
    )
    SavedFilter.objects.create(
        editor=Editor.objects.get(name="administrator"), name="x" * 80, query="order=risk"
    )
    Source.objects.update(error=f"poznan: https://city.example/ answered 500 {HOSTILE}. {HOSTILE}")
    EnginePause.objects.create(engine="deepl", until=now() + timedelta(hours=1), reason=f"deepl: {HOSTILE}")
    for number, after in enumerate(("Vārdi.", HOSTILE, "Citi vārdi.")):
        Audit.objects.create(
            at=builders.NOW + timedelta(hours=number),
            actor="editor",
            action="edit",
            entry=row.entry,
            language="lv",
            before_state="machine",
            after_state="edited",
            before="Bija.",
            after=after,
            note=HOSTILE,
        )
    return row


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def pages(site: DeskSite) -> list[str]:
    """Every page that an administrator can open."""
    account = site.people["other"].pk
    return [
        "",
        "?order=risk",
        "?state=unreviewed",
        f"sheet/{site.translation.pk}/",
        "status/",
        "preferences/",
        "preferences/password/",
        "second-factor/enrol/",
        "accounts/",
        "accounts/add/",
        f"accounts/{account}/",
        "log/",
        "log/?since=never",
        f"history/{site.translation.entry_id}/lv/",
        "terms/",
        "terms/add/",
        f"terms/{Term.objects.get().pk}/",
        "reports/",
        "nowhere/",
        "sign-in/",
        "sign-in/?next=/desk/terms/",
        "enter/nothing/",
    ]


@pytest.mark.parametrize(("language", "width"), [("lv", 375), ("en", 1280), ("de", 375)])
def test_every_page_is_accessible_and_fits(
    site: DeskSite, browser: Browser, language: str, width: int
) -> None:
    """No violation of WCAG 2.2 A and AA by axe, no sideways scrolling at any width; the page says its language.

    A rule of axe that minds the width minds it in every language: each language is looked at in one.
    """
    page = site.open(browser, "administrator", language=language, axe=True)
    wrong = {}
    for path in pages(site):
        page.goto(f"{site.base}/desk/{path}")
        page.set_viewport_size({"width": sum(WIDTHS) - width, "height": 900})
        wide = scrolls_sideways(page)
        page.set_viewport_size({"width": width, "height": 900})
        wrong[path] = [
            *violations(page),
            *(["sideways scrolling"] if wide or scrolls_sideways(page) else []),
        ]
        assert page.locator("html").get_attribute("lang") == language
        assert page.locator("h1").count() == 1
        # Or it is the page that asks to sign in: the browser was not known.
        assert page.locator("details.account").count() == (0 if path.startswith(OPEN) else 1), path
    page.context.close()

    assert {path: faults for path, faults in wrong.items() if faults} == {}


def test_forms_with_mistakes_are_accessible(site: DeskSite, browser: Browser) -> None:
    """The summary takes the focus and leads to the field, in dark colours too."""
    page = site.open(browser, "administrator", width=375, axe=True)
    page.emulate_media(color_scheme="dark")
    for path in ("terms/add/", "accounts/add/", "preferences/password/"):
        page.goto(f"{site.base}/desk/{path}")
        page.click("main form .actions button")
        expect(page.locator(".summary")).to_be_focused()
        assert violations(page) == []
        page.click(".summary a")
        assert page.locator(":focus").evaluate("field => field.matches('input, select, textarea')")
    page.context.close()


def test_nothing_stored_ever_runs(site: DeskSite, browser: Browser) -> None:
    """Hostile names, notes, words and reports are shown as words; the policy reports nothing but their pictures."""
    page = site.open(browser, "administrator")
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    for path in pages(site):
        page.goto(f"{site.base}/desk/{path}")
        assert "ran" not in page.title().split(" · ")[0].split()
        assert page.locator("main script, main [onerror]").count() == 0
    page.context.close()

    assert [error for error in errors if "Content Security Policy" in error] == []


def test_signing_in_by_password_and_keyboard(site: DeskSite, browser: Browser) -> None:
    """From a page one may not see yet, without a mouse, without a script, back to that page."""
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    page.goto(f"{site.base}/desk/terms/?text=most")
    page.wait_for_url("**/desk/sign-in/?next=*")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#content"
    page.focus("#id_username")
    page.keyboard.type("chief")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/terms/?text=most")
    page.click("summary")
    page.click("text=Sign out")

    assert page.locator("[role=status]").last.inner_text() == "You are signed out."
    context.close()


def test_a_link_serves_once(site: DeskSite, browser: Browser) -> None:
    """Its page asks for a click; the second visitor is told what to do."""
    address = f"{site.base}/desk/enter/{SignInLink.objects.issue(site.people['editor'], now())}/"
    page = browser.new_context(locale="en").new_page()
    page.goto(address)
    page.click("main button")
    page.wait_for_url("**/desk/")
    page.goto(address)

    assert page.locator("h1").inner_text() == "This link works no more"
    page.context.close()


def test_guessing_is_stopped_with_a_clear_page(site: DeskSite, browser: Browser) -> None:
    """Five wrong passwords; the page says how long to wait and what else to do."""
    page = browser.new_context(locale="en").new_page()
    for _ in range(5):
        page.goto(f"{site.base}/desk/sign-in/")
        page.fill("#id_username", "nobody")
        page.fill("#id_password", "guess")
        page.click("main button")

    assert page.locator("h1").inner_text() == "Too many attempts"
    assert "Wait 15 minutes" in page.locator("main").inner_text()
    page.context.close()


def test_a_second_factor_is_set_up_and_asked(site: DeskSite, browser: Browser) -> None:
    """The QR code is drawn under the strict policy; the codes are shown; the next sign-in asks for one."""
    page = site.open(browser, "reader")
    page.goto(f"{site.base}/desk/second-factor/enrol/")
    assert page.locator("img.qr").evaluate("image => image.naturalWidth") > 100
    page.fill("#id_code", code(site.people["reader"]))
    page.click("main form .actions button")
    expect(page.locator(".codes code")).to_have_count(10)
    codes = page.locator(".codes code").all_inner_texts()
    page.context.close()
    other = browser.new_context(locale="en").new_page()
    other.goto(f"{site.base}/desk/preferences/")
    other.fill("#id_username", "reader")
    other.fill("#id_password", PASSWORD)
    other.click("main button")
    other.wait_for_url("**/desk/second-factor/*")
    other.fill("#id_code", codes[0])
    other.click("main button")
    other.wait_for_url("**/desk/preferences/")
    other.context.close()

    assert len(set(codes)) == 10


def test_paper_shows_the_words_only(site: DeskSite, browser: Browser) -> None:
    """Printed, a page of the log has neither navigation nor forms."""
    page = site.open(browser, "administrator")
    page.goto(f"{site.base}/desk/history/{site.translation.entry_id}/lv/")
    page.emulate_media(media="print")

    assert not page.locator(".masthead nav").is_visible()
    assert not page.locator(".foot").is_visible()
    assert page.locator(".moves li").first.is_visible()
    page.context.close()
