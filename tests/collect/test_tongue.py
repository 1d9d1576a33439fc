"""The language of an entry is told from its words."""

import pytest

from pipeline.collect.tongue import language_of
from pipeline.records import EntryData

ITALIAN = "<p>Il Comune ha approvato il nuovo piano dei trasporti e da lunedì cambiano gli orari delle linee del tram in tutta la città.</p>"


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
