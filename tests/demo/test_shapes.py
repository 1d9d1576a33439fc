"""Every sample site read through its true shape gives the items that its feed would give."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from lxml import html as tree

from pipeline.collect.fetch import Fetcher
from pipeline.collect.gather import Visit, first_request, gather
from pipeline.collect.readers import webpage
from pipeline.config import Source
from pipeline.demo.command import source_tables
from pipeline.demo.content import Item, load_sites
from pipeline.demo.network import SampleNetwork, sources
from pipeline.records import EntryData, FeedData

# What a shape does not give: a PDF has no pictures, links and emphasis, its letters are those of its font.
PDF = {"denhaag"}
WITHOUT_TIME = {"daugavpils", "firenze", "denhaag"}  # only a day stands there
SITES = load_sites()


@pytest.fixture(scope="module")
def network() -> Iterator[SampleNetwork]:
    with SampleNetwork() as running:
        yield running


@pytest.fixture(scope="module")
def recipes(network: SampleNetwork) -> dict[str, Source]:
    tables = tomllib.loads(source_tables(network))["source"]
    return {table["key"]: Source.model_validate(table) for table in tables}


@pytest.fixture(scope="module")
def found(recipes: dict[str, Source]) -> dict[str, FeedData]:
    """What one poll of each site gives."""
    feeds = {}
    with Fetcher(user_agent="tests/1", allow=["127.0.0.1"]) as fetcher:
        for key, recipe in recipes.items():
            visit = Visit(source=recipe, fetch=fetcher.get, now=datetime(2026, 11, 21, tzinfo=UTC))
            feeds[key] = gather(visit, fetcher.get(first_request(recipe))).feed
    return feeds


def matched(key: str, found: dict[str, FeedData]) -> list[tuple[Item, EntryData]]:
    entries = {entry.title: entry for entry in found[key].entries}
    return [(item, entries[item.title.text]) for item in SITES[key].items]


def test_the_tables_are_the_sites(recipes: dict[str, Source]) -> None:
    """Fifteen sources with the names and languages of the sites, in more than half a dozen shapes."""
    assert {(key, each.name, each.language) for key, each in recipes.items()} == {
        (each.key, each.name, each.language) for each in sources()
    }
    assert {each.reader for each in recipes.values()} == {
        "api",
        "auto",
        "feed",
        "jsonfeed",
        "listing",
        "pdf",
        "xml",
    }


@pytest.mark.parametrize("key", SITES)
def test_every_item_is_there_with_its_title(key: str, found: dict[str, FeedData]) -> None:
    """No more and no fewer, and nothing to complain of."""
    assert {entry.title for entry in found[key].entries} == {item.title.text for item in SITES[key].items}
    assert len(found[key].entries) == len(SITES[key].items)
    assert found[key].warnings == ()


@pytest.mark.parametrize("key", SITES)
def test_dates_are_right(key: str, found: dict[str, FeedData], recipes: dict[str, Source]) -> None:
    """To the second where the site says it, to the day where it only says that."""
    zone = ZoneInfo(recipes[key].timezone)
    for item, entry in matched(key, found):
        assert entry.published is not None
        if key in WITHOUT_TIME:
            assert entry.published.astimezone(zone).date() == item.published.astimezone(zone).date()
        else:
            assert entry.published == item.published


@pytest.mark.parametrize("key", SITES)
def test_bodies_are_the_sentences_and_nothing_else(key: str, found: dict[str, FeedData]) -> None:
    """Every sentence in its order; no cookie line, no other news, no title, no date, no closing line of a feed."""
    for item, entry in matched(key, found):
        wanted = [sentence.text for block in item.body for sentence in block.sentences]

        assert words(entry.content or entry.summary) == " ".join(" ".join(wanted).split())


@pytest.mark.parametrize("key", [key for key in SITES if key not in PDF])
def test_pictures_and_links_come_along(key: str, found: dict[str, FeedData]) -> None:
    """Addresses are absolute; a picture keeps its text."""
    for item, entry in matched(key, found):
        page = tree.fromstring(f"<div>{entry.content or entry.summary}</div>")
        pictures = list(page.iter("img"))
        assert len(pictures) == (1 if item.picture else 0)
        assert all(picture.get("alt") == item.alt.text for picture in pictures if item.alt)
        addresses = [each.get("src") or each.get("href") for each in page.iter("img", "a")]
        assert all(str(address).startswith("http://127.0.0.1:") for address in addresses)


def test_the_newsletter_is_kept(found: dict[str, FeedData]) -> None:
    """Each of its entries carries the file."""
    for entry in found["denhaag"].entries:
        assert [each.type for each in entry.enclosures] == ["application/pdf"]
        assert entry.enclosures[0].url.endswith(".pdf")


def words(text: str) -> str:
    """The words of the page, its blocks parted by spaces."""
    return webpage.words(tree.fromstring(f"<div>{text}</div>"))
