"""`check --show`: what a recipe finds and what is missing."""

import io
from dataclasses import replace
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


def test_odd_languages_are_said() -> None:
    """A claim that the words deny, and paragraphs in another language, stand with the entry."""
    polish = "Rada miasta przyjęła nowy plan transportu i od poniedziałku tramwaje jeżdżą według nowego rozkładu jazdy"
    english = "The city council has approved the new transport plan and from Monday the trams run to another timetable"
    entry = replace(WHOLE, language="en", content=f"<p>{polish}.</p><p>{english}.</p><p>{polish}.</p>")
    out = io.StringIO()

    data = showing.as_dict(entry, "pl")
    showing.show([("poznan", FeedData(entries=(entry,)))], Console(file=out, width=160), {"poznan": "pl"})

    assert (data["claimed"], data["found"]) == ("en", "pl")
    assert data["mixed"] == [{"block": 1, "language": "en", "text": f"{english}."}]
    assert "claims en, is in pl; 1 paragraphs in en" in " ".join(out.getvalue().split())
    assert "claimed" not in showing.as_dict(WHOLE, "pl")


def test_the_table_says_it_all() -> None:
    """Brackets in titles are no markup of the table; the last line counts what is missing."""
    out = io.StringIO()

    showing.show([("poznan", FeedData(entries=(WHOLE, BARE)))], Console(file=out, width=120))

    said = out.getvalue()
    assert "Tytuł [nowy]" in said
    assert "2026-11-20 08:30" in said
    assert "missing" in said
    assert "2 entries; 1 without date, 1 without text. Dates are in UTC." in said
