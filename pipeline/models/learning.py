"""What the network learns from people and files: remembered, and brought to the translations that need it."""

from collections.abc import Iterable, Sequence

from pipeline.models.fields import text_hash
from pipeline.models.memory import HUMAN, MACHINE, MemoryIntent, MemoryUnit
from pipeline.models.translations import Translation, Unit
from pipeline.records import Pair
from pipeline.states import State
from pipeline.wakeups import TRANSLATE, announce

_PARAMETERS = 500  # of one query
_BY_A_PERSON = "tm:human"  # origin of a unit


def learn(intents: Iterable[MemoryIntent], *, but: int | None = None) -> int:
    """Remember units, and mark the machine translations that have lesser words for the same sentences.

    The next run of the translate stage drafts the marked ones anew, without asking an engine for what
    stands. `but`: the translation that the words come from. How many were marked.
    """
    units = list(intents)
    MemoryUnit.objects.remember(units)
    better: dict[Pair, dict[str, MemoryIntent]] = {}
    for unit in units:
        if unit.rank > MACHINE:
            better.setdefault(unit.pair, {})[text_hash(unit.source)] = unit
    marked = sum(_mark(pair, found, but) for pair, found in better.items())
    if marked:
        announce(TRANSLATE, marked)
    return marked


def _mark(pair: Pair, better: dict[str, MemoryIntent], but: int | None) -> int:
    machine = Translation.objects.filter(
        language=pair.target, entry__language=pair.source, state=State.MACHINE, redraft_due=False
    )
    if but is not None:
        machine = machine.exclude(pk=but)
    if not machine.exists():
        return 0
    count = 0
    hashes = list(better)
    for start in range(0, len(hashes), _PARAMETERS):
        rows = machine.filter(pk__in=_lesser(pair, better, hashes[start : start + _PARAMETERS]))
        count += rows.update(redraft_due=True)
    return count


def _lesser(pair: Pair, better: dict[str, MemoryIntent], hashes: Sequence[str]) -> set[int]:
    """Translations in which one of the sentences has other words, and none of a person where these are a file's."""
    units = Unit.objects.filter(
        segment__text_hash__in=hashes, translation__language=pair.target, state=State.MACHINE
    )
    rows = units.values_list("translation_id", "segment__text_hash", "text", "origin")
    return {
        translation
        for translation, key, text, origin in rows
        if text != better[key].target and (better[key].rank >= HUMAN or origin != _BY_A_PERSON)
    }
