"""Answers to the plainest questions, given in the server's own thread: a file that was asked for lately, and that alone.

A feed reader asks for one file in a handful of header fields, and the answer is in memory. Handing that to another
thread, as waitress does with every request, costs more than the answer. So a question is answered here if it is a
whole GET or HEAD of HTTP/1.1 in its strictest spelling, without a body, a query or an escape; anything else, and
whatever is not in memory, goes its usual way. Nothing here waits for a disk, a store or another program.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache

from pipeline.web import Site
from pipeline.webcache import Answer

Quick = Callable[[bytes], bytes | None]
Count = Callable[[str, float], None]  # status, seconds

_TOKEN = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUESTION = re.compile(
    rb"(GET|HEAD) (/[A-Za-z0-9/._~-]*) HTTP/1\.1\r\n((?:" + _TOKEN + rb":[\t\x20-\x7e\x80-\xff]*\r\n)+)\r\n"
)
_FIELD = re.compile(rb"^(" + _TOKEN + rb"):([^\r\n]*)\r$", re.MULTILINE)
# What one of these says may change how the connection goes on, or what is asked.
_UNUSUAL = frozenset(
    {b"content-length", b"transfer-encoding", b"expect", b"upgrade", b"te", b"trailer", b"http2-settings"}
)
_ASKED = frozenset({b"host", b"accept-encoding", b"if-none-match", b"if-modified-since", b"connection"})
_SHORT = 1024  # bytes of a question that is remembered
_STATUS = {"200": "HTTP/1.1 200 OK", "304": "HTTP/1.1 304 Not Modified"}


def quick(site: Site, count: Count) -> Quick:
    """What answers one question, given as bytes, with the bytes to send; None: it is none of ours."""
    stamp = _Stamp()

    def answer(question: bytes) -> bytes | None:
        began = time.perf_counter()
        asked = _read(question)
        if asked is None:
            return None
        known = site.known(asked.path, asked.encodings, asked.tags, asked.since)
        if known is None:
            return None
        kept, is_fresh = known
        status = "304" if is_fresh else "200"
        made = kept.heads.get(status) or _head(kept, status)
        count(status, time.perf_counter() - began)
        if is_fresh or asked.is_head:
            return made + stamp.now()
        return b"".join((made, stamp.now(), kept.body))

    return answer


@dataclass(frozen=True, slots=True)
class _Asked:
    is_head: bool
    path: str
    encodings: str
    tags: str | None
    since: str


def _read(question: bytes) -> _Asked | None:
    """A reader asks in the same words until the feed changes: such a question is taken apart once."""
    if not question.startswith((b"GET ", b"HEAD ")):  # nothing of what a form says is kept
        return None
    return _kept(question) if len(question) <= _SHORT else _taken_apart(question)


def _taken_apart(question: bytes) -> _Asked | None:
    found = _QUESTION.fullmatch(question)
    if found is None:
        return None
    method, path, fields = found.groups()
    values: dict[bytes, str] = {}
    for name, value in _FIELD.findall(fields):
        known = name.lower()
        if known in _UNUSUAL or (known in _ASKED and known in values):
            return None
        if known in _ASKED:
            values[known] = value.strip(b" \t").decode("latin-1")
    if b"host" not in values or values.get(b"connection", "").lower() not in {"", "keep-alive"}:
        return None
    return _Asked(
        is_head=method == b"HEAD",
        path=path.decode(),
        encodings=values.get(b"accept-encoding", ""),
        tags=values.get(b"if-none-match"),
        since=values.get(b"if-modified-since", ""),
    )


_kept = lru_cache(maxsize=4096)(_taken_apart)


def _head(answer: Answer, status: str) -> bytes:
    """Status line and fields, without the date and the empty line. Made once for an answer."""
    fields = answer.common if status == "304" else [*answer.common, *answer.own]
    lines = [_STATUS[status], *(f"{name}: {value}" for name, value in fields), ""]
    made = answer.heads[status] = "\r\n".join(lines).encode("latin-1")
    return made


class _Stamp:
    """The Date field and the empty line, made anew each second."""

    def __init__(self) -> None:
        self._second = 0
        self._bytes = b""

    def now(self) -> bytes:
        second = int(time.time())
        if second != self._second:
            self._second, self._bytes = second, f"Date: {formatdate(second, usegmt=True)}\r\n\r\n".encode()
        return self._bytes
