"""The words of the desk: complete in every language, placeholders kept, shown in plural as the language has it."""

import re

import pytest
from django.utils import translation
from django.utils.translation import gettext, ngettext

from desk import catalogues, words
from pipeline.config import Config
from pipeline.settings import UI_LANGUAGES
from tests import builders
from tests.desk import extract


@pytest.fixture
def desk_config() -> Config:
    """A desk in Riga."""
    return builders.config(desk={"timezone": "Europe/Riga"})


USED = {message.id: message for message in extract.used() if message.id}


@pytest.mark.parametrize("language", UI_LANGUAGES)
def test_catalogues_are_complete_and_hold_nothing_else(language: str) -> None:
    """Each message in use has words in each language; none is empty, uncertain or left over.

    When this fails: `.venv/bin/python -m tests.desk.extract`, then translate what is empty.
    """
    catalogue = {message.id: message for message in extract.catalogue_of(language) if message.id}

    assert set(catalogue) ^ set(USED) == set()
    assert [each.id for each in catalogue.values() if each.fuzzy or not all(extract.texts(each))] == []


@pytest.mark.parametrize("language", UI_LANGUAGES)
def test_placeholders_survive_translation(language: str) -> None:
    """A translation names exactly what its message names."""
    wrong = [
        text
        for message in extract.catalogue_of(language)
        if message.id
        for text in extract.texts(message)
        if extract.names_in(text)
        != extract.names_in(message.id if isinstance(message.id, str) else message.id[1])
    ]

    assert wrong == []


@pytest.mark.parametrize("language", UI_LANGUAGES)
def test_every_plural_has_its_forms(language: str) -> None:
    """As many as the language has; and the file says by which rule they are chosen."""
    catalogue = extract.catalogue_of(language)
    plurals = [message for message in catalogue if isinstance(message.id, tuple)]

    assert plurals
    assert {len(extract.texts(message)) for message in plurals} == {catalogue.num_plurals}


def test_every_language_of_the_network_has_a_catalogue() -> None:
    """And no other lies about."""
    assert {path.name for path in extract.LOCALE_DIRECTORY.iterdir()} == set(UI_LANGUAGES)


def test_django_speaks_the_catalogues(desk: Config) -> None:
    """Compiled when the process starts, plural forms included."""
    assert catalogues.prepare() == catalogues.prepare()
    with translation.override("lv"):
        assert gettext("Sign in") == "Pieteikties"
        found = [
            ngettext("%(n)s finding", "%(n)s findings", count) % {"n": count} for count in (0, 1, 2, 11, 21)
        ]
    with translation.override("pl"):
        assert ngettext("%(n)s finding", "%(n)s findings", 5) % {"n": 5} == "5 uwag"

    assert found == ["0 aizrādījumu", "1 aizrādījums", "2 aizrādījumi", "11 aizrādījumi", "21 aizrādījums"]


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("lv", "2026. gada 20. nov. 14:00:00"),
        ("en", "20 Nov 2026, 14:00:00"),
        ("de", "20.11.2026, 14:00:00"),
        ("pt", "20/11/2026, 14:00:00"),
    ],
)
def test_times_are_written_as_the_reader_writes_them(desk: Config, language: str, expected: str) -> None:
    """In the desk's time zone."""
    with translation.override(language):
        assert words.moment(builders.NOW) == expected


def test_languages_cities_and_states_have_names(desk: Config) -> None:
    """In the words of the page; what nobody knows is shown as it is."""
    with translation.override("lv"):
        assert words.language_name("pl") == "poļu"
        assert words.city_name("poznan") == "Poznań"
        assert words.city_name("gone") == "gone"
        assert words.number(1234567.5) == "1\xa0234\xa0567,5"
        assert re.fullmatch(r"pirms .+", words.ago(builders.NOW))
