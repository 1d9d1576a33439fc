"""A few feeds and a translator on loopback, and what one undisturbed cycle makes of them: once for all tests.

A cycle of it costs a third of one of the sample network. What goes wrong around a cycle does not ask what it reads.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from benchmarks.loopback import Network, network, write_config
from tests import road

FEEDS = 3  # more translations than one task takes
_NO_SEARCH = '[publish]\ndirectory = "public"\nsearch_hours = 0\n'


@pytest.fixture(scope="session")
def feeds() -> Iterator[Network]:
    with network() as found:
        yield found


@pytest.fixture(scope="session")
def undisturbed(feeds: Network, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The tree of a cycle to which nothing happened."""
    config = configured(tmp_path_factory.mktemp("undisturbed"), feeds)
    road.once(config)
    return road.tree(config)


def configured(folder: Path, feeds: Network, more: str = "", engine: str = "") -> Path:
    """A configuration of all feeds; `more`: tables, such as the store's. A source that was asked is due in an hour."""
    path = write_config(folder, feeds, FEEDS, more=more + _NO_SEARCH, engine=engine)
    path.write_text(
        path.read_text(encoding="utf-8").replace("interval = 0\n", "interval = 60\n"), encoding="utf-8"
    )
    return path
