"""What readers see of a story: once among all news, each voice in its city, every one naming the others."""

import json
import re
from pathlib import Path
from typing import Any

import feedparser
import pytest

from feeds import stage as publish
from pipeline.config import Config
from pipeline.models import Entry
from tests.builders import NOW
from tests.stories.test_stage import SLEEPER, SLEEPER_TOO, entry, run, settings

pytestmark = pytest.mark.usefixtures("sqlite_store")


def published(tmp_path: Path) -> Config:
    wanted = settings(publish={"directory": tmp_path / "public"})
    run(wanted)
    publish.run(wanted)
    return wanted


def items(config: Config, path: str = "en/all.json") -> list[dict[str, Any]]:
    feed = json.loads((config.publish.directory / path).read_text(encoding="utf-8"))
    return [dict(item) for item in feed["items"]]


def page(config: Config, public_id: str) -> str:
    return (config.publish.directory / f"en/news/{public_id}/index.html").read_text(encoding="utf-8")


def test_the_channel_of_all_names_the_other_voices(tmp_path: Path) -> None:
    """One item, with a line of links in its text, related links, and a list for programs."""
    entry(1, "poznan", SLEEPER, days=1)
    entry(2, "hannover", SLEEPER_TOO)

    config = published(tmp_path)

    (item,) = items(config)
    there = "https://news.example.org/en/news/hannover2/"
    assert item["id"] == "tag:news.example.org,2026:en/poznan1"
    assert f'Also reported by: <a href="{there}">Hannover</a>' in item["content_html"]
    assert item["_ccnet"]["voices"] == [
        {
            "id": "tag:news.example.org,2026:en/hannover2",
            "url": there,
            "external_url": "https://hannover.example/2",
            "title": SLEEPER_TOO[0],
            "source": {"key": "hannover", "name": "Hannover"},
            "original_language": "en",
        }
    ]
    for kind in ("rss", "atom"):
        feed = feedparser.parse((config.publish.directory / f"en/all.{kind}").read_bytes())
        related = [link for link in feed.entries[0].links if link.rel == "related"]
        assert [(link.href, link.title) for link in related] == [(there, SLEEPER_TOO[0])]
    assert "Also reported by: Hannover" in (config.publish.directory / "en/index.html").read_text()


def test_each_voice_keeps_its_id_its_page_and_its_channel(tmp_path: Path) -> None:
    """What is hidden among all news stands in its city's channel as before, and names the lead."""
    entry(1, "poznan", SLEEPER, days=1)
    entry(2, "hannover", SLEEPER_TOO)

    config = published(tmp_path)

    (item,) = items(config, "en/city/hannover.json")
    assert item["id"] == "tag:news.example.org,2026:en/hannover2"
    assert [voice["source"]["key"] for voice in item["_ccnet"]["voices"]] == ["poznan"]
    assert re.search(
        r'<h2 id="voices">Also reported by</h2>\s*<ul>\s*<li>Poznan: <a href="../../../en/news/poznan1/"',
        page(config, "hannover2"),
    )
    assert 'href="../../../en/news/hannover2/"' in page(config, "poznan1")


def test_a_voice_that_leaves_is_named_no_more(tmp_path: Path) -> None:
    """Withdrawn at its source, it is gone from the lead's page and item too; a second run writes nothing."""
    entry(1, "poznan", SLEEPER, days=1)
    gone = entry(2, "hannover", SLEEPER_TOO)
    published(tmp_path)
    Entry.objects.filter(pk=gone.pk).update(withdrawn_at=NOW, release_due=True)

    config = published(tmp_path)

    (item,) = items(config)
    assert "voices" not in item["_ccnet"]
    assert "Also reported" not in item["content_html"] + page(config, "poznan1")
    run(config)
    assert publish.run(config) == 0


def test_a_new_title_of_one_voice_reaches_the_pages_of_the_others(tmp_path: Path) -> None:
    """The page that names it is written anew."""
    entry(1, "poznan", SLEEPER, days=1)
    other = entry(2, "hannover", SLEEPER_TOO)
    config = published(tmp_path)
    revision = other.current
    assert revision is not None
    revision.title = "The night train to Poznań"
    revision.save()
    Entry.objects.filter(pk=other.pk).update(release_due=True)

    published(tmp_path)

    assert "The night train to Poznań" in page(config, "poznan1")
