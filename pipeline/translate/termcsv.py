"""A termbase as CSV: one row a term, with a header; comma, semicolon or tab. Pure."""

import csv
import io
from collections.abc import Iterable, Iterator

from pipeline.errors import UsageError
from pipeline.records import TermData
from pipeline.translate.termfile import TermRow

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
_NEEDED = frozenset({"source"})
_BETWEEN = "|"  # forms in a cell
_YES = frozenset({"yes", "y", "true", "1", "x"})
_NO = frozenset({"", "no", "n", "false", "0"})


def read_csv(data: bytes, *, resource: str) -> Iterator[TermRow]:
    """The rows of a file, as spreadsheets write it: UTF-8, with or without its mark."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError("is not UTF-8; save it as CSV UTF-8", resource=resource) from error
    head, _, _ = text.partition("\n")
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    strange = [name for name in names if name not in COLUMNS]
    missing = sorted(_NEEDED - set(names))
    if strange or missing:
        said = [f"does not know the column {name!r}" for name in strange]
        said += [f"lacks the column {name!r}" for name in missing]
        raise UsageError(f"{'; '.join(said)}; allowed: {', '.join(COLUMNS)}", resource=resource)
    reader.fieldnames = names
    try:
        for row in reader:
            if any((cell or "").strip() for key, cell in row.items() if key):
                yield _row(row, f"line {reader.line_num}:", resource)
    except csv.Error as error:
        raise UsageError(f"line {reader.line_num}: {error}", resource=resource) from error


def _row(cells: dict[str, str | None], place: str, resource: str) -> TermRow:
    if None in cells:  # DictReader's name for cells without a column
        raise UsageError(f"{place} has more cells than there are columns", resource=resource)
    found = {name: (cells.get(name) or "").strip() for name in COLUMNS}
    return TermRow(
        source_language=found["source_language"].lower(),
        target_language=found["target_language"].lower(),
        place=place,
        term=TermData(
            source=found["source"],
            target=found["target"],
            source_forms=_forms(found["source_forms"]),
            forms=_forms(found["forms"]),
            keep=_flag(found["do_not_translate"], place, resource),
            forbidden=_flag(found["forbidden"], place, resource),
            note=found["note"],
        ),
    )


def _forms(cell: str) -> tuple[str, ...]:
    return tuple(form.strip() for form in cell.split(_BETWEEN) if form.strip())


def _flag(cell: str, place: str, resource: str) -> bool:
    if cell.lower() not in _YES | _NO:
        raise UsageError(f"{place} {cell!r} is neither yes nor no", resource=resource)
    return cell.lower() in _YES


def write_csv(rows: Iterable[TermRow]) -> bytes:
    """The rows as read_csv takes them back."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        term = row.term
        writer.writerow(
            [
                row.source_language,
                row.target_language,
                term.source,
                _BETWEEN.join(term.source_forms),
                term.target,
                _BETWEEN.join(term.forms),
                "yes" if term.keep else "",
                "yes" if term.forbidden else "",
                term.note,
            ]
        )
    return text.getvalue().encode("utf-8-sig")
