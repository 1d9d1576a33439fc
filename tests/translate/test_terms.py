"""Terms in texts: found in any inflection, the longest first, own ones before shipped names, quick with many."""

import time

import pytest

from pipeline.records import Hints, Pair, TermData, TermPair
from pipeline.translate.names import entity_of, names_of
from pipeline.translate.stems import stem
from pipeline.translate.terms import TermIndex, digest, hints_of, is_used, occurrences, shipped

PL_LV, EN_LV, EN_DE = Pair("pl", "lv"), Pair("en", "lv"), Pair("en", "de")
LANGUAGES = ("lv", "pl", "lt", "en", "de", "nl", "fr", "es", "it", "ro")


def found(text: str, *terms: TermData, pair: Pair = EN_LV) -> list[str]:
    return [place.term.source for place in TermIndex(pair, terms).find(text) if not place.term.name]


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("lv", ["dome", "domes", "domei", "domi", "domē"]),
        ("lv", ["iedzīvotājs", "iedzīvotāja", "iedzīvotājiem", "iedzīvotājus"]),
        ("lv", ["lācis", "lāča", "lāčiem"]),
        ("lv", ["brālis", "brāļa", "brāļi"]),
        ("pl", ["rada", "rady", "radzie", "radę", "radą"]),
        ("pl", ["mieszkaniec", "mieszkaniec"]),
        ("lt", ["miestas", "miesto", "mieste", "miestui", "miestų"]),
        ("lt", ["medis", "medžio", "medžiai"]),
        ("ro", ["primar", "primarul", "primarului", "primari"]),
        ("de", ["Rat", "Rates", "Räte", "Räten"]),
        ("en", ["council", "councils"]),
        ("en", ["city", "cities"]),
        ("es", ["escuela", "escuelas"]),
        ("it", ["scuola", "scuole"]),
    ],
)
def test_the_forms_of_a_word_share_their_stem(language: str, forms: list[str]) -> None:
    """What inflection changes at the end is taken off or made equal."""
    assert len({stem(form, language) for form in forms}) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [("lv", "dome", "doma šana"), ("en", "house", "horse"), ("pl", "rada", "rzeka"), ("lv", "ceļš", "cena")],
)
def test_other_words_keep_other_stems(language: str, one: str, other: str) -> None:
    """A stem is no excuse for taking one word for another."""
    assert stem(one, language) != stem(other, language)


def test_a_term_is_found_in_any_form() -> None:
    """By stem, by a form that is written out, by a beginning."""
    council = TermData(source="rada miasta", target="pilsētas dome")
    dog = TermData(source="pies", source_forms=("psa", "psu", "psem"), target="suns")
    tram = TermData(source="tramwaj", source_forms=("tramwaj*",), target="tramvajs")

    assert found("O radzie miasta i o radach.", council, pair=PL_LV) == ["rada miasta"]
    assert found("Spacer z psem", dog, pair=PL_LV) == ["pies"]
    assert found("Linia tramwajowa", tram, pair=PL_LV) == ["tramwaj"]
    assert found("Rada, która zna miasto", council, pair=PL_LV) == []


def test_words_to_keep_are_found_letter_by_letter() -> None:
    """A name written otherwise is another word."""
    lab = TermData(source="CityLab", keep=True)

    assert found("Visit CityLab today", lab) == ["CityLab"]
    assert found("Visit citylab or CityLabs today", lab) == []


def test_the_longer_term_hides_the_shorter_within_it() -> None:
    """Inside “city council” there is no “council”; where the shorter stands alone as well, it counts."""
    long, short = TermData(source="city council", target="dome"), TermData(source="council", target="padome")

    assert found("The city council met.", long, short) == ["city council"]
    assert set(found("The council of the city council met.", long, short)) == {"city council", "council"}


def test_own_terms_come_before_shipped_names() -> None:
    """An editor's word for a city replaces the shipped one, whatever form the source has."""
    own = TermData(source="Poznań", source_forms=("Poznaniu",), target="Pozene")

    terms = [place.term.target for place in TermIndex(PL_LV, [own]).find("W Poznaniu i w Bukareszcie")]

    assert terms == ["Pozene", "Bukareste"]


def test_a_term_counts_as_used_in_any_form_and_in_compounds() -> None:
    """Vice-presidents are presidents, in one word in most languages; a word that merely contains another is not."""
    president, street = (
        TermData(source="president", target="prezidents"),
        TermData(source="street", target="iela"),
    )

    assert is_used(president, "Runāja viceprezidente un prezidentam.", "lv")
    assert is_used(TermData(source="council", target="Rat"), "im Rat", "de")
    assert not is_used(street, "Liela diena.", "lv")
    assert not is_used(TermData(source="X", target="", keep=True), "Y", "lv")


def test_where_a_term_stands() -> None:
    """Every place, to the end of its last word."""
    term = TermData(source="a", target="jaunā iela")

    assert list(occurrences(term, [term.target], "Jaunajā ielā, jaunās ielas", "lv")) == [(0, 12), (14, 26)]


def test_hints_gather_what_is_said_of_one_word() -> None:
    """Preferred, forbidden and kept rows of a source word become one row for the engine."""
    terms = [
        TermData(source="council", target="dome"),
        TermData(source="council", target="padome", forbidden=True),
        TermData(source="CityLab", keep=True),
    ]

    assert hints_of(terms, [("a", "b")]) == Hints(
        terms=(
            TermPair(source="council", target="dome", forbidden=("padome",)),
            TermPair(source="CityLab", keep=True),
        ),
        examples=(("a", "b"),),
    )


def test_the_digest_changes_with_the_terms_only() -> None:
    """Order and examples do not matter; a word does."""
    one, other = TermData(source="a", target="b"), TermData(source="c", target="d")

    assert digest(hints_of([one, other], [("x", "y")])) == digest(hints_of([other, one]))
    assert digest(hints_of([one])) != digest(hints_of([other]))
    assert digest(hints_of([])) == ""


# ── Shipped names ────────────────────────────────────────────────────────────────────────────────────

CITIES = {
    "poznan", "daugavpils", "bologna", "firenze", "padova", "dublin", "denhaag", "hengelo", "klaipeda", "murcia",
    "rennes", "wolverhampton", "bucuresti", "hannover",
}  # fmt: skip


@pytest.mark.parametrize("source", LANGUAGES)
@pytest.mark.parametrize("target", LANGUAGES)
def test_every_city_has_a_name_in_every_language(source: str, target: str) -> None:
    """All fourteen, in all directions."""
    if source == target:
        return
    keys = {term.note for term in names_of(Pair(source, target))}

    assert keys >= CITIES


def test_latvian_names_have_their_cases() -> None:
    """Five cases each, but for the one that is not inflected."""
    for term in names_of(EN_LV):
        entity = entity_of(term)
        assert entity is not None
        cases = entity.names["lv"].cases
        assert set(cases) == {"nom", "gen", "dat", "acc", "loc"} or term.note == "hengelo"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_of_a_name_is_found_again(language: str) -> None:
    """Each name, written in a sentence, leads to its term and to no other city."""
    other = "en" if language != "en" else "lv"
    index = shipped(Pair(language, other))
    for term in names_of(Pair(language, other)):
        for form in (term.source, *term.source_forms):
            assert term.note in {place.term.note for place in index.find(f"xx {form} yy")}, form


def test_every_institution_of_a_city_is_in_the_data() -> None:
    """At least one for each of the fourteen, from its own language into Latvian or English."""
    homes = {
        "poznan": "pl", "bologna": "it", "firenze": "it", "padova": "it", "dublin": "en", "denhaag": "nl",
        "hengelo": "nl", "klaipeda": "lt", "murcia": "es", "rennes": "fr", "wolverhampton": "en",
        "bucuresti": "ro", "hannover": "de",
    }  # fmt: skip
    for city, language in homes.items():
        assert any(term.note.startswith(f"{city}-") for term in names_of(Pair(language, "lv"))), city
    assert any(term.note.startswith("daugavpils-") for term in names_of(Pair("lv", "en")))


def test_many_terms_cost_little() -> None:
    """Ten thousand terms are looked up in a sentence in well under a millisecond."""
    terms = [TermData(source=f"word{n} more{n % 50}", target=f"vārds{n}") for n in range(10_000)]
    index = TermIndex(EN_LV, terms)
    sentence = (
        "The mayor of the city opened word77 more27 a new bridge over the river with many guests today."
    )
    index.find(sentence)

    started = time.process_time()
    for _ in range(100):
        places = index.find(sentence)

    assert [place.term.target for place in places] == ["vārds77"]
    assert (time.process_time() - started) / 100 < 0.001
