"""The recipes of the shipped config.toml on pages in the shape of the real ones, written for these tests."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from lxml import html

from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.gather import Gathered, Visit, first_request, gather
from pipeline.collect.readers import webpage
from pipeline.config import Source
from pipeline.loading import load
from pipeline.records import EntryData

ROOT = Path(__file__).resolve().parents[2]
SITES = Path(__file__).parent / "data/sites"
RECIPES = {source.key: source for source in load(ROOT / "config.toml").source}
WITH_PAGES = sorted(path.name for path in SITES.iterdir())
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


PLAIN = b"<html><head><meta property='article:published_time' content='2026-11-09T08:00:00Z'></head><body><div><p>Another article, which is not looked at here, says this and nothing else.</p></div></body></html>"


def gathered(key: str) -> Gathered:
    """One poll. The saved article is the first that is asked for."""
    source: Source = RECIPES[key]
    articles = [path.read_bytes() for path in SITES.glob(f"{key}/article.html")]

    def fetch(request: FetchRequest) -> FetchResult:
        body = articles.pop() if articles else PLAIN
        return FetchResult(status=200, url=request.url, body=body, content_type="text/html")

    path = next(SITES.glob(f"{key}/list.*"))
    kind = "application/json" if path.suffix == ".json" else "text/html"
    answer = FetchResult(status=200, url=first_request(source).url, body=path.read_bytes(), content_type=kind)
    return gather(Visit(source=source, fetch=fetch, now=NOW), answer)


def first(key: str) -> EntryData:
    return gathered(key).feed.entries[0]


def words(text: str) -> str:
    return webpage.words(html.fromstring(f"<div>{text}</div>"))


def test_every_recipe_has_a_canary() -> None:
    """Whoever adds a recipe adds a page for it."""
    with_recipe = {
        key for key, source in RECIPES.items() if source.reader not in {"feed", "jsonfeed", "auto"}
    }

    assert with_recipe == set(WITH_PAGES)


@pytest.mark.parametrize(
    ("key", "title", "day", "begin", "end"),
    [
        ("poznan", "Nowe kosze w parkach", "2026-11-20", "Do poznańskich parków", "formularz na stronie."),
        ("daugavpils", "Egle Vienības laukumā", "2026-11-20", "Svētdien Vienības", "kultūras pils ieejas."),
        ("bologna", "Allerta per pioggia. Chiusi i parchi", "2026-11-20", "La Protezione civile", "ogni tre ore."),
        ("firenze", "Ponte al Pino, terza fase", "2026-02-24", "Da lunedì comincia", "fine di aprile."),
        ("padova", "Biblioteca di quartiere, nuovi orari", "2026-11-19", "Da dicembre la", "L'ingresso è libero."),
        ("denhaag", "Denk mee over de bus", "2026-11-10", "Tot en met 30", "de reacties gebeurt."),
        ("hengelo", "Prijs voor marktplein", "2026-11-19", "Het vernieuwde", "de zomer koel blijft."),
        ("klaipeda", "Nauji bilietai nuo sausio", "2026-11-18", "Nuo sausio pirmosios", "ankstesnės nuolaidos."),
        ("wolverhampton", "Car park open round the clock", "2026-11-20", "The Civic", "stay the same."),
        ("bucuresti", "Linii noi de tramvai în București", "2026-11-20", "Primăria anunță", "pagina oficială."),
    ],
)  # fmt: skip
def test_the_newest_entry_is_whole(key: str, title: str, day: str, begin: str, end: str) -> None:
    """Title and day are right; the text begins and ends where the article does, without cookies and other news."""
    entry = first(key)
    text = words(entry.content)

    assert entry.title == title
    assert entry.published is not None
    assert entry.published.astimezone(ZoneInfo(RECIPES[key].timezone)).date().isoformat() == day
    assert text.startswith(begin)
    assert text.endswith(end)
    assert "ookie" not in text


@pytest.mark.parametrize("key", WITH_PAGES)
def test_every_entry_has_its_fields(key: str) -> None:
    """No entry of a list lacks its title, its date, its address or an id of its own."""
    entries = gathered(key).feed.entries

    assert len(entries) >= 1
    assert all(entry.title and entry.published and entry.url for entry in entries)
    assert len({entry.guid for entry in entries}) == len(entries)


def test_ids_are_the_sites_own_numbers() -> None:
    """Poznań's and Klaipėda's addresses end with the number that stays when a story moves."""
    assert [entry.guid for entry in gathered("poznan").feed.entries] == ["298101", "298077"]
    assert [entry.guid for entry in gathered("klaipeda").feed.entries] == ["5211", "5204"]


def test_a_view_counter_is_no_title_and_parentheses_stay_in_addresses() -> None:
    """Daugavpils prints a bare number beside the title, and slugs with parentheses."""
    entries = gathered("daugavpils").feed.entries

    assert [entry.title for entry in entries] == [
        "Egle Vienības laukumā",
        "PILSĒTU SADRAUDZĪBA TURPINĀS",
        "Slēgta iela",
    ]
    assert entries[1].url.endswith("(town-twinning-as-a-channel-of-european-solidarity)-ttchan")


def test_another_host_is_not_the_source() -> None:
    """Bologna's public test clone, and a link to a social network, are left out with a word about it."""
    bologna = gathered("bologna").feed

    assert len(bologna.entries) == 1
    assert any("ufficiostampadev.example.it" in warning for warning in bologna.warnings)
    assert len(gathered("wolverhampton").feed.entries) == 2


def test_lost_spaces_are_put_back() -> None:
    """Bologna glues sentences together, in titles too."""
    assert "sabato. Per questo" in words(first("bologna").content)


def test_stray_declarations_are_gone() -> None:
    """Padua's bodies begin with an XML declaration."""
    assert first("padova").content.startswith("<p>Da dicembre")


def test_what_is_to_be_skipped_is_skipped() -> None:
    """Statements of council groups and lists of decorated residents do not come in."""
    assert [entry.title for entry in gathered("firenze").feed.entries] == [
        "Ponte al Pino, terza fase",
        "Nuovi alberi in via Pistoiese",
    ]
    titles = [entry.title for entry in gathered("hengelo").feed.entries]
    assert titles == ["Prijs voor marktplein", "Nieuwe wethouders benoemd"]


def test_a_lead_is_said_once() -> None:
    """Hengelo repeats its lead as the first paragraph."""
    assert words(first("hengelo").content).count("landelijke prijs") == 1


def test_cedillas_become_commas() -> None:
    """Bucharest's two sorts of letters become one."""
    entry = first("bucuresti")

    assert not set("şţŞŢ") & set(entry.title + entry.content)
