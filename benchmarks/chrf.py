"""The score of the benchmarks: chrF2 of a whole text, by sacrebleu, as `./run.py evaluate` counts it."""

from collections.abc import Sequence

from sacrebleu.metrics import CHRF

from pipeline.evaluate import in_the_references_marks


def chrf2(outputs: Sequence[str], references: Sequence[str]) -> float:
    comparable = in_the_references_marks(list(outputs), references)
    return float(CHRF().corpus_score(comparable, [list(references)]).score)
