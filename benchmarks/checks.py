"""The checks on parallel texts by people: how often they are wrong, and which lost denials and terms they find.

    ./do bench checks FOLDER [--pairs en-lv lv-en …] [--terms FILE.csv]

The folder holds a text for each language, LANG.txt, the same sentence on the same line. A finding in a person's
translation counts as a false alarm (some are true). A denial is lost by taking the words that deny out of the
target, where both sides have one. With --terms: how many of the terms the source holds are found in the target,
in any inflection and to the letter, and how many in a sentence that has nothing to do with it. The limits stand in
the issue: fewer than one false alarm of `negation` in a hundred lines.
"""

import argparse
import re
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.faults import asserted
from benchmarks.measure import table
from pipeline.records import Pair, TermData
from pipeline.translate.checks import UnitForCheck, run_checks
from pipeline.translate.checks.negation import Negation, denials_of
from pipeline.translate.termcsv import read_csv
from pipeline.translate.terms import TermIndex, is_used, shipped

_LIMIT = 1.0  # false alarms of `negation`, in percent of lines
_AFAR = 731  # lines to one that has nothing to do with this


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    texts = {
        path.stem: path.read_text(encoding="utf-8").splitlines() for path in options.folder.glob("??.txt")
    }
    pairs = [Pair(*name.split("-")) for name in options.pairs] or [
        pair
        for language in sorted(texts.keys() - {"en"})
        for pair in (Pair("en", language), Pair(language, "en"))
        if denials_of(language)
    ]
    rows, worst = [], 0.0
    for pair in pairs:
        source, target = texts[pair.source], texts[pair.target]
        alarms, seconds = _alarms(pair, source, target)
        share = 100 * alarms["negation"] / len(source)
        worst = max(worst, share)
        found, lost = _lost_denials(pair, source, target)
        rows.append(
            (
                str(pair),
                *(f"{100 * alarms[name] / len(source):.2f}" for name in ("negation", "names", "numbers")),
                f"{100 * sum(alarms.values()) / len(source):.2f}",
                f"{100 * found / lost:.0f} of {lost}" if lost else "",
                f"{seconds * 1e3:.2f}",
            )
        )
    table(
        ("", "negation %", "names %", "numbers %", "all warnings %", "lost denials found %", "ms a line"),
        rows,
    )
    print(
        f"worst rate of false alarms of `negation`: {worst:.2f} %, which is {worst / _LIMIT:.2f} of the limit"
    )
    if options.terms:
        _terms(options.terms, texts)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench checks", description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pairs", nargs="+", default=[], metavar="SRC-TRG", help="default: all with English")
    parser.add_argument("--terms", type=Path, metavar="FILE.csv")
    return parser.parse_args(arguments)


def _alarms(pair: Pair, source: Sequence[str], target: Sequence[str]) -> tuple[Counter[str], float]:
    """Lines with a warning or a block of each check, and the time for a line."""
    alarms: Counter[str] = Counter()
    index = shipped(pair)
    seconds = []
    for ours, theirs in zip(source, target, strict=True):
        started = time.thread_time()
        terms = tuple(place.term for place in index.find(ours))
        findings = run_checks(UnitForCheck(source=ours, target=theirs, pair=pair, terms=terms))
        seconds.append(time.thread_time() - started)
        alarms.update({finding.check for finding in findings if finding.severity != "info"})
    return alarms, statistics.mean(seconds)


def _lost_denials(pair: Pair, source: Sequence[str], target: Sequence[str]) -> tuple[int, int]:
    ours, theirs = denials_of(pair.source), denials_of(pair.target)
    assert ours
    assert theirs
    check, found, lost = Negation(), 0, 0
    for line, other in zip(source, target, strict=True):
        if ours.surely(line) and theirs.surely(other):
            asserting = asserted(pair.target, other)
            lost += asserting != other
            found += bool(list(check.check(UnitForCheck(source=line, target=asserting, pair=pair))))
    return found, lost


def _terms(path: Path, texts: dict[str, list[str]]) -> None:
    counts: Counter[str] = Counter()
    for row in read_csv(path.read_bytes(), resource=str(path)):
        pair = Pair(row.source_language, row.target_language)
        index, target = TermIndex(pair, [row.term]), texts[pair.target]
        for number, line in enumerate(texts[pair.source]):
            if any(place.term == row.term for place in index.find(line)):
                counts["held"] += 1
                counts["any form"] += is_used(row.term, target[number], pair.target)
                counts["to the letter"] += _has(row.term, target[number])
                counts["afar"] += is_used(row.term, target[(number + _AFAR) % len(target)], pair.target)
    print(f"{counts['held']} terms in the sources")
    table(
        ("", "% of them"),
        [
            (name, f"{100 * counts[key] / max(counts['held'], 1):.1f}")
            for name, key in (
                ("used, in any inflection", "any form"),
                ("used, to the letter", "to the letter"),
                ("in an unrelated sentence", "afar"),
            )
        ],
    )


def _has(term: TermData, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term.target)}(?!\w)", text, re.IGNORECASE) is not None
