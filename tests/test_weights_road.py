"""Weights on the road: fetched by command or at the first need, from a loopback server in the real one's shape."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.demo.network import SampleNetwork
from pipeline.records import Pair
from pipeline.translate.engines.weights import locate
from tests import road
from tests.translate.engines.servers import RemoteSettings


@pytest.fixture
def server() -> Iterator[RemoteSettings]:
    """Offers the packaged English-Portuguese model under the name of English-Latvian."""
    files = locate(Path("/nowhere"), Pair("en", "pt"))
    assert files is not None
    with RemoteSettings() as remote:
        remote.add("en-lv", {Path(path).name: Path(path).read_bytes() for path in files.paths().values()})
        yield remote


def configured(folder: Path, network: SampleNetwork, server: RemoteSettings, *, download: bool) -> Path:
    config = road.write_config(folder, network, targets=("lv",))
    text = config.read_text(encoding="utf-8")
    wanted = f'download = {str(download).lower()}\nserver = "{server.url}"'
    config.write_text(text.replace("download = false", wanted), encoding="utf-8")
    return config


def test_models_fetch_brings_what_the_configuration_needs(tmp_path: Path, server: RemoteSettings) -> None:
    """`models fetch` downloads and verifies; what the server lacks is named and makes the exit code 2."""
    with SampleNetwork() as network:
        config = configured(tmp_path, network, server, download=False)
    one = road.run("models", "fetch", "--json", "--config", str(config), "en-lv")
    listed = road.run("models", "verify", "en-lv", "--json", "--config", str(config))
    everything = road.run("models", "fetch", "--config", str(config))

    assert (one.code, [line["state"] for line in one.summary["models"]]) == (0, ["here"])
    assert (listed.code, listed.summary["models"][0]["bytes"] > 10_000_000) == (0, True)
    assert everything.code == 2
    assert "has no weights for pl-en" in " ".join(everything.err.split())


def test_missing_weights_are_fetched_at_the_first_need(tmp_path: Path, server: RemoteSettings) -> None:
    """The cycle brings the weights by itself, says so, and does not do it again."""
    with SampleNetwork() as network:
        config = configured(tmp_path, network, server, download=True)
        first = road.run("once", "--json", "--config", str(config))
        asked = len(server.asked)
        second = road.run("once", "--json", "--config", str(config))

    assert first.code == 0
    assert first.summary["engines"]["firefox"]["sentences"] > 0
    assert "weights for en-lv: 100 %" in first.err
    assert asked > 0
    assert len(server.asked) == asked
    assert second.summary["engines"] == {}


def test_the_configuration_can_forbid_downloads(tmp_path: Path, server: RemoteSettings) -> None:
    """With download = false nothing is asked of the server, and what waits says what to run."""
    with SampleNetwork() as network:
        config = configured(tmp_path, network, server, download=False)
        summary = road.once(config)

    assert server.asked == []
    assert any("./run.py models fetch" in reason for reason in summary["waiting_for"])
