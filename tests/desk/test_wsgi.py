"""The desk behind the server that `serve` uses: assets, the key, faults, many requests at once."""

import logging
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from django.conf import settings as django_conf
from django.db import connections
from waitress.server import create_server

from desk import wsgi
from desk.setup import STATIC
from pipeline.config import Config
from pipeline.daemon import _proxies
from pipeline.models import StoreFact
from pipeline.settings import desk_settings
from pipeline.web import Site
from tests import builders
from tests.running import ask, served


@pytest.fixture
def port(desk: Config, tmp_path: Path) -> Iterator[int]:
    """The desk mounted in the site, on loopback."""
    (tmp_path / "public").mkdir()
    application = wsgi.application(desk, wake=lambda: None)
    with served(Site(tmp_path / "public", {wsgi.PREFIX: application})) as found:
        yield found


def test_pages_and_assets_are_served(port: int) -> None:
    """The desk under its path, its files beside it, everything else as published."""
    page = ask(port, "/desk/sign-in/")
    style = ask(port, "/desk/static/base.css")

    assert page.status == 200
    assert b"/desk/static/base.css?v=" in page.body
    assert style.body == (STATIC / "base.css").read_bytes()
    assert style["Content-Type"] == "text/css; charset=utf-8"
    assert ask(port, "/desk")["Location"] == "/desk/"
    assert ask(port, "/desk/static/../wsgi.py").status == 404
    assert ask(port, "/desktop").status == 404


def test_other_hosts_are_refused(port: int) -> None:
    """A page of another name pointing here (DNS rebinding) gets nothing."""
    found = {
        host: requests.get(
            f"http://127.0.0.1:{port}/desk/sign-in/", headers={"Host": host}, timeout=10
        ).status_code
        for host in ("evil.example", "localhost:8000", "two hosts")
    }

    assert found == {"evil.example": 400, "localhost:8000": 200, "two hosts": 400}


def test_many_at_once(port: int) -> None:
    """Each thread of the server has its own connection to the store."""
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: ask(port, "/desk/sign-in/").status, range(40)))

    assert statuses == [200] * 40


def test_the_key_is_made_at_random_and_kept(sqlite_store: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same after a restart, another in another store; the environment's goes first."""
    first = wsgi.secret_key()
    assert wsgi.secret_key() == first
    assert len(first) >= 50
    StoreFact.objects.all().delete()
    assert wsgi.secret_key() != first
    monkeypatch.setenv("NEWSWIRE_SECRET_KEY", "from outside")
    assert wsgi.secret_key() == "from outside"


def test_a_store_without_tables_is_told(desk: Config, tmp_path: Path) -> None:
    """Until the first cycle has made them the desk says so, and then it is there."""
    application = wsgi.application(desk, wake=lambda: None)
    store, later = tmp_path / "store.db", tmp_path / "later.db"
    connections.close_all()
    store.rename(later)
    with served(Site(tmp_path, {wsgi.PREFIX: application})) as port:
        early = ask(port, "/desk/sign-in/")
        shutil.copyfile(later, store)
        late = ask(port, "/desk/sign-in/")

    assert (early.status, early["Retry-After"]) == (503, "30")
    assert late.status == 200


def test_a_bug_is_a_page_and_a_trace_in_the_log(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The visitor sees no trace, the operator does."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("desk.sign_in.SignInForm", broken)
    with caplog.at_level(logging.ERROR):
        answer = ask(port, "/desk/sign-in/")

    assert answer.status == 500
    assert b"Something went wrong" in answer.body
    assert b"a bug" not in answer.body
    assert any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize(
    ("base", "secure"), [("https://news.example.org", True), ("http://127.0.0.1:8000", False)]
)
def test_cookies_are_as_safe_as_the_address(base: str, secure: bool) -> None:
    """Only by HTTPS where the desk has it; never read by scripts."""
    found = desk_settings(
        builders.config(network={"title": "C", "base_url": base, "contact": "mailto:a@example.org"})
    )

    assert {found[f"{name}_COOKIE_SECURE"] for name in ("SESSION", "CSRF", "LANGUAGE")} == {secure}
    assert django_conf.SESSION_COOKIE_HTTPONLY
    assert django_conf.CSRF_COOKIE_HTTPONLY
    assert base.split("//")[1].split(":", maxsplit=1)[0] in found["ALLOWED_HOSTS"]
    assert "*" not in found["ALLOWED_HOSTS"]


@contextmanager
def served_by(options: dict[str, Any]) -> Iterator[int]:
    """A server with these options that tells whom it takes the client for."""

    def tell(environ: dict[str, Any], start: Any) -> list[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        return [f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']}".encode()]

    server: Any = create_server(tell, host="127.0.0.1", port=0, threads=1, **options)
    thread = threading.Thread(target=server.run)
    thread.start()
    yield int(server.effective_port)
    server.trigger.pull_trigger(server.close)
    thread.join(10)
    server.task_dispatcher.shutdown()


def test_proxies_are_believed_only_where_configured() -> None:
    """By default what a client says of its address is dropped by the server."""
    found = {}
    for proxies in (0, 1, 2):
        with served_by(_proxies(builders.config(desk={"proxies": proxies}))) as port:
            header = {"X-Forwarded-For": "192.0.2.66, 192.0.2.1, 192.0.2.2", "X-Forwarded-Proto": "https"}
            found[proxies] = requests.get(f"http://127.0.0.1:{port}/", headers=header, timeout=10).text

    assert found == {0: "127.0.0.1 http", 1: "192.0.2.2 https", 2: "192.0.2.1 https"}
