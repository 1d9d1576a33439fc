"""The words of the mails, in their readers' languages: .po catalogues, read as they are."""

import gettext
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_DIRECTORY = Path(__file__).parent / "locale"
_EUROPEAN = {"en": "en_GB", "pt": "pt_PT"}  # CLDR's plain ones are the American and the Brazilian


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The messages of a language; English, which the messages are written in, where there are none."""
    path = LOCALE_DIRECTORY / language / "LC_MESSAGES" / "notices.po"
    if not path.is_file():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        messages = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def language_name(code: str, reader: str) -> str:
    """What a language is called in the reader's own."""
    return str(_locale(reader).languages.get(code) or code)


def day(when: datetime, reader: str, timezone: str) -> str:
    return format_date(when.astimezone(ZoneInfo(timezone)).date(), format="long", locale=_locale(reader))


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(_EUROPEAN.get(code, code))
