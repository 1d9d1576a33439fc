"""A thousand readers poll the built-in server, as feed readers do, while a cycle runs.

    ./do bench crowd [--readers 1000] [--every 60] [--feeds 40]

Every reader asks for one feed once in --every seconds, with the validators it was given. Counted are wrong bytes (an
answer that is no state of the file, or a 304 to a state that is over), 5xx answers, and the time of a cycle beside
that of one without readers: both cycles find the same work, in turns, on stores of their own.
"""

import argparse
import asyncio
import hashlib
import json
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import xml.dom.minidom
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers.expat import ExpatError

from benchmarks.claims import claim
from benchmarks.loopback import Network, network, write_config
from benchmarks.measure import table

_RUN = Path(__file__).resolve().parent.parent / "run.py"
_PATHS = ("/lv/all.rss", "/lv/all.atom", "/lv/all.json", "/lv/city/city0.rss")


@dataclass(slots=True)
class Tally:
    answers: Counter[int] = field(default_factory=Counter)
    wrong: int = 0
    failed: int = 0  # connections
    seconds: list[float] = field(default_factory=list)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench crowd", description=__doc__.splitlines()[0])
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two polls of a reader")
    parser.add_argument("--feeds", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch, network() as found:
        alone, crowded = _configs(Path(scratch), found, options.feeds)
        quiet, busy, tally = [], [], Tally()
        for number in range(options.rounds):
            found.turn()
            for config in (alone, crowded) if number % 2 else (crowded, alone):
                if config is alone:
                    quiet.append(_cycle(config))
                else:
                    busy.append(asyncio.run(_amid(config, options, tally)))
    _report(quiet, busy, tally, options)


def _configs(folder: Path, found: Network, feeds: int) -> tuple[Path, Path]:
    """Two stores with the same past."""
    made = [write_config(folder / name, found, feeds) for name in ("alone", "crowded")]
    for config in made:
        _cycle(config)
    return made[0], made[1]


def _cycle(config: Path) -> float:
    """The stages' own seconds: starting Python is not what readers slow down."""
    command = [sys.executable, str(_RUN), "once", "--json", "--config", str(config)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return float(sum(json.loads(done.stdout)["seconds"].values()))


async def _amid(config: Path, options: argparse.Namespace, tally: Tally) -> float:
    with _served(config) as port:
        over = asyncio.Event()
        readers = [
            asyncio.create_task(_reader(port, number, options.every, tally, over))
            for number in range(options.readers)
        ]
        await asyncio.sleep(2)
        seconds = await asyncio.to_thread(_cycle, config)
        over.set()
        await asyncio.gather(*readers)
    return seconds


@contextmanager
def _served(config: Path) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, str(_RUN), "serve", "--pages", "--port", str(port), "--config", str(config)],
        stdout=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.2)
        yield port
    finally:
        server.terminate()
        server.wait(30)


async def _reader(port: int, number: int, every: float, tally: Tally, over: asyncio.Event) -> None:
    path, etag = _PATHS[number % len(_PATHS)], ""
    pause = random.Random(number).random() * every
    while not over.is_set():
        try:
            await asyncio.wait_for(over.wait(), pause)
        except TimeoutError:
            etag = await _poll(port, path, etag, tally)
            pause = every


async def _poll(port: int, path: str, etag: str, tally: Tally) -> str:
    began = time.perf_counter()
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
        asked += f"If-None-Match: {etag}\r\n" if etag else ""
        writer.write(f"{asked}\r\n".encode())
        head, _, body = (await reader.read(-1)).partition(b"\r\n\r\n")
        writer.close()
    except OSError:
        tally.failed += 1
        return etag
    tally.seconds.append(time.perf_counter() - began)
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    status = int(lines[0].split()[1])
    tally.answers[status] += 1
    if status == 200:
        tally.wrong += not _is_whole(path, body, fields)
    return fields.get("etag", etag) if status in (200, 304) else etag


_whole: dict[str, bool] = {}


def _is_whole(path: str, body: bytes, fields: dict[str, str]) -> bool:
    """As long as promised, and a document: a file that is caught half written is neither."""
    if len(body) != int(fields.get("content-length", -1)):
        return False
    digest = hashlib.sha256(body).hexdigest()
    if digest not in _whole:
        try:
            json.loads(body) if path.endswith(".json") else xml.dom.minidom.parseString(body).unlink()
            _whole[digest] = True
        except (ValueError, ExpatError):
            _whole[digest] = False
    return _whole[digest]


def _report(quiet: list[float], busy: list[float], tally: Tally, options: argparse.Namespace) -> None:
    waits = sorted(tally.seconds)
    rows = [
        ("readers", str(options.readers)),
        ("answers", ", ".join(f"{status}: {count}" for status, count in sorted(tally.answers.items()))),
        ("wrong bytes", str(tally.wrong)),
        ("5xx", str(sum(count for status, count in tally.answers.items() if status >= 500))),
        ("failed connections", str(tally.failed)),
        (
            "answer, median and 99 %",
            f"{statistics.median(waits):.3f} s, {waits[int(len(waits) * 0.99)]:.3f} s",
        ),
        ("cycles alone", ", ".join(f"{each:.2f}" for each in quiet) + " s"),
        ("cycles amid readers", ", ".join(f"{each:.2f}" for each in busy) + " s"),
        ("slowed to", f"{statistics.median(busy) / statistics.median(quiet):.3f} of the time alone"),
    ]
    table(("crowd", "measured"), rows)
    slowed = statistics.median(busy) / statistics.median(quiet)
    claim("a cycle amid readers", slowed, 1.1, peer="a cycle alone")
    bad = tally.wrong + sum(count for status, count in tally.answers.items() if status >= 500)
    claim("wrong or failed answers", bad / max(1, tally.answers.total()), 0.0, peer="all answers")
