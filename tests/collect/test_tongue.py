"""The language of an entry is told from its words, and so is that of its paragraphs."""

from typing import Any

import pytest

from pipeline.collect.tongue import language_of, notes, tongues_of
from pipeline.records import EntryData

ITALIAN = "<p>Il Comune ha approvato il nuovo piano dei trasporti e da lunedì cambiano gli orari delle linee del tram in tutta la città.</p>"
ENGLISH = (
    "The city council has approved the new transport plan, and from Monday the trams run to another timetable"
)


@pytest.mark.parametrize(
    ("title", "content", "expected", "found"),
    [
        ("City news", ITALIAN, "en", "it"),  # English dates and paths over Italian text
        ("Nuovi orari del tram", ITALIAN, "it", "it"),
        ("Vilnius, Riga, Tallinn", "", "lt", "lt"),  # too few words to tell
        (
            "Новый трамвай",
            "<p>" + "Город открывает новую линию трамвая весной этого года для всех. " * 3 + "</p>",
            "ru",
            "ru",
        ),
        (
            "Photo",
            '<p><a href="https://a.example/the-city-of-and-for-the-people">https://a.example/the-city</a></p>',
            "pl",
            "pl",
        ),
    ],
)
def test_the_words_decide(title: str, content: str, expected: str, found: str) -> None:
    """Sure words outweigh the source's language; few words, or a language we cannot tell, do not."""
    entry = EntryData(guid="1", title=title, content=content)

    assert language_of(entry, expected) == found


@pytest.mark.parametrize(
    ("claim", "expected", "odd"),
    [
        ("", "it", {}),
        ("it-IT", "en", {}),  # the feed is right, though the configuration is not
        ("en-US", "it", {"claimed": "en", "found": "it"}),
        ("", "en", {"claimed": "en", "found": "it"}),
    ],
)
def test_a_claim_that_the_words_deny_is_noted(claim: str, expected: str, odd: dict[str, str]) -> None:
    """The entry's own claim counts, or that of its source where it makes none."""
    entry = EntryData(guid="1", content=ITALIAN, language=claim)

    assert tongues_of(entry, expected, "it", "it").as_json() == odd


def test_paragraphs_in_another_language_are_noted() -> None:
    """With their place and their words, tags and entities aside; headings, lists and short ones are passed over."""
    page = (
        f"{ITALIAN}<ul><li>Press office</li></ul>"
        f'<div><p>{ENGLISH} &amp; <a href="https://a.example/">more</a>.</p></div>{ITALIAN}'
    )

    found = tongues_of(EntryData(guid="1", content=page), "it", "it", "it")

    assert found.as_json() == {
        "mixed": [{"block": 2, "language": "en", "text": f"{ENGLISH} & more."}],
    }


@pytest.mark.parametrize(
    "content",
    [
        ITALIAN,
        "<p>Press office and city council</p>" * 3,  # each too short to tell
        "<p>https://a.example/the-city https://a.example/council</p>" + ITALIAN,
        "<p>Anna Kowalska, Jan Nowak, Piotr Zieliński, Maria Lis, Ewa Kot, Adam Wilk, Olga Sowa</p>"
        + ITALIAN,
        "",
    ],
)
def test_what_is_in_one_language_has_no_note(content: str) -> None:
    """Names, addresses and short lines tell no language."""
    found = tongues_of(EntryData(guid="1", content=content, summary=""), "it", "it", "it")

    assert [each for each in found.mixed if each.language != "pl"] == []
    assert found.claimed == ""


def test_a_language_we_cannot_tell_has_no_passages() -> None:
    """Beside words of a language that the identifier does not know, its other guesses are worth nothing."""
    assert tongues_of(EntryData(guid="1", content=f"<p>{ENGLISH}</p>"), "ru", "ru", "ru").mixed == ()


def test_an_entry_of_endless_passages_is_noted_in_part() -> None:
    """What a hostile page may put into the store is bounded."""
    page = f"<p>{ENGLISH}</p>" * 200

    assert len(tongues_of(EntryData(guid="1", content=page), "it", "it", "it").mixed) == 50


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ([{}, {}], ""),
        (
            [{"claimed": "en", "found": "it"}, {}],
            "entries that are not in the language they claim: 1 (in it)",
        ),
        (
            [{"mixed": [{"language": "en"}, {"language": "de"}]}],
            "entries with paragraphs in another language: 1 (de, en)",
        ),
        (
            [{"claimed": "en", "found": "it", "mixed": [{"language": "de"}]}],
            (
                "entries that are not in the language they claim: 1 (in it); "
                "entries with paragraphs in another language: 1 (de)"
            ),
        ),
    ],
)
def test_the_summary_counts_them(entries: list[dict[str, Any]], said: str) -> None:
    """In words that stand beside the source's counts; nothing where nothing is odd."""
    assert notes(entries) == said
