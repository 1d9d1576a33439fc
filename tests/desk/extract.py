"""The messages of the desk: found in its modules and templates, merged into its catalogues.

Run `.venv/bin/python -m tests.desk.extract` after words of the desk have changed, then translate what is empty.
"""

import io
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_javascript
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from pipeline.settings import UI_LANGUAGES

ROOM = Path(__file__).resolve().parents[2] / "desk"
LOCALE_DIRECTORY = ROOM / "locale"
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "_": None,
    "later": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
}

Words = str | tuple[str, ...]
Found = tuple[str, Words]


def _of_templates() -> Iterator[Found]:
    """Django rewrites a template into calls of gettext; what it blots out is no JavaScript, but close enough."""
    for path in sorted(ROOM.rglob("templates/**/*.html")):
        code = io.BytesIO(templatize(path.read_text(encoding="utf-8")).encode())
        for _line, _function, message, _comments in extract_javascript(
            code, KEYWORDS, [], {"encoding": "utf-8"}
        ):
            yield str(path.relative_to(ROOM)), _words(message)


def _of_modules() -> Iterator[Found]:
    for name, _line, message, _comments, _context in extract_from_dir(
        str(ROOM), [("**.py", "python")], keywords=KEYWORDS
    ):
        yield name, _words(message)


def _words(found: Any) -> Words:
    """One message, or its singular and plural."""
    return tuple(found) if isinstance(found, (tuple, list)) else str(found)


def used() -> Catalog:
    """Every message in use, with the files it stands in."""
    catalogue = Catalog(project="CCnet Newswire", charset="utf-8")
    for name, message in (*_of_modules(), *_of_templates()):
        catalogue.add(message, locations=[(name, 0)])
    return catalogue


def path_of(language: str) -> Path:
    return LOCALE_DIRECTORY / language / "LC_MESSAGES" / "django.po"


def catalogue_of(language: str) -> Catalog:
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def names_in(text: str) -> set[str]:
    """The placeholders of a message: %(name)s and {name}."""
    percent = {part.partition(")")[0] for part in text.split("%(")[1:]}
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return percent | braces


def texts(message: Message) -> tuple[str, ...]:
    return tuple(message.string) if isinstance(message.string, (tuple, list)) else (str(message.string),)


def known(language: str) -> dict[Words, Words]:
    """What is translated already. The messages are English: there nothing is left to translate."""
    if language == "en":
        return {_words(message.id): _words(message.id) for message in used() if message.id}
    if not path_of(language).exists():
        return {}
    return {_words(message.id): _words(message.string) for message in catalogue_of(language) if message.id}


def merge(language: str, template: Catalog, translated: Mapping[Words, Words]) -> None:
    """Keep what is translated, add what is new, drop what nobody uses; nothing is guessed."""
    fresh = Catalog(locale=language, project="CCnet Newswire", charset="utf-8")
    for message in template:
        if message.id:
            fresh.add(message.id, string=translated.get(_words(message.id)), locations=message.locations)
    out = io.BytesIO()
    write_po(out, fresh, omit_header=True, sort_output=True, width=110, include_lineno=False)
    header = (
        f'# The words of the desk: {language}.\nmsgid ""\nmsgstr ""\n"Project-Id-Version: CCnet Newswire\\n"\n'
        f'"Language: {language}\\n"\n"Plural-Forms: {fresh.plural_forms}\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n\n'
    )
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(header.encode() + out.getvalue())


if __name__ == "__main__":
    found = used()
    for code in UI_LANGUAGES:
        merge(code, found, known(code))
