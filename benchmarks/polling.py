"""Polling many sources: the collect stage against the `reader` library, same sources, same run.

    ./do bench polling [--sources 1000] [--hosts 100] [--entries 10] [--threads 16] [--rounds 3]

The server is a process of its own on loopback addresses. Each side gets every source once to know it; then
rounds of unchanged answers (304), then rounds in which every feed has one more entry. Both sides write to a
SQLite file of their own. CPU and memory are those of the polling process alone.
"""

import argparse
import contextlib
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.claims import claim
from benchmarks.measure import measured, peak_mb, table

_SIDES = ("collect stage", "reader")


_LEAST = {"first": 0.33, "unchanged": 2.5, "changed": 1.5}  # by machine: 0.36 to 0.48, 2.6 to 4.4, 1.7 to 2.3


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    if options.side:
        _side(options)
        return
    with _server(options.hosts, options.entries) as port, tempfile.TemporaryDirectory() as folder:
        sides = {name: _start(name, options, port, Path(folder)) for name in _SIDES}
        rounds = _rounds(sides, options.rounds, port)
        peaks = {name: _ask(side, "end")["peak"] for name, side in sides.items()}
    _print(options, rounds, peaks)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench polling", description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument(
        "--hosts", type=int, default=100, help="loopback addresses the sources are spread over"
    )
    parser.add_argument("--entries", type=int, default=10, help="in each feed at first")
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


@contextlib.contextmanager
def _server(hosts: int, entries: int) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.feed_server", str(hosts), str(entries)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()
            server.wait(10)


def _start(name: str, options: argparse.Namespace, port: int, folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks", "polling", "--side", name, "--port", str(port)]
    command += ["--folder", str(folder / name.replace(" ", "-"))]
    command += [
        part for key in ("sources", "hosts", "threads") for part in (f"--{key}", str(getattr(options, key)))
    ]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _ask(side: "subprocess.Popen[str]", word: str) -> Any:
    assert side.stdin is not None
    assert side.stdout is not None
    side.stdin.write(word + "\n")
    side.stdin.flush()
    answer = json.loads(side.stdout.readline())
    if word == "end":
        side.stdin.close()
        side.wait(10)
        side.stdout.close()
    return answer


Rounds = dict[str, dict[str, list[dict[str, float]]]]


def _rounds(sides: dict[str, "subprocess.Popen[str]"], count: int, port: int) -> Rounds:
    found: Rounds = {name: {"first": [], "unchanged": [], "changed": []} for name in sides}
    for kind, times in (("first", 1), ("unchanged", count), ("changed", count)):
        for _ in range(times):
            if kind == "changed":
                urlopen(f"http://127.0.0.1:{port}/turn", timeout=10).close()
            for name, side in sides.items():  # in turn, so that another load on the machine strikes both
                found[name][kind].append(_ask(side, "poll"))
    return found


def _print(options: argparse.Namespace, rounds: Rounds, peaks: dict[str, float]) -> None:
    print(
        f"{options.sources} sources on {options.hosts} loopback hosts, {options.entries} entries each, "
        f"{options.threads} threads, median of {options.rounds} round(s)"
    )
    rows = [
        [
            f"{name}, {kind}",
            f"{options.sources / _median(runs, 'wall'):.0f}",
            f"{options.sources / _median(runs, 'cpu'):.0f}",
            f"{_median(runs, 'entries') / _median(runs, 'wall'):.0f}",
            f"{_median(runs, 'entries') / _median(runs, 'cpu'):.0f}",
        ]
        for kind in ("first", "unchanged", "changed")
        for name in _SIDES
        for runs in (rounds[name][kind],)
    ]
    table(("", "sources / wall s", "sources / CPU s", "entries / wall s", "entries / CPU s"), rows)
    for kind in ("first", "unchanged", "changed"):
        ours, theirs = (rounds[name][kind] for name in _SIDES)
        wall, cpu = (_median(theirs, what) / _median(ours, what) for what in ("wall", "cpu"))
        print(
            f"{kind}: the collect stage does {wall:.2f} times what reader does by the wall clock, {cpu:.2f} by CPU"
        )
        claim(f"polling, {kind} sources", cpu, _LEAST[kind], peer="the reader library, CPU", more=True)
    print("peak memory: " + ", ".join(f"{name} {peak:.0f} MB" for name, peak in peaks.items()))


def _median(runs: Sequence[dict[str, float]], what: str) -> float:
    return statistics.median(run[what] for run in runs)


def _side(options: argparse.Namespace) -> None:
    """One polling process: a round for every line of stdin that says `poll`."""
    options.folder.mkdir()
    urls = [
        f"http://127.0.0.{1 + number % options.hosts}:{options.port}/{number}.xml"
        for number in range(options.sources)
    ]
    poll = (_collect if options.side == "collect stage" else _reader)(urls, options)
    for line in sys.stdin:
        if line.strip() == "end":
            print(json.dumps({"peak": peak_mb()[0]}), flush=True)
            return
        with measured() as result:
            entries = poll()
        print(json.dumps({"wall": result.wall, "cpu": result.cpu, "entries": entries}), flush=True)


def _collect(urls: Sequence[str], options: argparse.Namespace) -> Callable[[], int]:
    """The stage as a cycle runs it. Gives the number of entries stored."""
    import django  # noqa: PLC0415 - each side loads only what it needs
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    from pipeline.config import Config  # noqa: PLC0415
    from pipeline.settings import django_settings  # noqa: PLC0415

    rows = [
        {"key": f"city{n}", "name": f"City {n}", "language": "en", "url": url} for n, url in enumerate(urls)
    ]
    config = Config.model_validate(
        {
            "network": {
                "title": "Bench",
                "base_url": "http://127.0.0.1",
                "contact": "mailto:bench@example.org",
            },
            "languages": {"targets": ["en"]},
            "source": rows,
            "fetch": {"allow": ["127.0.0.0/8"], "threads": options.threads},
            "store": {"url": f"sqlite:///{options.folder / 'bench.db'}"},
        }
    )
    settings.configure(**django_settings(config.store.url))
    django.setup()
    call_command("migrate", verbosity=0)
    from pipeline.collect import stage  # noqa: PLC0415

    def poll() -> int:
        lines = stage.run(config)
        _fail_on([line.error for line in lines if line.error])
        return sum(line.new for line in lines)

    return poll


def _reader(urls: Sequence[str], options: argparse.Namespace) -> Callable[[], int]:
    """The library as its documentation runs it, with workers."""
    from reader import make_reader  # noqa: PLC0415

    library = make_reader(str(options.folder / "reader.db"))
    for url in urls:
        library.add_feed(url)

    def poll() -> int:
        results = list(library.update_feeds_iter(scheduled=False, workers=options.threads))
        _fail_on([str(result.error) for result in results if result.error])
        return sum(result.updated_feed.new for result in results if result.updated_feed)

    return poll


def _fail_on(errors: Sequence[str]) -> None:
    if errors:
        raise SystemExit(f"{len(errors)} sources failed, the first with: {errors[0]}")
