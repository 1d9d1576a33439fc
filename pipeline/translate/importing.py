"""Takes the configured TMX files into the memory, once for each state of a file."""

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice, permutations
from pathlib import Path

from django.db import transaction

from pipeline.models import IMPORTED, MemoryIntent, MemoryUnit, StoreFact
from pipeline.records import Pair
from pipeline.translate.tmx import read_units

_BATCH = 1_000  # rows a transaction: bounded write-ahead log


def import_memories(paths: Iterable[Path], languages: frozenset[str]) -> int:
    """Bring the memory up to date with the files. How many units were taken in.

    `languages`: those that are sources, targets or the pivot; other variants of a unit are left out.
    """
    return sum(_import(path, languages) for path in paths)


def _import(path: Path, languages: frozenset[str]) -> int:
    fact = f"memory:{path.name}"
    state = [_digest(path), sorted(languages)]
    if StoreFact.objects.read(fact) == state:
        return 0
    count = 0
    intents = _intents(path, languages)
    while batch := list(islice(intents, _BATCH)):
        with transaction.atomic():
            MemoryUnit.objects.remember(batch)
        count += len(batch)
    StoreFact.objects.write(fact, state)
    return count


def _digest(path: Path) -> str:
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest() if path.exists() else "missing"


def _intents(path: Path, languages: frozenset[str]) -> Iterator[MemoryIntent]:
    for unit in read_units(path):
        here = {language: text for language, text in unit.items() if language in languages and text}
        for source, target in permutations(here, 2):
            # Sentences of entries are looked up with ordinary spaces; a target keeps its no-break ones.
            text = " ".join(here[source].split())
            yield MemoryIntent(
                pair=Pair(source, target), source=text, target=here[target], origin="import", rank=IMPORTED
            )
