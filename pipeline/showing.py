"""`check --show`: what a source's recipe finds, entry by entry, and what is missing."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from lxml import html
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipeline.collect.tongue import Tongues, language_of, tongues_of
from pipeline.printable import printable
from pipeline.records import EntryData, FeedData

_MISSING = "[red]missing[/red]"


def as_dict(entry: EntryData, expected: str = "") -> dict[str, object]:
    """The entry as `--json` gives it; `expected` is the language of its source."""
    return {
        "guid": entry.guid,
        "title": entry.title,
        "url": entry.url,
        "published": entry.published.isoformat() if entry.published else None,
        "image": image(entry),
        "characters": length(entry),
        "missing": missing(entry),
        **_tongues(entry, expected).as_json(),
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


def _tongues(entry: EntryData, expected: str) -> Tongues:
    found = language_of(entry, expected)
    return tongues_of(entry, expected, found, found)


def _languages(entry: EntryData, expected: str) -> str:
    """What is odd about the entry's languages, in words."""
    odd = _tongues(entry, expected)
    claim = f"claims {odd.claimed}, is in {odd.found}" if odd.claimed else ""
    mixed = ", ".join(dict.fromkeys(passage.language for passage in odd.mixed))
    return "; ".join(filter(None, (claim, f"{len(odd.mixed)} paragraphs in {mixed}" if mixed else "")))


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


def show(
    found: Iterable[tuple[str, FeedData]],
    console: Console,
    expected: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """A table for each source, and a line that counts what is missing. `expected`: the languages of the sources."""
    for key, feed in found:
        table = Table(
            title=key, title_justify="left", title_style="bold", header_style="bold", show_lines=True
        )
        for name in ("title", "date", "link and image"):
            table.add_column(name, overflow="fold")
        table.add_column("text", justify="right")
        for entry in feed.entries:
            table.add_row(*_row(entry, expected.get(key, "")))
        console.print(table)
        console.print(escape(printable(summary(feed))), soft_wrap=True)


def _row(entry: EntryData, expected: str) -> tuple[str, str, str, str]:
    odd = _languages(entry, expected)
    date = f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else _MISSING
    address = escape(printable(entry.url)) or _MISSING
    picture = escape(printable(image(entry)))
    return (
        (escape(printable(entry.title)) or _MISSING)
        + (f"\n[yellow]{escape(printable(odd))}[/yellow]" if odd else ""),
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
