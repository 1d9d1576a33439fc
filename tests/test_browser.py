"""The pages in a real browser: accessible, no sideways scrolling, nothing asked of other hosts, no script needed."""

import shutil
from collections.abc import Iterator
from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, sync_playwright

from pipeline.demo.network import SampleNetwork
from pipeline.web import Site
from tests import road
from tests.feeds import trees
from tests.running import served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (375, 1280)
# Where only the title differs, one language will do.
KINDS = [kind for kind in trees.KINDS if kind not in {"news/20/", "report/missing/"}]

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine: the pages were not looked at in a browser (apt-get install chromium)",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sample network's tree on loopback; copies of the sample sites' pictures are part of it."""
    with SampleNetwork() as network:
        config = road.write_config(tmp_path_factory.mktemp("browser"), network)
        road.once(config)
        with served(Site(config.parent / "public")) as port:
            yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def every_page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Every kind of page in every language, on loopback."""
    folder = tmp_path_factory.mktemp("tree")
    trees.write(folder)
    with served(Site(folder)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its own sandbox needs rights that a container seldom gives; the pages are ours.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


# Pictures whose turn has not come in a long list are asked for here too.
_BROKEN = """async () => {
    for (const one of document.images) { one.loading = "eager"; await one.decode().catch(() => undefined) }
    return [...document.images].filter(one => one.naturalWidth === 0).map(one => one.src)
}"""


class Guard:
    """Keeps a page on loopback, and remembers what it asked of others."""

    def __init__(self, page: Page) -> None:
        self.asked: set[tuple[str, str]] = set()
        page.route(lambda url: not url.startswith("http://127.0.0.1:"), self._refuse)

    def _refuse(self, route: Route, request: Request) -> None:
        self.asked.add((request.resource_type, request.url.split("/")[2]))
        route.abort()


@pytest.mark.parametrize("language", ["lv", "de"])  # the longest words; `./do bench pages` takes them all
def test_every_kind_of_page_is_accessible_and_fits(every_page: str, browser: Browser, language: str) -> None:
    """No violation of WCAG 2.2 A and AA by axe, no sideways scrolling; nothing of other hosts, and every picture is there."""
    context = browser.new_context(bypass_csp=True)  # axe is a script
    page = context.new_page()
    guard = Guard(page)
    wrong: dict[tuple[str, int], list[str]] = {}
    broken: set[str] = set()
    for kind in KINDS:
        page.goto(f"{every_page}/{language}/{kind}")
        broken |= set(page.evaluate(_BROKEN))
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            faults = [*violations(page), *(["sideways scrolling"] if scrolls_sideways(page) else [])]
            if faults:
                wrong[kind, width] = faults
    context.close()

    assert wrong == {}
    assert guard.asked == set()
    assert broken == set()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_pages_of_no_language_are_accessible_in_the_dark(
    every_page: str, browser: Browser, width: int
) -> None:
    """The choice of languages and the vocabulary, and one page of each kind in the dark theme."""
    context = browser.new_context(
        bypass_csp=True, color_scheme="dark", viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    Guard(page)
    paths = ["", "terms/label/", "nothing", *(f"lv/{kind}" for kind in trees.KINDS)]
    wrong = {}
    for path in paths:
        page.goto(f"{every_page}/{path}")
        if faults := [*violations(page), *(["sideways scrolling"] if scrolls_sideways(page) else [])]:
            wrong[path] = faults
    context.close()

    assert wrong == {}


def violations(page: Page) -> list[str]:
    page.wait_for_load_state()  # half a page has no landmarks
    found = Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_the_list_of_languages_opens_within_the_page(every_page: str, browser: Browser) -> None:
    """Also where the menu beside it needs two lines: nothing of it lies beyond the left edge, where no scrolling leads."""
    page = browser.new_page()
    Guard(page)
    outside = []
    for width, language in product((320, 800, 900, 1024, 1280), ("de", "fr")):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{every_page}/{language}/")
        page.locator(".languages summary").click()
        box = page.locator(".languages ul").bounding_box()
        if box is None or box["x"] < 0 or box["x"] + box["width"] > width:
            outside.append((width, language))
    page.close()

    assert outside == []


def test_text_can_be_twice_as_large_on_a_phone(every_page: str, browser: Browser) -> None:
    """WCAG 1.4.4: nothing is pushed out of sight, with everything unfolded."""
    page = browser.new_page(viewport={"width": 375, "height": 900})
    Guard(page)
    wide = []
    for kind in KINDS:
        page.goto(f"{every_page}/de/{kind}")
        page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        wide += [kind] if scrolls_sideways(page) else []
    page.close()

    assert wide == []


def test_the_pages_need_no_script_and_no_mouse(site: str, browser: Browser) -> None:
    """With scripts off and the keyboard alone one gets from the front page to an item, its text and its original."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/lv/")
    page.keyboard.press("Tab")

    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#content"
    page.locator(".label-machine-translated").first.locator("xpath=..").locator("h3 a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/lv/news/**")
    assert page.locator("html").get_attribute("lang") == "lv"
    assert page.locator(".provenance p a[hreflang]").count() == 1
    original = page.locator(".original .text")
    assert not original.is_visible()
    page.locator(".original summary").focus()
    page.keyboard.press("Enter")
    assert original.is_visible()
    assert original.get_attribute("lang") not in {"lv", None}
    context.close()


def test_the_search_without_a_script_leads_on(site: str, browser: Browser) -> None:
    """The page says why there is no form, and links to every list."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/lv/search/")

    assert not page.locator("#search").is_visible()
    assert page.locator("#without-script a").count() >= 2
    context.close()


def test_the_search_finds_in_each_language_and_asks_nobody(site: str, browser: Browser) -> None:
    """Under the site's own policy, from files of the tree alone; every result leads to a page."""
    page = browser.new_page()
    guard = Guard(page)
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    for language, word in (("lv", "tramvajs"), ("en", "tram"), ("pt", "tram")):
        page.goto(f"{site}/{language}/search/")
        page.locator("#words").fill(word)
        page.keyboard.press("Enter")
        page.locator("#results li").first.wait_for()
        assert page.url.endswith(f"?q={word}")
        link = page.locator("#results a").first.get_attribute("href") or ""
        assert f"/{language}/news/" in link
        assert page.request.get(f"{site}{link}").status == 200
        assert page.locator("#results li").count() == page.locator("#results li > .label").count()
    page.locator("#words").fill("qqqqqq")
    page.keyboard.press("Enter")
    page.wait_for_function("document.getElementById('results').children.length === 0")
    page.close()

    assert guard.asked == set()
    assert errors == []


def test_an_address_is_copied_with_one_press(site: str, browser: Browser) -> None:
    """The button appears where the browser can copy, copies the feed's address and says so."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{site}/en/subscribe/")
    button = page.locator("button[data-copy]").first
    button.click()

    assert button.inner_text() == "Copied"
    assert page.evaluate("navigator.clipboard.readText()").endswith("/en/all.rss")
    context.close()
