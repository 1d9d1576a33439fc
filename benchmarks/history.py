"""The figures of all runs, a line each in a file; from it the table and the plots of docs/benchmarks.md.

Nothing in that page is typed in: whoever wants another figure runs `./do bench`.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.claims import Claim
from pipeline.drawing import pygal

ROOT = Path(__file__).resolve().parent.parent
HISTORY = ROOT / "benchmarks" / "history.jsonl"
PAGE = ROOT / "docs" / "benchmarks.md"
_RUNS = 30  # in the plot of the past

Run = dict[str, Any]

_HEAD = """# Benchmarks

Written by `./do bench`; change nothing by hand. All runs stand in [history.jsonl](../benchmarks/history.jsonl).

Each figure is a ratio of two things measured in the same run on the same machine, so that it says something about
another machine too. A claim holds when the ratio keeps to its limit; those that do not stand here as well.
The newest figure of each claim is shown, with the run it comes from.
`quick` runs use smaller stores and fewer rounds than `full` ones.

"""


def add(run: Run, path: Path = HISTORY, page: Path = PAGE) -> None:
    """Keep a run, and draw the page anew. A run without a claim leaves all as it is."""
    if not run["claims"]:
        return
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(run, ensure_ascii=False) + "\n")
    draw(read(path), page)


def read(path: Path = HISTORY) -> list[Run]:
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def newest(runs: Sequence[Run]) -> list[tuple[Run, str, Claim]]:
    """(run, benchmark, claim) of each claim's last measurement, in the order of the benchmarks' first one."""
    found: dict[tuple[str, str], tuple[Run, str, Claim]] = {}
    for run in runs:
        for row in run["claims"]:
            facts = {name: value for name, value in row.items() if name != "bench"}
            found[row["bench"], row["what"]] = (run, row["bench"], Claim(**facts))
    return list(found.values())


def draw(runs: Sequence[Run], page: Path) -> None:
    """The table, and beside it two plots: how near each claim is to its limit, and how the ratios went over time."""
    rows = [
        f"| `{bench}` | {each.what} | {each.value:g} | {each.bound} | {each.peer} | {'yes' if each.holds else '**no**'} | "
        f"{run['at'][:10]} `{run['commit']}`, {'full' if run['full'] else 'quick'}, load {run['load']:g} on {run['cores']} cores |"
        for run, bench, each in newest(runs)
    ]
    head = "| bench | claim | ratio | limit | against | holds | run |\n|---|---|---|---|---|---|---|\n"
    plots = "\n\n![How much of its limit each claim uses](benchmarks-limits.svg)\n\n![The ratios over the last runs](benchmarks-history.svg)\n"
    page.write_text(_HEAD + head + "\n".join(rows) + plots, encoding="utf-8")
    _limits(newest(runs)).render_to_file(str(page.with_name("benchmarks-limits.svg")))
    _past(runs[-_RUNS:]).render_to_file(str(page.with_name("benchmarks-history.svg")))


def used(each: Claim) -> float:
    """How much of its limit a claim uses: below 1 it holds."""
    if each.more:
        return each.limit / each.value if each.value else 10.0
    return each.value / each.limit if each.limit else float(each.value > 0) * 10.0


def _limits(found: Sequence[tuple[Run, str, Claim]]) -> pygal.Graph:
    chart = pygal.HorizontalBar(
        title="Share of its limit that each claim uses (1: just kept)",
        js=[],
        show_legend=False,
        height=60 + 26 * len(found),
        width=1000,
        range=(0, 2),
        truncate_label=-1,
    )
    chart.x_labels = [f"{bench}: {each.what}"[:70] for _run, bench, each in found]
    shares = [min(2.0, used(each)) for _run, _bench, each in found]
    chart.add("", [{"value": share, "color": "#4a7c2c" if share <= 1 else "#b3541e"} for share in shares])
    return chart


def _past(runs: Sequence[Run]) -> pygal.Graph:
    chart = pygal.Line(
        title="Share of its limit over the last runs",
        js=[],
        width=1000,
        height=600,
        legend_at_bottom=True,
        legend_at_bottom_columns=2,
        truncate_legend=-1,
    )
    chart.x_labels = [f"{run['at'][5:10]} {run['commit']}" for run in runs]
    for _run, bench, each in newest(runs):
        shares = []
        for run in runs:
            same = [row for row in run["claims"] if (row["bench"], row["what"]) == (bench, each.what)]
            facts = {name: value for name, value in same[-1].items() if name != "bench"} if same else None
            shares.append(min(2.0, used(Claim(**facts))) if facts else None)
        chart.add(f"{bench}: {each.what}"[:60], shares)
    return chart
