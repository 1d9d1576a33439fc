"""What is gone without a 404: pages that say so otherwise, and single parts of a file."""

import threading
from datetime import UTC, datetime

import pytest

from pipeline.collect.call import FetchRequest, FetchResult
from pipeline.collect.gather import Gathered
from pipeline.collect.softgone import looks_gone
from pipeline.collect.withdrawals import Missing, ask, parts_gone
from pipeline.errors import FetchError
from pipeline.models import Entry
from pipeline.records import EntryData, FeedData
from tests.builders import entry

ASKED = "https://city.example/lv/news/tilts-1"


def page(title: str = "Atklāj tiltu", *, url: str = ASKED, body: str = "") -> FetchResult:
    html = f"<html><head><title>{title}</title></head><body>{body}</body></html>"
    return FetchResult(status=200, url=url, body=html.encode())


@pytest.mark.parametrize(
    "answer",
    [
        page("404 | Daugavpils"), page("Error 404"), page("Klaida 404 – Klaipėda"), page("Page not found | City of Wolverhampton"),
        page("Lapa nav atrasta"), page("Nie znaleziono strony - Poznan.pl"), page("Puslapis nerastas"), page("Seite nicht gefunden"),
        page("Pagina niet gevonden"), page("Page introuvable"), page("Página no encontrada"), page("Pagina non trovata"),
        page("Pagina nu a fost găsită"), page("Daugavpils", body="<h1 class='x'>Lapa <b>nav</b> atrasta</h1>"),
        page("Daugavpils", url="https://city.example/"), page("Daugavpils", url="https://city.example/lv/"),
        page("Ziņas", url="https://city.example/lv/news/"), page("Kļūda", url="https://city.example/error-404?from=x"),
    ],
)  # fmt: skip
def test_a_page_that_is_gone_in_all_but_its_status(answer: FetchResult) -> None:
    """In each of the ten languages, by its title or its first heading, or by where it leads."""
    assert looks_gone(ASKED, answer)


@pytest.mark.parametrize(
    "answer",
    [
        page(), page("404 nowych drzew na Jeżycach"), page("Bus 404 fährt wieder"), page("Linia 404: nowa trasa"),
        page("Found: a page of the lost chronicle"), page(body="<p>Page not found is what readers saw yesterday.</p>"),
        page(url="https://www.city.example/lv/news/tilts-1/"), page(url="https://city.example/lv/news/2026/tilts-1"),
        FetchResult(status=200, url=ASKED, body=b"%PDF-1.7 404"),
    ],
)  # fmt: skip
def test_a_page_that_is_there(answer: FetchResult) -> None:
    """A number in a headline, words in a text, or another address of the same page prove nothing."""
    assert not looks_gone(ASKED, answer)


@pytest.mark.parametrize(
    ("control", "expected"),
    [(page("Cits tilts"), {1: True, 2: False}), (page("404 | Riga"), {1: False, 2: False}), (None, {1: False, 2: False})],
)  # fmt: skip
def test_a_site_that_is_being_rebuilt_withdraws_nothing(
    control: FetchResult | None, expected: dict[int, bool]
) -> None:
    """Words count only where a page that is listed is there as pages should be."""
    answers = {"/1": page("404 | Riga"), "/2": page("Tilts"), "/control": control}

    def fetch(request: FetchRequest) -> FetchResult:
        answer = answers[request.url.removeprefix("https://x.org")]
        if answer is None:
            raise FetchError("no", code="http", status=500)
        return FetchResult(status=200, url=request.url, body=answer.body)

    pages = {1: "https://x.org/1", 2: "https://x.org/2"}
    lost = Missing(source_key="poznan", pages=pages, control="https://x.org/control")

    assert ask(fetch, threading.Event(), lost) == expected


def test_without_a_page_to_compare_with_words_count_nothing() -> None:
    """A list that is empty has none."""
    lost = Missing(source_key="poznan", pages={1: "https://x.org/1"})

    assert ask(lambda request: page("404", url=request.url), threading.Event(), lost) == {1: False}


FILE = "https://city.example/n.pdf"


def parts(*days: int) -> dict[int, int]:
    """Parts of the file by number: their ids."""
    found = {}
    for number, day in enumerate(days, start=1):
        row = entry(number)
        stamp = datetime(2026, 11, day, 8, 0, number, tzinfo=UTC)
        Entry.objects.filter(pk=row.pk).update(url=f"{FILE}#page={number}", published=stamp)
        found[number] = row.pk
    return found


def shown(*numbers: int, unfinished: bool = False) -> Gathered:
    entries = tuple(EntryData(guid=str(number), url=f"{FILE}#page={number}") for number in numbers)
    return Gathered(feed=FeedData(entries=entries), unfinished=unfinished)


@pytest.mark.usefixtures("store")
def test_a_part_that_left_its_file_is_gone() -> None:
    """The others of the edition are still in it; nobody needs to be asked."""
    ids = parts(17, 17, 17)

    assert parts_gone(shown(1, 3), "poznan", frozenset({ids[1], ids[3]})) == [ids[2]]
    assert parts_gone(shown(1, 3), "dublin", frozenset({ids[1], ids[3]})) == []
    assert parts_gone(shown(1, 3, unfinished=True), "poznan", frozenset({ids[1], ids[3]})) == []


@pytest.mark.usefixtures("sqlite_store")
def test_a_part_with_a_date_of_its_own_is_gone_from_between_the_others() -> None:
    """The last of them may have scrolled out."""
    ids = parts(19, 18, 17)

    assert parts_gone(shown(1, 3), "poznan", frozenset({ids[1], ids[3]})) == [ids[2]]
    assert parts_gone(shown(1, 2), "poznan", frozenset({ids[1], ids[2]})) == []


@pytest.mark.usefixtures("sqlite_store")
def test_the_next_edition_in_the_same_place_withdraws_nothing() -> None:
    """The parts of the former one have scrolled out."""
    ids = parts(10, 10, 17, 17)

    assert parts_gone(shown(3, 4), "poznan", frozenset({ids[3], ids[4]})) == []
