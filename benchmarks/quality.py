"""The pipeline's chrF2 and that of the bare engine on a parallel text, both ways between two languages.

    ./do bench quality --source FILE --reference FILE [--from en] [--to pt] [--limit N]

The texts are parallel, one sentence a line; each is once the source. Counted as `./run.py evaluate` does: over all
lines, and over those that hold what small engines mangle. The texts are given, not kept: only the claim stands here.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

import django
from django.conf import settings

from benchmarks.claims import claim
from benchmarks.local import local_config
from pipeline.progress import Progress
from pipeline.records import Pair
from pipeline.settings import django_settings


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    there = Pair(options.source_language, options.target_language)
    ways = (
        (there, options.source, options.reference),
        (Pair(there.target, there.source), options.reference, options.source),
    )
    with tempfile.TemporaryDirectory() as folder:
        settings.configure(**django_settings(local_config(Path(folder), there).store.url))
        django.setup()
        for pair, source, reference in ways:
            _judge(Path(folder), pair, source, reference, options.limit)


def _judge(folder: Path, pair: Pair, source: Path, reference: Path, limit: int | None) -> None:
    from pipeline import evaluate  # noqa: PLC0415 - needs Django's settings

    wanted = argparse.Namespace(
        source_language=pair.source,
        target_language=pair.target,
        source=source,
        reference=reference,
        limit=limit,
        plot=None,
    )
    scores, groups, _title = evaluate.compare(wanted, local_config(folder, pair), Progress())
    found = {"all lines": {way: score.chrf for way, score in scores.items()}}
    found |= {f"lines that {each.name}": dict(each.chrf) for each in groups if each.name == "need repair"}
    for what, chrf in found.items():
        print(f"{pair}, {what}: chrF2 {chrf['pipeline']:.2f}, bare {chrf['bare']:.2f}")
        ratio = chrf["pipeline"] / chrf["bare"]
        claim(f"chrF2 of the pipeline, {pair}, {what}", ratio, 1.0, peer="the bare engine", more=True)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench quality", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="source_language", default="en")
    parser.add_argument("--to", dest="target_language", default="pt")
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--reference", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    return parser.parse_args(arguments)
