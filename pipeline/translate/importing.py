"""Takes TMX files into the memory: those of the configuration once for each state, others when asked."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, permutations
from pathlib import Path

from django.db import transaction

from pipeline.models import HUMAN, IMPORTED, MACHINE, MemoryIntent, StoreFact, learn
from pipeline.models.similar import refresh_statistics
from pipeline.records import Pair
from pipeline.translate.tmx import TmxUnit, Variant, read

KEEP = "keep"  # the origin that the file names for each sentence
RANKS = {"human": HUMAN, "import": IMPORTED}
_BATCH = 1_000  # rows a transaction: bounded write-ahead log
_MANY = 10_000  # from here on the database's statistics are worth making anew


@dataclass(slots=True)
class Imported:
    units: int = 0
    marked: int = 0  # machine translations that will take up better words


def import_memories(paths: Iterable[Path], languages: frozenset[str]) -> int:
    """Bring the memory up to date with the files. How many units were taken in.

    `languages`: those that are sources, targets or the pivot; other variants of a unit are left out.
    """
    return sum(_import_once(path, languages) for path in paths)


def import_file(
    path: Path,
    languages: frozenset[str],
    *,
    origin: str = "import",
    progress: Callable[[int], None] = lambda _count: None,
) -> Imported:
    """Take in all of a file; no languages named: all. What was taken in stays if the file breaks off later on."""
    imported = Imported()
    intents = _intents(path, languages, origin)
    while batch := list(islice(intents, _BATCH)):
        with transaction.atomic():
            imported.marked += learn(batch)
        imported.units += len(batch)
        progress(len(batch))
    if imported.units >= _MANY:
        refresh_statistics()
    return imported


def _import_once(path: Path, languages: frozenset[str]) -> int:
    fact = f"memory:{path.name}"
    state = [_digest(path), sorted(languages)]
    if StoreFact.objects.read(fact) == state:
        return 0
    imported = import_file(path, languages)
    StoreFact.objects.write(fact, state)
    return imported.units


def _digest(path: Path) -> str:
    if not path.exists():
        return "missing"
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()


def _intents(path: Path, languages: frozenset[str], origin: str) -> Iterator[MemoryIntent]:
    for unit in read(path):
        here = [each for each in unit.variants if each.text and (not languages or each.language in languages)]
        for source, target in permutations(here, 2):
            if _is_wanted(unit, source, target, origin):
                yield _intent(source, target, origin)


def _is_wanted(unit: TmxUnit, source: Variant, target: Variant, origin: str) -> bool:
    """Of a unit with a source language, not the pairs without it; of our own exports only what was exported."""
    if not unit.source:
        return True
    return unit.source == source.language or (unit.source == target.language and origin != KEEP)


def _intent(source: Variant, target: Variant, origin: str) -> MemoryIntent:
    found = target.properties if origin == KEEP else {}
    name = found.get("origin", "import") if origin == KEEP else origin
    return MemoryIntent(
        pair=Pair(source.language, target.language),
        # Sentences of entries are looked up with ordinary spaces; a target keeps its no-break ones.
        source=" ".join(source.text.split()),
        target=target.text,
        origin=name,
        rank=RANKS.get(name, MACHINE),
        version=found.get("version", ""),
        pivot=found.get("pivot", ""),
        context_hash=found.get("context", ""),
        at=target.changed,
    )
