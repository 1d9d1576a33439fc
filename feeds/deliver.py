"""The published tree: files that appear whole, change only when their bytes do, and stand ready compressed.

A file is written beside the tree's own names and renamed over the old one, so a web server never sends half of it.
Texts get a `.gz` and a `.br` twin for servers that send those as they are. The twins and their file are three
renames, so an order has to make up for what is not one step:

    old .gz removed | new .br | new .gz | new plain file

The end of a gzip file holds the length and the CRC-32 of what is inside. A `.gz` that agrees with the plain file
therefore proves that the whole sequence ran, for the price of reading eight bytes; killed anywhere before, the
next write finds the `.gz` missing or in disagreement and runs the sequence again.
"""

import gzip
import os
import stat
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path, PurePosixPath

import brotli

from pipeline.errors import PublishError
from pipeline.remedies import remedy

_TEXTS = frozenset({".html", ".rss", ".atom", ".json", ".opml", ".css", ".js", ".svg", ".txt", ".xml"})
_TWINS = (".gz", ".br")
# No twins for what every item leaves behind for good, and hardly anybody asks for.
_ALONE = frozenset({"gone.html"})
_INCOMING = ".incoming"  # inside the tree, as a rename is whole only within one file system
BROTLI_QUALITY = 5  # of 94 kB: 5 takes 13 ms for 78 kB, 11 takes 782 ms for 74 kB


class Tree:
    """One published directory. Only one process may write to it at a time; the cycle's lock sees to that.

    `durable` waits for the disk on each write: needed to survive a power cut, not to survive a killed process.
    """

    def __init__(self, directory: Path, *, durable: bool = False) -> None:
        self._root = Path(directory)
        self._durable = durable
        self._numbers = count()
        with _faults(str(directory)):
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._root = self._root.resolve()
            for stray in self._incoming.iterdir():  # what a killed process left
                stray.unlink()

    @property
    def _incoming(self) -> Path:
        return self._root / _INCOMING

    def write(self, path: str, body: bytes) -> bool:
        """Make the file hold these bytes. True when it did not before."""
        with _faults(path):
            target = self._target(path)
            differs = _content(target) != body
            if not differs and _twins_agree(target, body):
                return False
            target.parent.mkdir(parents=True, exist_ok=True)
            self._write_twins(target, body)
            if differs:
                self._replace(target, body)
            if self._durable:
                _sync_directory(target.parent)
            return differs

    def remove(self, path: str) -> bool:
        """Take a file out of the tree, with its twins and the folders it leaves empty. True when there was one."""
        with _faults(path):
            target = self._target(path)
            existed = target.exists()
            # The plain file goes last: while it stands, a removal cut short is seen and done again.
            for name in (*(_twin(target, suffix) for suffix in _TWINS), target):
                name.unlink(missing_ok=True)
            self._prune(target.parent)
            return existed

    def has(self, path: str) -> bool:
        """Whether a file or folder stands there."""
        with _faults(path):
            return self._target(path).exists()

    def files(self, under: str = "") -> Iterator[str]:
        """The paths of the published files, without their twins, in order."""
        base = self._target(under) if under else self._root
        for found in sorted(base.rglob("*")):
            path = found.relative_to(self._root)
            if path.parts[0] != _INCOMING and found.is_file() and not _is_twin(found):
                yield path.as_posix()

    def _target(self, path: str) -> Path:
        """The place of a path, which must lie in the tree whatever the path says and wherever links lead."""
        parts = PurePosixPath(path).parts
        wrong = not parts or path.startswith("/") or ".." in parts or parts[0] == _INCOMING
        if wrong or any(letter in path for letter in "\\\0") or PurePosixPath(path).suffix in _TWINS:
            raise PublishError("this path may not be published", resource=path)
        target = self._root.joinpath(*parts)
        if not target.parent.resolve().is_relative_to(self._root):
            raise PublishError("this path leads out of the published directory", resource=path)
        return target

    def _write_twins(self, target: Path, body: bytes) -> None:
        """Or take away those of a file that is to have none."""
        _twin(target, ".gz").unlink(missing_ok=True)
        if not _has_twins(target):
            _twin(target, ".br").unlink(missing_ok=True)
            return
        self._replace(_twin(target, ".br"), brotli.compress(body, quality=BROTLI_QUALITY))
        self._replace(_twin(target, ".gz"), gzip.compress(body, mtime=0))

    def _replace(self, target: Path, body: bytes) -> None:
        incoming = self._incoming / f"{os.getpid()}-{next(self._numbers)}"
        # Not mkstemp: its files are the owner's alone, and the web server is somebody else.
        with incoming.open("xb") as file:
            file.write(body)
            if self._durable:
                file.flush()
                os.fsync(file.fileno())
        incoming.replace(target)

    def _prune(self, folder: Path) -> None:
        with suppress(OSError):  # the first folder that is not empty ends it
            while folder != self._root:
                folder.rmdir()
                folder = folder.parent


@contextmanager
def _faults(path: str) -> Iterator[None]:
    """A full disk or a missing right, said with the path it struck."""
    try:
        yield
    except OSError as error:
        raise PublishError(f"cannot be written: {remedy(error)}", resource=path) from error


def _twin(target: Path, suffix: str) -> Path:
    return target.with_name(target.name + suffix)


def _has_twins(target: Path) -> bool:
    return target.suffix in _TEXTS and target.name not in _ALONE


def _is_twin(found: Path) -> bool:
    return found.suffix in _TWINS


def _content(target: Path) -> bytes | None:
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None


def _twins_agree(target: Path, body: bytes) -> bool:
    """The twins are of this body: see the module's docstring for why the eight bytes are proof of both."""
    if not _has_twins(target):
        return True
    try:
        with _twin(target, ".gz").open("rb") as file:
            file.seek(-8, os.SEEK_END)
            checksum, length = struct.unpack("<II", file.read(8))
        brotli_exists = stat.S_ISREG(_twin(target, ".br").stat().st_mode)
    except OSError:  # missing, or shorter than a gzip's end
        return False
    return brotli_exists and (checksum, length) == (zlib.crc32(body), len(body) & 0xFFFFFFFF)


def _sync_directory(folder: Path) -> None:
    """A rename is on the disk once its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
