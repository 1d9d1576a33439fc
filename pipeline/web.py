"""The built-in web server's application: the published files, health, and room for the desk.

Plain WSGI. Files go out with a strong ETag and their precompressed twin; what has no file is 404.
"""

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import Any
from urllib.parse import quote
from wsgiref.types import StartResponse, WSGIApplication

from django.utils.http import http_date, parse_etags, parse_http_date_safe

from pipeline.mediatypes import HTML, media_type
from pipeline.webcache import Answer, Answers, Headers, identity_of

Environ = dict[str, Any]

_TWINS = {"br": ".br", "gzip": ".gz"}  # by preference
_QUALITY = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*")
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
    (
        "Content-Security-Policy",
        (
            "default-src 'none'; style-src 'self'; img-src * data:; media-src *; font-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
    ),
)
# The pages' own policies say no script but on these: the search runs WebAssembly over files of this tree.
_SEARCH = re.compile(r"/(?:search|pagefind)/")
_COPY = re.compile(r"/subscribe/")
_FEED = re.compile(r"\.(?:rss|atom|json|opml)$")
MAX_AGE = 300  # seconds
_REMEMBERED = 20_000  # validators kept; some 200 bytes each


class Site:
    """Serves one directory. `mounts` are applications under their own paths, longest first."""

    def __init__(self, directory: Path, mounts: Mapping[str, WSGIApplication] | None = None) -> None:
        self._root = directory.resolve()
        longest_first = sorted((mounts or {}).items(), key=lambda each: -len(each[0]))
        self._mounts = [(prefix, prefix.rstrip("/") + "/", mounted) for prefix, mounted in longest_first]
        self._validators = _Validators()
        self._answers = Answers()

    def __call__(self, environ: Environ, start: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "/") or "/"
        for prefix, folder, application in self._mounts:
            if path == prefix or path.startswith(folder):
                return application(environ, start)
        if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return _plain(environ, start, "405 Method Not Allowed", [("Allow", "GET, HEAD")])
        known = self._answers.of(path, _wanted(environ.get("HTTP_ACCEPT_ENCODING", "")))
        return _give(environ, start, known) if known else self._file(environ, start, path)

    def known(self, path: str, encodings: str, tags: str | None, since: str) -> tuple[Answer, bool] | None:
        """The answer to a path that was asked for lately, and whether the client has it (304); from memory alone.

        `encodings`, `tags` and `since`: the request's Accept-Encoding, If-None-Match and If-Modified-Since.
        """
        found = self._answers.of(path, _wanted(encodings))
        return None if found is None else (found, _is_fresh(tags, since, found))

    def _file(self, environ: Environ, start: StartResponse, path: str) -> Iterable[bytes]:
        found = self._find(path)
        if found is None:
            return self._missing(environ, start, path)
        if found.is_dir():
            query = environ.get("QUERY_STRING", "")
            place = quote(path.encode("latin-1")) + "/" + (f"?{query}" if query else "")
            return _plain(environ, start, "301 Moved Permanently", [("Location", place)])
        try:
            file = found.open("rb")
        except FileNotFoundError:  # taken out of the tree since it was found
            return self._missing(environ, start, path)
        with file:
            return self._send(environ, start, found, file)

    def _missing(self, environ: Environ, start: StartResponse, path: str) -> Iterable[bytes]:
        """410 with the word that publish left in a page's place; else 404, in the language of the address."""
        folder = path if path.endswith("/") else f"{path}/"
        language = path.removeprefix("/").partition("/")[0]
        for name, status in (
            (f"{folder}gone.html", "410 Gone"),
            (f"/{language}/404.html", "404 Not Found"),
            ("/404.html", "404 Not Found"),
        ):
            found = self._find(name)
            if found is not None and found.is_file():
                with suppress(FileNotFoundError):
                    return _page(environ, start, status, found.read_bytes())
        return _plain(environ, start, "404 Not Found")

    def _find(self, path: str) -> Path | None:
        """The file or folder of a request path, never one outside the tree nor a hidden one."""
        try:
            text = path.encode("latin-1").decode("utf-8")  # WSGI hands bytes over as Latin-1
        except UnicodeError:
            return None
        *folders, name = text.removeprefix("/").split("/")
        if any(not part or _is_unfit(part) for part in folders) or _is_unfit(name):
            return None
        wanted = self._root.joinpath(*folders, name or "index.html")
        try:
            target = wanted.resolve()
            fits = target.is_relative_to(self._root) and (target.is_file() or target.is_dir())
        except (OSError, RuntimeError):  # a name longer than the file system takes; links in a circle
            return None
        return target if fits else None

    def _place(self, asked: str) -> str:
        """Where a request path that was found leads, before links are followed: they may lead elsewhere tomorrow."""
        text = asked.encode("latin-1").decode("utf-8")
        return f"{self._root}/{text.removeprefix('/')}{'index.html' if text.endswith('/') else ''}"

    def _send(
        self, environ: Environ, start: StartResponse, path: Path, plain: BufferedReader
    ) -> Iterable[bytes]:
        """Headers and body are of one open file, so a publisher may replace it meanwhile."""
        facts = os.fstat(plain.fileno())
        modified = int(facts.st_mtime)
        encoding, file = _best_form(path, plain, environ.get("HTTP_ACCEPT_ENCODING", ""))
        with file:
            etag = self._validators.of(path, encoding, file)
            body, sent = file.read(), os.fstat(file.fileno())
        asked: str = environ["PATH_INFO"]
        place = self._place(asked)
        answer = Answer(
            files=tuple(
                {place: identity_of(facts), place + _TWINS.get(encoding, ""): identity_of(sent)}.items()
            ),
            etag=etag,
            modified=modified,
            common=[
                ("ETag", etag),
                ("Last-Modified", http_date(modified)),
                ("Cache-Control", f"public, max-age={MAX_AGE}"),
                ("Vary", "Accept-Encoding"),
                *_headers(asked),
            ],
            own=[
                ("Content-Type", media_type(path)),
                ("Content-Length", str(len(body))),
                *([("Content-Encoding", encoding)] if encoding else []),
            ],
            body=body,
        )
        wanted = _wanted(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if encoding or not wanted:  # else a twin that is mended later would not be seen
            self._answers.keep(asked, wanted, answer)
        return _give(environ, start, answer)


def _give(environ: Environ, start: StartResponse, answer: Answer) -> Iterable[bytes]:
    tags: str | None = environ.get("HTTP_IF_NONE_MATCH")
    if _is_fresh(tags, environ.get("HTTP_IF_MODIFIED_SINCE", ""), answer):
        start("304 Not Modified", list(answer.common))
        return []
    start("200 OK", [*answer.common, *answer.own])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [answer.body]


class _Validators:
    """Strong ETags: the hash of the bytes sent, made anew only when the file is another one.

    Files are replaced, never written into, so inode, size and time tell whether it is.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Path, str], tuple[tuple[int, int, int], str]] = {}

    def of(self, path: Path, encoding: str, file: BufferedReader) -> str:
        facts = os.fstat(file.fileno())
        identity = identity_of(facts)
        known = self._known.get((path, encoding))
        if known is not None and known[0] == identity:
            return known[1]
        digest = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=12))
        file.seek(0)
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        etag = f'"{digest.hexdigest()}"'
        self._known[(path, encoding)] = identity, etag
        return etag


def _is_unfit(part: str) -> bool:
    return part.startswith(".") or "\0" in part or "\\" in part


def _best_form(path: Path, plain: BufferedReader, header: str) -> tuple[str, BufferedReader]:
    """The encoding that pleases the client most, with its open file: a twin, else the plain one."""
    modified = os.fstat(plain.fileno()).st_mtime_ns
    for encoding in _wanted(header):
        try:
            twin = path.with_name(path.name + _TWINS[encoding]).open("rb")
        except OSError:  # there is none
            continue
        # A twin is written before its file; one that is newer belongs to a later text, or to a write cut off.
        if os.fstat(twin.fileno()).st_mtime_ns <= modified:
            return encoding, twin
        twin.close()
    return "", plain


@lru_cache(maxsize=256)
def _wanted(header: str) -> tuple[str, ...]:
    """The encodings of twins that Accept-Encoding takes no less gladly than the plain file, best first."""
    qualities: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, parameter = part.partition(";")
        found = _QUALITY.fullmatch(parameter)
        qualities[name.strip().removeprefix("x-")] = (
            float(found[1]) if found else float(not parameter.strip())
        )
    rest = qualities.get("*", 0.0)
    least = qualities.get("identity", 0.0)
    wanted = [name for name in _TWINS if (quality := qualities.get(name, rest)) > 0 and quality >= least]
    return tuple(sorted(wanted, key=lambda name: -qualities.get(name, rest)))


def _is_fresh(tags: str | None, since: str, answer: Answer) -> bool:
    """RFC 9110: If-None-Match decides, by weak comparison; only without it does If-Modified-Since."""
    if tags is not None:
        return (
            tags == answer.etag
            or tags.strip() == "*"
            or answer.etag in {tag.removeprefix("W/") for tag in parse_etags(tags)}
        )
    moment = parse_http_date_safe(since) if since else None
    return moment is not None and answer.modified <= moment


def _headers(path: str) -> Headers:
    """Security headers; what a page's own policy lets run must not be forbidden here."""
    allowed = ""
    if _SEARCH.search(path):
        allowed = "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    elif _COPY.search(path):
        allowed = "script-src 'self'; "
    headers = [(name, value.replace("style-src", f"{allowed}style-src", 1)) for name, value in _HEADERS]
    # Feed readers that are themselves pages may read what everybody may.
    return [*headers, ("Access-Control-Allow-Origin", "*")] if _FEED.search(path) else headers


def _page(environ: Environ, start: StartResponse, status: str, body: bytes) -> Iterable[bytes]:
    headers = [("Content-Type", HTML), ("Content-Length", str(len(body))), *_HEADERS]
    start(status, headers)
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _plain(
    environ: Environ, start: StartResponse, status: str, headers: Headers | None = None
) -> Iterable[bytes]:
    return _answer(environ, start, status, f"{status[4:]}\n".encode(), [*_HEADERS, *(headers or [])])


def _answer(
    environ: Environ, start: StartResponse, status: str, body: bytes, headers: Headers
) -> Iterable[bytes]:
    kind = ("Content-Type", "text/plain; charset=utf-8")
    start(status, [kind, ("Content-Length", str(len(body))), *headers])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]  # a body would be taken for the next answer


def health(fault: Callable[[], str]) -> WSGIApplication:
    """/healthz/live: the process answers. /healthz/ready, and /healthz for short: 503 with what is wrong, else 200."""

    def answer(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        fresh = [("Cache-Control", "no-store"), *_HEADERS]
        asked = environ.get("PATH_INFO", "").removeprefix("/healthz").strip("/")
        if asked not in {"", "live", "ready"}:
            return _answer(
                environ, start, "404 Not Found", b"there are /healthz/live and /healthz/ready\n", fresh
            )
        if asked != "live" and (wrong := fault()):
            return _answer(environ, start, "503 Service Unavailable", f"{wrong}\n".encode(), fresh)
        return _answer(environ, start, "200 OK", b"ok\n", fresh)

    return answer
