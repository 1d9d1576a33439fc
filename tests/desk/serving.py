"""A desk on loopback with texts that wait, and a browser in which somebody is signed in: for tests in Chromium."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from waitress.server import create_server

from desk import wsgi
from feeds import stage as publishing
from pipeline.config import Config
from pipeline.models import Editor, SignInLink, Translation
from pipeline.settings import database
from pipeline.web import Site
from tests import builders
from tests.conftest import use_database
from tests.desk.conftest import make_people, opened
from tests.desk.drafts import BRIDGE, LIBRARY, TRAM, Piece, drafted, released
from tests.desk.people import now
from tests.running import free_port
from tests.test_browser import CHROMIUM


@dataclass
class DeskSite:
    """`rows`: the texts in the order they were made; `hosts`: whom the browsers asked for anything."""

    base: str
    config: Config
    people: dict[str, Editor]
    rows: list[Translation]
    site: Site
    port: int
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)
    contexts: list[BrowserContext] = field(default_factory=list)

    def open(
        self,
        browser: Browser,
        path: str = "/desk/",
        *,
        name: str = "editor",
        width: int = 1280,
        language: str = "en",
        axe: bool = False,
    ) -> Page:
        """A new browser in which `name` is signed in, at this page. `axe`: past a policy that would keep axe out."""
        Editor.objects.filter(name=name).update(ui_language=language)
        context = browser.new_context(
            viewport={"width": width, "height": 900}, bypass_csp=axe, locale=language
        )
        context.set_default_timeout(8_000)
        self.contexts.append(context)
        page = context.new_page()
        page.on("request", self._note)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        context.add_cookies(
            [{"name": "desk_session", "value": session_of(self.people[name]), "url": f"{self.base}/desk/"}]
        )
        page.goto(self.base + path)
        return page

    def sign_in(self, page: Page, name: str = "editor") -> None:
        page.goto(f"{self.base}/desk/enter/{SignInLink.objects.issue(self.people[name], now())}/")
        page.click("main button")
        page.wait_for_url("**/desk/")

    def _note(self, request: Request) -> None:
        self.hosts.add(request.url.split("/")[2].split(":")[0])

    def publish(self) -> None:
        """What the daemon does after a wake-up."""
        released(self.config)
        publishing.run(self.config)

    def feed(self, language: str = "lv") -> str:
        return (self.config.publish.directory / language / "all.rss").read_text(encoding="utf-8")


def session_of(editor: Editor) -> str:
    """A session as the front door opens it. The way through the door in a browser is tests/desk/test_shell_browser.py."""
    settings.SECRET_KEY = wsgi.secret_key()  # with which the desk signs sessions from its first request on
    client = Client(headers={"host": "127.0.0.1"})
    assert client.post(f"/desk/enter/{SignInLink.objects.issue(editor, now())}/").status_code == 302
    return client.cookies["desk_session"].value


@contextmanager
def desk_site(
    folder: Path, migrated: Path, pieces: Sequence[Piece] = (BRIDGE, LIBRARY, TRAM), *, stop: bool = False
) -> Iterator[DeskSite]:
    """All Latvian texts wait for an editor. With `stop` the caller serves `site` itself, and stops it at will."""
    shutil.copyfile(migrated, folder / "store.db")
    use_database(database(f"sqlite:///{folder / 'store.db'}"))
    port = free_port()
    network = {"title": "Cities", "base_url": f"http://127.0.0.1:{port}", "contact": "mailto:a@example.org"}
    config: Config = builders.config(
        folder, network=network, review={"default": "all", "lv": {"editor": "Desk"}}
    )
    with opened(config, lambda: None):
        people = make_people()
        rows = [drafted(piece, number=number) for number, piece in enumerate(pieces, start=1)]
        application = wsgi.application(config, wake=lambda: None)
        site = Site(config.publish.directory, {wsgi.PREFIX: application})
        found = DeskSite(f"http://127.0.0.1:{port}", config, people, rows, site, port)
        released(config)
        with nullcontext() if stop else on_loopback(site, port):
            try:
                yield found
            finally:
                for context in found.contexts:
                    context.close()
        connections.close_all()


@contextmanager
def on_loopback(site: Site, port: int) -> Iterator[None]:
    """Serve until the end, then cut every connection, those that browsers keep open too."""
    server: Any = create_server(site, host="127.0.0.1", port=port, threads=4, ident="")
    thread = threading.Thread(target=server.run)
    thread.start()

    def cut() -> None:
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    try:
        yield
    finally:
        server.trigger.pull_trigger(cut)  # by the loop's own thread; it ends with its last socket
        thread.join(10)
        server.task_dispatcher.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread; what the tests read and write here waits for nobody.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        # Its own sandbox needs rights that a container seldom gives; the pages are ours.
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()
