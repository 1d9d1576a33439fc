"""The exact translation memory as the translator sees it. Fuzzy matches are the editor's, not the engine's."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from pipeline.models import HUMAN, IMPORTED, MACHINE, MemoryIntent, MemoryUnit
from pipeline.records import Pair, Suggestion

_ORIGINS = {HUMAN: "tm:human", IMPORTED: "tm:import"}


class StoredMemory:
    """Exact matches from the store; safe to use from several threads (each has its own connection)."""

    def lookup(self, pair: Pair, texts: Sequence[str], engines: Sequence[str]) -> dict[str, Suggestion]:
        """The best remembered translation of each text that has one."""
        if not texts:
            return {}
        units = MemoryUnit.objects.best(pair, texts, engines)
        return {
            text: Suggestion(
                text=unit.target,
                origin=_ORIGINS.get(unit.rank, unit.origin),
                version=unit.version,
                raw=unit.raw or unit.target,
                pivot=unit.pivot,
            )
            for text, unit in units.items()
        }

    def remember(self, pair: Pair, found: Mapping[str, Suggestion]) -> None:
        """Keep what engines made. What came out of the memory on both legs is kept as a machine's too."""
        intents = [
            MemoryIntent(
                pair=pair,
                source=text,
                target=each.text,
                origin=each.origin,
                rank=MACHINE,
                version=each.version,
                pivot=each.pivot,
                raw=each.raw,
            )
            for text, each in found.items()
            if not each.origin.startswith("tm:")
        ]
        with transaction.atomic():
            MemoryUnit.objects.remember(intents)
