"""chrF and BLEU of an engine on a parallel text: bare, and through the whole pipeline, in one run.

Both use the same engine processes; the memory is left out, so that every sentence is translated. With `--plot`,
chrF by the length of the line, and of the lines whose text or answer had to be repaired beside the others.
"""

import argparse
import re
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from babel import Locale
from rich.table import Table

from pipeline import store
from pipeline.config import Config
from pipeline.errors import NewswireError, UsageError
from pipeline.evaluate_plot import KINDS, Bucket, buckets, show_buckets, write_plot
from pipeline.progress import Advance, Progress
from pipeline.records import Pair, Suggestion
from pipeline.translate.conventions import plain
from pipeline.translate.markup import rebuild
from pipeline.translate.memory import NoMemory
from pipeline.translate.room import EngineRoom, budgets_of, open_engines
from pipeline.translate.segments import parse
from pipeline.translate.translator import Translator
from pipeline.translate.usage import UsageMeter

_MARKS = frozenset('"“”„«»')
_INNER = re.compile(r"[‚‘]((?:[^‚‘’]|’(?=\w))*)[‘’](?!\w)")
_NESTED = tuple(re.compile(rf'(?:^|[\s(])"\w[^"]*\s{mark}\w[^"]*{mark}(?!\w)[^"]*"') for mark in ('"', "'"))
_CHUNK = 200  # lines handed over at once


@dataclass(slots=True, kw_only=True)
class Score:
    """`cpu_seconds` of this process and its children; `failures`: lines with a text, and without a translation."""

    chrf: float = 0.0
    bleu: float = 0.0
    cpu_seconds: float = 0.0
    wall_seconds: float = 0.0
    failures: int = 0


def run(options: argparse.Namespace, config: Config, progress: Progress) -> dict[str, object]:
    """Translate the source file both ways and compare with the reference."""
    scores, found, title = compare(options, config, progress)
    _show(progress, title, sum(each.lines for each in found if each.name in KINDS), scores)
    show_buckets(progress, found)
    if options.plot:
        write_plot(options.plot, f"chrF2, {title}", found)
    return {name: asdict(score) for name, score in scores.items()}


def compare(
    options: argparse.Namespace, config: Config, progress: Progress
) -> tuple[dict[str, Score], list[Bucket], str]:
    """The score of each way, of groups of lines by each way, and what was compared in words."""
    pair = Pair(_language(options.source_language), _language(options.target_language))
    if pair.source == pair.target:
        raise UsageError("both are the same language; --from and --to must differ", resource=str(pair))
    sources, references = _lines(options.source, options.limit), _lines(options.reference, options.limit)
    if len(sources) != len(references):
        raise UsageError(
            f"has {len(references)} lines, {options.source} has {len(sources)}; a parallel text has as many",
            resource=str(options.reference),
        )
    scores, outputs = {}, {}
    for name, translate in (("bare", _bare), ("pipeline", _pipeline)):
        with progress.stage(name) as advance:
            scores[name], outputs[name] = _score(config, pair, sources, references, translate, advance)
    return scores, buckets(sources, references, outputs), f"{pair}, {len(sources)} lines"


Translate = Callable[[EngineRoom, Pair, list[str]], list[str]]


def _score(
    config: Config,
    pair: Pair,
    sources: list[str],
    references: list[str],
    translate: Translate,
    advance: Advance,
) -> tuple[Score, list[str]]:
    from sacrebleu.metrics import BLEU, CHRF  # noqa: PLC0415 - slow to load, needed here only

    score = Score()
    if budgets_of(config).limits:
        store.prepare()  # budgets are counted there, of measurements too
    with _measured(score), closing(open_engines(config)) as room:
        outputs: list[str] = []
        for start in range(0, len(sources), _CHUNK):
            outputs += translate(room, pair, sources[start : start + _CHUNK])
            advance(len(outputs), len(sources))
    score.failures = sum(bool(line) and not output for line, output in zip(sources, outputs, strict=True))
    outputs = in_the_references_marks(outputs, references)
    score.chrf = round(CHRF().corpus_score(outputs, [references]).score, 2)
    score.bleu = round(BLEU().corpus_score(outputs, [references]).score, 2)
    return score, outputs


def in_the_references_marks(outputs: list[str], references: Sequence[str]) -> list[str]:
    """The outputs, with plain quotation marks where the reference has such.

    Else every rightly set quotation would count as a fault. A reference in typographic marks is compared as it is.
    """
    marks = Counter(mark for line in references for mark in line if mark in _MARKS)
    if marks['"'] <= sum(marks.values()) / 2:
        return outputs
    # A quotation within another one: some put it in the same plain marks again.
    double, single = (sum(each.search(line) is not None for line in references) for each in _NESTED)
    if double > single:
        outputs = [_INNER.sub(r'"\1"', output) for output in outputs]
    return [plain(output) for output in outputs]


def _bare(room: EngineRoom, pair: Pair, lines: list[str]) -> list[str]:
    """Each line as it is to the first engine of the chain that knows the pair; by the pivot where none does."""
    engines = room.routes.direct(pair)
    if not engines:
        legs = room.routes.legs(pair)
        if legs is None or not all(room.routes.direct(leg) for leg in legs):
            raise NewswireError(room.routes.missing(pair), resource=str(pair))
        return _bare(room, legs[1], _bare(room, legs[0], lines))
    answers = engines[0].translate(lines, pair)
    return [answer if isinstance(answer, str) else "" for answer in answers]


def _pipeline(room: EngineRoom, pair: Pair, lines: list[str]) -> list[str]:
    """The way of an entry's title: segmented, protected, translated, restored, normalised, put together."""
    translator = Translator(room.routes, NoMemory(), UsageMeter())
    documents = [parse({"line": line}, pair.source, plain=frozenset({"line"})) for line in lines]
    outcomes = translator.translate([segment.text for each in documents for segment in each.segments], pair)
    texts = {text: each.text for text, each in outcomes.items() if isinstance(each, Suggestion)}
    return [
        rebuild(document, texts).fields["line"]
        if all(each.text in texts for each in document.segments)
        else ""
        for document in documents
    ]


@contextmanager
def _measured(score: Score) -> Iterator[None]:
    started, cpu = time.perf_counter(), _cpu()
    yield
    score.wall_seconds = round(time.perf_counter() - started, 2)
    score.cpu_seconds = round(_cpu() - cpu, 2)


def _cpu() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _lines(path: Path, limit: int | None) -> list[str]:
    try:
        # Not splitlines(): it also splits at signs that stand inside sentences.
        lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", resource=str(path)) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"is not UTF-8 text (byte {error.start})", resource=str(path)) from error
    if lines == [""]:
        raise UsageError("is empty; one sentence a line is expected", resource=str(path))
    return [line.strip() for line in lines[:limit]]


def _language(code: str) -> str:
    if code not in Locale("en").languages:
        raise UsageError("is no language code; write it like lv or en", resource=code)
    return code


def _show(progress: Progress, title: str, count: int, scores: Mapping[str, Score]) -> None:
    table = Table(title=title, title_justify="left")
    for column in ("", "chrF2", "BLEU", "CPU s", "sentences / CPU s", "without translation"):
        table.add_column(column, justify="right" if column else "left")
    for name, score in scores.items():
        speed = count / score.cpu_seconds if score.cpu_seconds else 0.0
        figures = (f"{score.chrf:.2f}", f"{score.bleu:.2f}", f"{score.cpu_seconds:.1f}", f"{speed:.1f}")
        table.add_row(name, *figures, str(score.failures))
    progress.console.print(table)
