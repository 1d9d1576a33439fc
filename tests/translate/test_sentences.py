"""Where sentences end, language by language."""

import pytest

from pipeline.translate.sentences import load, read, split


def sentences(text: str, language: str) -> list[str]:
    return [text[start:end] for start, end in split(text, language)]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("lv", ["Sapulce sāksies 24. novembrī plkst. 15.00 Rīgas ielā 8.", "Ieeja brīva."]),
        ("lv", ["Dr. A. Bērziņš 2026. gada 5. maijā saņēma 5 milj. ASV dolāru.", "Apsveicam!"]),
        ("lv", ["Piedalīsies bērni, jaunieši u. c. interesenti.", "56 gadus vecs vīrs būs vadītājs."]),
        ("lt", ["2026 m. Lapkričio 24 d. vakare Gedimino pr. 9, vyks mugė.", "Kviečiame."]),
        ("lt", ["Renginys – nemokamas, – sakė jis.", "– Kviečiame visus."]),
        ("pl", ["Spotkanie odbędzie się przy ul. Długiej 5 o godz. 18.00.", "Zapraszamy m.in. Seniorów."]),
        ("pl", ["Park otwarto w 2016 r.", "Wówczas kosztował 3 mln. zł."]),
        ("de", ["Am 24. November tagt der Rat, z. B. Herr Dr. Müller.", "Der 3. Abschnitt folgt."]),
        ("de", ["Die Stadt zahlt 5 Mio. Euro.", "Das ist viel."]),
        ("nl", ["De heer J. Smit, o.a. Wethouder, komt.", "'s Avonds is er muziek."]),
        ("it", ["Il sig. Rossi e la prof.ssa Bianchi sono in P.zza Roma.", "Ingresso libero."]),
        ("es", ["El Sr. López visitó EE. UU. en mayo.", "Volvió a la Avda. Libertad."]),
        ("fr", ["« La ville change. »", "M. Dupont et Mme. Martin sont d'accord.", "« Merci ! » dit-il."]),
        ("ro", ["Dl. Popescu locuiește pe str. Lungă nr. 5.", "Are 30 de ani."]),
        ("en", ["Mr. Smith of the U.S. Senate arrived at 5 p.m. Eastern time.", "Sales rose."]),
        ("en", ['"Is it open?" asked Mrs. Jones.', "No. 5 is."]),
        ("en", ["The Grace v. Sessions suit went to the D.C. Circuit.", "Det. Dennis McCarthy agreed."]),
        (
            "pt",
            ["A Sra. May e o sr. Mueller falaram com a Dra. Ford.", "Voltam no séc. XXI, p. ex. em Lisboa."],
        ),
        ("en", ["Two pupils were given an A.", "The others will sit it again in the U.S.", "They agreed."]),
        ("en", ["See Fig. 3 and J. F. Adams of the U.S. Army.", "He waited.", "3 trams came."]),
        (
            "lt",
            [
                "Biblioteka veikia nuo 1994 m.",
                "Dabar ji uždaryta, – sakė jis.",
                "2017 m. Vilniaus taryba nusprendė.",
            ],
        ),
        ("nl", ["Zij woont nu in de VS.", "Hij niet."]),
        ("fr", ["Elle crie « vive la ville ».", "14 personnes l'entendent."]),
        ("fr", ["L'avion prend son vol.", "Il part vers le sud."]),
        ("ro", ["Echipa este pe primul loc.", "Mâine joacă din nou."]),
        ("lt", ["Pranešė p. Rimas iš „Kanalo 5“.", "6 valandą bus žinios."]),
        ("ga", ["Tá an leabharlann oscailte.", "Fáilte roimh St. Patrick!"]),
    ],
)
def test_ends_where_a_reader_would_end(language: str, expected: list[str]) -> None:
    """Abbreviations, initials, ordinals and quotes do not end a sentence; what ends it does."""
    assert sentences(" ".join(expected), language) == expected


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "...", "?!", "1.", "a", "A. B. C. D."])
@pytest.mark.parametrize("language", ["lv", "xx", "", "en-GB", "../lv"])
def test_nothing_but_white_space_is_left_out(text: str, language: str) -> None:
    """Odd texts and unknown languages lose no character."""
    assert "".join("".join(sentences(text, language)).split()) == "".join(text.split())


def test_an_enumerator_stays_with_its_line() -> None:
    """A number or letter that starts a line is no sentence."""
    assert sentences("1. Open the door. 2. Go in.", "en") == ["1. Open the door.", "2. Go in."]


def test_stray_closing_quote_stays_with_its_sentence() -> None:
    """What only closes belongs to what it closes."""
    assert sentences("He said it. ”", "en") == ["He said it. ”"]


@pytest.mark.parametrize("language", ["lv", "lt", "pl", "de", "nl", "it", "es", "fr", "ro", "en"])
def test_every_language_has_its_file(language: str) -> None:
    """The ten languages have abbreviations of their own beside the common ones."""
    assert len(load(language).never_final) > len(load("xx").never_final) > 0


def test_region_of_a_language_code_is_ignored() -> None:
    """Codes such as pt-BR find the language's file."""
    assert load("de-AT") == load("de_DE") == load("DE")


def test_data_file_entries_have_sections() -> None:
    """Comments and empty lines are skipped; the rest belongs to the section above it."""
    text = "# note\n[never-final]\nz. B.  # for example\n\n[goes-on]\nnovem*\n"
    assert list(read(text, "x.txt")) == [("never-final", "z. B."), ("goes-on", "novem*")]


@pytest.mark.parametrize("text", ["dr.\n", "[never]\ndr.\n", "[never-final]\ndr.\n[typo]\n"])
def test_data_file_mistakes_are_told_with_their_line(text: str) -> None:
    """An entry outside the known sections is a mistake with a line number."""
    with pytest.raises(ValueError, match=r"x\.txt, line \d"):
        list(read(text, "x.txt"))
