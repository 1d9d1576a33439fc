"""The queue: what needs eyes first, filters, moves on many texts at once and their undoing, what it costs."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.config import Config
from pipeline.models import SavedFilter, Translation
from pipeline.states import State
from tests.desk.drafts import BRIDGE, LIBRARY, TRAM, Piece, drafted, released

SignIn = Callable[[str], Client]


@pytest.fixture
def desk_config(desk_config: Config) -> Config:
    """Every Latvian text waits for an editor, so that clean ones stand in the queue too."""
    review = desk_config.review.model_copy(update={"default": "all"})
    return desk_config.model_copy(update={"review": review})


@pytest.fixture
def waiting(desk: Config) -> list[Translation]:
    """A doubtful text and two clean ones."""
    rows = [drafted(each, number=number) for number, each in enumerate((BRIDGE, LIBRARY, TRAM), start=1)]
    released(desk)
    for row in rows:
        row.refresh_from_db()
    return rows


def picks(*rows: Translation) -> list[str]:
    return [f"{row.pk}:{row.version}" for row in rows]


def test_the_doubtful_stands_first(signed_in: SignIn, waiting: list[Translation]) -> None:
    """On entry: the ten that need eyes, counts by language, no filter asked for."""
    page = signed_in("editor").get("/desk/").content.decode()

    assert "These need eyes first" in page
    assert page.index("Atklāts jauns") < page.index("Bibliotēka atvērta")
    assert "3 wait" in page
    assert "1 doubtful" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("language=lv", {1, 2, 3}),
        ("language=pl", {1, 2, 3}),  # not one of this editor's
        ("risk=doubtful", {1}),
        ("risk=clean", {2, 3}),
        ("source=poznan", {1, 2, 3}),
        ("source=dublin", set()),
        ("text=bibliot%C4%93ka", {2}),
        ("text=TRAMWAJE", {3}),
        ("age_days=1", {3}),
        ("state=approved", set()),
        ("state=unreviewed", set()),
        ("order=age", {1, 2, 3}),
        ("page=2", set()),
        ("risk=nonsense&age_days=-1&page=x&state=%00&order=1", {1, 2, 3}),
    ],
)
def test_filters(signed_in: SignIn, waiting: list[Translation], query: str, shown: set[int]) -> None:
    """Each filter of the form; values that nobody offered count as none."""
    page = signed_in("editor").get(f"/desk/?{query}").content.decode()

    assert {number for number, row in enumerate(waiting, start=1) if row.title in page} == shown


def test_links_carry_the_filter_along(signed_in: SignIn, waiting: list[Translation]) -> None:
    """A text opened from a filtered queue goes on in that queue."""
    page = signed_in("editor").get("/desk/?risk=clean&text=").content.decode()

    assert f'href="/desk/sheet/{waiting[1].pk}/?risk=clean"' in page


def test_accepting_many_and_taking_it_back(
    signed_in: SignIn, waiting: list[Translation], desk: Config, woken: list[int]
) -> None:
    """Clean ones are approved at one stroke, the doubtful one is left with the reason; undo brings all back."""
    client = signed_in("editor")
    answer = client.post(
        "/desk/queue/bulk/", {"do": "accept", "pick": picks(*waiting), "query": "language=lv"}, follow=True
    )
    page = answer.content.decode()

    assert [Translation.objects.get(pk=row.pk).state for row in waiting] == [
        "machine",
        "approved",
        "approved",
    ]
    assert answer.redirect_chain == [("/desk/?language=lv", 302)]
    assert "2 texts accepted." in page
    assert "1 text was left as it was" in page
    assert woken

    batch = client.session["desk_last_move"]["batch"]
    page = client.post("/desk/queue/undo/", {"batch": batch}, follow=True).content.decode()
    assert {Translation.objects.get(pk=row.pk).state for row in waiting} == {"machine"}
    assert "2 texts are back." in page
    assert 'id="undo"' not in page


def test_rejecting_many_needs_a_reason(signed_in: SignIn, waiting: list[Translation]) -> None:
    """Without one nothing happens but a word about it."""
    client = signed_in("editor")
    page = client.post("/desk/queue/bulk/", {"do": "reject", "pick": picks(*waiting)}, follow=True)
    assert "Say why" in page.content.decode()

    client.post("/desk/queue/bulk/", {"do": "reject", "pick": picks(*waiting), "reason": "vecas ziņas"})
    assert {Translation.objects.get(pk=row.pk).state for row in waiting} == {State.REJECTED}


def test_a_text_that_changed_meanwhile_is_left_alone(signed_in: SignIn, waiting: list[Translation]) -> None:
    """Only what was shown is accepted: the version is sent along."""
    Translation.objects.filter(pk=waiting[1].pk).update(version=99)
    page = signed_in("editor").post(
        "/desk/queue/bulk/", {"do": "accept", "pick": picks(waiting[1])}, follow=True
    )

    assert Translation.objects.get(pk=waiting[1].pk).state == State.MACHINE
    assert "Somebody changed it meanwhile." in page.content.decode()


@pytest.mark.parametrize("pick", [[], ["x"], ["1"], ["1:"], ["999999:1"], ["٣:1"], ["9" * 40 + ":1"]])
def test_nothing_or_nonsense_picked(signed_in: SignIn, waiting: list[Translation], pick: list[str]) -> None:
    """A page that says what is the matter, and no move."""
    answer = signed_in("editor").post("/desk/queue/bulk/", {"do": "accept", "pick": pick}, follow=True)

    assert answer.status_code == 200
    assert {Translation.objects.get(pk=row.pk).state for row in waiting} == {"machine"}


def test_another_editors_stroke_cannot_be_undone(signed_in: SignIn, waiting: list[Translation]) -> None:
    """The batch of somebody else's session is unknown here."""
    first = signed_in("editor")
    first.post("/desk/queue/bulk/", {"do": "accept", "pick": picks(waiting[1])})
    batch = first.session["desk_last_move"]["batch"]
    page = signed_in("chief").post("/desk/queue/undo/", {"batch": batch}, follow=True).content.decode()

    assert "There is nothing to undo any more." in page
    assert Translation.objects.get(pk=waiting[1].pk).state == State.APPROVED


def test_a_filter_is_kept_and_forgotten(signed_in: SignIn, waiting: list[Translation]) -> None:
    """Under a name, for its editor alone; somebody else's is not forgotten."""
    client = signed_in("editor")
    page = client.post("/desk/queue/filters/", {"name": "Mine", "query": "risk=doubtful"}, follow=True)
    kept = SavedFilter.objects.get()
    assert 'href="?risk=doubtful">Mine</a>' in page.content.decode()

    signed_in("other").post("/desk/queue/filters/", {"forget": str(kept.pk)})
    assert SavedFilter.objects.exists()
    client.post("/desk/queue/filters/", {"forget": str(kept.pk)})
    assert not SavedFilter.objects.exists()


def test_a_way_back_leads_into_the_desk_only(signed_in: SignIn, waiting: list[Translation]) -> None:
    """Whatever a form says, the answer is a page of the queue."""
    answer = signed_in("editor").post("/desk/queue/bulk/", {"query": "//evil.example\r\nX: y"})

    assert answer["Location"].startswith("/desk/?")
    assert "\n" not in answer["Location"]


def test_a_reader_has_no_boxes_to_tick(signed_in: SignIn, waiting: list[Translation]) -> None:
    """Who may not approve is offered no bulk move."""
    page = signed_in("reader").get("/desk/?language=lv").content.decode()

    assert waiting[0].title in page
    assert 'name="pick"' not in page


def test_pages(signed_in: SignIn, desk: Config) -> None:
    """Fifty rows a page, with ways to the next and the former."""
    for number in range(53):
        drafted(Piece(title=(f"Tytuł {number}", f"Tituls {number}"), sentences={}), number=number)
    released(desk)
    client = signed_in("editor")
    first = client.get("/desk/?language=lv").content.decode()
    second = client.get("/desk/?language=lv&page=2").content.decode()

    assert "1–50 of 53" in first
    assert 'rel="next" href="?language=lv&amp;page=2"' in first
    assert second.count("data-row") == 3
    assert 'rel="prev" href="?language=lv&amp;page=1"' in second


@pytest.mark.parametrize("path", ["/desk/", "/desk/?language=lv"])
def test_the_queue_costs_the_same_number_of_queries_whatever_stands_in_it(
    signed_in: SignIn, desk: Config, path: str
) -> None:
    """Ten rows or one."""
    client = signed_in("editor")
    counts = []
    for number in range(10):
        drafted(Piece(title=(f"Tytuł {number}", f"Tituls {number + 5}"), sentences={}), number=number)
        if number in {0, 9}:
            released(desk)
            client.get(path)
            with CaptureQueriesContext(connection) as queries:
                client.get(path)
            counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 20


def test_an_empty_queue_says_so(signed_in: SignIn, desk: Config) -> None:
    """With and without a filter."""
    client = signed_in("editor")

    page = client.get("/desk/").content.decode()
    assert "Nothing waits." in page
    assert 'href="?state=unreviewed"' in page
    assert "Nothing fits this filter." in client.get("/desk/?language=lv").content.decode()


def test_a_filters_name_holds_what_can_be_seen(signed_in: SignIn, waiting: list[Translation]) -> None:
    """No NUL, which PostgreSQL refuses, and nothing that turns the page's direction; a name of nothing keeps nothing."""
    client = signed_in("editor")
    for name in ("a\0\u202eb", "\u200b \n", "<b>" * 40):
        client.post("/desk/queue/filters/", {"name": name, "query": "order=age\0"})

    assert list(SavedFilter.objects.order_by("id").values_list("name", "query")) == [
        ("ab", "order=age"),
        (("<b>" * 40)[:80], "order=age"),
    ]
    assert "<b>" not in client.get("/desk/").content.decode()


def test_nobody_with_a_right_in_another_language_sees_these(
    signed_in: SignIn, waiting: list[Translation]
) -> None:
    """The queue of a Polish editor holds no Latvian text, whatever the address asks for."""
    page = signed_in("other").get("/desk/?language=lv").content.decode()

    assert waiting[0].title not in page
