"""The queue in a real browser: keys, moves on many texts, undo; accessible, on a phone too, without a script too."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipeline.models import Translation
from tests.desk.serving import DeskSite, chromium, desk_site
from tests.test_browser import CHROMIUM, scrolls_sideways, violations

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine: the queue was not looked at in a browser (apt-get install chromium)",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def site(migrated_sqlite: Path, browser: Browser, tmp_path: Path) -> Iterator[DeskSite]:
    assert browser.is_connected()
    with desk_site(tmp_path, migrated_sqlite) as found:
        yield found


def states(site: DeskSite) -> list[str]:
    return [Translation.objects.get(pk=row.pk).state for row in site.rows]


def test_the_queue_by_keys_alone(site: DeskSite, browser: Browser) -> None:
    """Down, select, select the clean ones, accept, undo; then open the first text."""
    page = site.open(browser)
    page.keyboard.press("j")
    expect(page.locator(":focus")).to_have_text("Atklāts jauns gājēju tilts pār Vartu")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-count]")).to_have_text("Selected: 1")
    page.keyboard.press("x")
    page.keyboard.press("c")
    expect(page.locator("[data-count]")).to_have_text("Selected: 2")
    page.keyboard.press("a")
    expect(page.locator("#undo")).to_contain_text("2 texts accepted.")
    assert states(site) == ["machine", "approved", "approved"]

    page.keyboard.press("u")
    expect(page.locator("#status")).to_contain_text("2 texts are back.")
    assert states(site) == ["machine", "machine", "machine"]

    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/sheet/{site.rows[0].pk}/")
    assert site.errors == []
    assert site.hosts == {"127.0.0.1"}


def test_rejecting_by_keys_asks_for_a_reason(site: DeskSite, browser: Browser) -> None:
    """R opens the field; Enter in it with words rejects, and never accepts."""
    page = site.open(browser)
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("r")
    expect(page.locator(":focus")).to_have_attribute("id", "bulk-reason")
    page.keyboard.press("Enter")
    expect(page.locator("#bulk-reason")).to_have_attribute("aria-invalid", "true")
    page.keyboard.type("vecas ziņas, rax")  # letters that are commands elsewhere
    page.keyboard.press("Enter")
    expect(page.locator("#undo")).to_contain_text("1 text rejected.")

    assert states(site) == ["rejected", "machine", "machine"]


def test_single_keys_can_be_switched_off(site: DeskSite, browser: Browser) -> None:
    """Then a letter does nothing."""
    site.people["editor"].shortcuts = False
    site.people["editor"].save()
    page = site.open(browser)
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.keyboard.press("?")

    assert page.locator("input:checked").count() == 0
    assert not page.locator("dialog").is_visible()


def test_without_a_script_it_is_a_plain_form(site: DeskSite, browser: Browser) -> None:
    """Filter, tick, accept, undo: all by what a browser has itself."""
    page = site.open(browser)
    context = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), locale="en"
    )
    plain = context.new_page()
    plain.goto(f"{site.base}/desk/")
    plain.click(".sieve summary")
    plain.select_option("#filter-risk", "clean")
    plain.click("text=Show")
    expect(plain.locator("[data-row]")).to_have_count(2)
    plain.locator("input[name=pick]").first.check()
    plain.click("button[value=accept]")
    expect(plain.locator("#undo")).to_contain_text("1 text accepted.")
    plain.click("#undo button")
    expect(plain.locator("#undo")).to_have_count(0)
    context.close()

    assert states(site) == ["machine", "machine", "machine"]


@pytest.mark.parametrize(("language", "width"), [("lv", 375), ("en", 1280), ("de", 375)])
def test_the_queue_is_accessible_and_fits(
    site: DeskSite, browser: Browser, language: str, width: int
) -> None:
    """No violation of WCAG 2.2 A and AA, no sideways scrolling: plain, filtered, after a move, with the keys shown."""
    page = site.open(browser, width=width, language=language, axe=True)
    wrong = {}
    for path in ("/desk/", "/desk/?language=lv&risk=clean", "/desk/?text=nothing"):
        page.goto(site.base + path)
        wrong[path] = [*violations(page), *(["sideways"] if scrolls_sideways(page) else [])]
    page.goto(f"{site.base}/desk/?language=lv")
    page.keyboard.press("c")
    page.keyboard.press("r")
    wrong["reason"] = violations(page)
    page.keyboard.press("Escape")
    page.locator("button[value=accept]").click()
    page.wait_for_selector("#undo")
    wrong["undo"] = violations(page)
    page.keyboard.press("?")
    wrong["keys"] = violations(page)

    assert {path: faults for path, faults in wrong.items() if faults} == {}
    assert page.locator("html").get_attribute("lang") == language


def test_targets_are_large_enough_for_a_thumb(site: DeskSite, browser: Browser) -> None:
    """Nothing to press is smaller than 24 by 24 pixels but links within a line of text."""
    page = site.open(browser, "/desk/?language=lv", width=375)
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(button, input:not([type=hidden]), select, summary, h2 a, .lanes a)")]
            .filter((each) => each.checkVisibility())
            .map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 24 || box.height < 24)).map(([html]) => html)"""
    )

    assert small == []
