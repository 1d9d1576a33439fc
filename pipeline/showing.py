"""`check --show`: what a source's recipe finds, entry by entry, and what is missing."""

from collections.abc import Iterable

from lxml import html
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.records import EntryData, FeedData

_MISSING = "[red]missing[/red]"


def as_dict(entry: EntryData) -> dict[str, object]:
    """The entry as `--json` gives it."""
    return {
        "guid": entry.guid,
        "title": entry.title,
        "url": entry.url,
        "published": entry.published.isoformat() if entry.published else None,
        "image": image(entry),
        "characters": length(entry),
        "missing": missing(entry),
    }


def missing(entry: EntryData) -> list[str]:
    """The names of what a reader of the entry would look for in vain."""
    held = {
        "title": entry.title,
        "date": entry.published,
        "link": entry.url,
        "image": image(entry),
        "text": length(entry),
    }
    return [name for name, value in held.items() if not value]


def image(entry: EntryData) -> str:
    if entry.image:
        return entry.image.url
    pictures = _tree(entry).iter("img")
    return next((str(picture.get("src")) for picture in pictures if picture.get("src")), "")


def length(entry: EntryData) -> int:
    """Characters of the text, without markup."""
    return len(" ".join(_tree(entry).text_content().split()))


def _tree(entry: EntryData) -> html.HtmlElement:
    return html.fromstring(f"<div>{entry.content or entry.summary}</div>")


def show(found: Iterable[tuple[str, FeedData]], console: Console) -> None:
    """A table for each source, and a line that counts what is missing."""
    for key, feed in found:
        table = Table(
            title=key, title_justify="left", title_style="bold", header_style="bold", show_lines=True
        )
        for name in ("title", "date", "link and image"):
            table.add_column(name, overflow="fold")
        table.add_column("text", justify="right")
        for entry in feed.entries:
            table.add_row(*_row(entry))
        console.print(table)
        console.print(escape(summary(feed)), soft_wrap=True)


def _row(entry: EntryData) -> tuple[str, str, str, str]:
    date = f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else _MISSING
    address = escape(entry.url) or _MISSING
    picture = escape(image(entry))
    return (
        escape(entry.title) or _MISSING,
        date,
        f"{address}\n{picture}" if picture else f"{address}\n[dim]no image[/dim]",
        str(length(entry)) if length(entry) else _MISSING,
    )


def summary(feed: FeedData) -> str:
    """What the entries lack, all together; UTC is said because the table's dates are in it."""
    lacks: dict[str, int] = {}
    for entry in feed.entries:
        for name in missing(entry):
            lacks[name] = lacks.get(name, 0) + 1
    said = ", ".join(f"{count} without {name}" for name, count in lacks.items()) or "nothing is missing"
    return f"{len(feed.entries)} entries; {said}. Dates are in UTC."
