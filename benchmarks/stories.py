"""How surely one event is told from another: precision and recall of the stories stage's judgement of pairs.

    ./do bench stories                          the project's own pairs: true ones and near misses of the same topic
    ./do bench stories FOLDER [--languages …]   and the documents of a parallel corpus, each in two languages

FOLDER holds LANG.txt with a sentence a line, aligned, and DOCUMENT_IDS.tsv, which names the document of each line. Two
languages have no common text here, as when neither has been translated yet: this is what vectors are asked for. In one
language the halves of a document, every second line, stand for two reports with no sentence in common: the hardest case.
Another document about the same event counts as a mistake, so the precision is a lower bound. --show prints such pairs.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from time import process_time

from benchmarks.claims import claim
from benchmarks.measure import table
from pipeline.errors import UsageError
from pipeline.stories.similarity import closeness, likeness, one_story, weigh
from pipeline.stories.vectors import Vectors
from pipeline.stories.words import Places, Sketch, places_of, sketch
from tests.stories.samples import ENGLISH, LATVIAN, Report, pairs

HEAD = ("", "true pairs", "found", "recall", "other pairs", "wrong", "precision")
NAMES = {
    "bologna": ("Bologna",),
    "bucuresti": ("Bucharest",),
    "ccnet": ("CCnet",),
    "daugavpils": ("Daugavpils",),
    "denhaag": ("The Hague",),
    "dublin": ("Dublin", "Dublina"),
    "firenze": ("Florence",),
    "hengelo": ("Hengelo",),
    "klaipeda": ("Klaipėda",),
    "metropolregion": ("Hanover", "Hannovere"),
    "murcia": ("Murcia",),
    "padova": ("Padua",),
    "poznan": ("Poznań", "Poznaņa"),
    "rennes": ("Rennes",),
    "wolverhampton": ("Wolverhampton",),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    story: str
    title: str
    sketch: Sketch
    vector: bytes | None


@dataclass(slots=True)
class Count:
    true: int = 0
    found: int = 0
    other: int = 0
    wrong: int = 0

    def row(self, name: str) -> tuple[str, ...]:
        precision = self.found / (self.found + self.wrong) if self.found + self.wrong else 1.0
        recall = self.found / self.true if self.true else 0.0
        counts = (str(self.true), str(self.found), f"{recall:.2f}", str(self.other), str(self.wrong))
        return (name, *counts, f"{precision:.3f}")


Judge = Callable[[Text, Text], float]


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    vectors = _vectors()
    _own_pairs(vectors)
    if options.folder:
        _corpus(options, vectors)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench stories", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, help="a parallel corpus with documents")
    parser.add_argument("--languages", nargs="+", default=["en", "lv", "pl", "fr"])
    parser.add_argument("--show", type=int, default=0, help="print so many pairs that count as mistakes")
    return parser.parse_args(arguments)


def _vectors() -> Vectors | None:
    try:
        return Vectors()
    except UsageError as error:
        print(f"Without vectors: {error}\n")
        return None


def _own_pairs(vectors: Vectors | None) -> None:
    """The reports of tests/stories/samples.toml, in the language all have been translated into."""
    print("One language: reports of one event against all others, most of them of the same topics")
    rows = []
    for name, reports in (("English", ENGLISH), ("Latvian", LATVIAN)):
        texts = {each: _own(each, vectors) for each in reports}
        for way, judge in _ways([*texts.values()], vectors):
            count = Count()
            for one, other, same in pairs(reports):
                _add(count, same=same, found=judge(texts[one], texts[other]) > 0)
            rows.append(count.row(f"{name}, {way}"))
            told = count.found / (count.found + count.wrong)
            claim(f"events told apart, precision, {name}, {way}", told, 0.98, peer="our own pairs", more=True)
    table(HEAD, rows)


def _own(report: Report, vectors: Vectors | None) -> Text:
    return _text(f"{report.family} {report.story}", report.title, report.text, report.language, vectors)


def _text(story: str, title: str, body: str, language: str, vectors: Vectors | None) -> Text:
    places: Places = places_of(NAMES)
    vector = vectors.of([f"{title}. {body}"])[0] if vectors else None
    return Text(story=story, title=title, sketch=sketch(title, body, language, places), vector=vector)


def _ways(texts: Sequence[Text], vectors: Vectors | None) -> Iterator[tuple[str, Judge]]:
    weights = weigh(each.sketch for each in texts)

    def words(one: Text, other: Text) -> float:
        return one_story(likeness(one.sketch, other.sketch, weights), None, one_language=_same(one, other))

    def both(one: Text, other: Text) -> float:
        near = closeness(one.vector, other.vector) if one.vector and other.vector else None
        return one_story(likeness(one.sketch, other.sketch, weights), near, one_language=_same(one, other))

    yield "words", words
    if vectors:
        yield "words and vectors", both


def _same(one: Text, other: Text) -> bool:
    return one.sketch.language == other.sketch.language


def _add(count: Count, *, same: bool, found: bool) -> None:
    if same:
        count.true += 1
        count.found += found
    else:
        count.other += 1
        count.wrong += found


def _corpus(options: argparse.Namespace, vectors: Vectors | None) -> None:
    documents = {language: _documents(options.folder, language) for language in options.languages}
    print("\nOne language: the halves of a document, every second line, against those of all others")
    halves = []
    for language, found in documents.items():
        firsts = [_half(story, lines[0::2], language) for story, lines in found.items()]
        seconds = [_half(story, lines[1::2], language) for story, lines in found.items()]
        for way, judge in _ways([*firsts, *seconds], None):
            halves.append(_crossed(firsts, seconds, judge, options.show).row(f"{language}, {way}"))
    table(HEAD, halves)
    if vectors is None:
        return
    print("\nTwo languages: a document and its translation against all other documents")
    began = process_time()
    whole = {
        language: [
            _text(story, lines[0], " ".join(lines[1:]), language, vectors) for story, lines in found.items()
        ]
        for language, found in documents.items()
    }
    spent, texts = process_time() - began, sum(map(len, whole.values()))
    rows = []
    for one, other in combinations(documents, 2):
        for way, judge in [*_ways([*whole[one], *whole[other]], vectors)][1:]:
            rows.append(_crossed(whole[one], whole[other], judge, options.show).row(f"{one}-{other}, {way}"))
    table(HEAD, rows)
    print(f"{1000 * spent / texts:.0f} ms of CPU a text for its vector")


def _documents(folder: Path, language: str) -> dict[str, list[str]]:
    names = [line.split("\t")[0] for line in _lines(folder / "DOCUMENT_IDS.tsv")]
    found: dict[str, list[str]] = {}
    for name, line in zip(names, _lines(folder / f"{language}.txt"), strict=True):
        found.setdefault(name, []).append(line)
    return found


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _half(story: str, lines: Sequence[str], language: str) -> Text:
    return _text(story, "", " ".join(lines), language, None)


def _crossed(firsts: Sequence[Text], seconds: Sequence[Text], judge: Judge, show: int) -> Count:
    count = Count()
    wrong: list[tuple[float, str, str]] = []
    for one in firsts:
        for other in seconds:
            score = judge(one, other)
            _add(count, same=one.story == other.story, found=score > 0)
            if score and one.story != other.story:
                wrong.append((score, one.story, other.story))
    for score, first, second in sorted(wrong, reverse=True)[:show]:
        print(f"  {score:.2f} {first} / {second}")
    return count
