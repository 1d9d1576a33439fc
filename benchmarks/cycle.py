"""A first and a second cycle over a folder of feed files, served on loopback.

    ./do bench cycle FOLDER [--targets pt] [--source-language en] [--keep DIR]

Every file becomes a source. Its language is what the feed says, or --source-language. The second cycle finds
nothing new: its CPU as a share of the first one's is what standing still costs.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from benchmarks.claims import claim
from benchmarks.measure import Measured, measured, peak_mb, table

_RUN = Path(__file__).resolve().parent.parent / "run.py"
_LANGUAGE = re.compile(rb"<(?:dc:)?language>\s*([a-zA-Z]{2})|<feed[^>]*xml:lang=.([a-zA-Z]{2})")


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    with tempfile.TemporaryDirectory() as scratch, _served(options.folder) as base:
        home = options.keep or Path(scratch)
        home.mkdir(parents=True, exist_ok=True)
        config = home / "config.toml"
        config.write_text(_config(options, base), encoding="utf-8")
        first, first_cost = _cycle(config)
        second, second_cost = _cycle(config)
    _report(first, first_cost)
    same = sum(line["new"] + line["changed"] for line in second["sources"])
    print(
        f"second cycle: {same} entries new or changed, {sum(each['calls'] for each in second['engines'].values())} engine calls, "
        f"{second['files_written']} files written, {second_cost.cpu:.1f} CPU s = "
        f"{second_cost.cpu / first_cost.cpu:.4f} of the first"
    )
    claim(
        "a cycle that finds nothing new, CPU", second_cost.cpu / first_cost.cpu, 0.05, peer="the first cycle"
    )


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench cycle", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--targets", nargs="+", default=["pt"])
    parser.add_argument("--source-language", default="en")
    parser.add_argument(
        "--keep", type=Path, help="a directory for the store and the published tree; default: thrown away"
    )
    return parser.parse_args(arguments)


@contextmanager
def _served(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_arguments: object) -> None:
            """The benchmark's own lines are enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def _config(options: argparse.Namespace, base: str) -> str:
    text = f"""[network]
title = "Bench"
base_url = "http://127.0.0.1"
contact = "mailto:bench@example.org"
[languages]
targets = {json.dumps(options.targets)}
[engines]
models = "models"
[engines.firefox]
download = false
[store]
url = "sqlite:///bench.db"
[publish]
directory = "public"
[fetch]
allow = ["127.0.0.1"]
per_host = 16
"""
    files = sorted(path for path in options.folder.iterdir() if path.is_file())
    for number, path in enumerate(files):
        said = _LANGUAGE.search(path.read_bytes()[:20_000])
        language = (said[1] or said[2]).decode().lower() if said else options.source_language
        text += f"""[[source]]
key = "s{number}"
name = {json.dumps(path.name)}
language = "{language}"
url = {json.dumps(f"{base}/{path.name}")}
"""
    return text


def _cycle(config: Path) -> tuple[Any, Measured]:
    with measured() as cost:
        done = subprocess.run(
            [sys.executable, str(_RUN), "once", "--json", "--config", str(config)],
            stdout=subprocess.PIPE,
            check=True,
        )
    return json.loads(done.stdout), cost


def _report(summary: Any, cost: Measured) -> None:
    sources = summary["sources"]
    entries = sum(line["new"] for line in sources)
    failed = [f"{line['key']}: {line['error']}" for line in sources if line["error"]]
    print(f"{len(sources)} sources, {entries} entries, {len(failed)} failed {failed or ''}")
    rows = [
        (code, *(str(line[name]) for name in ("translated", "waiting", "held", "published")))
        for code, line in summary["languages"].items()
    ]
    table(("language", "translated", "waiting", "for an editor", "published"), rows)
    sentences = sum(each["sentences"] for each in summary["engines"].values())
    print(
        f"engine: {sentences} sentences, memory hits {summary['memory_hits']}; {summary['files_written']} files written"
    )
    print("  ".join(f"{stage} {seconds:.1f} s" for stage, seconds in summary["seconds"].items()))
    print(
        f"{cost.cpu:.1f} CPU s, {cost.wall:.1f} s by the clock, {sentences / cost.cpu:.1f} sentences a CPU second over the whole cycle"
    )
    print(f"peak memory of the largest process: {peak_mb()[1]:.0f} MB")
