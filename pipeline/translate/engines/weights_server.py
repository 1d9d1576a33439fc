"""A server of engine weights in the shape of Remote Settings: what it has, and one file of it.

    GET URL/v1/                          where the files are (capabilities.attachments.base_url)
    GET URL/v1/buckets/main/collections/translations-models-v2/records    what there is
    GET BASE_URL/LOCATION                one file, zstd

The operator's own mirror in that shape does as well as Mozilla's server.
"""

import functools
import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError

from pipeline.errors import WeightsError
from pipeline.records import Pair

MOZILLA = "https://firefox.settings.services.mozilla.com"

# The engine reads the third generation of the format only ("3.0", "3.1", "3.0a1").
_VERSION = re.compile(r"(3)\.(\d+)(?:([ab])(\d+))?")
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
_LARGEST = 1_000_000_000  # bytes of one file: a record that claims more is wrong
_SLOWEST = 32_000  # bytes a second; slower than this for long is a server that hangs
_ATTEMPTS = 3


class ServerFaultError(WeightsError):
    """The server itself is at fault (out of reach, not what it should be): no pair can be had from it now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """One file of a model, as the server's records describe it."""

    pair: Pair
    name: str
    kind: str  # model, lex, vocab, srcvocab, trgvocab
    version: str
    architecture: str
    location: str
    size: int  # bytes as sent, compressed
    hash: str  # SHA-256 of these
    decompressed_hash: str
    modified: int
    expression: str = ""  # the server's filter: whom the record is meant for


class WeightsServer:
    """Asks once what there is and keeps the answer."""

    def __init__(
        self,
        url: str = MOZILLA,
        *,
        user_agent: str = "",
        connect: float = 5.0,
        read: float = 30.0,
        pause: float = 1.0,
    ) -> None:
        self.url = url.rstrip("/")
        self._timeout = (connect, read)
        self._pause = pause
        # Identity: a range of a file makes sense for its own bytes only.
        self._headers = {"Accept-Encoding": "identity"} | ({"User-Agent": user_agent} if user_agent else {})

    def available(self) -> dict[Pair, str]:
        """Every direction the engine can use, with the version that would be fetched."""
        pairs = sorted({each.pair for each in self._records}, key=str)
        chosen = {pair: choose(self._records, pair) for pair in pairs}
        return {pair: files[0].version for pair, files in chosen.items() if files}

    def attachments(self, pair: Pair) -> tuple[Attachment, ...]:
        chosen = choose(self._records, pair)
        if not chosen:
            raise WeightsError(f"{self.url} has no weights for {pair}", resource=str(pair))
        return chosen

    def download(self, attachment: Attachment, target: Path, progress: Callable[[int], None]) -> None:
        """The file as sent, whole and with the right hash, in `target`. Goes on where an earlier try stopped."""
        if self._bring(attachment, target, progress) and not _is_whole(attachment, target):
            # The server has another file since the first piece came, or gave another range than it was asked for.
            target.unlink()
            self._bring(attachment, target, progress)
        if not _is_whole(attachment, target):
            target.unlink()
            message = "is not the file its record describes (SHA-256 or size differ)"
            raise WeightsError(f"{attachment.name} from {self.url} {message}", resource=str(attachment.pair))

    def _bring(self, attachment: Attachment, target: Path, progress: Callable[[int], None]) -> bool:
        """All bytes of a file, in as many tries as it takes. Whether they came in several pieces."""
        address = urljoin(self._base_url, attachment.location)
        is_pieced = False
        for attempt in range(_ATTEMPTS):
            is_pieced = is_pieced or target.exists()
            try:
                self._append(address, attachment, target, progress)
            except (requests.RequestException, TimeoutError) as error:
                if attempt == _ATTEMPTS - 1 or _is_final(error):
                    raise WeightsError(
                        f"{attachment.name} could not be read from {self.url}: {_reason(error)}; "
                        "the next try goes on from here",
                        resource=str(attachment.pair),
                    ) from error
                time.sleep(self._pause * 2**attempt)
            else:
                break
        return is_pieced

    def _append(
        self, address: str, attachment: Attachment, target: Path, progress: Callable[[int], None]
    ) -> None:
        have = target.stat().st_size if target.exists() else 0
        if have >= attachment.size:
            return
        headers = {"Range": f"bytes={have}-"} if have else {}
        with self._get(address, headers) as response:
            resumed = response.status_code == requests.codes.partial_content
            have = have if resumed else 0
            with target.open("ab" if resumed else "wb") as file:
                for chunk in _chunks(response, self._timeout[1] + attachment.size / _SLOWEST):
                    file.write(chunk)
                    have += len(chunk)
                    progress(have)
                    if have > attachment.size:
                        break  # whoever looks at the whole says what is wrong
        if have < attachment.size:
            raise requests.ConnectionError(f"the answer ended after {have} of {attachment.size} bytes")

    @functools.cached_property
    def _base_url(self) -> str:
        content = self._json("/v1/")
        try:
            address = content["capabilities"]["attachments"]["base_url"]
        except (KeyError, TypeError) as error:
            raise self._fault("names no place for attachments") from error
        return urljoin(f"{self.url}/v1/", str(address).rstrip("/") + "/")  # a mirror of files names no host

    @functools.cached_property
    def _records(self) -> tuple[Attachment, ...]:
        content = self._json("/v1/buckets/main/collections/translations-models-v2/records")
        data = content.get("data") if isinstance(content, dict) else None
        if not isinstance(data, list):
            raise self._fault("has no list of models")
        return tuple(each for each in map(_read_record, data) if each)

    def _json(self, path: str) -> Any:
        """A JSON answer of the server; whatever goes wrong is the server's fault."""
        try:
            with self._get(self.url + path, {}) as response:
                body = b"".join(_chunks(response, 2 * self._timeout[1]))
            return json.loads(body)
        except (requests.RequestException, TimeoutError) as error:
            raise self._fault(f"cannot be read: {_reason(error)}") from error
        except ValueError as error:
            raise self._fault("did not answer in JSON") from error

    @contextmanager
    def _get(self, address: str, headers: Mapping[str, str]) -> Iterator[requests.Response]:
        with (
            requests.Session() as session,
            session.get(
                address, headers={**self._headers, **headers}, timeout=self._timeout, stream=True
            ) as response,
        ):
            response.raise_for_status()
            yield response

    def _fault(self, what: str) -> ServerFaultError:
        remedy = (
            "check the connection and `server` in [engines.firefox], or copy the weights to the models folder"
        )
        return ServerFaultError(f"the server of engine weights {what}; {remedy}", resource=self.url)


# Quality first: base-memory gains about one COMET point over tiny for two to three times its (small) computing
# time; base gains little more and is larger.
_ARCHITECTURES = ("base-memory", "base", "tiny")
_KINDS = ({"model", "vocab"}, {"model", "srcvocab", "trgvocab"})


def choose(records: Sequence[Attachment], pair: Pair) -> tuple[Attachment, ...]:
    """The files of the best model for a pair; empty where none is complete.

    Records for the nightly channel are left out. Then: architecture in the order above, a finished version before
    a preliminary one, the newest.
    """
    mine = [each for each in records if each.pair == pair and not _is_for_nightly(each.expression)]
    models = [each for each in mine if each.kind == "model"]
    for model in sorted(models, key=_rank):
        files = _files_of(model, mine)
        if any(kinds <= files.keys() for kinds in _KINDS):
            return tuple(files[kind] for kind in sorted(files))
    return ()


def _files_of(model: Attachment, records: Sequence[Attachment]) -> dict[str, Attachment]:
    """The model with the newest vocabularies and word list of its version and architecture."""
    fitting = [
        each
        for each in records
        if each.kind != "model"
        and each.version == model.version
        and each.architecture in {model.architecture, ""}
    ]
    ordered = sorted(fitting, key=lambda each: (each.architecture != "", each.modified))
    return {each.kind: each for each in ordered} | {"model": model}


def _rank(model: Attachment) -> tuple[int, bool, list[int], int]:
    order = {name: place for place, name in enumerate(_ARCHITECTURES)}
    found = _VERSION.fullmatch(model.version)
    assert found
    numbers = [-int(found[2]), -int(found[4] or 0)]
    return order.get(model.architecture, len(order)), bool(found[3]), numbers, -model.modified


def _is_for_nightly(expression: str) -> bool:
    """The expression names the nightly channel and not the release one as allowed."""
    if re.search(r"!=\s*['\"]release['\"]", expression):
        return True
    return "nightly" in expression and "release" not in expression


def _read_record(record: object) -> Attachment | None:
    """A record as we use it; None for one that is not ours to use (other kind, version, or malformed)."""
    if not isinstance(record, dict) or not isinstance(record.get("attachment"), dict):
        return None
    try:
        attachment = Attachment(
            pair=Pair(str(record["sourceLanguage"]), str(record["targetLanguage"])),
            name=str(record["name"]),
            kind=str(record["fileType"]),
            version=str(record["version"]),
            architecture=str(record.get("architecture") or ""),
            location=str(record["attachment"]["location"]),
            size=int(record["attachment"]["size"]),
            hash=str(record["attachment"]["hash"]),
            decompressed_hash=str(record["decompressedHash"]),
            modified=int(record.get("last_modified") or 0),
            expression=str(record.get("filter_expression") or ""),
        )
    except (KeyError, TypeError, ValueError):
        return None
    return attachment if _is_usable(attachment) else None


def _is_usable(attachment: Attachment) -> bool:
    """The name becomes a file of ours, so it must be one; it must also tell its kind."""
    return (
        attachment.kind in {"model", "lex", "vocab", "srcvocab", "trgvocab"}
        and attachment.name.startswith(f"{attachment.kind}.")
        and bool(_SAFE_NAME.fullmatch(attachment.name))
        and bool(_VERSION.fullmatch(attachment.version))
        and 0 < attachment.size <= _LARGEST
    )


def _is_whole(attachment: Attachment, path: Path) -> bool:
    content = path.read_bytes()
    return len(content) == attachment.size and hashlib.sha256(content).hexdigest() == attachment.hash


def _chunks(response: requests.Response, seconds: float) -> Iterator[bytes]:
    """The body as it comes; TimeoutError when all of it takes longer. requests itself only limits each read."""
    deadline = time.monotonic() + seconds
    try:
        while chunk := response.raw.read1(65536, decode_content=True):
            yield chunk
            if time.monotonic() > deadline:
                raise TimeoutError(f"no end after {seconds:.0f} s")
    except HTTPError as error:
        raise requests.ConnectionError("the connection broke off") from error


def _is_final(error: Exception) -> bool:
    """Asking again would not help: the server said no."""
    response = getattr(error, "response", None)
    return response is not None and response.status_code < requests.codes.server_error


def _reason(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code}"
    if isinstance(error, requests.ConnectionError):
        return str(error) if error.args and isinstance(error.args[0], str) else "no connection"
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    return str(error)
