"""The bundled memory: in step with the sample items, covering them, and of one mind."""

import re
import subprocess
import sys
from collections import defaultdict
from itertools import permutations
from pathlib import Path

import pytest

from pipeline.demo.addresses import Addresses
from pipeline.demo.content import Item, Site, load_sites, marked, plain
from pipeline.demo.markup import content, lead
from pipeline.demo.memory import MEMORY, document
from pipeline.translate.markup import rebuild
from pipeline.translate.segments import parse
from pipeline.translate.tmx import read

# Left to the engines on purpose: what the demonstration shows as waiting where there are no weights.
WITHOUT_LATVIAN = {("dublin", "4439"), ("hengelo", "3316")}
ITEMS = [(site, item) for site in load_sites().values() for item in site.items]
NAMES = [f"{site.key}-{item.id}" for site, item in ITEMS]
TARGETS = ("lv", "en")


@pytest.fixture(scope="module")
def known() -> dict[tuple[str, str, str], set[str]]:
    """(source language, target language, text) -> the translations that the file offers."""
    found = defaultdict(set)
    for unit in _units():
        for source, target in permutations(unit, 2):
            found[source, target, unit[source]].add(unit[target])
    return found


def _units() -> list[dict[str, str]]:
    return [{each.language: each.text for each in unit.variants} for unit in read(MEMORY)]


def _texts(site: Site, item: Item) -> set[str]:
    """What the translate stage asks the memory for: the item's sentences and the words of its links."""
    fields = {
        "title": item.title.text,
        "summary": lead(item),
        "content": content(site, item, Addresses("http://127.0.0.1:1", load_sites())),
    }
    document = parse(fields, site.language, plain=frozenset({"title", "summary"}))
    return {segment.text for segment in document.segments} | document.anchors


def test_file_is_what_the_items_say() -> None:
    """The committed file is the one that the items' translations make."""
    assert MEMORY.read_text(encoding="utf-8") == document()


def test_writing_the_file_anew_changes_nothing(tmp_path: Path) -> None:
    """The command that the test above asks for writes the committed bytes."""
    before = MEMORY.read_bytes()

    subprocess.run([sys.executable, "-m", "pipeline.demo.memory", str(tmp_path / "again.tmx")], check=True)

    assert (tmp_path / "again.tmx").read_bytes() == before


@pytest.mark.parametrize(("site", "item"), ITEMS, ids=NAMES)
def test_every_sentence_is_found(site: Site, item: Item, known: dict[tuple[str, str, str], set[str]]) -> None:
    """Each sentence, picture text and link of an item has its translations, but for the two left out."""
    left_out = {"lv"} if (site.key, item.id) in WITHOUT_LATVIAN else set()
    wanted = [target for target in TARGETS if target not in {site.language} | left_out]

    missing = [
        (target, text)
        for target in wanted
        for text in _texts(site, item)
        if not known.get((site.language, target, text))
    ]

    assert missing == []


@pytest.mark.parametrize(("key", "id_"), sorted(WITHOUT_LATVIAN))
def test_two_items_are_left_to_the_engines(
    key: str, id_: str, known: dict[tuple[str, str, str], set[str]]
) -> None:
    """The two items have no Latvian title, so that waiting can be seen."""
    site = load_sites()[key]
    item = next(item for item in site.items if item.id == id_)

    assert not known.get((site.language, "lv", item.title.text))


@pytest.mark.parametrize(("site", "item"), ITEMS, ids=NAMES)
def test_links_stand_on_the_right_words(
    site: Site, item: Item, known: dict[tuple[str, str, str], set[str]]
) -> None:
    """With the memory alone, links and emphasis land on the words that the translator marked."""
    page = content(site, item, Addresses("http://127.0.0.1:1", load_sites()))
    document = parse({"content": page}, site.language)
    for target in TARGETS:
        texts = {key[2]: words for key, (words, *_) in known.items() if key[:2] == (site.language, target)}
        if {segment.text for segment in document.segments} <= texts.keys():
            rebuilt = rebuild(document, texts)

            assert (rebuilt.needed, rebuilt.relocations, rebuilt.dropped) == (frozenset(), (), 0)
            assert _emphasised(rebuilt.fields["content"]) == [
                words
                for block in item.body
                for sentence in block.sentences
                for words in marked(sentence.translations[target])
            ]


def _emphasised(page: str) -> list[str]:
    tags = re.findall(r"<(a|b|strong|em)\b[^>]*>(.*?)</\1>", page)
    return [plain(words) for _, words in tags]


def test_no_text_has_two_translations(known: dict[tuple[str, str, str], set[str]]) -> None:
    """In no direction does the file give two answers for one text."""
    assert [key for key, targets in known.items() if len(targets) > 1] == []


def test_latvian_follows_latvian_conventions() -> None:
    """Numbers have no-break spaces and decimal commas, quotes are the Latvian ones, no foreign letters stay."""
    foreign = re.compile(r"[^a-zA-ZāčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ0-9\s.,:;!?%„”–*()-]")
    faults = [
        text
        for unit in _units()
        if (text := unit.get("lv", ""))
        and (foreign.search(text) or re.search(r"\d\.\d|\d \d{3}|\d,\d{3}(?!\d)|\d %|\d%", _spaced(unit)))
    ]

    assert faults == []


def _spaced(unit: dict[str, str]) -> str:
    """The Latvian, where it is a translation: Daugavpils's own texts stand with ordinary spaces."""
    return unit["lv"] if next(iter(unit)) != "lv" else ""


@pytest.mark.parametrize(("site", "item"), ITEMS, ids=NAMES)
def test_items_say_that_they_are_samples(site: Site, item: Item) -> None:
    """Every item ends with the line that calls it a sample, in its own language."""
    assert "CCnet Newswire" in item.body[-1].sentences[0].text
