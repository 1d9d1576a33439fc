"""`./do bench`: every claim about speed, memory and quality in one table, each a ratio from one run.

    ./do bench [--only NAME …] [--full] [--ntrex FOLDER] [--feeds FOLDER]

Runs the benchmarks one after the other, each in a process of its own, at a size that takes minutes; --full takes the
sizes of the published figures. Two kinds of input do not lie in the project: a parallel corpus of news (NTREX-128's
files, LANG.txt) and a folder of feed files; what needs one that is not given is left out and named. A run adds one
line to benchmarks/history.jsonl and draws docs/benchmarks.md with its plots anew from that file. Exit code 1 when a
claim does not hold or a benchmark failed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import history
from benchmarks.claims import NOTES, Claim
from benchmarks.measure import table

ROOT = Path(__file__).resolve().parent.parent
_OUTPUT = ROOT / "var" / "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    name: str
    quick: tuple[str, ...] = ()
    full: tuple[str, ...] = ()
    needs: str = ""  # ntrex | feeds: what it reads; {ntrex} and {feeds} in its arguments stand for the folder


_TEXTS = ("--source", "{ntrex}/en.txt", "--reference", "{ntrex}/pt.txt")
_NTREX = ("--from", "en", "--to", "pt", *_TEXTS)
PLAN = (
    Planned(name="polling", quick=("--sources", "300", "--rounds", "1")),
    Planned(name="extraction"),
    Planned(name="stories"),
    Planned(name="pool"),
    Planned(name="desk", quick=("--entries", "1000", "--rounds", "20")),
    Planned(name="memory", quick=("--units", "150000", "--queries", "80")),
    Planned(name="publish", quick=("--stored", "1000", "20000", "--rounds", "2")),
    Planned(name="web", quick=("{tree}", "--seconds", "2", "--rounds", "1"), full=("{tree}",)),
    Planned(
        name="crowd",
        quick=("--readers", "300", "--every", "10", "--feeds", "20", "--rounds", "1"),
        full=("--every", "10", "--feeds", "150"),
    ),
    Planned(name="soak", quick=("--cycles", "160", "--hours", "24")),
    Planned(name="kills", quick=("--kills", "12"), full=("--kills", "200")),
    Planned(
        name="cluster",
        quick=("--feeds", "12", "--workers", "1", "2", "--tasks", "200", "--looks", "2000"),
        full=("--looks", "100000"),
    ),
    Planned(name="translate-stage", quick=(*_NTREX, "--limit", "300"), full=_NTREX, needs="ntrex"),
    Planned(
        name="quality", quick=_TEXTS, full=_TEXTS, needs="ntrex"
    ),  # a part of the lines would prove little
    Planned(name="collect-folder", quick=("{feeds}",), full=("{feeds}",), needs="feeds"),
    Planned(name="cycle", quick=("{feeds}",), full=("{feeds}", "--targets", "en", "pt"), needs="feeds"),
)


def main(arguments: Sequence[str]) -> int:
    options = _options(arguments)
    _OUTPUT.mkdir(parents=True, exist_ok=True)
    found: list[tuple[str, Claim]] = []
    failed: list[str] = []
    for planned in PLAN:
        if options.only and planned.name not in options.only:
            continue
        if planned.needs and not getattr(options, planned.needs):
            print(f"{planned.name}: left out, it needs --{planned.needs} FOLDER", flush=True)
            continue
        print(f"{planned.name} …", flush=True)
        code, claims = _run(planned, options)
        found += [(planned.name, each) for each in claims]
        if code and all(each.holds for each in claims):
            failed.append(planned.name)
            print(f"{planned.name}: exit code {code}; see {_OUTPUT / planned.name}.txt", flush=True)
    _show(found)
    history.add(_record(found, failed, options))
    return 1 if failed or not all(each.holds for _name, each in found) else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench", description=(__doc__ or "").splitlines()[0])
    names = [planned.name for planned in PLAN]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--full", action="store_true", help="the sizes of the published figures: hours")
    parser.add_argument("--ntrex", type=Path, metavar="FOLDER", help="parallel news, LANG.txt")
    parser.add_argument("--feeds", type=Path, metavar="FOLDER", help="feed files")
    return parser.parse_args(arguments)


def _run(planned: Planned, options: argparse.Namespace) -> tuple[int, list[Claim]]:
    """The benchmark's exit code, and what it claimed. What it printed lies in var/bench."""
    notes = _OUTPUT / f"{planned.name}.jsonl"
    notes.unlink(missing_ok=True)
    chosen = planned.full if options.full else planned.quick
    places = {"ntrex": options.ntrex, "feeds": options.feeds, "tree": _tree() if "{tree}" in chosen else ""}
    command = [
        sys.executable,
        "-m",
        "benchmarks",
        planned.name,
        *(each.format_map(places) for each in chosen),
    ]
    with (_OUTPUT / f"{planned.name}.txt").open("w", encoding="utf-8") as output:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {NOTES: str(notes)},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    return done.returncode, list(_noted(notes))


def _noted(notes: Path) -> Iterator[Claim]:
    if notes.exists():
        for line in notes.read_text(encoding="utf-8").splitlines():
            yield Claim(**json.loads(line))


def _tree() -> Path:
    """A published tree: the demo's."""
    home = _OUTPUT / "demo"
    command = [sys.executable, str(ROOT / "run.py"), "demo", "--once", "--json", "--dir", str(home)]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return home / "public"


def _show(found: Sequence[tuple[str, Claim]]) -> None:
    rows = [
        (name, each.what, f"{each.value:g}", each.bound, each.peer, "holds" if each.holds else "DOES NOT")
        for name, each in found
    ]
    print()
    table(
        ("bench", "claim", "ratio", "limit", "against", ""), rows or [("", "nothing was run", "", "", "", "")]
    )


def _record(
    found: Sequence[tuple[str, Claim]], failed: Sequence[str], options: argparse.Namespace
) -> dict[str, object]:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "commit": commit.stdout.strip(),
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[1], 1),
        "full": options.full,
        "failed": list(failed),
        "claims": [{"bench": name} | asdict(each) for name, each in found],
    }
