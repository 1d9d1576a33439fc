"""Answers that stand in the wrong places: how many are found, and how often a right one is doubted.

    ./do bench mixed-answers --source en.txt --target lv.txt [--batch 8]

Both files hold one sentence a line. The target is taken for a service's answers in batches. In each batch two
neighbours are changed over, or two are merged so that the rest moves up. A right answer that is doubted costs one
more request; a wrong one that is not found is left to the checks. Exit code 1 below nine swaps in ten, or when more
than one right answer in twenty is doubted.
"""

import argparse
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import table
from pipeline.translate.engines.answers import fault_of, misplaced

_LEAST_FOUND, _MOST_DOUBTED = 0.9, 0.05


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench mixed-answers")
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--target", type=Path, required=True)
    parser.add_argument("--batch", type=int, default=8)
    options = parser.parse_args(arguments)
    texts, answers = (
        path.read_text(encoding="utf-8").splitlines() for path in (options.source, options.target)
    )
    doubted, swapped, merged = _measure(texts, answers, options.batch)
    refused = sum(fault_of(text, answer) is not None for text, answer in zip(texts, answers, strict=True))
    table(
        ("measure", "share"),
        [
            ("right answers doubted", f"{doubted:.1%}"),
            ("swapped neighbours found", f"{swapped:.1%}"),
            ("merged, and all moved up: all found", f"{merged:.1%}"),
            ("right answers refused outright", f"{refused / len(texts):.2%}"),
        ],
    )
    if swapped < _LEAST_FOUND or doubted > _MOST_DOUBTED:
        sys.exit(1)


def _measure(texts: Sequence[str], answers: Sequence[str], size: int) -> tuple[float, float, float]:
    chance = random.Random(1)  # the same places each time
    doubted = swapped = merged = batches = 0
    for start in range(0, len(texts) - size, size):
        ours, theirs = texts[start : start + size], list(answers[start : start + size])
        place = chance.randrange(size - 1)
        doubted += len(misplaced(ours, theirs))
        changed = [*theirs[:place], theirs[place + 1], theirs[place], *theirs[place + 2 :]]
        swapped += {place, place + 1} <= misplaced(ours, changed)
        joined = f"{theirs[place]} {theirs[place + 1]}"
        moved = [*theirs[:place], joined, *theirs[place + 2 :], theirs[-1]]
        merged += set(range(place, size - 1)) <= misplaced(ours, moved)
        batches += 1
    return doubted / (batches * size), swapped / batches, merged / batches
