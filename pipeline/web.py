"""The built-in web server's application: the published files, health, and room for the desk.

Plain WSGI. Files go out with a strong ETag and their precompressed twin; what has no file is 404.
"""

import hashlib
import mimetypes
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, mktime_tz, parsedate_tz
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication

Environ = dict[str, Any]

_TYPES = {
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
    ".json": "application/feed+json; charset=utf-8",
    ".opml": "text/x-opml; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
}
_TWINS = (("br", ".br"), ("gzip", ".gz"))  # by preference
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src * data:; media-src *; font-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    ),
)
_MAX_AGE = 300  # seconds


class Site:
    """Serves one directory. `mounts` are applications under their own paths, longest first."""

    def __init__(self, directory: Path, mounts: Mapping[str, WSGIApplication] | None = None) -> None:
        self._root = directory.resolve()
        self._mounts = sorted((mounts or {}).items(), key=lambda each: -len(each[0]))

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/") or "/"
        for prefix, application in self._mounts:
            if path == prefix or path.startswith(prefix.rstrip("/") + "/"):
                return application(environ, start)
        return self._file(environ, start, path)

    def _file(self, environ: Environ, start: StartResponse, path: str) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _plain(start, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        found = self._find(path)
        if found is None:
            return _plain(start, "404 Not Found")
        if found.is_dir():
            return _plain(start, "301 Moved Permanently", [("Location", quote(path) + "/")])
        return _send(environ, start, found)

    def _find(self, path: str) -> Path | None:
        """The file or folder of a request path, never one outside the tree nor a hidden one."""
        try:
            text = path.encode("latin-1").decode("utf-8")  # WSGI hands bytes over as Latin-1
        except UnicodeDecodeError:
            return None
        parts = text.split("/")[1:]
        if any(part.startswith(".") or "\0" in part or "\\" in part for part in parts):
            return None
        wanted = self._root.joinpath(*parts, "index.html" if text.endswith("/") else "")
        try:
            target = wanted.resolve()
            fits = target.is_relative_to(self._root) and (target.is_file() or target.is_dir())
        except OSError:  # a name longer than the file system takes
            return None
        return target if fits else None


def _send(environ: Environ, start: StartResponse, path: Path) -> Iterable[bytes]:
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    accepted = _accepted(environ.get("HTTP_ACCEPT_ENCODING", ""))
    encoding, body, modified = _read(path, accepted)
    etag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = [
        ("Content-Type", kind),
        ("ETag", etag),
        ("Last-Modified", format_datetime(modified, usegmt=True)),
        ("Cache-Control", f"public, max-age={_MAX_AGE}"),
        ("Vary", "Accept-Encoding"),
        *_HEADERS,
    ]
    if encoding:
        headers.append(("Content-Encoding", encoding))
    if _is_fresh(environ, etag, modified):
        start("304 Not Modified", [each for each in headers if each[0] not in {"Content-Type", "Content-Encoding"}])
        return []
    headers.append(("Content-Length", str(len(body))))
    start("200 OK", headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _read(path: Path, accepted: frozenset[str]) -> tuple[str, bytes, datetime]:
    """The best form of a file: its encoding, its bytes, when it was written."""
    modified = path.stat().st_mtime
    for encoding, suffix in _TWINS:
        twin = path.with_name(path.name + suffix)
        # A twin is written before its file; one that is newer belongs to a write that was cut off.
        if encoding in accepted and twin.is_file() and twin.stat().st_mtime <= modified:
            return encoding, twin.read_bytes(), datetime.fromtimestamp(int(modified), UTC)
    return "", path.read_bytes(), datetime.fromtimestamp(int(modified), UTC)


def _accepted(header: str) -> frozenset[str]:
    found = set()
    for part in header.split(","):
        name, _, parameters = part.strip().lower().partition(";")
        if parameters.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
            found.add(name.strip())
    return frozenset(found)


def _is_fresh(environ: Environ, etag: str, modified: datetime) -> bool:
    """RFC 9110: If-None-Match decides; only without it does If-Modified-Since."""
    tags = environ.get("HTTP_IF_NONE_MATCH")
    if tags:
        return tags.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since: str = environ.get("HTTP_IF_MODIFIED_SINCE", "")
    if not since:
        return False
    stamp = parsedate_tz(since)
    return stamp is not None and modified.timestamp() <= mktime_tz(stamp)


def _plain(start: StartResponse, status: str, headers: list[tuple[str, str]] | None = None) -> Iterable[bytes]:
    body = f"{status[4:]}\n".encode()
    start(status, [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))), *_HEADERS, *(headers or [])])
    return [body]


def health(is_ready: Callable[[], bool]) -> WSGIApplication:
    """/healthz: the process lives; 503 when its cycles have stopped."""

    def answer(_environ: Environ, start: StartResponse) -> Iterable[bytes]:
        ready = is_ready()
        body = b"ok\n" if ready else b"no cycle has finished in time\n"
        start("200 OK" if ready else "503 Service Unavailable", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    return answer
