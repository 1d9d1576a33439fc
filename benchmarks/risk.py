"""Faults put into real machine translations: does the risk order them, how many pass, how many good ones are held?

    ./do bench risk --ntrex FOLDER [--lines N] [--vectors]

The lines go through the whole pipeline with the local engine, English to Portuguese. Each translation is then judged
as it came, and with each kind of fault put into it. AUC: how often a faulty one has the higher risk, ties by half.
"held" is what the policy `risky` keeps back (review/policy.py). The same for entries of ten sentences, one of
which is faulty. With --vectors: the likeness of source and target by the model of the extra `similarity`,
alone and beside the risk.
"""

import argparse
import random
import statistics
from collections import Counter
from collections.abc import Iterable, Sequence

from benchmarks.faults import FAULTS, Pairing
from benchmarks.gates import findings
from benchmarks.local import local_translations
from benchmarks.measure import table
from benchmarks.parallel import Texts, texts
from pipeline.records import FindingData, Pair
from pipeline.translate.risk import risk_of

_PAIR, _OTHER = Pair("en", "pt"), "es"
_SEED = 20261124
_DOUBTFUL = 0.5  # as in review/policy.py
_ENTRY = 10  # sentences
_REPEATS = 20  # how often the sentences are shuffled into entries


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="./do bench risk", description=__doc__.splitlines()[0])
    parser.add_argument("--ntrex", type=texts, required=True, metavar="FOLDER")
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument(
        "--vectors", action="store_true", help="measure the model of the extra `similarity` too"
    )
    options = parser.parse_args(arguments)
    pairings = _translated(options.ntrex, options.lines)
    clean = [findings(_PAIR, each.source, each.target) for each in pairings]
    faulty = [_faulty(number, each) for number, each in enumerate(pairings)]
    _show_sentences(clean, faulty)
    _show_entries(clean, faulty)
    if options.vectors:
        _show_vectors(pairings, clean, faulty)


def _translated(parallel: Texts, count: int) -> list[Pairing]:
    numbers = sorted(random.Random(_SEED).sample(range(len(parallel["en"])), count))
    lines = [parallel["en"][number] for number in numbers]
    with local_translations(_PAIR) as translations:
        found = translations.of(lines, _PAIR)
    return [
        Pairing(source=line, target=found[line].text, other=parallel[_OTHER][number], language=_PAIR.target)
        for line, number in zip(lines, numbers, strict=True)
        if line in found
    ]


Faulty = dict[str, tuple[str, tuple[FindingData, ...]]]  # by kind: the text, and what is found in it


def _faulty(number: int, pairing: Pairing) -> Faulty:
    chance = random.Random(f"{_SEED} {number}")
    made = {kind: fault(pairing, chance) for kind, fault in FAULTS.items()}
    return {
        kind: (text, findings(_PAIR, pairing.source, text)) for kind, text in made.items() if text is not None
    }


def auc(good: Sequence[float], bad: Sequence[float]) -> float:
    """How often one of the bad has the higher value, ties by half."""
    wins = sum((b > g) + (b == g) / 2 for b in bad for g in good)
    return wins / (len(good) * len(bad)) if good and bad else 0.0


def _show_sentences(clean: Sequence[Sequence[FindingData]], faulty: Sequence[Faulty]) -> None:
    risks = [risk_of(each) for each in clean]
    held = sum(risk >= _DOUBTFUL for risk in risks)
    said = Counter(finding.check for each in clean for finding in each if finding.severity != "info")
    print(f"{_PAIR}, {len(clean)} sentences; as they came, {100 * held / len(clean):.1f} % are held")
    print(
        "warnings in them: "
        + (", ".join(f"{check} {count}" for check, count in said.most_common()) or "none")
    )
    rows, every = [], []
    for kind in FAULTS:
        bad = [risk_of(each[kind][1]) for each in faulty if kind in each]
        every += bad
        if bad:
            rows.append(_row(kind, risks, bad))
    table(("fault", "of", "AUC", "passes risky %", "mean risk"), [*rows, _row("all", risks, every)])


def _row(name: str, good: Sequence[float], bad: Sequence[float]) -> tuple[str, str, str, str, str]:
    passing = 100 * sum(risk < _DOUBTFUL for risk in bad) / len(bad)
    return name, str(len(bad)), f"{auc(good, bad):.3f}", f"{passing:.1f}", f"{statistics.mean(bad):.2f}"


def _show_entries(clean: Sequence[Sequence[FindingData]], faulty: Sequence[Faulty]) -> None:
    """Entries of ten sentences; in the faulty ones one sentence has one fault."""
    chance = random.Random(_SEED)
    good: list[float] = []
    bad: dict[str, list[float]] = {kind: [] for kind in FAULTS}
    for _ in range(_REPEATS):
        order = chance.sample(range(len(clean)), len(clean))
        for start in range(0, len(order) - _ENTRY + 1, _ENTRY):
            numbers = order[start : start + _ENTRY]
            good.append(_entry_risk(clean[n] for n in numbers))
            victim = chance.choice(numbers)
            for kind, (_text, found) in faulty[victim].items():
                bad[kind].append(_entry_risk(found if n == victim else clean[n] for n in numbers))
    held = 100 * sum(risk >= _DOUBTFUL for risk in good) / len(good)
    every = [risk for risks in bad.values() for risk in risks]
    rows = [_row(kind, good, risks) for kind, risks in bad.items() if risks]
    print(f"\nentries of {_ENTRY} sentences, one with a fault; without one, {held:.1f} % are held")
    table(("fault", "of", "AUC", "passes risky %", "mean risk"), [*rows, _row("all", good, every)])


def _entry_risk(each: Iterable[Sequence[FindingData]]) -> float:
    return risk_of(finding for findings_of_one in each for finding in findings_of_one)


def _show_vectors(
    pairings: Sequence[Pairing], clean: Sequence[Sequence[FindingData]], faulty: Sequence[Faulty]
) -> None:
    from pipeline.stories.vectors import Vectors  # noqa: PLC0415 - an optional extra

    model = Vectors()
    sources = model.of([each.source for each in pairings])
    good = [
        1 - _likeness(a, b)
        for a, b in zip(sources, model.of([each.target for each in pairings]), strict=True)
    ]
    risks = [risk_of(each) for each in clean]
    rows = []
    for kind in FAULTS:
        held = [(number, each[kind]) for number, each in enumerate(faulty) if kind in each]
        if not held:
            continue
        vectors = model.of([text for _number, (text, _found) in held])
        far = [1 - _likeness(sources[number], each) for (number, _), each in zip(held, vectors, strict=True)]
        bad = [risk_of(found) for _number, (_text, found) in held]
        both = auc(
            [r + d for r, d in zip(risks, good, strict=True)], [r + d for r, d in zip(bad, far, strict=True)]
        )
        silent = [d for r, d in zip(bad, far, strict=True) if r == 0]
        rows.append((kind, f"{auc(risks, bad):.3f}", f"{auc(good, far):.3f}", f"{both:.3f}", str(len(silent)),
                     f"{auc(good, silent):.3f}" if silent else ""))  # fmt: skip
    print(
        "\nAUC of the risk, of the vectors' distance, of both; and of the distance where no check says anything"
    )
    table(("fault", "risk", "vectors", "both", "silent", "vectors on these"), rows)


def _likeness(one: bytes, other: bytes) -> float:
    """Cosine of two vectors of signed bytes."""
    a, b = memoryview(one).cast("b"), memoryview(other).cast("b")
    product = sum(x * y for x, y in zip(a, b, strict=True))
    norms = sum(x * x for x in a) * sum(y * y for y in b)
    return float(product / norms**0.5)
