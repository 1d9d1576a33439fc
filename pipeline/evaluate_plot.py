"""Where the pipeline helps: chrF of groups of lines, bare and through the pipeline, as a table and as a plot."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lxml import etree
from rich.table import Table

from pipeline.drawing import Style, pygal
from pipeline.errors import UsageError
from pipeline.progress import Progress

_LENGTHS = (10, 20, 30)  # words; where one group ends and the next begins
# What engines mangle, and the pipeline hides, folds or lowers: see translate/protect.py.
_NEEDS_REPAIR = re.compile(r"[@#<>{}«»„“”‘’–—…€£§\u0100-\u024f]|https?:|\d[.,]\d|[\U0001f300-\U0001faff]")
_STYLE = Style(background="white", plot_background="white", font_family="sans-serif",
               colors=("#8a94a2", "#1b6e9c"))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A group of lines and its chrF by each way; none where no line is in it."""

    name: str
    lines: int
    chrf: Mapping[str, float]


def buckets(
    sources: Sequence[str], references: Sequence[str], outputs: Mapping[str, Sequence[str]]
) -> list[Bucket]:
    """By the words of the source, and by whether it holds what engines mangle."""
    from sacrebleu.metrics import CHRF  # noqa: PLC0415 - slow to load, needed here only

    members: dict[str, list[int]] = {name: [] for name in (*map(_length, range(len(_LENGTHS) + 1)), *KINDS)}
    for number, source in enumerate(sources):
        words = len(source.split())
        members[_length(sum(words >= limit for limit in _LENGTHS))].append(number)
        members[KINDS[needs_repair(source)]].append(number)
    return [
        Bucket(
            name=name,
            lines=len(numbers),
            chrf={
                way: round(
                    CHRF()
                    .corpus_score([texts[n] for n in numbers], [[references[n] for n in numbers]])
                    .score,
                    2,
                )
                for way, texts in outputs.items()
            },
        )
        for name, numbers in members.items()
        if numbers
    ]


KINDS = ("others", "need repair")


def needs_repair(source: str) -> bool:
    """Whether the line holds signs that local models lack, numbers with signs, or stands in capitals."""
    return _NEEDS_REPAIR.search(source) is not None or (source.isupper() and len(source.split()) > 1)


def show_buckets(progress: Progress, found: Sequence[Bucket]) -> None:
    table = Table(title="chrF2 by group of lines", title_justify="left")
    ways = list(found[0].chrf)
    for column in ("", "lines", *ways):
        table.add_column(column, justify="right" if column else "left")
    for bucket in found:
        table.add_row(bucket.name, str(bucket.lines), *(f"{bucket.chrf[way]:.2f}" for way in ways))
    progress.console.print(table)


def write_plot(path: Path, title: str, found: Sequence[Bucket]) -> None:
    """The same as an SVG that stands alone: no script, nothing fetched."""
    chart = pygal.Bar(title=title, style=_STYLE, js=(), width=760, height=400, legend_at_bottom=True,
                      print_values=True, value_formatter=lambda value: f"{value:.1f}")  # fmt: skip
    chart.x_labels = [f"{bucket.name} ({bucket.lines})" for bucket in found]
    for way in found[0].chrf:
        chart.add(way, [bucket.chrf[way] for bucket in found])
    try:
        path.write_bytes(_without_scripts(chart))
    except OSError as error:
        raise UsageError(f"cannot be written: {error.strerror}", resource=str(path)) from error


def _without_scripts(chart: pygal.Graph) -> bytes:
    root = etree.fromstring(chart.render())
    etree.strip_elements(root, "{*}script", with_tail=False)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _length(group: int) -> str:
    bounds = (0, *_LENGTHS)
    if group == len(_LENGTHS):
        return f"{bounds[group]} words and more"
    return f"{bounds[group] or 1}–{_LENGTHS[group] - 1} words"
