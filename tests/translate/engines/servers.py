"""Loopback servers: Remote Settings with engine weights, and the translation services, both with faults."""

import functools
import hashlib
import json
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import zstandard


class Loopback(ABC):
    """A server on 127.0.0.1 while the block lasts. `hang` waits until it ends."""

    def __init__(self) -> None:
        self.over = threading.Event()
        handler = functools.partial(_Handler, self)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @abstractmethod
    def answer(self, request: "_Handler") -> None:
        """Answer one request."""

    def hang(self) -> None:
        self.over.wait(30)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def __init__(self, owner: Loopback, *args: Any) -> None:
        self.owner = owner
        self.body = b""
        super().__init__(*args)

    def do_GET(self) -> None:
        self.owner.answer(self)

    def do_POST(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.owner.answer(self)

    do_PUT = do_POST  # noqa: N815 -- as http.server wants it

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- as inherited
        """Tests are silent."""

    def send(
        self,
        status: int,
        body: bytes,
        kind: str = "application/json",
        length: int | None = None,
        **headers: str,
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class RemoteSettings(Loopback):
    """Engine weights in the shape of Remote Settings.

    `faults` maps a path's end to what happens there, each once: a status, "hang", "garbage", "drip", "late" (a body
    other than the record says) or ("cut", bytes).
    """

    def __init__(self) -> None:
        super().__init__()
        self.records: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.faults: dict[str, list[Any]] = {}
        self.asked: list[tuple[str, str]] = []  # path, range
        self.ranges = True

    def add(self, pair: str, files: dict[str, bytes], **fields: Any) -> None:
        """Offer the files of a pair (name → content)."""
        source, target = pair.split("-")
        for name, content in files.items():
            compressed = zstandard.ZstdCompressor(level=1).compress(content)
            location = f"main-workspace/{len(self.records)}-{hashlib.sha256(content).hexdigest()[:8]}.zst"
            self.files[location] = compressed
            record = {
                "id": str(len(self.records)),
                "name": name,
                "fileType": name.partition(".")[0],
                "sourceLanguage": source,
                "targetLanguage": target,
                "version": "3.0",
                "architecture": "base-memory",
                "decompressedHash": hashlib.sha256(content).hexdigest(),
                "decompressedSize": len(content),
                "last_modified": 1_700_000_000_000 + len(self.records),
                "attachment": {
                    "hash": hashlib.sha256(compressed).hexdigest(),
                    "size": len(compressed),
                    "filename": name,
                    "location": location,
                    "mimetype": "application/zstd",
                },
            }
            self.records.append(record | fields)

    def location(self, name: str) -> str:
        return next(str(each["attachment"]["location"]) for each in self.records if each["name"] == name)

    def answer(self, request: _Handler) -> None:
        self.asked.append((request.path, request.headers.get("Range", "")))
        fault = next(
            (each.pop(0) for end, each in self.faults.items() if each and request.path.endswith(end)), None
        )
        body, status = self._content(request)
        if isinstance(fault, int):
            request.send(fault, b"{}")
        elif fault == "hang":
            self.hang()
        elif fault == "garbage":
            request.send(200, b"<html>hotel wifi</html>", "text/html")
        elif fault == "drip":
            request.send(200, body[:10], length=len(body))
            self.hang()
        elif fault == "other":
            request.send(status, bytes(len(body)))
        elif isinstance(fault, tuple):
            request.send(status, body[: fault[1]], length=len(body))
            request.close_connection = True
        else:
            request.send(status, body)

    def _content(self, request: _Handler) -> tuple[bytes, int]:
        path = request.path
        if path == "/v1/":
            base = {"capabilities": {"attachments": {"base_url": f"{self.url}/files/"}}}
            return json.dumps(base).encode(), 200
        if path == "/v1/buckets/main/collections/translations-models-v2/records":
            return json.dumps({"data": self.records}).encode(), 200
        content = self.files.get(path.removeprefix("/files/"))
        if content is None:
            return b"", 404
        wanted = request.headers.get("Range")
        if wanted and self.ranges:
            return content[int(wanted[6:-1]) :], 206
        return content, 200


CONSENT = b'<html><form action="https://consent.google.com/save"><button>Accept</button></form></html>'


class Services(Loopback):
    """Every service of deep-translator by its path. A translation is the text's words in reverse.

    `faults` are taken one by one, whatever the path: a status, (status, headers), "hang", "drip", "consent", "empty",
    "echo", "garbage", "close" or "quota".
    """

    KEY = "secret-key-1234:fx"

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[Any] = []
        self.asked: list[str] = []  # texts
        self.lines: list[str] = []  # request lines, as a log would have them
        self.agents: set[str] = set()
        self._lock = threading.Lock()

    def answer(self, request: _Handler) -> None:
        service = request.path.split("/")[1].partition("?")[0]
        read, write = _SERVICES[service]
        text, pair = read(request)
        with self._lock:
            fault = self.faults.pop(0) if self.faults else None
            self.asked.append(text)
            self.lines.append(request.requestline)
            self.agents.add(request.headers.get("User-Agent", ""))
        if pair is None:
            request.send(403, f'{{"message": "no: {self.KEY}"}}'.encode())
        else:
            self._reply(request, fault, text, functools.partial(write, pair))

    def _reply(self, request: _Handler, fault: Any, text: str, write: Callable[[str], bytes]) -> None:
        match fault:
            case "hang":
                self.hang()
            case "drip":
                request.send(200, b"{", length=1000)
                while not self.over.wait(0.1):
                    request.wfile.write(b" ")
            case "close":
                request.close_connection = True
            case "consent":
                request.send(200, CONSENT, "text/html")
            case "garbage":
                request.send(200, b"<html>hotel wifi</html>", "text/html")
            case "quota":
                body = {
                    "responseData": {"translatedText": "MYMEMORY WARNING: YOU USED ALL"},
                    "responseStatus": "429",
                }
                request.send(200, json.dumps(body).encode())
            case int():
                request.send(fault, b'{"message": "try later"}')
            case (status, headers):
                request.send(status, b"{}", **headers)
            case _:
                answer = {"empty": "", "echo": text}.get(fault, backwards(text))
                request.send(200, write(answer))


def backwards(text: str) -> str:
    return " ".join(reversed(text.split()))


Read = Callable[[_Handler], tuple[str, str | None]]  # text, and the pair when the request is allowed
Write = Callable[[str, str], bytes]


def _query(request: _Handler) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(request.path).query).items()}


def _form(request: _Handler) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def _pair(allowed: object, *codes: str) -> str | None:
    return "-".join(codes) if allowed else None


def _google(request: _Handler) -> tuple[str, str | None]:
    fields = _query(request)
    return fields["q"], f"{fields['sl']}-{fields['tl']}"


def _mymemory(request: _Handler) -> tuple[str, str | None]:
    fields = _query(request)
    return fields["q"], fields["langpair"].replace("|", "-")


def _microsoft(request: _Handler) -> tuple[str, str | None]:
    fields = _query(request)
    sent = request.headers
    allowed = f"{sent['Ocp-Apim-Subscription-Key']}:{sent['Ocp-Apim-Subscription-Region']}" == Services.KEY
    return json.loads(request.body)[0]["text"], _pair(allowed, fields["from"], fields["to"])


def _yandex(request: _Handler) -> tuple[str, str | None]:
    fields = _form(request)
    return fields["text"], _pair(fields["key"] == Services.KEY, fields["lang"])


def _papago(request: _Handler) -> tuple[str, str | None]:
    fields = _form(request)
    sent = request.headers
    allowed = f"{sent['X-Naver-Client-Id']}:{sent['X-Naver-Client-Secret']}" == Services.KEY
    return fields["text"], _pair(allowed, fields["source"], fields["target"])


def _dump(build: Callable[[str], Any]) -> Write:
    return lambda _pair, text: json.dumps(build(text)).encode()


_SERVICES: dict[str, tuple[Read, Write]] = {
    "google": (
        _google,
        lambda pair, text: f'<div class="result-container" lang="{pair}">{text}</div>'.encode(),
    ),
    "mymemory": (
        _mymemory,
        _dump(
            lambda text: {
                "responseData": {"translatedText": text.replace("'", "&#39;")},
                "responseStatus": 200,
                "matches": [{"translation": "something else"}],
            }
        ),
    ),
    "microsoft": (_microsoft, _dump(lambda text: [{"translations": [{"text": text}]}])),
    "yandex": (_yandex, _dump(lambda text: {"code": 200, "text": [text]})),
    "papago": (_papago, _dump(lambda text: {"message": {"result": {"translatedText": text}}})),
}

ADDRESSES = {
    "google": "/google",
    "mymemory": "/mymemory",
    "microsoft": "/microsoft?api-version=3.0",
    "yandex": "/yandex/{version}/{endpoint}",
    "papago": "/papago",
}


def texts(numbers: Iterable[int]) -> list[str]:
    return [f"the council met number {number} today" for number in numbers]
