"""Words in the reader's language: catalogues, names of languages, dates.

The catalogues are .po files, read as they are: nothing to compile, nothing to forget. The msgids are English,
so a language without a catalogue reads English.
"""

import gettext
from datetime import date, datetime
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_DIRECTORY = Path(__file__).parent / "locale"
DOMAIN = "newswire"
# CLDR's plain "en" and "pt" are the American and the Brazilian; the network is European.
_EUROPEAN = {"en": "en_GB", "pt": "pt_PT"}


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The messages of a language, or those of its base language, or English."""
    codes = {path.name for path in LOCALE_DIRECTORY.iterdir()}
    code = next((code for code in (language, language.partition("-")[0]) if code in codes), None)
    if code is None:
        return gettext.NullTranslations()
    with (LOCALE_DIRECTORY / code / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        messages = read_po(file, locale=code.replace("-", "_"))
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def text(language: str, message: str) -> str:
    """One message in the reader's language."""
    return catalogue(language).gettext(message)


@cache
def locale_of(language: str) -> Locale:
    """The CLDR locale of a language code; English for one that CLDR does not know."""
    try:
        return Locale.parse(_EUROPEAN.get(language, language.replace("-", "_")))
    except (ValueError, UnknownLocaleError):
        return Locale.parse(_EUROPEAN["en"])


@cache
def territory_locale(code: str) -> str:
    """A language with the country it is first spoken in, as Open Graph writes it: "lv_LV", "en_GB"."""
    locale = locale_of(code)
    if not locale.territory:
        likely = get_global("likely_subtags").get(locale.language, "")
        locale = Locale.parse(likely) if likely else locale
    return f"{locale.language}_{locale.territory}" if locale.territory else locale.language


@cache
def language_name(code: str, reader: str) -> str:
    """What a language is called in the reader's language: "poļu" for ("pl", "lv")."""
    name = locale_of(reader).languages.get(code.partition("-")[0])
    return str(name or code)


@cache
def own_name(code: str) -> str:
    """What a language calls itself, as a menu shows it: "Latviešu"."""
    name = language_name(code, code)
    return name[:1].upper() + name[1:]


def colon(language: str) -> str:
    """Between a name and what is said of it; the French set it off with a narrow space that does not break."""
    return "\u202f: " if language.partition("-")[0] == "fr" else ": "


def direction(language: str) -> str:
    """The direction of writing: "ltr" or "rtl"."""
    return str(locale_of(language).text_direction)


def local_day(when: datetime, timezone: str) -> date:
    """The day a source would name: local midnight in Poznań is still the day before in UTC."""
    return when.astimezone(ZoneInfo(timezone)).date()


@lru_cache(maxsize=4096)
def long_date(day: date, language: str) -> str:
    """A day in words: "2026. gada 18. novembris"."""
    return format_date(day, format="long", locale=locale_of(language))
