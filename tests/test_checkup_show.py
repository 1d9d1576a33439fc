"""`./run.py check --source KEY --show` on the sample network."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo.network import SampleNetwork
from tests import road


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with SampleNetwork() as network:
        yield road.write_config(tmp_path_factory.mktemp("show"), network)


def test_a_recipe_is_tried_alone(config: Path) -> None:
    """As data: each entry with what is missing."""
    done = road.run("check", "--source", "hengelo", "--show", "--json", "--config", str(config))

    (line,) = done.summary["checks"]
    assert (done.code, line["ok"], line["text"]) == (0, True, "2 entries")
    assert [entry["missing"] for entry in line["entries"]] == [["image"], []]


def test_the_table_is_for_people(config: Path) -> None:
    """On stderr, like every table."""
    done = road.run("check", "--source", "denhaag", "--show", "--config", str(config))

    assert "Meer groen langs" in done.err
    assert "2 without image" in done.err


def test_a_source_that_is_off_is_tried_only_where_asked(config: Path) -> None:
    """A recipe is written before its source is switched on."""
    text = config.read_text(encoding="utf-8").replace('key = "firenze"', 'key = "firenze"\nenabled = false')
    other = config.with_name("off.toml")
    other.write_text(text, encoding="utf-8")

    plain = road.run("check", "--source", "firenze", "--json", "--config", str(other)).summary
    shown = road.run("check", "--source", "firenze", "--show", "--json", "--config", str(other)).summary

    assert plain["checks"][0]["text"] == "off"
    assert len(shown["checks"][0]["entries"]) == 2
