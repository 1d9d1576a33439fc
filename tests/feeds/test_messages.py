"""Words in the reader's language: complete catalogues, names of languages, dates."""

import re
import string
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from feeds import messages

LANGUAGES = ["lv", "pl", "lt", "en", "de", "nl", "fr", "es", "it", "ro", "pt"]
ROOM = Path(messages.__file__).parent


def _used() -> set[str]:
    """Every message that the room's modules and templates ask for."""
    methods = [("**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {"_": None, "text": (2,)}
    return {str(found[2]) for found in extract_from_dir(str(ROOM), methods, keywords=keywords)}


def _catalogue(language: str) -> Catalog:
    with (messages.LOCALE_DIRECTORY / language / "LC_MESSAGES" / "newswire.po").open("rb") as file:
        return read_po(file, locale=language)


def _placeholders(message: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(message)} - {None}


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_are_complete_and_hold_nothing_else(language: str) -> None:
    """Each message in use has words in each language; none is empty, uncertain or left over."""
    catalogue = {str(one.id): one for one in _catalogue(language) if one.id}

    assert set(catalogue) == _used()
    assert not [one.id for one in catalogue.values() if not one.string or one.fuzzy]


@pytest.mark.parametrize("language", LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    """A translation names exactly what its message names."""
    for one in _catalogue(language):
        assert _placeholders(str(one.string)) == _placeholders(str(one.id)) or not one.id


def test_french_marks_never_begin_a_line() -> None:
    """The space before them is a narrow one that does not break, as in the French texts that are published."""
    apart = re.compile(r" [:;?!»]|« ")

    assert (messages.colon("fr"), messages.colon("lv")) == ("\u202f: ", ": ")
    assert [one.string for one in _catalogue("fr") if one.id and apart.search(str(one.string))] == []


def test_every_language_has_a_catalogue() -> None:
    """The ten languages of the network, and Portuguese."""
    assert {path.name for path in messages.LOCALE_DIRECTORY.iterdir()} == set(LANGUAGES)


def test_unknown_languages_read_english() -> None:
    """A language without a catalogue still gets pages; a regional form gets its language's words."""
    assert messages.text("xx", "Subscribe") == "Subscribe"
    assert messages.text("pt-BR", "Subscribe") == "Subscrever"
    assert messages.text("lv", "Subscribe") == "Abonēt"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("lv", "2026. gada 18. novembris"),
        ("pl", "18 listopada 2026"),
        ("lt", "2026 m. lapkričio 18 d."),
        ("en", "18 November 2026"),
        ("de", "18. November 2026"),
        ("pt", "18 de novembro de 2026"),
        ("xx", "18 November 2026"),
        ("not a language!", "18 November 2026"),
    ],
)
def test_dates_are_written_as_the_reader_writes_them(language: str, expected: str) -> None:
    """Days in words, by CLDR."""
    assert messages.long_date(date(2026, 11, 18), language) == expected


def test_languages_are_named_for_the_reader_and_by_themselves() -> None:
    """A Latvian reads of Polish as "poļu"; a menu shows each language in its own words."""
    assert messages.language_name("pl", "lv") == "poļu"
    assert messages.language_name("qqq", "lv") == "qqq"
    assert [messages.own_name(code) for code in ("lv", "lt", "fr")] == ["Latviešu", "Lietuvių", "Français"]


def test_direction_of_writing() -> None:
    """Arabic and Hebrew pages run from right to left."""
    assert [messages.direction(code) for code in ("lv", "ar", "he", "xx")] == ["ltr", "rtl", "rtl", "ltr"]


def test_a_day_is_the_one_its_publisher_would_name() -> None:
    """Midnight in Poznań is still the day before in UTC."""
    midnight = datetime(2026, 11, 17, 23, 0, tzinfo=UTC)

    assert messages.local_day(midnight, "Europe/Warsaw") == date(2026, 11, 18)
    assert messages.local_day(midnight, "UTC") == date(2026, 11, 17)
