"""The glossary at the desk: read by all, changed by chiefs of its language, taken out and in as CSV."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from pipeline.models import Term
from tests.desk.conftest import SignIn

HEAD = "source_language,target_language,source,source_forms,target,forms,do_not_translate,forbidden,note\n"


def upload(text: str | bytes) -> dict[str, SimpleUploadedFile]:
    return {"file": SimpleUploadedFile("glossary.csv", text.encode() if isinstance(text, str) else text)}


def form(**changes: str) -> dict[str, str]:
    return {
        "source_language": "pl",
        "target_language": "lv",
        "source": "most",
        "target": "tilts",
        "note": "",
    } | changes


def test_a_chief_adds_changes_and_deletes(signed_in: SignIn) -> None:
    """With inflected forms, one a line."""
    client = signed_in("chief")
    client.post("/desk/terms/add/", form(target_lines="tilta\r\n\r\n tiltu "))
    term = Term.objects.get()
    assert (term.source, term.target, term.forms) == ("most", "tilts", ["tilta", "tiltu"])
    client.post(f"/desk/terms/{term.pk}/", form(target="tiltiņš", source_lines="most*"))
    term.refresh_from_db()
    assert (term.target, term.forms, term.source_forms) == ("tiltiņš", [], ["most*"])
    assert client.post(f"/desk/terms/{term.pk}/delete/").status_code == 302

    assert not Term.objects.exists()


@pytest.mark.parametrize(
    "changes", [{"target_language": "pl"}, {"source": ""}, {"target": ""}, {"source": "x" * 201}]
)
def test_what_does_not_fit_is_refused(signed_in: SignIn, changes: dict[str, str]) -> None:
    """Another language's term, one without words, one that is too long."""
    assert signed_in("chief").post("/desk/terms/add/", form(**changes)).status_code == 422
    assert not Term.objects.exists()


def test_the_same_term_twice_is_refused(signed_in: SignIn) -> None:
    """The form says so, and nothing breaks."""
    client = signed_in("chief")
    statuses = [client.post("/desk/terms/add/", form()).status_code for _ in range(2)]

    assert statuses == [302, 422]


def test_terms_of_other_languages_are_out_of_reach(signed_in: SignIn) -> None:
    """A chief of Latvian changes neither Polish terms nor those of all languages."""
    client = signed_in("chief")
    for language in ("pl", ""):
        term = Term.objects.create(target_language=language, source="CCnet", do_not_translate=True)
        assert client.get(f"/desk/terms/{term.pk}/").status_code == 403
        assert client.post(f"/desk/terms/{term.pk}/", form()).status_code == 403
        assert client.post(f"/desk/terms/{term.pk}/delete/").status_code == 403
        assert client.post("/desk/terms/import/", upload(f"{HEAD},{language},a,,b,,,,\n")).status_code == 403

    assert Term.objects.count() == 2
    assert signed_in("administrator").post("/desk/terms/add/", form(target_language="")).status_code == 302


def test_csv_goes_out_and_in_again(signed_in: SignIn) -> None:
    """What was exported is taken in unchanged; a cell that would be a formula is defused and restored."""
    Term.objects.create(
        source_language="pl",
        target_language="lv",
        source="=SUM(A1)",
        target="tilts",
        forms=["tilta", "tiltu"],
    )
    Term.objects.create(
        target_language="lv", source="CCnet", do_not_translate=True, note='with "quotes", and comma'
    )
    client = signed_in("chief")
    exported = client.get("/desk/terms/export/").content
    before = list(
        Term.objects.order_by("source").values("source", "target", "forms", "do_not_translate", "note")
    )
    Term.objects.all().delete()
    assert b"'=SUM" in exported
    client.post("/desk/terms/import/", upload(exported))

    assert (
        list(Term.objects.order_by("source").values("source", "target", "forms", "do_not_translate", "note"))
        == before
    )


def test_a_known_term_gets_the_newer_facts(signed_in: SignIn) -> None:
    """Importing twice makes no second row."""
    client = signed_in("chief")
    for note in ("old", "new"):
        client.post("/desk/terms/import/", upload(f"{HEAD}pl,lv,most,,tilts,,,,{note}\n"))

    assert [term.note for term in Term.objects.all()] == ["new"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (f"{HEAD}pl,lv,most,,tilts,,,,\npl,lv,rynek,,,,,,\n", "Line 3: Give a translation"),
        (f"{HEAD}pl,lv,{'x' * 300},,tilts,,,,\n", "Line 2: Ensure this value has at most 200"),
        ("a,b\n1,2\n", "The first line must name the columns"),
        ("", "The first line must name the columns"),
        (b"\xff\xfe\x00", "The file is not UTF-8 text."),
    ],
)
def test_a_file_with_mistakes_changes_nothing(signed_in: SignIn, content: str | bytes, told: str) -> None:
    """Every mistake is told with its line."""
    response = signed_in("chief").post("/desk/terms/import/", upload(content), follow=True)

    assert told in response.content.decode()
    assert not Term.objects.exists()


def test_searching(signed_in: SignIn) -> None:
    """By text in either language, and by target language, with the terms of all languages."""
    for language, source, target in (
        ("lv", "most", "tilts"),
        ("en", "most", "bridge"),
        ("", "CCnet", "CCnet"),
    ):
        Term.objects.create(target_language=language, source=source, target=target)
    client = signed_in("reader")

    def shown(query: str) -> list[str]:
        return [term.target for term in client.get(f"/desk/terms/?{query}").context["page"]]

    assert shown("") == ["CCnet", "bridge", "tilts"]
    assert shown("language=lv") == ["CCnet", "tilts"]
    assert shown("text=MOST") == ["bridge", "tilts"]
    assert shown("text=bridge&page=99") == ["bridge"]
