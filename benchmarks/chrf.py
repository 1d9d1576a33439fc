"""The score of the benchmarks: chrF2 of a whole text, by sacrebleu."""

from collections.abc import Sequence

from sacrebleu.metrics import CHRF


def chrf2(outputs: Sequence[str], references: Sequence[str]) -> float:
    return float(CHRF().corpus_score(list(outputs), [list(references)]).score)
