"""The road, end to end, on the sample network: real HTTP on loopback, the real neural engine, real files."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.demo.network import SampleNetwork
from tests import road

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def network() -> Iterator[SampleNetwork]:
    with SampleNetwork() as sites:
        yield sites


@pytest.fixture(scope="module")
def first(network: SampleNetwork, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """The configuration and the summary of a first cycle."""
    config = road.write_config(tmp_path_factory.mktemp("road"), network)
    return config, road.once(config)


def items(config: Path, language: str) -> dict[str, dict[str, Any]]:
    feed = json.loads((config.parent / f"public/{language}/all.json").read_text(encoding="utf-8"))
    return {item["external_url"].rsplit("/", 1)[-1]: item for item in feed["items"]}


def test_every_sample_site_is_collected(first: tuple[Path, Any]) -> None:
    """No source fails, and each gives its items."""
    _config, summary = first

    assert len(summary["sources"]) == 15
    assert [line for line in summary["sources"] if line["error"]] == []
    assert all(line["new"] >= 2 for line in summary["sources"])


def test_latvian_comes_from_the_memory_and_portuguese_from_the_engine(first: tuple[Path, Any]) -> None:
    """The summary says which engine produced what; the text is in the language it claims."""
    config, summary = first
    latvian = json.loads((config.parent / "public/lv/all.json").read_text(encoding="utf-8"))["items"]

    assert summary["languages"]["lv"]["made_by"]["tm:import"] > 20
    assert summary["languages"]["pt"]["made_by"]["firefox"] > 20
    assert summary["engines"]["firefox"]["failures"] == 0
    assert any("tramvaj" in item["title"].lower() for item in latvian)
    assert all(item["language"] == "lv" for item in latvian)


def test_what_has_no_translation_waits_with_its_reason(first: tuple[Path, Any]) -> None:
    """Without weights for Latvian two items wait; they are not in the feed, nor is their source text."""
    config, summary = first
    published = (config.parent / "public/lv/all.rss").read_text(encoding="utf-8")

    assert summary["languages"]["lv"]["waiting"] == 2
    assert any("en-lv" in reason for reason in summary["waiting_for"])
    assert "City libraries lend tools" not in published


def test_the_same_cycle_again_asks_no_engine_and_writes_nothing(first: tuple[Path, Any]) -> None:
    """Nothing changed: nothing translated, nothing written, every byte as it was."""
    config, _summary = first
    before = road.tree(config)

    again = road.once(config)

    assert again["engines"] == {}
    assert again["files_written"] == 0
    assert {line["new"] + line["changed"] for line in again["sources"]} == {0}
    assert road.tree(config) == before


def test_every_release_is_labelled_and_links_to_its_original(
    first: tuple[Path, Any], network: SampleNetwork
) -> None:
    """Every item says who stands behind the words, in the reader's language, and where the original is."""
    config, _summary = first
    root = ET.parse(config.parent / "public/lv/all.atom").getroot()
    entries = root.findall(f"{ATOM}entry")

    assert len(entries) == 32
    for entry in entries:
        terms = {category.get("term") for category in entry.findall(f"{ATOM}category")}
        originals = [
            link.get("href", "") for link in entry.findall(f"{ATOM}link") if link.get("rel") == "via"
        ]
        assert terms & {"machine-translated", "original"}
        assert originals[0].startswith(network.base)


@pytest.mark.parametrize("language", ["lv", "en", "pt"])
def test_one_event_that_two_cities_tell_stands_once(first: tuple[Path, Any], language: str) -> None:
    """The first voice stands among the news of all and names the other, which keeps its place in its city."""
    config, _summary = first
    told = [item for item in items(config, language).values() if "voices" in item["_ccnet"]]
    city = json.loads((config.parent / f"public/{language}/city/murcia.json").read_text(encoding="utf-8"))
    other = [item for item in city["items"] if "voices" in item["_ccnet"]]

    assert [item["_ccnet"]["source"]["key"] for item in told] == ["rennes"]
    assert [voice["source"]["key"] for voice in told[0]["_ccnet"]["voices"]] == ["murcia"]
    assert [item["id"] for item in other] == [told[0]["_ccnet"]["voices"][0]["id"]]
    assert other[0]["_ccnet"]["voices"][0]["id"] == told[0]["id"]


def test_postgresql_gives_the_same_bytes(
    first: tuple[Path, Any], network: SampleNetwork, empty_postgres: str, tmp_path: Path
) -> None:
    """The same network in a real PostgreSQL: the published tree equals the one from SQLite."""
    config = road.write_config(tmp_path, network, extra=f'[store]\nurl = "{empty_postgres}"\n')

    road.once(config)
    again = road.once(config)

    assert road.tree(config) == road.tree(first[0])
    assert again["engines"] == {}
    assert again["files_written"] == 0


@pytest.fixture
def corrected(tmp_path: Path) -> Iterator[tuple[SampleNetwork, Path]]:
    """A network of its own, so that a correction touches no other test."""
    with SampleNetwork() as sites:
        config = road.write_config(tmp_path, sites)
        road.once(config)
        yield sites, config


def test_a_correction_translates_only_the_sentence_that_changed(
    corrected: tuple[SampleNetwork, Path],
) -> None:
    """The entry keeps its id, gets a new `updated`, and one sentence goes to the engine."""
    network, config = corrected
    before = items(config, "pt")
    slug = next(slug for slug, item in before.items() if "wolverhampton" in item["external_url"])
    old = before[slug]
    words = plain_sentence(network, slug)
    network.correct("wolverhampton", slug, words, f"After a correction, {words[0].lower()}{words[1:]}")

    summary = road.once(config)
    new = items(config, "pt")[slug]

    assert [line["changed"] for line in summary["sources"] if line["key"] == "wolverhampton"] == [1]
    assert summary["engines"]["firefox"]["sentences"] == 1
    assert new["id"] == old["id"]
    assert new["date_published"] == old["date_published"]
    assert new.get("date_modified", "") > old.get("date_modified", old["date_published"])
    assert new["content_html"] != old["content_html"]


def plain_sentence(network: SampleNetwork, slug: str) -> str:
    """A sentence of the item's text that holds no markup."""
    item = next(each for each in network._sites["wolverhampton"].items if slug in {each.slug, each.id})
    return next(
        sentence.html for block in item.body for sentence in block.sentences if "<" not in sentence.html
    )
