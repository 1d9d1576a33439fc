"""A folder of feed files through the collect code (read and clean), beside plain feedparser on the same files.

    ./do bench collect-folder FOLDER [--limit SECONDS]

Each file is read as a server's answer would be, by the `feed` reader, and every entry is cleaned. Exit code 1
when a file raises anything but ReadError, takes more than the limit of CPU, or gives no entries where
feedparser finds some.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time

import feedparser

from benchmarks.claims import claim
from benchmarks.measure import peak_mb, table
from pipeline.collect.clean import clean_entry
from pipeline.collect.readers import READERS
from pipeline.errors import ReadError


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one side made of one file."""

    entries: int
    cpu: float  # seconds
    problem: str = ""
    unexpected: bool = False


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    files = sorted(path for path in options.folder.rglob("*") if path.is_file())
    if not files:
        raise SystemExit(f"{options.folder} holds no files")
    bodies = [path.read_bytes() for path in files]
    _collect(
        b"<rss><channel><item><title>x</title></item></channel></rss>"
    )  # imports and tables are not the files'
    rows = [
        (path, _timed(_collect, body), _timed(_feedparser, body))
        for path, body in zip(files, bodies, strict=True)
    ]
    bad = [row for row in rows if _fault(row[1], row[2], options.limit)]
    _print(rows, sum(map(len, bodies)), options)
    sys.exit(1 if bad else 0)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench collect-folder", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=float, default=3.0, help="CPU seconds for one file")
    return parser.parse_args(arguments)


def _timed(read: Callable[[bytes], int], body: bytes) -> Read:
    started = process_time()
    try:
        entries = read(body)
    except ReadError as error:
        return Read(entries=0, cpu=process_time() - started, problem=str(error))
    except Exception as error:  # noqa: BLE001 - that there is none is what is measured
        return Read(entries=0, cpu=process_time() - started, problem=repr(error), unexpected=True)
    return Read(entries=entries, cpu=process_time() - started)


def _collect(body: bytes) -> int:
    feed = READERS["feed"](body, url="https://site.example/feed", max_entries=10_000)
    return len([clean_entry(entry, base_url="https://site.example/feed") for entry in feed.entries])


def _feedparser(body: bytes) -> int:
    return len(feedparser.parse(body).entries)


def _fault(ours: Read, theirs: Read, limit: float) -> str:
    if ours.unexpected:
        return "exception"
    if ours.cpu > limit:
        return "too slow"
    return "no entries" if theirs.entries and not ours.entries else ""


def _print(rows: Sequence[tuple[Path, Read, Read]], size: int, options: argparse.Namespace) -> None:
    odd = [
        row
        for row in rows
        if row[1].problem or _fault(row[1], row[2], options.limit) or row[1].entries != row[2].entries
    ]
    if odd:
        table(
            ("file", "entries", "feedparser", "CPU s", "remark"),
            [
                [
                    str(path.relative_to(options.folder)),
                    str(ours.entries),
                    theirs.problem[:40] or str(theirs.entries),
                    f"{ours.cpu:.2f}",
                    f"{_fault(ours, theirs, options.limit)} {ours.problem}".strip()[:90],
                ]
                for path, ours, theirs in odd
            ],
        )
    sides = {"collect": [row[1] for row in rows], "feedparser": [row[2] for row in rows]}
    for name, reads in sides.items():
        cpu = sum(read.cpu for read in reads)
        entries = sum(read.entries for read in reads)
        print(
            f"{name:<11} {entries} entries in {cpu:.2f} CPU s ({entries / cpu:.0f} a second), slowest file "
            f"{max(read.cpu for read in reads):.2f} s, {sum(read.unexpected for read in reads)} exceptions, "
            f"{sum(not read.entries for read in reads)} files without entries"
        )
    ours, theirs = (sum(read.cpu for read in reads) for reads in sides.values())
    print(
        f"{len(rows)} files, {size / 1e6:.1f} MB: the collect code, cleaning included, takes {ours / theirs:.2f} of "
        f"plain feedparser's CPU; peak memory {peak_mb()[0]:.0f} MB"
    )
    claim("reading and cleaning feeds, CPU", ours / theirs, 2.0, peer="feedparser alone")
