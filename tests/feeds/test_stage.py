"""The publish stage with its store: what changed is written, nothing else, and what left is gone."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds import stage
from pipeline.config import Config
from pipeline.errors import PublishError
from pipeline.models import Entry, Release, StoreFact, Translation
from pipeline.review import release
from tests.builders import NOW, config, entry, translation

pytestmark = pytest.mark.usefixtures("store")


def publish(settings: Config, *, everything: bool = False) -> int:
    release.run(settings)
    return stage.run(settings, everything=everything)


def feed(settings: Config, path: str = "lv/all.json") -> Any:
    return json.loads((settings.publish.directory / path).read_text(encoding="utf-8"))


def files(settings: Config) -> set[str]:
    root = settings.publish.directory
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def test_the_whole_tree_stands_after_the_first_run(tmp_path: Path) -> None:
    """Channels of all and of each city in three formats, pages beside them, the item's page, the lists of feeds."""
    settings = config(tmp_path)
    translation(entry())

    publish(settings)

    wanted = {f"lv/all.{kind}" for kind in ("rss", "atom", "json")} | {
        f"lv/city/poznan.{kind}" for kind in ("rss", "atom", "json")
    }
    wanted |= {
        "index.html",
        "lv/index.html",
        "lv/city/dublin/index.html",
        "lv/subscribe/index.html",
        "feeds.opml",
        "lv/feeds.opml",
    }
    wanted |= {"lv/news/poznan1/index.html", "pl/news/poznan1/index.html", "lv/all.rss.gz", "lv/all.rss.br"}
    assert wanted <= files(settings)
    assert [item["id"] for item in feed(settings)["items"]] == ["tag:news.example.org,2026:lv/poznan1"]


def test_a_second_run_writes_nothing(tmp_path: Path) -> None:
    """Nothing is marked, nothing is composed, nothing is written."""
    settings = config(tmp_path)
    translation(entry())
    publish(settings)

    assert publish(settings) == 0
    assert publish(settings, everything=True) == 0


def test_one_new_item_touches_its_own_channels_only(tmp_path: Path) -> None:
    """The other city's channels and the other items' pages are not even opened."""
    settings = config(tmp_path)
    translation(entry(1, source="dublin", language="en"))
    publish(settings)
    stale = settings.publish.directory / "lv/city/dublin.rss"
    before = stale.stat().st_mtime_ns
    translation(entry(2))

    written = publish(settings)

    # lv and pl, each: three formats and a page, of all and of the city, the bilingual feed, the item's page, a part
    # of the site map; and the list of such parts, as it is the first in Polish
    assert written == 2 * (2 * 4 + 3 + 1 + 1) + 1
    assert stale.stat().st_mtime_ns == before


def test_a_withdrawn_item_leaves_files_and_feeds_with_a_tombstone(tmp_path: Path) -> None:
    """A word stands in its page's place, no channel names it but Atom's tombstone."""
    settings = config(tmp_path)
    row = entry()
    translation(row)
    publish(settings)
    Entry.objects.update(withdrawn_at=NOW, release_due=True)

    publish(settings)

    left = {path for path in files(settings) if "news/poznan1" in path}
    assert left == {f"{language}/news/poznan1/gone.html" for language in ("lv", "pl")}
    assert "Virsraksts" not in (settings.publish.directory / "lv/news/poznan1/gone.html").read_text("utf-8")
    assert feed(settings)["items"] == []
    atom = (settings.publish.directory / "lv/all.atom").read_text(encoding="utf-8")
    assert "deleted-entry" in atom
    assert "tag:news.example.org,2026:lv/poznan1" in atom


def test_an_item_keeps_its_id_when_the_address_of_the_tree_changes(tmp_path: Path) -> None:
    """The authority in the id is the one of the day the entry was first seen."""
    translation(entry())
    publish(config(tmp_path))
    moved = config(
        tmp_path, network={"title": "x", "base_url": "https://new.example", "contact": "mailto:a@b.example"}
    )

    publish(moved)

    item = feed(moved)["items"][0]
    assert item["id"] == "tag:news.example.org,2026:lv/poznan1"
    assert item["url"].startswith("https://new.example/lv/news/")


def test_a_lost_tree_is_written_anew(tmp_path: Path) -> None:
    """Someone deleted the directory: the next run brings every file back."""
    settings = config(tmp_path)
    translation(entry())
    publish(settings)
    before = files(settings)
    for path in sorted(settings.publish.directory.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()

    publish(settings)

    assert files(settings) == before


def test_a_run_cut_off_before_its_marks_were_cleared_is_repeated(tmp_path: Path) -> None:
    """Marks go last: with them still there the run does its work again, and writes nothing twice."""
    settings = config(tmp_path)
    translation(entry())
    publish(settings)
    Release.objects.update(dirty=True)
    StoreFact.objects.write("published", "")

    assert publish(settings) == 0
    assert not Release.objects.filter(dirty=True).exists()


def test_what_belongs_to_no_language_or_source_any_more_is_taken_away(tmp_path: Path) -> None:
    """A language or a source that left the configuration leaves the tree; files of others stay."""
    settings = config(tmp_path)
    translation(entry(), "lv")
    translation(entry(2), "en")
    publish(settings)
    others = [
        "en/crest.svg",
        "doc/index.html",
        "de/index.html",
        "img/all.png",
        "cgi/city/map.html",
        "doc/news/x/index.html",
    ]
    for path in others:  # a town hall's own files in a shared web root
        (settings.publish.directory / path).parent.mkdir(parents=True, exist_ok=True)
        (settings.publish.directory / path).write_text("theirs", encoding="utf-8")
    only_dublin = [{"key": "dublin", "name": "Dublin", "language": "en", "url": "https://d.example/f"}]

    publish(config(tmp_path, languages={"targets": ["lv", "pl"]}))
    fewer = files(settings)
    publish(config(tmp_path, languages={"targets": ["lv"]}, source=only_dublin))

    assert {path for path in fewer if path.startswith("en/")} == {"en/crest.svg"}
    assert set(others) <= files(settings)
    assert not any("poznan" in path or path.startswith("pl/") for path in files(settings))
    assert "lv/city/dublin.rss" in files(settings)


def test_one_city_cannot_flood_the_channel_of_all(tmp_path: Path) -> None:
    """At most `per_source` of one city stand in the combined channel; its own channel has them all."""
    settings = config(tmp_path, publish={"directory": tmp_path / "public", "per_source": 2, "items": 4})
    for number in range(1, 6):
        translation(entry(number))
    translation(entry(9, source="dublin", language="en"))

    publish(settings)

    assert len(feed(settings)["items"]) == 3
    assert len(feed(settings, "lv/city/poznan.json")["items"]) == 4


def test_sources_are_called_as_readers_know_them(tmp_path: Path) -> None:
    """A Latvian page says Poznaņa, an English one Poznań."""
    rows = [
        {
            "key": "poznan",
            "name": "Poznań",
            "language": "pl",
            "url": "https://p.example/f",
            "names": {"lv": "Poznaņa"},
        }
    ]
    settings = config(tmp_path, source=rows)
    row = entry()
    translation(row, "lv")
    translation(row, "en")

    publish(settings)

    root = settings.publish.directory
    assert "Poznaņa" in (root / "lv/index.html").read_text(encoding="utf-8")
    assert "Poznaņa" in (root / "lv/subscribe/index.html").read_text(encoding="utf-8")
    assert "Poznaņa" not in (root / "en/index.html").read_text(encoding="utf-8")
    assert "Poznań" in (root / "en/index.html").read_text(encoding="utf-8")


def test_updated_moves_with_a_correction_only(tmp_path: Path) -> None:
    """An approval or a rebuild leaves the item's dates alone; a correction at the source moves `updated`."""
    settings = config(tmp_path)
    row = entry()
    translation(row)
    publish(settings)
    first = feed(settings)["items"][0]
    later = row.updated + timedelta(hours=5)
    Entry.objects.update(updated=later)
    Translation.objects.update(release_due=True, title="Labots")

    publish(settings)

    second = feed(settings)["items"][0]
    assert second["id"] == first["id"]
    assert second["date_published"] == first["date_published"]
    assert second["date_modified"] > first["date_published"]


def test_a_directory_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    """The message names the place; nothing is marked as published."""
    (tmp_path / "public").write_text("a file where the tree should be", encoding="utf-8")
    translation(entry())
    release.run(config(tmp_path))

    with pytest.raises(PublishError, match="cannot be written"):
        stage.run(config(tmp_path))
    assert Release.objects.filter(dirty=True).exists()
