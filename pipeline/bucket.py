"""The published tree in an S3-compatible store: what differs from what was sent is sent, what is gone is taken away.

What was sent stands in a file beside the tree, by size and time of change: a run cut short anywhere sends a little
twice and loses nothing. Whatever names others goes after them: a feed never lists a page that is not there yet, and no
page shows a picture that is not.
"""

import importlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipeline.config import Config
from pipeline.errors import PublishError
from pipeline.mediatypes import media_type
from pipeline.web import MAX_AGE

Stamp = tuple[int, int]  # bytes, time of change

_AT_ONCE = 8  # files
_TOGETHER = 500  # sent before it is noted what was
_NAMING = frozenset({".rss", ".atom", ".json", ".opml", ".xml"})
_PROBE = ".newswire-check"  # no file of the tree begins with a dot
_TWINS = frozenset({".gz", ".br"})  # an S3 store sends one form of a file to everybody


def send(config: Config) -> int:
    """Bring the bucket of [publish] to what the tree holds. How many files were sent or taken away."""
    if not config.publish.bucket:
        return 0
    sent = _Sent(config.publish.directory, config.publish.bucket)
    standing = dict(_files(config.publish.directory))
    wanted = sorted(path for path, stamp in standing.items() if sent.files.get(path) != stamp)
    gone = sorted(sent.files.keys() - standing.keys())
    if not wanted and not gone:
        return 0
    bucket = _Bucket(config)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for some in _portions(wanted):
            list(pool.map(bucket.put, some))
            sent.note({path: standing[path] for path in some})
        for some in _portions(gone, naming=False):
            list(pool.map(bucket.remove, some))
            sent.forget(some)
    return len(wanted) + len(gone)


def fault(config: Config) -> str:
    """What keeps us from the bucket, and the remedy; empty where a small file could be written there and taken away."""
    try:
        bucket = _Bucket(config)
        bucket.write(_PROBE, b"", "text/plain")
        bucket.remove(_PROBE)
    except PublishError as error:
        return error.message
    return ""


def _files(root: Path) -> Iterator[tuple[str, Stamp]]:
    for folder, names, files in os.walk(root):
        names[:] = [name for name in names if not name.startswith(".")]
        for name in files:
            path = Path(folder, name)
            if path.suffix not in _TWINS:
                facts = path.stat()
                yield path.relative_to(root).as_posix(), (facts.st_size, facts.st_mtime_ns)


def _place(path: str) -> int:
    """What pages show, then pages and all the rest, then what lists pages."""
    suffix = Path(path).suffix
    return 0 if suffix == ".webp" else 2 if suffix in _NAMING else 1


def _portions(paths: list[str], *, naming: bool = True) -> Iterator[list[str]]:
    """Parts of which each is whole before the next begins; what names others has parts of its own."""
    kinds = [[path for path in paths if _place(path) == place] for place in range(3)]
    for kind in kinds if naming else [paths]:
        for start in range(0, len(kind), _TOGETHER):
            yield kind[start : start + _TOGETHER]


class _Sent:
    """What the bucket holds, as far as we put it there."""

    def __init__(self, directory: Path, bucket: str) -> None:
        self._file = directory.with_name(f"{directory.name}.bucket.json")
        self._bucket = bucket
        self.files: dict[str, Stamp] = {}
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
            if known["bucket"] == bucket:
                self.files = {path: (size, moment) for path, (size, moment) in known["files"].items()}
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            pass  # nothing was sent, or nobody knows what: everything is sent

    def note(self, files: Mapping[str, Stamp]) -> None:
        self.files |= files
        self._keep()

    def forget(self, paths: Iterable[str]) -> None:
        for path in paths:
            del self.files[path]
        self._keep()

    def _keep(self) -> None:
        whole = self._file.with_name(f"{self._file.name}.new")
        try:
            whole.write_text(json.dumps({"bucket": self._bucket, "files": self.files}), encoding="utf-8")
            whole.replace(self._file)
        except OSError as error:
            raise PublishError(f"cannot be written: {error.strerror}", resource=str(self._file)) from error


class _Bucket:
    """Safe to use from several threads: a client of boto3 is."""

    def __init__(self, config: Config) -> None:
        parts = urlsplit(config.publish.bucket)
        self._directory, self._resource = config.publish.directory, config.publish.bucket
        self._name, self._prefix = parts.netloc, parts.path.strip("/")
        try:
            boto3, errors, settings = (
                importlib.import_module(name) for name in ("boto3", "botocore.exceptions", "botocore.config")
            )
        except ImportError as error:
            message = "needs the optional package boto3: .venv/bin/pip install 'boto3~=1.44'"
            raise PublishError(message, resource="[publish] bucket") from error
        self._faults = (errors.BotoCoreError, errors.ClientError)
        try:
            self._client: Any = boto3.client(
                "s3",
                endpoint_url=config.publish.bucket_endpoint or None,
                config=settings.Config(
                    connect_timeout=10,
                    read_timeout=60,
                    retries={"mode": "standard", "max_attempts": 4},
                    max_pool_connections=_AT_ONCE,
                    # Stores that only speak S3 know nothing of Amazon's newer checksums.
                    request_checksum_calculation="when_required",
                    response_checksum_validation="when_required",
                ),
            )
        except self._faults as error:
            raise self._fault(error) from error

    def put(self, path: str) -> None:
        file = self._directory / path
        self.write(path, file.read_bytes(), media_type(file))

    def write(self, path: str, content: bytes, kind: str) -> None:
        try:
            self._client.put_object(
                Bucket=self._name,
                Key=self._key(path),
                Body=content,
                ContentType=kind,
                CacheControl=f"max-age={MAX_AGE}",
            )
        except self._faults as error:
            raise self._fault(error) from error

    def remove(self, path: str) -> None:
        try:
            self._client.delete_object(Bucket=self._name, Key=self._key(path))
        except self._faults as error:
            raise self._fault(error) from error

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}" if self._prefix else path

    def _fault(self, error: Exception) -> PublishError:
        remedy = (
            "the files on this machine are whole; mend the bucket's name, [publish] bucket_endpoint, the rights or "
            "the keys (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION), and the next publish sends the rest"
        )
        return PublishError(f"{error}; {remedy}", resource=self._resource)
