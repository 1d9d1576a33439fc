"""Rows for tests of the store: an entry with its revision, a translation with its draft."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipeline.config import Config
from pipeline.models import Audit, Entry, Revision, Source, Translation
from pipeline.states import State

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def config(folder: Path = Path("/nowhere"), **changes: Any) -> Config:
    """A configuration of two cities and three languages."""
    data: dict[str, Any] = {
        "network": {
            "title": "Cities",
            "base_url": "https://news.example.org",
            "contact": "mailto:a@example.org",
        },
        "languages": {"targets": ["lv", "en", "pl"]},
        "source": [
            {"key": "poznan", "name": "Poznań", "language": "pl", "url": "https://poznan.example/feed"},
            {"key": "dublin", "name": "Dublin", "language": "en", "url": "https://dublin.example/feed"},
        ],
        "publish": {"directory": folder / "public"},
    }
    return Config.model_validate(data | changes)


def entry(number: int = 1, *, source: str = "poznan", language: str = "pl", **changes: Any) -> Entry:
    """An entry with one revision, seen and published some days before NOW."""
    Source.objects.ensure([source])
    stamp = NOW - timedelta(days=number)
    row = Entry.objects.create(
        source_id=source,
        guid=f"{source}-{number}",
        guid_hash=f"{source}-{number}",
        public_id=f"{source}{number}"[:16],
        tag="news.example.org,2026",
        url=f"https://{source}.example/{number}",
        language=language,
        first_seen=stamp,
        published=stamp,
        updated=stamp,
        **changes,
    )
    revise(row, f"Tytuł {number}", 1)
    return row


def revise(row: Entry, title: str, number: int) -> Revision:
    """The next revision of an entry, as collect would store it."""
    revision = Revision.objects.create(
        entry=row, number=number, title=title, content=f"<p>{title}.</p>", url=row.url, seen_at=NOW
    )
    row.current, row.planned, row.release_due = revision, False, True
    row.save()
    return revision


def translation(
    row: Entry, language: str = "lv", *, state: State = State.MACHINE, risk: float = 0.0
) -> Translation:
    """A draft of the entry's current revision, due for release."""
    return Translation.objects.create(
        entry=row,
        language=language,
        published=row.published,
        state=state,
        revision=row.current,
        title=f"Virsraksts ({language})",
        content="<p>Teksts.</p>",
        risk=risk,
        engines=["firefox"],
        due_at=NOW,
        changed_at=NOW,
        release_due=True,
    )


def audit(row: Translation, actor: str, after: State) -> None:
    """A move in the log, after which the translation stands in the new state and is due for release."""
    Audit.objects.create(
        at=NOW,
        actor=actor,
        action="move",
        entry=row.entry,
        language=row.language,
        before_state=row.state,
        after_state=after,
    )
    row.state, row.release_due = after, True
    row.save()
