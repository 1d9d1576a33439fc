"""Progress of long work and the tables at its end, on stderr; quiet where nobody watches."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
from rich.progress import Progress as Bars
from rich.table import Table

from pipeline.printable import printable
from pipeline.summary import Summary

Advance = Callable[[int, int], None]  # told how many are done, of how many


class Progress:
    """Bars on a terminal; plain lines into a log; nothing at all when quiet."""

    def __init__(self, *, quiet: bool = False) -> None:
        self.console = Console(stderr=True, quiet=quiet, highlight=False)

    def say(self, text: str) -> None:
        self.console.print(text, markup=False)  # "[store]" is a section, no style

    @contextmanager
    def stage(self, name: str) -> Iterator[Advance]:
        """A bar for one stage. Its function is told how many are done, of how many."""
        if not self.console.is_terminal:
            yield lambda _done, _total: None
            return
        columns = (SpinnerColumn(), TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn())
        with Bars(*columns, console=self.console, transient=True) as bars:
            task = bars.add_task(name, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)

    @contextmanager
    def download(self, name: str) -> Iterator[Advance]:
        """A bar in bytes for one download."""
        if not self.console.is_terminal:
            self.say(f"Downloading {name} …")
            yield lambda _done, _total: None
            return
        with Bars(
            TextColumn("{task.description:<20}"), BarColumn(), DownloadColumn(), console=self.console
        ) as bars:
            task = bars.add_task(name, total=None)
            yield lambda done, total: bars.update(task, completed=done, total=total)


def show(summary: Summary, console: Console) -> None:
    """The tables at the end of a run."""
    if summary.sources:
        console.print(_sources(summary))
    console.print(_languages(summary))
    if summary.engines or summary.memory_hits:
        console.print(_engines(summary))
    for reason, count in summary.waiting_for.items():
        console.print(f"[yellow]{count} waiting:[/yellow] {escape(printable(reason))}", soft_wrap=True)
    seconds = ", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in summary.seconds.items())
    console.print(f"{summary.files_written} files written. {seconds}", soft_wrap=True)
    if summary.cut:
        console.print(
            "[yellow]Cut short by a signal:[/yellow] what was done is kept, the next run does the rest.",
            soft_wrap=True,
        )


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", header_style="bold")
    table.add_column(columns[0])
    for column in columns[1:]:
        table.add_column(column, justify="left" if column in {"why not", "made by"} else "right")
    return table


def _sources(summary: Summary) -> Table:
    table = _table("Sources", "source", "new", "changed", "unchanged", "withdrawn", "pictures", "why not")
    for line in summary.sources:
        remark = f"[red]{escape(printable(line.error))}[/red]" if line.error else escape(printable(line.note))
        counts = (line.new, line.changed, line.unchanged, line.withdrawn, line.pictures)
        table.add_row(line.key, *map(str, counts), remark)
    return table


def _languages(summary: Summary) -> Table:
    table = _table(
        "Languages", "language", "translated now", "waiting", "for an editor", "published", "made by"
    )
    for code, line in summary.languages.items():
        made_by = ", ".join(f"{name} {count}" for name, count in line.made_by.items())
        table.add_row(code, *map(str, (line.translated, line.waiting, line.held, line.published)), made_by)
    return table


def _engines(summary: Summary) -> Table:
    table = _table("Engines", "engine", "calls", "sentences", "failures", "seconds", "why not")
    table.add_row("memory", "", str(summary.memory_hits), "", "", "")
    for name, line in summary.engines.items():
        table.add_row(
            name,
            *map(str, (line.calls, line.sentences, line.failures)),
            f"{line.seconds:.1f}",
            escape(printable(line.note)),
        )
    return table
