"""A withdrawal, end to end on the sample network: gone in every language, with a tombstone, and back again."""

import json
import xml.etree.ElementTree as ET
from pathlib import Path

from pipeline.demo.network import SampleNetwork
from tests import road

ITEM = "5224"  # of Klaipėda
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


def ids(config: Path, language: str) -> set[str]:
    """The ids in a language's feed of the city."""
    feed = json.loads((config.parent / f"public/{language}/city/klaipeda.json").read_text(encoding="utf-8"))
    return {item["id"] for item in feed["items"]}


def tombstones(config: Path, language: str, channel: str) -> list[str]:
    root = ET.parse(config.parent / f"public/{language}/{channel}.atom").getroot()
    return [gone.get("ref", "") for gone in root.findall(TOMBSTONE)]


def test_a_withdrawn_item_leaves_every_language_and_may_return(tmp_path: Path) -> None:
    """Out of feeds and pages with a tombstone; the next cycle writes nothing; shown again it has its old id."""
    languages = ("lv", "en")
    with SampleNetwork() as network:
        config = road.write_config(tmp_path, network, targets=languages)
        road.once(config)
        before, sites = {language: ids(config, language) for language in languages}, network._sites
        network.withdraw("klaipeda", ITEM)
        summary, again = road.once(config), road.once(config)
        after = {language: ids(config, language) for language in languages}
        files = road.tree(config)
        marked = {
            (language, channel): tombstones(config, language, channel)
            for language in languages
            for channel in ("all", "city/klaipeda")
        }
        network._sites, network._gone = sites, frozenset()
        network.correct("klaipeda", "5211", "", "")
        back = road.once(config)

        assert [line["withdrawn"] for line in summary["sources"] if line["key"] == "klaipeda"] == [1]
        assert sum(line["withdrawn"] for line in summary["sources"]) == 1
        assert (again["files_written"], again["engines"]) == (0, {})
        for language in languages:
            (gone,) = before[language] - after[language]
            assert marked[language, "all"] == marked[language, "city/klaipeda"] == [gone]
            assert f"{language}/news/{gone.rsplit('/', 1)[-1]}/index.html" not in files
            assert ids(config, language) == before[language]
            assert tombstones(config, language, "all") == []
        assert sum(line["new"] for line in back["sources"]) == 0
