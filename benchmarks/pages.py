"""Every kind of page in every language in a browser: axe, sideways scrolling, other hosts, and no script.

    ./do bench pages [--languages lv de ...]

The suite looks at two languages; this looks at all of them, light and dark, at 375 and 1280 pixels, without and
with scripts. It counts pages and faults, and ends with 1 where there is one. Needs Chromium.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import table
from pipeline.web import Site
from tests.feeds import trees
from tests.running import served
from tests.test_browser import CHROMIUM, WIDTHS, Guard, scrolls_sideways, violations

_NO_LANGUAGE = ("", "terms/label/", "nothing")


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench pages", description=__doc__.splitlines()[0])
    parser.add_argument("--languages", nargs="+", default=list(trees.LANGUAGES), choices=trees.LANGUAGES)
    languages = parser.parse_args(arguments).languages
    if CHROMIUM is None:
        sys.exit("Chromium is not installed: apt-get install chromium")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        trees.write(Path(scratch))
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with served(Site(Path(scratch))) as port:
            base = f"http://127.0.0.1:{port}/"
            looked_at = {"no language": _NO_LANGUAGE} | {
                language: [f"{language}/{kind}" for kind in trees.KINDS] for language in languages
            }
            rows = [_looked_at(browser, base, name, paths) for name, paths in looked_at.items()]
        browser.close()
    table(("language", "pages", "looks", "axe", "sideways", "other hosts", "empty without script"), rows)
    if any(row[3:] != ("0", "0", "0", "0") for row in rows):
        sys.exit(1)


def _looked_at(browser: Browser, base: str, name: str, paths: Sequence[str]) -> tuple[str, ...]:
    """The counts of one language; each fault is named on stderr."""
    found: dict[str, list[str]] = {"axe": [], "sideways": [], "hosts": [], "script": []}
    looks = 0
    for scheme in ("light", "dark"):
        context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # axe is a script
        page = context.new_page()
        guard = Guard(page)
        for path in paths:
            page.goto(base + path)
            page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 900})
                looks += 1
                found["axe"] += [f"{path} {width} {scheme}: {each}" for each in violations(page)]
                found["sideways"] += [f"{path} {width}"] if scrolls_sideways(page) else []
        found["hosts"] += [f"{kind} of {host}" for kind, host in guard.asked]
        context.close()
    found["script"] = _unreadable(browser, base, paths)
    for kind, faults in found.items():
        for fault in faults:
            print(f"{kind}: {fault}", file=sys.stderr)
    return (name, str(len(paths)), str(looks), *(str(len(faults)) for faults in found.values()))


def _unreadable(browser: Browser, base: str, paths: Sequence[str]) -> list[str]:
    """Pages that show no heading or no words when scripts are off."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    Guard(page)
    empty = []
    for path in paths:
        page.goto(base + path)
        if not page.locator("h1").is_visible() or len(page.locator("main").inner_text().split()) <= 3:
            empty.append(path)
    context.close()
    return empty
