"""The search index: made of the newest texts, seldom, at once when something was taken away."""

import gzip
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds import search, stage
from pipeline.config import Config
from pipeline.errors import PublishError
from pipeline.models import Release
from pipeline.review import release
from tests.builders import NOW, config, entry, translation

pytestmark = pytest.mark.usefixtures("sqlite_store")


def settings_of(folder: Path, **publish: Any) -> Config:
    return config(folder, publish={"directory": folder / "public"} | publish, languages={"targets": ["lv"]})


def publish(settings: Config, hours: float = 0) -> int:
    release.run(settings)
    stage.run(settings, now=NOW)
    return search.run(settings, NOW + timedelta(hours=hours))


def found(settings: Config) -> list[dict[str, Any]]:
    """What the index holds, as the browser gets it."""
    folder = settings.publish.directory / "lv/pagefind/fragment"
    parts = [gzip.decompress(file.read_bytes()) for file in folder.glob("*.pf_fragment")]
    return sorted((json.loads(part[part.index(b"{") :]) for part in parts), key=lambda one: one["url"])


def test_the_index_names_each_item_with_its_city_and_day(tmp_path: Path) -> None:
    """A reader finds the page, and sees whose news and whose words it is; a second run writes nothing."""
    settings = settings_of(tmp_path)
    translation(entry(1))
    first, second = publish(settings), publish(settings)

    assert first > 0
    assert second == 0
    (item,) = found(settings)
    assert item["url"] == "/news/poznan1/"
    assert item["meta"] == {
        "title": "Virsraksts (lv)",
        "city": "Poznań",
        "date": "2026. gada 19. novembris",
        "label": "Mašīntulkojums",
        "kind": "machine-translated",
    }
    assert "Teksts." in item["content"]


def test_a_result_in_another_language_says_so(tmp_path: Path) -> None:
    """What stands in for a translation is marked as the language it is in, for the eye and the ear."""
    settings = settings_of(tmp_path)
    translation(entry(1))
    release.run(settings)
    Release.objects.update(label="original", text_language="pl")
    stage.run(settings, now=NOW)
    search.run(settings, NOW)

    (item,) = found(settings)
    assert (item["meta"]["lang"], item["meta"]["kind"]) == ("pl", "original")
    assert item["meta"]["label"] == "Oriģinālteksts poļu valodā, nav tulkots"


def test_a_new_item_waits_for_the_next_index_and_a_withdrawn_one_does_not(tmp_path: Path) -> None:
    """Indexing costs, so it is seldom; what was taken back must not be found any longer."""
    settings = settings_of(tmp_path, search_hours=6)
    translation(entry(1))
    publish(settings)
    translation(entry(2))
    early = publish(settings, 1), len(found(settings))
    late = publish(settings, 7) > 0, len(found(settings))
    Release.objects.filter(public_id="poznan2").update(withdrawn=True, dirty=True)
    stage.run(settings, now=NOW)
    search.run(settings, NOW + timedelta(hours=7.1))

    assert early == (0, 1)
    assert late == (True, 2)
    assert [item["url"] for item in found(settings)] == ["/news/poznan1/"]


def test_the_newest_items_are_found(tmp_path: Path) -> None:
    """The index is bounded: what is older than the newest so many is left to the archives."""
    settings = settings_of(tmp_path, search_items=2)
    for number in (1, 2, 3):
        translation(entry(number))
    publish(settings)

    assert [item["url"] for item in found(settings)] == ["/news/poznan1/", "/news/poznan2/"]


def test_without_search_there_is_no_index_and_no_page(tmp_path: Path) -> None:
    """`search_hours = 0` takes both away, and no page leads to them."""
    translation(entry(1))
    publish(settings_of(tmp_path))
    settings = settings_of(tmp_path, search_hours=0)
    publish(settings)

    assert not (settings.publish.directory / "lv/pagefind").exists()
    assert not (settings.publish.directory / "lv/search").exists()
    assert "search/" not in (settings.publish.directory / "lv/index.html").read_text(encoding="utf-8")


def test_a_missing_program_is_named_with_its_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tree stands; the message says what to install or switch off."""
    monkeypatch.setattr(sys, "executable", "/bin/false")
    translation(entry(1))

    with pytest.raises(PublishError, match="search_hours = 0"):
        publish(settings_of(tmp_path))
    assert (tmp_path / "public/lv/all.rss").exists()
