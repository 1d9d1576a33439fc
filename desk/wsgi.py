"""The desk as a WSGI application, mounted at /desk by the daemon: its pages by Django, its assets as files."""

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication

import structlog
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.management.utils import get_random_secret_key
from django.db import DatabaseError

from desk import catalogues
from desk.setup import ASSETS, STATIC, Alternatives, DeskSetup, no_engines
from pipeline.config import Config
from pipeline.models import StoreFact
from pipeline.settings import desk_settings
from pipeline.web import Site

PREFIX = "/desk"
SECRET_FACT, SECRET_VARIABLE = "desk-secret-key", "NEWSWIRE_SECRET_KEY"
_log = structlog.get_logger("desk")


def application(
    config: Config, *, wake: Callable[[], None], alternatives: Alternatives = no_engines
) -> WSGIApplication:
    """The desk of this process. Nothing is read from the store before the first request."""
    for name, value in desk_settings(config).items():
        setattr(settings, name, value)
    settings.NEWSWIRE_DESK = DeskSetup(config=config, wake=wake, alternatives=alternatives)
    catalogues.prepare()
    return _Desk()


def secret_key() -> str:
    """Of the environment, else made at random at first need and kept in the store; there is no default."""
    if given := os.environ.get(SECRET_VARIABLE):
        return given
    fact, _made = StoreFact.objects.get_or_create(
        key=SECRET_FACT, defaults={"value": get_random_secret_key()}
    )
    return str(fact.value)


class _Desk:
    """Django's handler behind the desk's assets. Connections are closed by Django at each request's end."""

    def __init__(self) -> None:
        self._assets = Site(STATIC)
        self._pages: WSGIHandler | None = None
        self._lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(f"{ASSETS}/"):
            return self._assets({**environ, "PATH_INFO": path.removeprefix(ASSETS)}, start)
        try:
            pages = self._ready()
        except DatabaseError as error:
            _log.error("desk: the store cannot be read", reason=str(error).strip())
            start(
                "503 Service Unavailable",
                [("Content-Type", "text/plain; charset=utf-8"), ("Retry-After", "30")],
            )
            return [b"The store is not ready yet. Try again in a minute.\n"]
        return pages(environ, start)

    def _ready(self) -> WSGIHandler:
        """Django's handler, made at the first request: by then the store has its tables."""
        if self._pages is None:
            with self._lock:
                settings.SECRET_KEY = secret_key()
                self._pages = WSGIHandler()
        return self._pages
