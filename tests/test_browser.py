"""The pages in a real browser: accessible, no sideways scrolling, nothing asked of other hosts, no script needed."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from pipeline.demo.network import SampleNetwork
from pipeline.web import Site
from tests import road
from tests.running import served

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WIDTHS = (375, 1280)
LANGUAGES = ("lv", "en", "pt")

pytestmark = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine: the pages were not looked at in a browser (apt-get install chromium)",
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The sample network's tree on loopback; its pictures come from the sample sites, which stand too."""
    with SampleNetwork() as network:
        config = road.write_config(tmp_path_factory.mktemp("browser"), network, targets=LANGUAGES)
        road.once(config)
        with served(Site(config.parent / "public")) as port:
            yield f"http://127.0.0.1:{port}", config.parent / "public"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Its own sandbox needs rights that a container seldom gives; the pages are ours.
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


def pages_of(tree: Path) -> list[str]:
    """One page of every kind in every language, and for items the longest, so that much of the mark-up is seen."""
    found = ["/", "/terms/label/"]
    for language in LANGUAGES:
        items = json.loads((tree / language / "all.json").read_text(encoding="utf-8"))["items"]
        longest = sorted(items, key=lambda item: -len(item["content_html"]))[:2]
        found += [f"/{language}/{page}" for page in ("", "subscribe/", "about/", "city/poznan/")]
        found += ["/" + item["url"].split("/", 3)[3] for item in longest]
    return found


@pytest.mark.parametrize("width", WIDTHS)
def test_every_kind_of_page_is_accessible_and_fits(
    site: tuple[str, Path], browser: Browser, width: int
) -> None:
    """No violation of WCAG 2.2 A and AA by axe, no sideways scrolling, no error, nothing from hosts but loopback."""
    base, tree = site
    context = browser.new_context(
        viewport={"width": width, "height": 900}, bypass_csp=True
    )  # axe is a script
    page = context.new_page()
    hosts: set[str] = set()
    errors: list[str] = []
    page.on("request", lambda request: hosts.add(request.url.split("/")[2].split(":")[0]))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    wrong = {}
    for path in pages_of(tree):
        page.goto(base + path)
        wrong[path] = [*violations(page), *(["sideways scrolling"] if scrolls_sideways(page) else [])]
    context.close()

    assert {path: faults for path, faults in wrong.items() if faults} == {}
    assert hosts == {"127.0.0.1"}
    assert errors == []


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": WCAG}).response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))


def test_the_pages_need_no_script_and_no_mouse(site: tuple[str, Path], browser: Browser) -> None:
    """With scripts off and the keyboard alone one gets from the front page to an item and on to its original."""
    base, _tree = site
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/lv/")
    page.keyboard.press("Tab")

    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#content"
    page.locator("main h2 a, main h3 a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/lv/news/**")
    assert page.locator("html").get_attribute("lang") == "lv"
    assert page.locator(".provenance a[hreflang]").count() == 1
    context.close()
