"""`check --show`: what a recipe finds and what is missing."""

import io
from datetime import UTC, datetime

from rich.console import Console

from pipeline import showing
from pipeline.records import EntryData, FeedData, Image

WHOLE = EntryData(
    guid="1",
    url="https://x.example/1",
    title="Tytuł [nowy]",
    published=datetime(2026, 11, 20, 8, 30, tzinfo=UTC),
    content='<p>Dwa słowa</p><img src="https://x.example/i.png">',
)
BARE = EntryData(guid="2", url="https://x.example/2", title="B", image=Image(url="https://x.example/b.png"))


def test_what_an_entry_lacks() -> None:
    """An image in the text counts; a summary counts as text."""
    assert showing.missing(WHOLE) == []
    assert showing.missing(BARE) == ["date", "text"]
    assert showing.as_dict(WHOLE)["image"] == "https://x.example/i.png"
    assert showing.as_dict(WHOLE)["characters"] == 9


def test_the_table_says_it_all() -> None:
    """Brackets in titles are no markup of the table; the last line counts what is missing."""
    out = io.StringIO()

    showing.show([("poznan", FeedData(entries=(WHOLE, BARE)))], Console(file=out, width=120))

    said = out.getvalue()
    assert "Tytuł [nowy]" in said
    assert "2026-11-20 08:30" in said
    assert "missing" in said
    assert "2 entries; 1 without date, 1 without text. Dates are in UTC." in said
