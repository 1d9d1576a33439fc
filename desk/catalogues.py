"""The desk's words: .po files, compiled when the process starts, so that there is nothing to forget.

Django reads .mo files only. They are made in a folder of this process's own, which goes away with it.
"""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import trans_real

LOCALE_DIRECTORY = Path(__file__).parent / "locale"


@cache
def prepare() -> Path:
    """Compile the catalogues and point Django at them. Gives their folder."""
    folder = Path(tempfile.mkdtemp(prefix="newswire-words-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for source in sorted(LOCALE_DIRECTORY.glob("*/LC_MESSAGES/django.po")):
        language = source.parent.parent.name
        target = folder / language / "LC_MESSAGES" / "django.mo"
        target.parent.mkdir(parents=True)
        with source.open("rb") as file, target.open("wb") as compiled:
            write_mo(compiled, read_po(file, locale=language))
    settings.LOCALE_PATHS = [str(folder)]
    trans_real._translations.clear()  # type: ignore[attr-defined]  # noqa: SLF001 - made before the folder was known
    return folder
