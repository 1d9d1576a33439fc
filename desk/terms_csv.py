"""The glossary as CSV, out and in."""

import csv
from collections.abc import Iterable
from io import StringIO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from pipeline.errors import NewswireError
from pipeline.models import Term

COLUMNS = (
    "source_language",
    "target_language",
    "source",
    "source_forms",
    "target",
    "forms",
    "do_not_translate",
    "forbidden",
    "note",
)
_LISTS = ("source_forms", "forms")
_FLAGS = ("do_not_translate", "forbidden")
_MOST_COMPLAINTS = 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would calculate what begins so


class CsvError(NewswireError):
    """`lines` says what is wrong, each with the number of its line."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines), resource="CSV")
        self.lines = lines[:_MOST_COMPLAINTS]


def written(terms: Iterable[Term]) -> str:
    """With a byte order mark, so that spreadsheets take it for UTF-8."""
    out = StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for term in terms:
        rows.writerow([_cell(getattr(term, name)) for name in COLUMNS])
    return "\ufeff" + out.getvalue()


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return safe("|".join(value) if isinstance(value, list) else str(value))


def safe(text: str) -> str:
    """Words of strangers must not become formulas in somebody's spreadsheet."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def read(content: bytes) -> list[Term]:
    """The terms of a file, not stored yet. Raises CsvError with everything that is wrong."""
    try:
        rows = list(csv.DictReader(StringIO(content.decode("utf-8-sig")), restval=""))
    except UnicodeDecodeError:
        raise CsvError([gettext("The file is not UTF-8 text.")]) from None
    except csv.Error as error:
        raise CsvError([str(error)]) from error
    if not rows or not {"target_language", "source"} <= set(rows[0]):
        raise CsvError(
            [gettext("The first line must name the columns: %(columns)s") % {"columns": ", ".join(COLUMNS)}]
        )
    terms, wrong = [], []
    for number, row in enumerate(rows, start=2):
        try:
            terms.append(_term(row))
        except ValidationError as error:
            text = gettext("Line %(number)s: %(reason)s")
            wrong.append(text % {"number": number, "reason": " ".join(error.messages)})
    if wrong:
        raise CsvError(wrong)
    return terms


def _term(row: dict[str, str]) -> Term:
    values = {name: _unquoted((row.get(name) or "").strip()) for name in COLUMNS}
    term = Term(
        **{name: values[name] for name in COLUMNS if name not in {*_LISTS, *_FLAGS}},
        **{name: [each.strip() for each in values[name].split("|") if each.strip()] for name in _LISTS},
        **{name: values[name].lower() in {"yes", "true", "1", "x"} for name in _FLAGS},
    )
    term.clean_fields(exclude=["id", *_LISTS])
    if not term.target and not term.do_not_translate:
        raise ValidationError(gettext("Give a translation, or say that the term stays as it is."))
    return term


def _unquoted(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
