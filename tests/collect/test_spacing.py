"""Lost spaces and cut entities."""

import pytest

from pipeline.collect.spacing import mended, with_spaces, without_cut_entity
from pipeline.records import EntryData


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("È fatto.Domani si va", "È fatto. Domani si va"),
        ("święto.Łódź jest", "święto. Łódź jest"),
        ("gerai!Štai kas?Taip", "gerai! Štai kas? Taip"),
        ("www.Comune.it", "www.Comune.it"),
        ("S.Francesco e A.Rossi", "S.Francesco e A.Rossi"),
        ("il 3.5.2026", "il 3.5.2026"),
        ("comune.bologna.it", "comune.bologna.it"),
        ("ASL.Bologna", "ASL.Bologna"),
    ],
)
def test_a_space_after_a_full_stop(text: str, expected: str) -> None:
    """Sentences are parted; addresses, initials, dates and abbreviations stay."""
    assert with_spaces(text) == expected


def test_one_endless_word_costs_no_time() -> None:
    """Half a million letters without a space."""
    assert with_spaces("a" * 500_000 + ".Bo") == "a" * 500_000 + ". Bo"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l'entit&a...", "l'entit..."),
        ("<p>pi&amp;ugrav…</p>", "<p>pi…</p>"),
        ("R&D...", "R&D..."),
        ("tu & a...", "tu & a..."),
    ],
)
def test_a_cut_entity(text: str, expected: str) -> None:
    """The piece of the letter's name goes, an ampersand that is meant stays."""
    assert without_cut_entity(text) == expected


def test_an_entry_is_mended_between_its_tags() -> None:
    """Addresses in attributes are not touched."""
    entry = EntryData(
        guid="1", title="uno.Due", summary="a", content='<a href="https://x.it/uno.Due">tre.Quattro</a>'
    )

    fixed = mended(entry)

    assert fixed.title == "uno. Due"
    assert fixed.content == '<a href="https://x.it/uno.Due">tre. Quattro</a>'
