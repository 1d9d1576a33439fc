"""Numbers, quotation marks, dashes and spaces in the target's conventions."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.translate.conventions import localise, plain
from pipeline.translate.conventions.languages import CONVENTIONS
from pipeline.translate.conventions.quotes import pairs_of, single_pairs_of

# In the tables `_` is a no-break space, which is hard to see, and `~` a narrow one.
LANGUAGES = sorted(CONVENTIONS)


def visible(text: str) -> str:
    return text.replace("\u00a0", "_").replace("\u202f", "~")


NUMBERS_IN_LATVIAN = [
    # source, what the engine wrote, source language, what a reader of Latvian expects
    ("1,234", "1,234", "en", "1_234"),
    ("1,234", "1 234", "en", "1_234"),
    ("1,234", "1.234", "en", "1_234"),
    ("1,234", "1234", "en", "1234"),
    ("12,345", "12345", "en", "12_345"),
    ("1,234.5", "1,234.5", "en", "1_234,5"),
    ("2,500,000.75", "2,500,000.75", "en", "2_500_000,75"),
    ("EUR 2.5 million", "EUR 2.5 miljoni", "en", "EUR 2,5 miljoni"),
    ("$1,200", "$1,200", "en", "$1_200"),
    ("€1,200", "1,200 €", "en", "1_200_€"),
    ("$1.2bn", "1.2 miljardi", "en", "1,2 miljardi"),
    ("12.5%", "12.5%", "en", "12,5%"),
    ("12.5 %", "12.5 %", "en", "12,5_%"),
    ("5,000m", "5,000 m", "en", "5_000_m"),
    ("the 1,000th", "1,000.", "en", "1_000."),
    ("1,200-1,500 people", "1,200-1,500 cilvēki", "en", "1_200-1_500 cilvēki"),
    ("1,200–1,500 people", "1,200-1,500 cilvēki", "en", "1_200–1_500 cilvēki"),
    ("0.5", "0.5", "en", "0,5"),
    ("0.05", "0.05", "en", "0,05"),
    ("3.75 and 1,000", "3.75 un 1,000", "en", "3,75 un 1_000"),
    ("(1,234)", "(1,234)", "en", "(1_234)"),
    ("In 2026, 1,234 came.", "2026. gadā ieradās 1,234.", "en", "2026. gadā ieradās 1_234."),
    ("in 2026 12,345 came", "2026 12,345", "en", "2026 12_345"),
    ("1.234.567 euro", "1.234.567 eiro", "it", "1_234_567_eiro"),
    ("3.700 oameni", "3.700 cilvēki", "ro", "3_700 cilvēki"),
    ("3.700 Menschen", "3,700 cilvēku", "de", "3_700 cilvēku"),
    ("3.700 persone", "3.700 cilvēku", "it", "3_700 cilvēku"),
    ("3.700 personas", "3 700 cilvēku", "es", "3_700 cilvēku"),
    ("1.234,50", "1,234.50", "de", "1_234,50"),
    ("3,5", "3.5", "de", "3,5"),
    ("1'234.50", "1'234.50", "en", "1_234,50"),
    ("1 234,5", "1,234.5", "lt", "1_234,5"),
    ("1 234,5", "1.234,5", "pl", "1_234,5"),
    ("1\u202f234", "1,234", "fr", "1_234"),
    ("10 000", "10,000", "pl", "10_000"),
    ("12500", "12,500", "pl", "12_500"),
    # What is no number, or could be two, stays
    ("1.2.3", "1.2.3", "en", "1.2.3"),
    ("Python 3.11", "Python 3.11", "en", "Python 3.11"),
    ("version 2.0", "versija 2.0", "en", "versija 2.0"),
    ("Section 3.2", "3.2. iedaļa", "en", "3.2. iedaļa"),
    ("10:30", "10:30", "en", "10:30"),
    ("at 10.30", "plkst. 10.30", "en", "plkst. 10.30"),
    ("9.30pm", "21.30", "en", "21.30"),
    ("10.30–12.00", "10.30–12.00", "en", "10.30–12.00"),
    ("2026", "2026", "en", "2026"),
    ("007", "007", "en", "007"),
    ("007.5", "007.5", "en", "007.5"),
    ("24.11.2026", "24.11.2026", "de", "24.11.2026"),
    ("2026-11-24", "2026-11-24", "en", "2026-11-24"),
    ("24/11/2026", "24/11/2026", "en", "24/11/2026"),
    ("192.168.1.1", "192.168.1.1", "en", "192.168.1.1"),
    ("192.168.100.100", "192.168.100.100", "de", "192.168.100.100"),
    ("call +371 67 012 345", "zvaniet +371 67 012 345", "en", "zvaniet +371 67 012 345"),
    ("helpline 116 123", "palīdzības tālrunis 116 123", "de", "palīdzības tālrunis 116 123"),
    ("https://x.eu/1,234 and 1,234", "https://x.eu/1,234 un 1,234", "en", "https://x.eu/1,234 un 1_234"),
    ("1,234 and 1.234", "1,234 un 1.234", "en", "1,234 un 1.234"),
    ("3.700", "3.700", "lt", "3.700"),
    ("no number", "1,234", "en", "1,234"),
    ("COVID-19", "Covid-19", "en", "Covid-19"),
]


@pytest.mark.parametrize(("source", "target", "language", "expected"), NUMBERS_IN_LATVIAN)
def test_numbers_in_latvian(source: str, target: str, language: str, expected: str) -> None:
    """Latvian writes 1 234,5; whatever the engine left is anchored on the source's value."""
    found = localise(source, target, language, "lv")

    assert visible(found) == expected
    assert localise(source, found, language, "lv") == found


@pytest.mark.parametrize(
    ("language", "four", "five", "decimal"),
    [
        ("lv", "1_234", "12_345", "1_234,5"),
        ("lt", "1_234", "12_345", "1_234,5"),
        ("pl", "1234", "12_345", "1234,5"),
        ("de", "1.234", "12.345", "1.234,5"),
        ("nl", "1.234", "12.345", "1.234,5"),
        ("it", "1.234", "12.345", "1.234,5"),
        ("es", "1234", "12.345", "1234,5"),
        ("fr", "1~234", "12~345", "1~234,5"),
        ("ro", "1.234", "12.345", "1.234,5"),
        ("pt", "1234", "12.345", "1234,5"),
        ("en", "1,234", "12,345", "1,234.5"),
    ],
)
def test_every_language_has_its_signs(language: str, four: str, five: str, decimal: str) -> None:
    """A number copied from English takes the signs of the target; from a Pole's to English, too."""
    assert visible(localise("1,234", "1,234", "en", language)) == four
    assert visible(localise("12,345", "12,345", "en", language)) == five
    assert visible(localise("1,234.5", "1,234.5", "en", language)) == decimal
    assert visible(localise("12 345", "12,345", "pl", language)) == five


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("lt", "12_345"),
        ("de", "12.345"),
        ("es", "12_345"),
        ("pt", "12_345"),
        ("fr", "12~345"),
        ("en", "12,345"),
    ],
)
def test_spaces_between_thousands(language: str, expected: str) -> None:
    """A space stays where the language allows it, as a no-break space; elsewhere it becomes the house sign."""
    assert visible(localise("12 345", "12 345", "pl", language)) == expected


@pytest.mark.parametrize("language", ["pt-PT", "PT"])
def test_codes_with_a_region(language: str) -> None:
    """A region or capitals in a language code change nothing."""
    assert localise("2.5", "2.5", "en", language) == "2,5"


def test_unknown_languages_are_only_tidied() -> None:
    """Without a table nothing is guessed, on either side."""
    assert localise("1,234", '1,234  "a"...', "en", "tr") == '1,234 "a"…'
    assert localise("1,234", "1,234", "tr", "lv") == "1,234"


@pytest.mark.parametrize(
    ("language", "plain", "nested"),
    [
        ("lv", "„Labi”", "„A ‘b’ c”"),
        ("lt", "„Labi“", "„A ‚b‘ c“"),
        ("pl", "„Labi”", "„A «b» c”"),
        ("de", "„Labi“", "„A ‚b‘ c“"),
        ("nl", "“Labi”", "“A ‘b’ c”"),
        ("it", "«Labi»", "«A “b” c»"),
        ("es", "«Labi»", "«A “b” c»"),
        ("fr", "«~Labi~»", "«~A “b” c~»"),
        ("ro", "„Labi”", "„A «b» c”"),
        ("pt", "“Labi”", "“A ‘b’ c”"),
        ("en", "“Labi”", "“A ‘b’ c”"),
    ],
)
@pytest.mark.parametrize("form", ['"{}"', "“{}”", "„{}“", "„{}”", "«{}»", "« {} »", "»{}«", "”{}”"])
def test_quotes_in_house_style(form: str, language: str, plain: str, nested: str) -> None:
    """Whatever marks the engine used, a pair takes the house style; a pair inside takes the inner one."""
    source = '"Good"'
    assert visible(localise(source, form.format("Labi"), "en", language)) == plain
    assert visible(localise(source, form.format('A "b" c'), "en", language)) == nested


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ('Viņš teica: "Labi". Viņa: "Nē!"', "Viņš teica: „Labi”. Viņa: „Nē!”"),
        ('SIA "Olympia"-centrs', "SIA „Olympia”-centrs"),
        ('("labi")', "(„labi”)"),
        ('"Labi," viņš teica', "„Labi,” viņš teica"),
        ('nepārī "labi', 'nepārī "labi'),
        ('labi" nepārī', 'labi" nepārī'),
        ('tukšas " " pēdiņas', "tukšas „” pēdiņas"),
        ("O'Hagans un '90. gadi", "O'Hagans un '90. gadi"),
        ("5'10\" garš", "5'10\" garš"),
        ('12" disks un "vārds"', '12" disks un „vārds”'),
        ('"a "b "c" d" e"', '"a "b "c" d" e"'),
    ],
)
def test_quotes_in_sentences(target: str, expected: str) -> None:
    """Apostrophes, inches and marks without a partner are left alone."""
    assert localise("x", target, "en", "lv") == expected


@pytest.mark.parametrize(
    ("language", "opening", "closing"),
    [
        ("lv", "„Labi. ", "Ir ‘jā’, viņa teica.”"),
        ("de", "„Labi. ", "Ir ‚jā‘, viņa teica.“"),
        ("fr", "«~Labi. ", "Ir “jā”, viņa teica.~»"),
        ("nl", "“Labi. ", "Ir ‘jā’, viņa teica.”"),
    ],
)
def test_a_quotation_of_several_sentences(language: str, opening: str, closing: str) -> None:
    """It opens in one sentence and closes in another: each mark is set alone, where the source has it."""
    inner = {"lv": "Ir ‘jā’", "de": "Ir ‚jā‘", "fr": "Ir “jā”", "nl": "Ir ‘jā’"}[language]
    for mark in '"“„':
        once = localise("“Good.", f"{mark}Labi.", "en", language)
        assert visible(once) == opening.strip()
        assert localise("“Good.", once, "en", language) == once
    last = localise("It is “yes”, she said.”", 'Ir "jā", viņa teica."', "en", language)
    assert visible(last) == inner + closing[closing.index(",") :]
    assert localise("It is “yes”, she said.”", last, "en", language) == last


def test_a_mark_that_the_engine_dropped_at_an_end_comes_back() -> None:
    """At the very end of the source its place is certain; within a sentence it is not."""
    assert localise("Are you ready?”", "Vai esi gatavs?", "en", "lv") == "Vai esi gatavs?”"
    assert localise("“We did it.", "Mēs to izdarījām.", "en", "lv") == "„Mēs to izdarījām."
    assert (
        localise("It is good,” she said.", "Tas ir labi, viņa teica.", "en", "lv")
        == "Tas ir labi, viņa teica."
    )
    assert localise("12”", "12", "en", "lv") == "12"


def test_british_single_quotes() -> None:
    """'Words' in single marks are a quotation in a language that uses double ones; apostrophes are not."""
    assert localise("a 'fine day' there", "'jauka diena' tur", "en", "lv") == "„jauka diena” tur"
    assert localise("the dogs' 'fine day'", "suņu 'jaukā diena'", "en", "lv") == "suņu „jaukā diena”"
    assert localise("a fine day", "'jauka diena'", "en", "lv") == "'jauka diena'"
    assert localise("a 'fine day' there", "een 'mooie dag' daar", "en", "nl") == "een 'mooie dag' daar"
    assert single_pairs_of("rock 'n' roll of the '80s and '90s'") == []


def test_pairs_know_their_depth() -> None:
    """Pairs are found from the inside out, with how deep each lies."""
    assert pairs_of('"a "b""') == [(3, 5, 1), (0, 6, 0)]
    assert pairs_of("none") == []
    assert pairs_of('one"') is None


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("Vraiment ? Oui !", "Vraiment~? Oui~!"),
        ("Vraiment? Oui!", "Vraiment~? Oui~!"),
        ("Il dit : oui ; non", "Il dit~: oui~; non"),
        ("Quoi?! Non...", "Quoi~?! Non…"),
        ("à 10:30, https://x.fr:80/a?b=1;c", "à 10:30, https://x.fr:80/a?b=1;c"),
        ("https://x.fr/quoi?", "https://x.fr/quoi?"),
        ("12 % et 5%", "12~% et 5~%"),
        ("Bien !", "Bien~!"),
    ],
)
def test_french_spaces(target: str, expected: str) -> None:
    """French sets a narrow no-break space before high marks and %, never inside times and addresses."""
    found = localise("x", target, "en", "fr")

    assert visible(found) == expected
    assert localise("x", found, "en", "fr") == found


@pytest.mark.parametrize(
    ("language", "target", "expected"),
    [
        ("de", "12% und 3 km", "12_% und 3_km"),
        ("lt", "12%", "12_%"),
        ("es", "12 %", "12_%"),
        ("pl", "12%", "12%"),
        ("lv", "12 % 20 °C 5 EUR", "12_% 20_°C 5_EUR"),
        ("en", "20 kmh", "20 kmh"),
        ("ro", "şi ţară ŞŢ", "și țară ȘȚ"),
        ("de", "şi", "şi"),
        ("lv", "nu...  nu....", "nu… nu...."),
    ],
)
def test_spaces_and_letters(language: str, target: str, expected: str) -> None:
    """No line breaks between a number and its unit; Romanian letters get their comma."""
    assert visible(localise("x", target, "en", language)) == expected


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Riga – city", "Rīga - pilsēta", "Rīga – pilsēta"),
        ("Riga—city", "Rīga - pilsēta", "Rīga – pilsēta"),
        ("Riga - city", "Rīga - pilsēta", "Rīga - pilsēta"),
        ("10–12 May", "10-12. maijs", "10–12. maijs"),
        ("from 10–12 to 5", "no 10-12 līdz 5", "no 10–12 līdz 5"),
        ("10-12", "10-12", "10-12"),
        ("10–12", "20-22", "20-22"),
    ],
)
def test_dashes(source: str, target: str, expected: str) -> None:
    """A hyphen becomes a dash again where the source has one."""
    assert localise(source, target, "en", "lv") == expected


TROUBLE = st.text(alphabet=list("\"“”„«»'’‘ \u00a0\u202f.,;:!?–—-%…()[]/@ab1230şŞ\n"), max_size=30)


@settings(derandomize=True, deadline=None, max_examples=300)
@given(source=TROUBLE, target=TROUBLE, pair=st.tuples(*[st.sampled_from(LANGUAGES)] * 2))
def test_idempotent(source: str, target: str, pair: tuple[str, str]) -> None:
    """A second run finds nothing to do, whatever the text."""
    once = localise(source, target, *pair)

    assert localise(source, once, *pair) == once


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    value=st.integers(min_value=1000, max_value=99_999_999),
    fraction=st.sampled_from(["", "5", "25", "125"]),
    target=st.sampled_from(LANGUAGES),
    copied=st.booleans(),
)
def test_any_number_is_understood_again(value: int, fraction: str, target: str, copied: bool) -> None:
    """From English and back again, a number keeps its value, whichever way the engine wrote it."""
    english = f"{value:,}" + (f".{fraction}" if fraction else "")
    there = localise(english, english if copied else english.replace(",", " "), "en", target)

    assert localise(there, there, target, "en").replace(",", "") == english.replace(",", "")


def test_plain_forms() -> None:
    """Two texts that differ in typography only are the same in their plain form."""
    assert plain("„Jā” – tā ir ’90. gadu…\u00a05 %") == '"Jā" - tā ir \'90. gadu... 5 %'
    assert plain(" « Oui »") == '" Oui "'


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Void Array", "Void Array (em", "Void Array"),
        ("N.F.L.", "N.F.L. (", "N.F.L."),
        ("Nano Builder", "Nano Builder (Construtor", "Nano Builder"),
        ("Open at 14:30", "Aberto (14:30", "Aberto (14:30"),
        ("Tram (new)", "Elétrico (novo", "Elétrico (novo"),
        ("Tram", "Elétrico (novo)", "Elétrico (novo)"),
    ],
)
def test_a_bracket_opened_at_the_end_without_cause_is_dropped(
    source: str, target: str, expected: str
) -> None:
    """The source has none: what the model began there is noise."""
    assert localise(source, target, "en", "pt") == expected
