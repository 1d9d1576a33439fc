"""The article of a page without selectors: our reader beside trafilatura alone, on sample pages in ten languages.

    ./do bench extraction [--worst]

Each page is read with an empty [source.article]. F1 is over words, counted: what of the article was found, and how much
that is not of it. Trafilatura alone gets the same pages as its own function takes them. Exit code 1 when ours is below
it in any language, or a title or a date is wrong.
"""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from time import process_time

import trafilatura
from lxml import html

from benchmarks.claims import claim
from benchmarks.measure import table
from pipeline.collect.clean import clean_entry
from pipeline.collect.readers import article, webpage
from pipeline.recipes import ArticleRecipe
from pipeline.records import EntryData
from tests.collect.samples.shapes import SHAPES, gold, short
from tests.collect.samples.texts import STORIES, Story

URL = "https://city.example.org/n/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One page, read by both."""

    language: str
    shape: str
    ours: float  # F1
    alone: float
    title: bool
    date: bool
    cpu: float  # seconds, ours


def main(arguments: Sequence[str]) -> None:
    options = _options(arguments)
    readings = every_page()
    groups = ("language", "shape") if not options.worst else ("language", "shape", "page")
    for group in groups:
        table(("", "ours F1", "trafilatura F1", "titles", "dates", "CPU ms"), _rows(readings, group))
        print()
    gain = mean(each.ours for each in readings) / mean(each.alone for each in readings)
    claim("F1 of articles without selectors", gain, 1.2, peer="trafilatura alone", more=True)
    sys.exit(1 if _is_below(readings) else 0)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./do bench extraction", description=__doc__.splitlines()[0])
    parser.add_argument("--worst", action="store_true", help="a line for each page as well")
    return parser.parse_args(arguments)


def every_page() -> list[Reading]:
    whole = [_read(story, shape(story), shape.__name__, gold(story)) for story in STORIES for shape in SHAPES]
    return whole + [_read(story, short(story), "short", story.lead) for story in STORIES]


def _read(story: Story, page: str, shape: str, wanted: str) -> Reading:
    began = process_time()
    entry, _missing = article.read(
        page.encode(), url=URL, entry=EntryData(guid="1", url=URL), recipe=ArticleRecipe()
    )
    entry = clean_entry(entry, base_url=URL, language=story.language)
    cpu = process_time() - began
    alone = trafilatura.extract(page, include_comments=False) or ""
    return Reading(
        language=story.language,
        shape=shape,
        ours=f1(webpage.words(html.fromstring(f"<div>{entry.content}</div>")), wanted),
        alone=f1(alone, wanted),
        title=entry.title == story.title,
        date=entry.published is not None and entry.published.date().isoformat() == story.day,
        cpu=cpu,
    )


def f1(found: str, wanted: str) -> float:
    """Of words with their counts: 1.0 when both hold the same ones."""
    one, other = _counted(found), _counted(wanted)
    shared = (one & other).total()
    return 2 * shared / (one.total() + other.total()) if shared else 0.0


def _counted(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def _rows(readings: Sequence[Reading], group: str) -> list[tuple[str, ...]]:
    def name(each: Reading) -> str:
        return f"{each.language} {each.shape}" if group == "page" else str(getattr(each, group))

    names = [*dict.fromkeys(map(name, readings))]
    found = [(key, [each for each in readings if name(each) == key]) for key in names]
    return [_row(key, rows) for key, rows in (*found, ("all", list(readings)))]


def _row(name: str, rows: Sequence[Reading]) -> tuple[str, ...]:
    return (
        name,
        f"{mean(each.ours for each in rows):.3f}",
        f"{mean(each.alone for each in rows):.3f}",
        f"{sum(each.title for each in rows)}/{len(rows)}",
        f"{sum(each.date for each in rows)}/{len(rows)}",
        f"{1000 * mean(each.cpu for each in rows):.1f}",
    )


def _is_below(readings: Sequence[Reading]) -> bool:
    languages = {each.language for each in readings}
    by_language = [[each for each in readings if each.language == language] for language in languages]
    worse = any(mean(each.ours for each in rows) < mean(each.alone for each in rows) for rows in by_language)
    return worse or not all(each.title and each.date for each in readings)
