"""A mirror of engine weights as plain files, which any web server can serve to other machines.

    DIR/v1/index.html                                                     where the files are, as JSON
    DIR/v1/buckets/main/collections/translations-models-v2/records        what there is
    DIR/files/SRC-TRG/SHA256.zst                                          one file each, as the server sent it

`records` is written last, so a mirror never names what it does not hold. An interrupted download goes on where it
stopped; every file that is there already is read again and checked.
"""

import functools
import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipeline.errors import WeightsError
from pipeline.records import Pair
from pipeline.translate.engines.weights_server import Attachment, WeightsServer

RECORDS = Path("v1/buckets/main/collections/translations-models-v2/records")
_CAPABILITIES = Path("v1/index.html")  # what web servers give out for the folder itself
_FILES = "files"

Progress = Callable[[int, int], None]  # bytes done, bytes in all


class Mirror:
    """One directory. What stands in it of other pairs stays."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        if directory.exists() and not directory.is_dir():
            raise WeightsError("is a file; name a directory for the mirror", resource=str(directory))

    def add(self, pair: Pair, server: WeightsServer, progress: Progress) -> int:
        """Bring a pair's files here and name them in the records. Bytes that the pair takes.

        Two programs may call this at once: one after the other, or they would write the same files.
        """
        self._directory.mkdir(parents=True, exist_ok=True)
        with FileLock(self._directory / ".lock"):
            return self._add(pair, server, progress)

    def _add(self, pair: Pair, server: WeightsServer, progress: Progress) -> int:
        attachments = server.attachments(pair)
        total = sum(each.size for each in attachments)
        before = 0
        for each in attachments:
            self._bring(each, server, functools.partial(_shifted, progress, before, total))
            before += each.size
            progress(before, total)
        others = [each for each in self._records() if _pair_of(each) != pair]
        self._write(RECORDS, {"data": [*others, *map(_record, attachments)]})
        place = {
            "project_name": "engine weights",
            "capabilities": {"attachments": {"base_url": f"../{_FILES}/"}},
        }
        self._write(_CAPABILITIES, place)
        self._clear(pair)
        return total

    def verify(self, pair: Pair) -> int:
        """Read all files of a pair. Bytes that it takes; raises WeightsError naming what is missing or damaged."""
        records = [each for each in self._records() if _pair_of(each) == pair]
        if not records:
            raise WeightsError(f"is not in the mirror {self._directory}", resource=str(pair))
        for each in records:
            attachment = each["attachment"]
            path = self._directory / _FILES / attachment["location"]
            if not _is_whole(path, int(attachment["size"]), attachment["hash"]):
                remedy = "run models mirror again"
                raise WeightsError(f"{path} is not what was downloaded; {remedy}", resource=str(pair))
        return sum(int(each["attachment"]["size"]) for each in records)

    def _bring(self, attachment: Attachment, server: WeightsServer, progress: Callable[[int], None]) -> None:
        path = self._directory / _FILES / _location(attachment)
        if _is_whole(path, attachment.size, attachment.hash):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        server.download(attachment, part, progress)
        part.replace(path)

    def _records(self) -> list[Any]:
        try:
            content = json.loads((self._directory / RECORDS).read_bytes())
            return list(content["data"])
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError) as error:
            message = f"{RECORDS} is no list of models; delete it and mirror again"
            raise WeightsError(message, resource=str(self._directory)) from error

    def _write(self, name: Path, content: Mapping[str, object]) -> None:
        path = self._directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.part")
        with part.open("wb") as file:
            file.write(json.dumps(content, indent=1).encode())
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def _clear(self, pair: Pair) -> None:
        """Remove files of the pair that the records no longer name: former versions."""
        named = {each["attachment"]["location"] for each in self._records()}
        for path in (self._directory / _FILES / str(pair)).glob("*.zst"):
            if path.relative_to(self._directory / _FILES).as_posix() not in named:
                path.unlink()


def _shifted(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def _location(attachment: Attachment) -> str:
    """Our own name: the server's could lead anywhere."""
    return f"{attachment.pair}/{hashlib.sha256(attachment.hash.encode()).hexdigest()[:32]}.zst"


def _record(attachment: Attachment) -> dict[str, object]:
    """As Remote Settings would have it."""
    return {
        "id": _location(attachment).removesuffix(".zst"),
        "name": attachment.name,
        "fileType": attachment.kind,
        "sourceLanguage": attachment.pair.source,
        "targetLanguage": attachment.pair.target,
        "version": attachment.version,
        "architecture": attachment.architecture,
        "decompressedHash": attachment.decompressed_hash,
        "last_modified": attachment.modified,
        "attachment": {
            "hash": attachment.hash,
            "size": attachment.size,
            "filename": attachment.name,
            "location": _location(attachment),
            "mimetype": "application/zstd",
        },
    }


def _pair_of(record: Mapping[str, Any]) -> Pair:
    return Pair(str(record.get("sourceLanguage")), str(record.get("targetLanguage")))


def _is_whole(path: Path, size: int, sha256: str) -> bool:
    try:
        content = path.read_bytes()
    except OSError:
        return False
    return len(content) == size and hashlib.sha256(content).hexdigest() == sha256
