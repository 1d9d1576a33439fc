"""The editor page: what stands on it, what its forms do with and without a script, what it costs."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pipeline.config import Config
from pipeline.models import Draft, Editor, Term, Translation, Unit
from pipeline.records import Failure, Pair, Suggestion
from pipeline.states import State
from tests.desk import drafts
from tests.desk.drafts import BRIDGE, LIBRARY, TRAM, drafted, released

SignIn = Callable[[str], Client]
FETCH: Any = {"HTTP_X_DESK": "fetch"}  # how the page's script asks
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture
def bridge(desk: Config) -> Translation:
    row = drafted(BRIDGE)
    released(desk)
    row.refresh_from_db()
    return row


def texts_of(row: Translation, **changes: str) -> dict[str, str]:
    """The page's text fields; `changes` by the first word of what stands there."""
    found = {}
    for unit in Unit.objects.filter(translation=row):
        text = next((new for first, new in changes.items() if unit.text.startswith(first)), unit.text)
        found[f"text-{unit.segment_id}"] = text
    return found


def posted(row: Translation, move: str, **more: str) -> dict[str, str]:
    return {"move": move, "version": str(row.version), **texts_of(row), **more}


def test_the_page_shows_sentences_with_their_findings_on_the_words(
    signed_in: SignIn, bridge: Translation
) -> None:
    """Source and text field of each sentence, the doubtful number marked, its message beside it, the fix offered."""
    page = signed_in("editor").get(f"/desk/sheet/{bridge.pk}/").content.decode()

    assert page.count('<li class="unit') == 5
    assert "Most ma 142 metry" in page
    assert 'class="warn" data-findings="' in page
    assert ">124</mark>" in page
    assert "142 is missing; 124 is new" in page
    assert 'data-fix="Vai būs otrs tilts?"' in page
    assert "Zarząd Dróg Miejskich</span>" in page  # the link as a sign beside the sentence
    assert "poznan.example/most.jpg" not in page.replace('title="https://poznan.example/most.jpg"', "")


def test_saving_without_a_script_comes_back_to_the_page(
    signed_in: SignIn, bridge: Translation, woken: list[int]
) -> None:
    """The words are stored as the editor's, the pipeline is woken, the page says so."""
    client = signed_in("editor")
    data = posted(bridge, "save") | texts_of(bridge, Tilts="Tilts ir 142 metrus garš.")
    answer = client.post(f"/desk/sheet/{bridge.pk}/", data, follow=True)

    bridge.refresh_from_db()
    assert bridge.state == State.EDITED
    assert answer.redirect_chain == [(f"/desk/sheet/{bridge.pk}/", 302)]
    assert "Saved." in answer.content.decode()
    assert woken


def test_approve_and_next_goes_to_the_next_text_of_the_filter(
    signed_in: SignIn, bridge: Translation, desk: Config
) -> None:
    """The answer names the text that stands behind this one in the queue it was opened from."""
    other = drafted(LIBRARY, number=2)
    client = signed_in("editor")
    data = posted(bridge, "approve_next", next=str(other.pk), queue="language=lv")
    answer = client.post(f"/desk/sheet/{bridge.pk}/?language=lv", data, **FETCH)

    bridge.refresh_from_db()
    assert bridge.state == State.APPROVED
    assert answer.json()["go"] == f"/desk/sheet/{other.pk}/?language=lv"


@pytest.mark.parametrize("fetch", [True, False])
def test_a_reject_without_a_reason_is_refused_and_the_words_stay(
    signed_in: SignIn, bridge: Translation, fetch: bool
) -> None:
    """With a script as JSON, without one as the page with the words that were typed."""
    client = signed_in("editor")
    data = posted(bridge, "reject") | texts_of(bridge, Tilts="Pavisam citi vārdi.")
    answer = client.post(f"/desk/sheet/{bridge.pk}/", data, **(FETCH if fetch else {}))

    bridge.refresh_from_db()
    assert bridge.state == State.MACHINE
    if fetch:
        assert answer.json()["outcome"] == "refused"
    else:
        assert answer.status_code == 422
        assert "Pavisam citi vārdi." in answer.content.decode()


def test_reject_hold_and_send_back_with_their_reasons(
    signed_in: SignIn, bridge: Translation, desk: Config
) -> None:
    """Each is one form; what was said stands on the page afterwards."""
    client = signed_in("editor")
    path = f"/desk/sheet/{bridge.pk}/"
    for move, words in (("hold", "jāzvana pilsētai"), ("release", ""), ("send_back", "skaitļi!")):
        bridge.refresh_from_db()
        client.post(path, posted(bridge, move, **{f"reason-{move}": words}))
        if move == "hold":
            assert "jāzvana pilsētai" in client.get(path).content.decode()
    assert "skaitļi!" in client.get(path).content.decode()

    bridge.refresh_from_db()
    client.post(path, posted(bridge, "reject", **{"reason-reject": "nav ziņa"}))
    bridge.refresh_from_db()
    assert bridge.state == State.REJECTED
    assert "nav ziņa" in client.get(path).content.decode()


def test_two_editors_on_one_text_get_a_page_to_merge(
    signed_in: SignIn, bridge: Translation, people: dict[str, Editor]
) -> None:
    """The second is told who changed it, sees both, and saves the choice; nothing is overwritten in between."""
    path = f"/desk/sheet/{bridge.pk}/"
    first = posted(bridge, "save") | texts_of(bridge, Tilts="Tilts ir 142 metrus garš un dārgs.")
    second = posted(bridge, "save") | texts_of(
        bridge, Tilts="Gājēju tilts ir 142 m garš.", Vai="Vai būs otrs tilts?"
    )
    signed_in("chief").post(path, first)
    client = signed_in("editor")
    answer = client.post(path, second)
    page = answer.content.decode()

    assert answer.status_code == 409
    assert "chief changed this at" in page
    assert "Both of you changed the same words." in page
    assert "Gājēju tilts ir 142 m garš." in page
    bridge.refresh_from_db()
    assert not Unit.objects.filter(translation=bridge, text__startswith="Gājēju").exists()

    segment = Unit.objects.get(translation=bridge, text__startswith="Tilts").segment_id
    merged = client.post(
        path,
        {
            "move": "save",
            "version": str(bridge.version),
            f"choice-{segment}": "mine",
            f"mine-{segment}": "Gājēju tilts ir 142 m garš.",
            f"text-{segment}": "something else",
        },
        **FETCH,
    )
    assert merged.json()["outcome"] == "saved"
    assert Unit.objects.get(translation=bridge, segment_id=segment).text == "Gājēju tilts ir 142 m garš."


def test_a_fix_and_a_dismissal_without_a_script(signed_in: SignIn, bridge: Translation) -> None:
    """The fix becomes the text; a dismissed finding is gone from the page."""
    client = signed_in("editor")
    path = f"/desk/sheet/{bridge.pk}/"
    unit = Unit.objects.get(translation=bridge, text__startswith="Vai")
    client.post(path, posted(bridge, f"fix:{unit.findings.get().pk}"))
    unit.refresh_from_db()
    assert unit.text == "Vai būs otrs tilts?"

    bridge.refresh_from_db()
    number = Unit.objects.get(translation=bridge, text__startswith="Tilts").findings.get(check_id="numbers")
    answer = client.post(path, posted(bridge, f"dismiss:{number.pk}"), **FETCH)
    assert answer.json()["outcome"] == "saved"
    assert "142 is missing" not in client.get(path).content.decode()


def test_words_not_saved_are_kept_and_put_back(signed_in: SignIn, bridge: Translation) -> None:
    """A draft of the editor's own stands in the text field with a note, and can be thrown away."""
    client = signed_in("editor")
    path = f"/desk/sheet/{bridge.pk}/"
    unit = Unit.objects.get(translation=bridge, text__startswith="Tilts")
    body = json.dumps({"version": bridge.version, "texts": {str(unit.segment_id): "Pusteikums par tiltu"}})
    answer = client.post(f"{path}draft/", body, content_type="application/json", **FETCH)

    assert answer.json()["outcome"] == "saved"
    page = client.get(path).content.decode()
    assert "Pusteikums par tiltu</textarea>" in page
    assert "were put back" in page
    assert "Pusteikums par tiltu" not in signed_in("chief").get(path).content.decode()

    client.post(path, posted(bridge, "discard"))
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"version": "x", "texts": {}}', '{"version": 1, "texts": {"a": "b"}}']
)
def test_a_draft_of_another_form_is_refused(signed_in: SignIn, bridge: Translation, body: str) -> None:
    """400, nothing kept."""
    answer = signed_in("editor").post(
        f"/desk/sheet/{bridge.pk}/draft/", body, content_type="application/json", **FETCH
    )

    assert answer.status_code == 400
    assert not Draft.objects.exists()


def test_a_corrected_source_shows_what_changed(signed_in: SignIn, bridge: Translation, desk: Config) -> None:
    """The changed sentence alone is marked, with old and new source."""
    bridge.state, bridge.release_due = State.APPROVED, True
    Unit.objects.filter(translation=bridge).update(state=State.APPROVED, editor="chief")
    later = drafts.Piece(
        title=BRIDGE.title,
        sentences={
            key.replace("sobotę o godzinie 11.00", "niedzielę o godzinie 12.00"): text
            for key, text in BRIDGE.sentences.items()
        },
        markup=BRIDGE.markup.replace("sobotę o godzinie 11.00", "niedzielę o godzinie 12.00"),
    )
    bridge.revision = drafts.revise(bridge.entry, later, 2)
    bridge.state = State.MACHINE
    bridge.save()
    drafts.write(bridge, later.texts)
    page = signed_in("editor").get(f"/desk/sheet/{bridge.pk}/").content.decode()

    assert page.count("What changed in the source") == 1
    assert "</span>niedzielę" in page
    assert "</span>sobotę" in page


def test_other_engines_are_asked_on_demand(
    signed_in: SignIn, bridge: Translation, desk: Config, settings_of_desk: Callable[..., None]
) -> None:
    """Each engine's words, and why one has none."""
    asked: list[tuple[str, str]] = []

    def answers(pair: Pair, text: str) -> dict[str, Suggestion | Failure]:
        asked.append((str(pair), text))
        return {
            "first": Suggestion(text="Vārdi no citurienes", origin="first"),
            "second": Failure(reason="no key"),
        }

    settings_of_desk(alternatives=answers)
    unit = Unit.objects.get(translation=bridge, text__startswith="Tilts")
    extras: tuple[Any, ...] = (FETCH, {})
    for extra in extras:
        answer = signed_in("editor").post(
            f"/desk/sheet/{bridge.pk}/", posted(bridge, f"alternatives:{unit.segment_id}"), **extra
        )
        page = answer.json()["html"] if extra else answer.content.decode()
        assert 'data-replace="Vārdi no citurienes"' in page
        assert "no key" in page
    assert asked[0] == ("pl-lv", "Most ma 142 metry długości i kosztował 18,5 mln zł.")


def test_a_mended_sentence_is_offered_where_it_stands_too(
    signed_in: SignIn, bridge: Translation, desk: Config
) -> None:
    """After a save the same sentence of waiting texts is found, and takes the editor's words."""
    library, tram = drafted(LIBRARY, number=2), drafted(TRAM, number=3)
    client = signed_in("editor")
    data = posted(library, "save") | texts_of(library, Ieeja="Ieeja ir brīva.")
    client.post(f"/desk/sheet/{library.pk}/", data)
    released(desk)
    unit = Unit.objects.get(translation=library, text="Ieeja ir brīva.")
    Translation.objects.filter(pk=tram.pk).update(waits=True)
    answer = client.post(
        f"/desk/sheet/{library.pk}/", {"move": f"spread:{unit.segment_id}", "version": "0"}, **FETCH
    )
    assert "Tramvaji atgriežas" in answer.json()["html"]

    tram.refresh_from_db()
    there = Unit.objects.get(translation=tram, text__startswith="Ieeja")
    client.post(
        f"/desk/sheet/{library.pk}/",
        {
            "move": f"spread_to:{unit.segment_id}",
            "version": "0",
            f"spread-{tram.pk}-{there.segment_id}": str(tram.version),
        },
        **FETCH,
    )
    there.refresh_from_db()
    assert there.text == "Ieeja ir brīva."


def test_a_chief_makes_a_term_and_withdraws(
    signed_in: SignIn, bridge: Translation, people: dict[str, Editor]
) -> None:
    """One form each; an editor without the right finds neither on the page and is refused."""
    people["chief"].grants.update(language="")
    client = signed_in("chief")
    path = f"/desk/sheet/{bridge.pk}/"
    unit = Unit.objects.get(translation=bridge, text__startswith="Tilts")
    client.post(
        path,
        {"move": f"term:{unit.segment_id}", "version": "1", "term_source": "most", "term_target": "tilts"},
        **FETCH,
    )
    assert Term.objects.get().target == "tilts"

    client.post(path, posted(bridge, "withdraw", **{"reason-withdraw": "viltus ziņa"}))
    bridge.entry.refresh_from_db()
    assert bridge.entry.blocked_at is not None
    assert "Withdrawn in every language" in client.get(path).content.decode()

    plain = signed_in("editor")
    assert 'value="withdraw"' not in plain.get(path).content.decode()
    refused = plain.post(path, posted(bridge, "lift", **{"reason-lift": "x"}))
    assert refused.status_code == 403


def test_a_reader_sees_and_changes_nothing(signed_in: SignIn, bridge: Translation) -> None:
    """The text fields are read-only, there is no button, and a POST is refused."""
    client = signed_in("reader")
    path = f"/desk/sheet/{bridge.pk}/"
    page = client.get(path).content.decode()

    assert page.count("readonly") == 5
    assert 'value="save"' not in page
    assert client.post(path, posted(bridge, "save") | texts_of(bridge, Tilts="X")).status_code == 403


def test_an_unknown_text_or_move_is_no_fault_of_ours(signed_in: SignIn, bridge: Translation) -> None:
    """404 for a text that is not there; a move nobody knows is refused with words."""
    client = signed_in("editor")

    assert client.get("/desk/sheet/999/").status_code == 404
    for move in ("", "explode", "dismiss:999", "fix:0", "spread:999"):
        answer = client.post(f"/desk/sheet/{bridge.pk}/", posted(bridge, move), **FETCH)
        assert answer.json()["outcome"] == "refused"


def test_hostile_text_is_only_text(signed_in: SignIn, desk: Config) -> None:
    """Title, sentence, finding, reason and draft that look like markup stand on the page as words."""
    row = drafted(
        drafts.Piece(
            title=(f"Tytuł {HOSTILE}", f"Tituls {HOSTILE}"),
            sentences={"Zdanie pierwsze.": f"Teikums {HOSTILE}"},
        )
    )
    unit = Unit.objects.get(translation=row, text__startswith="Teikums")
    unit.findings.create(check_id=HOSTILE[:40], severity="warn", message=HOSTILE, start=0, end=9, fix=HOSTILE)
    client = signed_in("editor")
    client.post(f"/desk/sheet/{row.pk}/", posted(row, "hold", **{"reason-hold": HOSTILE}))
    for path in (f"/desk/sheet/{row.pk}/", "/desk/"):
        page = client.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_the_page_costs_the_same_number_of_queries_whatever_its_length(
    signed_in: SignIn, bridge: Translation, desk: Config
) -> None:
    """A text of 40 sentences with 40 findings asks the store as often as one of five."""
    long = drafted(
        drafts.Piece(
            title=("Wielkie liczby", "Lieli skaitļi"),
            sentences={f"Zdanie ma liczbę {n}.": f"Teikumā ir skaitlis {n + 1000}." for n in range(40)},
        ),
        number=7,
    )
    client = signed_in("editor")
    client.get(f"/desk/sheet/{long.pk}/")
    counts = []
    for row in (bridge, long):
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/desk/sheet/{row.pk}/").status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert counts[0] <= 32
