"""The memory as a TMX file."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path

from pipeline.models import HUMAN, IMPORTED, MemoryUnit
from pipeline.translate.importing import RANKS
from pipeline.translate.tmx import TmxUnit, Variant, write

EVERY = "all"


def export_file(
    path: Path,
    *,
    languages: Sequence[str] = (),
    origins: Sequence[str] = (),
    now: datetime,
    progress: Callable[[int], None] = lambda _count: None,
) -> int:
    """Write the units between these languages (none named: all) of these origins (none named: people and files).

    How many sentences with their translations were written.
    """
    ranks = [RANKS[name] for name in origins if name in RANKS] if origins else [HUMAN, IMPORTED]
    engines = [name for name in origins if name not in RANKS]
    every = EVERY in origins
    rows = MemoryUnit.objects.stream(languages, () if every else ranks, () if every else engines)
    return write(path, _units(rows, progress), now=now)


def _units(rows: Iterator[MemoryUnit], progress: Callable[[int], None]) -> Iterator[TmxUnit]:
    """One unit a source with its best translation in each language; further ones in units of their own."""
    for (language, _hash), group in groupby(rows, key=lambda row: (row.source_language, row.source_hash)):
        sheets: list[dict[str, MemoryUnit]] = []
        for row in group:
            sheet = next((each for each in sheets if row.target_language not in each), None)
            if sheet is None:
                sheet = {}
                sheets.append(sheet)
            sheet[row.target_language] = row
            progress(1)
        for sheet in sheets:
            source = next(iter(sheet.values())).source
            yield TmxUnit(
                source=language,
                variants=(Variant(language=language, text=source), *(map(_variant, sheet.values()))),
            )


def _variant(row: MemoryUnit) -> Variant:
    return Variant(
        language=row.target_language,
        text=row.target,
        changed=row.changed_at,
        properties={
            "origin": row.origin,
            "version": row.version,
            "pivot": row.pivot,
            "context": row.context_hash,
        },
    )
