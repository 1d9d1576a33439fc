"""The editor page in a real browser: by key from a finding to the published feed, two editors, lost connections."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Browser, Dialog, Page, expect

from pipeline.models import Draft, Label, Release, Translation, Unit
from pipeline.review import workflow
from pipeline.review.outcomes import Saved
from pipeline.review.people import actor_of
from pipeline.states import State
from tests.desk import drafts
from tests.desk.drafts import BRIDGE, Piece
from tests.desk.serving import DeskSite, chromium, desk_site, on_loopback
from tests.running import eventually
from tests.test_browser import CHROMIUM, scrolls_sideways, violations

HOSTILE = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine: the editor was not looked at in a browser (apt-get install chromium)",
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


def sheet(site: DeskSite, number: int = 0) -> str:
    return f"/desk/sheet/{site.rows[number].pk}/"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.value ?? document.activeElement.textContent"))


def unit_of(row: Translation, beginning: str) -> Unit:
    return Unit.objects.get(translation=row, text__startswith=beginning)


def test_by_key_from_a_finding_to_the_published_feed(site: DeskSite, browser: Browser) -> None:
    """Open from the queue, mend what was found, approve; the label in the feed says an editor reviewed it."""
    site.publish()
    page = site.open(browser)
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{sheet(site)}")
    page.keyboard.press(".")
    expect(page.locator(".finding.pointed")).to_contain_text("142 is missing")
    page.keyboard.press("f")  # no certain fix: the cursor selects the very words
    assert page.evaluate("getSelection().toString()") == "124"
    page.keyboard.type("142")
    page.keyboard.press("Escape")
    page.keyboard.press(".")
    page.keyboard.press("f")
    expect(page.locator("#unit-{} textarea".format(unit_of(site.rows[0], "Vai").segment_id))).to_have_value(
        "Vai būs otrs tilts?"
    )
    expect(page.locator("#sheet-status")).to_contain_text("Mended, not saved yet.")
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    expect(page.locator("[data-status]")).to_have_text("Approved.")

    row = Translation.objects.get(pk=site.rows[0].pk)
    assert row.state == State.APPROVED
    assert "142 metrus" in row.content
    assert site.rows[0].title not in site.feed()
    site.publish()
    assert Release.objects.get(entry=row.entry, language="lv").label == Label.REVIEWED
    assert "142 metrus" in site.feed()
    assert "reviewed" in site.feed()
    page.reload()
    expect(page.locator("[data-label]")).to_have_text("reviewed by an editor")
    assert site.errors == []
    assert site.hosts == {"127.0.0.1"}


def test_approve_and_next_walks_the_queue(site: DeskSite, browser: Browser) -> None:
    """Shift+A saves what is typed, approves, and opens the next; at the end one is back at the queue."""
    page = site.open(browser, f"{sheet(site, 1)}?risk=clean")
    for goal in (sheet(site, 2), "/desk/?risk=clean"):
        page.locator("textarea").last.focus()
        page.keyboard.press("End")
        page.keyboard.type("!")
        page.keyboard.press("Control+Shift+Enter")
        page.wait_for_url(f"**{goal}*")
        expect(page.locator("#status")).to_contain_text("Approved.")

    assert [Translation.objects.get(pk=row.pk).state for row in site.rows] == [
        "machine",
        "approved",
        "approved",
    ]
    assert page.url.endswith("/desk/?risk=clean")


def test_letters_are_letters_while_one_types(site: DeskSite, browser: Browser) -> None:
    """No command fires in a text field, not for letters of a third level either."""
    page = site.open(browser, sheet(site))
    page.locator("textarea").first.focus()
    page.keyboard.press("End")
    page.keyboard.type(" sarhbnpvdfjk?")
    page.keyboard.press("Control+Alt+a")

    assert focused(page).endswith(" sarhbnpvdfjk?")
    assert page.url.endswith(sheet(site))
    assert not page.locator("dialog[open]").count()


def test_single_keys_can_be_switched_off(site: DeskSite, browser: Browser) -> None:
    """Letters then do nothing, Ctrl+Enter still saves."""
    site.people["editor"].shortcuts = False
    site.people["editor"].save()
    page = site.open(browser, sheet(site))
    page.keyboard.press("a")
    page.keyboard.press("?")
    assert not page.locator("dialog[open]").count()
    page.locator("textarea").first.fill("Citāds virsraksts")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-status]")).to_have_text("Saved.")

    assert Translation.objects.get(pk=site.rows[0].pk).state == State.EDITED


def test_reject_hold_and_send_back_by_key(site: DeskSite, browser: Browser) -> None:
    """Each key opens its field; without words a rejection is not sent; with them the next text opens."""
    page = site.open(browser, f"{sheet(site)}?language=lv")
    page.keyboard.press("h")
    page.keyboard.type("zvanīt")
    page.keyboard.press("Enter")
    expect(page.locator(".notices")).to_contain_text("zvanīt")
    page.keyboard.press("Escape")
    page.keyboard.press("h")
    expect(page.locator("[data-status]")).to_have_text("Let go.")
    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.locator("[data-status]")).to_contain_text("Say why")
    page.keyboard.type("nav ziņa")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: sheet(site) not in url)

    assert Translation.objects.get(pk=site.rows[0].pk).state == State.REJECTED


def test_a_finding_that_is_none_goes(site: DeskSite, browser: Browser) -> None:
    """D dismisses, the mark leaves the words, the next finding takes the focus; typed words stay."""
    page = site.open(browser, sheet(site))
    page.locator("textarea").first.fill("Pusteikums")
    page.keyboard.press("Escape")
    page.keyboard.press(".")
    page.keyboard.press("d")
    expect(page.locator(".finding.pointed")).to_contain_text("End of the sentence")
    expect(page.locator("mark", has_text="124")).to_have_count(0)
    assert page.locator("textarea").first.input_value() == "Pusteikums"
    page.keyboard.press("s")
    expect(page.locator("[data-status]")).to_have_text("Saved.")


def test_two_editors_on_one_text(site: DeskSite, browser: Browser) -> None:
    """The second is told who changed it and when, sees theirs, mine and both, and saves a choice."""
    mine = site.open(browser, sheet(site))
    theirs = site.open(browser, sheet(site), name="chief")
    title, bridge = "#unit-{} textarea", unit_of(site.rows[0], "Tilts").segment_id
    theirs.fill(title.format(bridge), "Tilts ir 142 metrus garš un maksāja 18,5 miljonus zlotu.")
    theirs.keyboard.press("Control+Enter")
    expect(theirs.locator("[data-status]")).to_have_text("Saved.")

    mine.fill(title.format(bridge), "Tilts ir 142 m garš un izmaksāja 18,5 miljonus zlotu.")
    mine.locator("textarea").first.fill("Jauns virsraksts")
    mine.keyboard.press("Control+Enter")
    expect(mine.locator("h1")).to_have_text(re.compile(r"chief changed this at \d"))
    expect(mine.locator("h1")).to_be_focused()
    assert unit_of(site.rows[0], "Tilts").text.startswith("Tilts ir 142 metrus")
    mine.check(f"#mine-{bridge}")
    mine.keyboard.press("Control+Enter")
    expect(mine.locator("[data-status]")).to_have_text("Saved.")

    assert unit_of(site.rows[0], "Tilts").text == "Tilts ir 142 m garš un izmaksāja 18,5 miljonus zlotu."
    assert Translation.objects.get(pk=site.rows[0].pk).title == "Jauns virsraksts"


def test_a_source_correction_under_an_open_edit(site: DeskSite, browser: Browser) -> None:
    """Saving then shows what came in; the editor's words for the sentences that stand are kept."""
    page = site.open(browser, sheet(site))
    row = Translation.objects.get(pk=site.rows[0].pk)
    page.locator("textarea").first.fill("Redaktora virsraksts")
    old, new = (
        "Otwarcie odbyło się w sobotę o godzinie 11.00.",
        "Otwarcie odbyło się w niedzielę o godzinie 12.00.",
    )
    later = Piece(
        title=BRIDGE.title,
        sentences={new if key == old else key: text for key, text in BRIDGE.sentences.items()},
        markup=BRIDGE.markup.replace(old, new),
    )
    row.revision = drafts.revise(row.entry, later, 2)
    row.version += 1
    row.save()
    drafts.write(row, later.texts)
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1[data-first]")).to_be_focused()
    expect(page.locator(".conflict")).to_contain_text("Redaktora virsraksts")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-status]")).to_have_text("Saved.")
    expect(page.locator(".source", has_text="niedzielę")).to_be_visible()

    assert Translation.objects.get(pk=row.pk).title == "Redaktora virsraksts"


def test_unsaved_words_survive_a_reload(site: DeskSite, browser: Browser) -> None:
    """A moment after typing the server has them; they come back with a note, and leave when thrown away."""
    page = site.open(browser, sheet(site))
    page.locator("textarea").first.fill("Vēl nesaglabāts")
    expect(page.locator("[data-status]")).to_have_text(re.compile("Draft kept"))
    eventually(Draft.objects.exists)
    page.reload()
    expect(page.locator("textarea").first).to_have_value("Vēl nesaglabāts")
    expect(page.locator("#restored")).to_be_visible()
    page.click("#restored button")
    expect(page.locator("textarea").first).to_have_value(site.rows[0].title)
    eventually(lambda: not Draft.objects.exists())


def test_words_survive_the_end_of_a_session(site: DeskSite, browser: Browser) -> None:
    """Signed out while typing: the words stay on this device, a link leads back in, and there they are."""
    page = site.open(browser, sheet(site))
    Session.objects.all().delete()
    page.locator("textarea").first.fill("Rakstīts pēc sesijas beigām")
    expect(page.locator("[data-status]")).to_contain_text("You were signed out.")
    assert not Draft.objects.exists()
    page.on("dialog", lambda dialog: dialog.accept())
    page.click("[data-status] a")
    page.wait_for_url("**/desk/sign-in/**")
    site.sign_in(page)
    page.goto(site.base + sheet(site))
    expect(page.locator("textarea").first).to_have_value("Rakstīts pēc sesijas beigām")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-status]")).to_have_text("Saved.")

    assert Translation.objects.get(pk=site.rows[0].pk).title == "Rakstīts pēc sesijas beigām"
    assert page.evaluate("localStorage.length") == 0


def test_signing_in_again_in_another_tab_is_enough(site: DeskSite, browser: Browser) -> None:
    """The page that was signed out goes on with a fresh token and saves."""
    page = site.open(browser, sheet(site))
    Session.objects.all().delete()
    page.locator("textarea").first.fill("Otrā cilnē")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-status]")).to_contain_text("You were signed out.")
    other = page.context.new_page()
    site.sign_in(other)
    page.bring_to_front()
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-status]")).to_have_text("Saved.")

    assert Translation.objects.get(pk=site.rows[0].pk).title == "Otrā cilnē"


def test_words_survive_a_server_that_is_gone(migrated_sqlite: Path, browser: Browser, tmp_path: Path) -> None:
    """No connection: kept on this device and said so; leaving is safe; when the server is back, all is there."""
    with desk_site(tmp_path, migrated_sqlite, stop=True) as site:
        with on_loopback(site.site, site.port):
            page = site.open(browser, sheet(site))
        page.locator("textarea").first.fill("Bez savienojuma")
        expect(page.locator("[data-status]")).to_contain_text("Kept on this device", timeout=20_000)
        with on_loopback(site.site, site.port):
            other = page.context.new_page()
            other.goto(site.base + sheet(site))
            expect(other.locator("textarea").first).to_have_value("Bez savienojuma")
            page.keyboard.press("Control+Enter")
            expect(page.locator("[data-status]")).to_have_text("Saved.")
            page.context.close()
            site.contexts.clear()

        assert Translation.objects.get(pk=site.rows[0].pk).title == "Bez savienojuma"


def test_leaving_asks_only_when_words_would_be_lost(site: DeskSite, browser: Browser) -> None:
    """Nothing typed, or all kept: no question."""
    page = site.open(browser, sheet(site))
    asked: list[str] = []

    def note(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", note)
    page.locator("textarea").first.fill("Uzreiz prom")
    page.goto(f"{site.base}/desk/")
    assert asked == ["beforeunload"]
    page.goto(site.base + sheet(site))
    page.locator("textarea").first.fill("Pagaidu")
    expect(page.locator("[data-status]")).to_have_text(re.compile("Draft kept"))
    page.goto(f"{site.base}/desk/")

    assert asked == ["beforeunload"]


def test_preview_and_keys_by_key(site: DeskSite, browser: Browser) -> None:
    """V shows both texts as a reader sees them, without a picture or a link that leads away; ? lists the keys."""
    page = site.open(browser, sheet(site))
    page.keyboard.press("v")
    expect(page.locator("#preview h2")).to_be_focused()
    assert page.locator(".rendered .chip-image").count() == 2
    assert page.locator(".rendered a, .rendered img").count() == 0
    page.keyboard.press("v")
    expect(page.locator("#preview")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#sheet-keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#sheet-keys")).to_be_hidden()

    assert site.hosts == {"127.0.0.1"}


def test_a_correction_is_spread_and_made_a_term(site: DeskSite, browser: Browser) -> None:
    """L finds the same sentence in another waiting text and puts the words there; T keeps a pair of words."""
    page = site.open(browser, sheet(site, 1), name="chief")
    area = page.locator("textarea", has_text="Ieeja")
    area.fill("Ieeja ir brīva.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("[data-status]")).to_have_text(
        "Saved. The same sentence waits elsewhere; L shows it."
    )
    page.keyboard.press("Escape")
    page.keyboard.press("l")
    expect(page.locator("fieldset.spread")).to_contain_text(site.rows[2].title)
    page.click("fieldset.spread button")
    expect(page.locator("#sheet-status")).to_have_text("1 sentence mended.")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    page.keyboard.type("wstęp")
    page.keyboard.press("Tab")
    page.keyboard.type("ieeja")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#sheet-status")).to_contain_text("wstęp")

    assert unit_of(site.rows[2], "Ieeja").text == "Ieeja ir brīva."


def test_withdrawing_asks_once_more(site: DeskSite, browser: Browser) -> None:
    """A chief withdraws in every language after a question; Cancel changes nothing."""
    site.people["chief"].grants.update(language="")
    page = site.open(browser, sheet(site), name="chief")
    for answer, blocked in (("no", False), ("yes", True)):
        page.keyboard.press("W")
        page.fill("#reason-withdraw", "viltus")
        page.keyboard.press("Enter")
        page.click(f"#sheet-confirm button[value={answer}]")
        expect(page.locator("#sheet-confirm")).to_be_hidden()
        if blocked:
            expect(page.locator(".notices")).to_contain_text("Withdrawn in every language")
        site.rows[0].entry.refresh_from_db()
        assert (site.rows[0].entry.blocked_at is not None) is blocked
        page.keyboard.press("Escape")


def test_without_a_script_an_editor_can_work(site: DeskSite, browser: Browser) -> None:
    """Write, save, hold with a reason, approve: plain forms."""
    page = site.open(browser)
    context = browser.new_context(
        java_script_enabled=False, storage_state=page.context.storage_state(), locale="en"
    )
    plain = context.new_page()
    plain.goto(site.base + sheet(site, 1))
    plain.locator("textarea").first.fill("Ar roku")
    plain.click(".main-moves button[value=save]")
    expect(plain.locator("#status")).to_contain_text("Saved.")
    expect(plain.locator("textarea").first).to_have_value("Ar roku")
    plain.click("button[value=approve]")
    expect(plain.locator("#status")).to_contain_text("Approved.")
    context.close()

    assert Translation.objects.get(pk=site.rows[1].pk).state == State.APPROVED


def test_at_phone_width_the_source_stands_above(site: DeskSite, browser: Browser) -> None:
    """375 px: one column, the moves at the bottom, a whole edit by touch."""
    page = site.open(browser, sheet(site), width=375)
    unit = page.locator(".unit").nth(1)
    source, target = unit.locator(".source").bounding_box(), unit.locator("textarea").bounding_box()
    assert source is not None
    assert target is not None
    assert source["y"] + source["height"] <= target["y"] + 1
    unit.locator("textarea").fill(
        "Tilts ir 142 metrus garš un maksāja 18,5 miljonus zlotu. Un vēl daži vārdi, lai rinda lūztu."
    )
    grown = unit.locator("textarea").bounding_box()
    assert grown is not None
    assert grown["height"] > target["height"]
    page.click("button[value=approve]")
    expect(page.locator("[data-status]")).to_have_text("Approved.")
    small = page.evaluate(
        """() => [...document.querySelectorAll("main :is(button, textarea, summary)")]
            .filter((each) => each.checkVisibility()).map((each) => [each.outerHTML.slice(0, 80), each.getBoundingClientRect()])
            .filter(([, box]) => box.width && (box.width < 24 || box.height < 24)).map(([html]) => html)"""
    )

    assert small == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize(("language", "width"), [("lv", 375), ("en", 1280), ("de", 375)])
def test_the_editor_is_accessible_and_fits(
    site: DeskSite, browser: Browser, language: str, width: int
) -> None:
    """No violation of WCAG 2.2 A and AA: at rest, pointing at a finding, in preview, conflict, dialogs, dark."""
    page = site.open(browser, sheet(site), width=width, language=language, axe=True)
    # So high that the moves at the window's lower edge cover nothing: what one scrolls away is no fault.
    page.set_viewport_size({"width": width, "height": 3000})
    wrong = {"rest": violations(page)}
    page.keyboard.press(".")
    wrong["finding"] = violations(page)
    page.keyboard.press("r")
    wrong["reason"] = violations(page)
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    wrong["preview"] = violations(page)
    page.keyboard.press("v")
    page.keyboard.press("?")
    wrong["keys"] = violations(page)
    page.keyboard.press("Escape")
    page.emulate_media(color_scheme="dark")
    wrong["dark"] = violations(page)
    row = Translation.objects.get(pk=site.rows[0].pk)
    unit = unit_of(row, "Tilts")
    done = workflow.save(
        actor_of(site.people["chief"]), row.pk, row.version, {unit.segment_id: "Tilts ir ļoti garš."}
    )
    assert isinstance(done, Saved)
    page.fill(f"#unit-{unit.segment_id} textarea", "Tilts ir pavisam īss.")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".conflict")
    wrong["conflict"] = [*violations(page), *(["sideways"] if scrolls_sideways(page) else [])]

    assert {path: faults for path, faults in wrong.items() if faults} == {}
    assert page.locator("html").get_attribute("lang") == language


def test_nothing_stored_ever_runs(migrated_sqlite: Path, browser: Browser, tmp_path: Path) -> None:
    """Hostile titles, sentences, fixes, messages and notes are words, in the page and in what the script builds."""
    piece = Piece(
        title=(f"Tytuł {HOSTILE}", f"Tituls {HOSTILE}"), sentences={"Zdanie pierwsze.": f"Teikums {HOSTILE}"}
    )
    with desk_site(tmp_path, migrated_sqlite, [piece]) as site:
        unit = unit_of(site.rows[0], "Teikums")
        unit.findings.create(
            check_id="numbers", severity="warn", message=HOSTILE, start=0, end=9, fix=f"{HOSTILE}!"
        )
        page = site.open(browser, sheet(site))
        page.keyboard.press("v")
        page.keyboard.press("v")
        page.keyboard.press(".")
        page.keyboard.press("f")
        page.keyboard.press("Escape")
        page.keyboard.press("h")
        page.keyboard.type(HOSTILE)
        page.keyboard.press("Enter")
        expect(page.locator(".notices")).to_contain_text("onerror")
        page.goto(f"{site.base}/desk/")
        page.goto(site.base + sheet(site))

        assert page.title().startswith("Tituls <img")
        assert page.locator("main img, main script").count() == 0
        assert site.errors == []
