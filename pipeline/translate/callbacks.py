"""Where asynchronous engines bring their answers: a WSGI application under /callbacks/ENGINE/TOKEN.

The token is the only thing that lets a caller in: 256 bits, made for one question, kept as a hash. An answer may come
twice, late, or before the engine has finished taking the question; the first one counts. What it says is taken for
text; it goes through the checks like any engine's when the entry is next translated.
"""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse

import structlog
from django.db import connections

from pipeline.models import EngineJob, Translation
from pipeline.translate.engines.asynchronous import PENDING

PREFIX = "/callbacks"
_PATH = re.compile(r"/callbacks/([a-z0-9-]{1,40})/([A-Za-z0-9_-]{43})(/error)?")
_LARGEST = 200_000  # bytes: 5,000 characters, escaped, with room
_log = structlog.get_logger("callbacks")

Environ = dict[str, Any]


def callbacks(environ: Environ, start: StartResponse) -> Iterable[bytes]:
    """Take in one answer. Says as little as it can: 200 taken in (also when known), 400, 404, 405 or 413."""
    match = _PATH.fullmatch(environ.get("PATH_INFO", ""))
    if match is None:
        return _answer(start, "404 Not Found")
    if environ["REQUEST_METHOD"] != "POST":
        return _answer(start, "405 Method Not Allowed", [("Allow", "POST")])
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > _LARGEST:
        return _answer(start, "413 Content Too Large")
    fields = _fields(environ, environ["wsgi.input"].read(int(length)))
    language = fields.get("target-language", fields.get("target-languages", "")).strip().lower()
    text = fields.get("translated-text", "")
    if not language or not (text or match[3]):
        return _answer(start, "400 Bad Request")
    error = _error(fields) if match[3] else ""
    return _answer(start, _take_in(match[1], match[2], language, text, error))


def _take_in(engine: str, token: str, language: str, text: str, error: str) -> str:
    now = datetime.now(UTC)
    clean = text.replace("\x00", "").encode(errors="replace").decode()  # no store takes half a character
    try:
        taken = EngineJob.objects.answered(engine, token, now, language=language, text=clean, error=error)
        if taken == "stored":
            Translation.objects.wake(now, reason=f"{engine}: {PENDING}")
    finally:
        connections.close_all()
    if taken is None:
        return "404 Not Found"
    _log.info("answer", engine=engine, language=language, outcome=error or taken)
    return "200 OK"


def _error(fields: Mapping[str, str]) -> str:
    code, words = fields.get("error-code", ""), fields.get("error-message", "")
    return f"refused ({code[:20]}) {' '.join(words.split())[:200]}".strip()


def _fields(environ: Environ, body: bytes) -> dict[str, str]:
    """The fields of a form or of a JSON object; those of the address count where the body has none."""
    text = body.decode("utf-8", "replace")
    query = {name: values[0] for name, values in parse_qs(environ.get("QUERY_STRING", "")).items()}
    if "json" in environ.get("CONTENT_TYPE", ""):
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):  # no JSON, or nested deeper than anything we are sent
            return query
        own = {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
    else:
        own = {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
    return query | own


def _answer(start: StartResponse, status: str, headers: Iterable[tuple[str, str]] = ()) -> Iterable[bytes]:
    body = f"{status[4:]}\n".encode()
    start(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "no-store"),
            *headers,
        ],
    )
    return [body]
