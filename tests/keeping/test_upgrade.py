"""A store of the first version comes through every later migration with all its rows."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from pipeline.models import Audit, Entry, MemoryUnit, Release, Term, Translation
from pipeline.settings import database
from tests.conftest import use_database

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
def first_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[None]:
    """Tables of the first version, with a row of each kind that nobody could make again."""
    url = (
        request.getfixturevalue("empty_postgres")
        if request.param == "postgres"
        else f"sqlite:///{tmp_path / 'first.db'}"
    )
    use_database(database(url))
    executor = MigrationExecutor(connection)
    executor.migrate([("pipeline", "0001_initial")])
    old = executor.loader.project_state([("pipeline", "0001_initial")]).apps
    _fill({name: old.get_model("pipeline", name) for name in _KINDS})
    yield
    connections.close_all()


_KINDS = ("Source", "Entry", "Revision", "Translation", "Release", "MemoryUnit", "Term", "Audit")


def _fill(model: dict[str, type]) -> None:
    source = model["Source"].objects.create(key="poznan")  # type: ignore[attr-defined]
    stamps = {"published": NOW, "updated": NOW}
    entry = model["Entry"].objects.create(  # type: ignore[attr-defined]
        source=source,
        guid="a",
        guid_hash="a",
        public_id="abc",
        tag="x,2026",
        language="pl",
        first_seen=NOW,
        **stamps,
    )
    revision = model["Revision"].objects.create(  # type: ignore[attr-defined]
        entry=entry, number=1, content_hash="h", title="Tytuł", seen_at=NOW
    )
    model["Entry"].objects.update(current=revision)  # type: ignore[attr-defined]
    model["Translation"].objects.create(  # type: ignore[attr-defined]
        entry=entry,
        language="lv",
        published=NOW,
        state="approved",
        revision=revision,
        title="Virsraksts",
        due_at=NOW,
        changed_at=NOW,
    )
    model["Release"].objects.create(  # type: ignore[attr-defined]
        entry=entry,
        source=source,
        language="lv",
        public_id="abc",
        text_language="lv",
        label="reviewed",
        revision=revision,
        title="Virsraksts",
        **stamps,
    )
    model["MemoryUnit"].objects.create(  # type: ignore[attr-defined]
        source_language="pl",
        target_language="lv",
        source_hash="s",
        origin="human",
        rank=30,
        source="Nowy most",
        target="Jauns tilts",
    )
    model["Term"].objects.create(target_language="lv", source="most", target="tilts")  # type: ignore[attr-defined]
    model["Audit"].objects.create(  # type: ignore[attr-defined]
        at=NOW, actor="anna", action="approve", entry=entry, language="lv", after_state="approved"
    )


def test_no_row_is_lost_on_the_way(first_store: None) -> None:
    """Entries, translations, public texts, memory, terms and the log say after the upgrade what they said before."""
    call_command("migrate", interactive=False, verbosity=0)
    entry = Entry.objects.get()

    assert (entry.public_id, entry.first_seen) == ("abc", NOW)
    assert entry.current is not None
    assert entry.current.title == "Tytuł"
    assert Translation.objects.values_list("title", "state").get() == ("Virsraksts", "approved")
    assert Release.objects.values_list("title", "label", "withdrawn").get() == (
        "Virsraksts",
        "reviewed",
        False,
    )
    assert MemoryUnit.objects.values_list("source", "target").get() == ("Nowy most", "Jauns tilts")
    assert Term.objects.values_list("source", "target").get() == ("most", "tilts")
    assert Audit.objects.values_list("actor", "action").get() == ("anna", "approve")
