"""Backup, restore and the move to PostgreSQL, with the commands an operator types."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo.network import SampleNetwork
from tests import road


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of a network after its first cycle, with an editor and a term of its own."""
    folder = tmp_path_factory.mktemp("kept")
    terms = folder / "terms.csv"
    terms.write_text("source,do_not_translate\nCityLab,yes\n", encoding="utf-8")
    with SampleNetwork() as sites:
        config = road.write_config(folder, sites)
        road.once(config)
        for people in (("terms", "import", str(terms)), ("editors", "add", "anna")):
            assert road.run(*people, "--config", str(config)).code == 0
        yield config


def test_a_backup_restores_the_store(whole: Path, tmp_path: Path) -> None:
    """A lost store comes back from its backup, and its tree is the same to the byte."""
    before = road.tree(whole)
    file = tmp_path / "kept.db"
    said = road.run("backup", str(file), "--json", "--config", str(whole)).summary
    store = whole.parent / "newswire.db"
    store.unlink()
    for journal in ("-wal", "-shm"):
        store.with_name(store.name + journal).unlink(missing_ok=True)

    restored = road.run("restore", str(file), "--json", "--config", str(whole))
    road.run("publish", "--all", "--config", str(whole))

    assert said["entries"] > 0
    assert restored.summary["entries"] == said["entries"]
    assert road.tree(whole) == before


def test_restore_does_not_overwrite_unasked(whole: Path, tmp_path: Path) -> None:
    """A store with entries stays; with --replace it is put aside under a name with the time in it."""
    file = tmp_path / "kept.db"
    road.run("backup", str(file), "--config", str(whole))

    refused = road.run("restore", str(file), "--config", str(whole))
    replaced = road.run("restore", str(file), "--replace", "--config", str(whole))

    assert (refused.code, replaced.code) == (1, 0)
    assert "--replace" in refused.err
    assert len(list(whole.parent.glob("newswire.db.before-*"))) == 1


@pytest.mark.parametrize("damage", ["empty", "cut", "garbage"])
def test_a_damaged_backup_is_refused(whole: Path, tmp_path: Path, damage: str) -> None:
    """What is no whole store never takes the place of one; the message names the file."""
    file = tmp_path / "kept.db"
    road.run("backup", str(file), "--config", str(whole))
    content = file.read_bytes()
    file.write_bytes({"empty": b"", "cut": content[: len(content) // 2], "garbage": b"x" * 4096}[damage])

    refused = road.run("restore", str(file), "--replace", "--config", str(whole))

    assert refused.code == 2
    assert str(file) in refused.err
    assert "Traceback" not in refused.err


def test_a_store_of_a_newer_version_is_refused(whole: Path, tmp_path: Path) -> None:
    """A backup written by code to come says so instead of half working."""
    file = tmp_path / "kept.db"
    road.run("backup", str(file), "--config", str(whole))
    with sqlite3.connect(file) as store:
        store.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('pipeline', '9999_later', '2030-01-01')"
        )
    store.close()

    refused = road.run("restore", str(file), "--replace", "--config", str(whole))

    assert refused.code == 2
    assert "newer version (9999_later)" in refused.err


def test_moving_to_postgresql_keeps_every_byte(whole: Path, empty_postgres: str, tmp_path: Path) -> None:
    """After move-store the same configuration with the new URL publishes the same tree, and backs up into one file."""
    before = road.tree(whole)
    moved = road.run("move-store", "--to", empty_postgres, "--json", "--config", str(whole))
    again = road.run("move-store", "--to", empty_postgres, "--config", str(whole))
    config = whole.with_name("postgres.toml")
    text = whole.read_text(encoding="utf-8").replace("sqlite:///newswire.db", empty_postgres)
    config.write_text(text, encoding="utf-8")
    published = road.run("publish", "--all", "--config", str(config))
    kept = road.run("backup", str(tmp_path / "from-postgres.db"), "--json", "--config", str(config))
    back = road.run("restore", str(tmp_path / "from-postgres.db"), "--replace", "--config", str(config))

    assert moved.code == published.code == kept.code == back.code == 0
    assert moved.summary["rows"] > 1_000
    assert (again.code, "empty database" in again.err) == (1, True)
    assert road.tree(whole) == before
    assert kept.summary["entries"] > 0


def test_prune_takes_nothing_that_is_public(whole: Path) -> None:
    """After prune, publish --all writes the same tree."""
    before = road.tree(whole)
    pruned = road.run("prune", "--json", "--config", str(whole))
    road.run("publish", "--all", "--config", str(whole))

    assert pruned.code == 0
    assert road.tree(whole) == before


def test_a_backup_with_a_program_in_it_is_refused(whole: Path, tmp_path: Path) -> None:
    """A file from strangers may hold triggers: they would run with every write."""
    file = tmp_path / "kept.db"
    road.run("backup", str(file), "--config", str(whole))
    with sqlite3.connect(file) as store:
        store.execute(
            "CREATE TRIGGER evil AFTER INSERT ON pipeline_audit BEGIN DELETE FROM pipeline_editor; END"
        )
    store.close()

    refused = road.run("restore", str(file), "--replace", "--config", str(whole))

    assert refused.code == 2
    assert "evil" in refused.err
