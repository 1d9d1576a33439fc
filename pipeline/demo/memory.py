"""Writes `memory.tmx` from the translations that stand beside the sample items.

python -m pipeline.demo.memory [FILE]     writes the file anew; a test fails while it is out of date
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.demo.content import Sentence, load_sites, marked, plain

MEMORY = Path(__file__).parent / "memory.tmx"


@dataclass(frozen=True, slots=True)
class Unit:
    """One text in its languages, its own language first."""

    variants: tuple[tuple[str, str], ...]
    phrase: bool = False  # the words of a link or of emphasis: they are laid onto the translated sentence


def units() -> Iterator[Unit]:
    """Each translated sentence of the network once, and after it the words it marks."""
    found = (
        unit
        for site in load_sites().values()
        for item in site.items
        for sentence in item.sentences
        if sentence.translations
        for unit in _units(site.language, sentence)
    )
    yield from dict.fromkeys(found)


def _units(language: str, sentence: Sentence) -> Iterator[Unit]:
    # Sentences are cut with ordinary spaces only; no-break spaces are kept in what is printed, the translations.
    every = {language: sentence.html.replace("&nbsp;", " "), **sentence.translations}
    yield Unit(tuple((code, plain(text)) for code, text in every.items()))
    for words in zip(*(marked(text) for text in every.values()), strict=True):
        yield Unit(tuple(zip(every, words, strict=True)), phrase=True)


def document() -> str:
    """The memory as TMX 1.4."""
    rows = "\n".join(_row(unit) for unit in units())
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<tmx version="1.4">
<header creationtool="ccnet-newswire" creationtoolversion="1" segtype="sentence" o-tmf="ccnet-newswire" adminlang="en" srclang="*all*" datatype="plaintext"/>
<body>
{rows}
</body>
</tmx>
"""


def _row(unit: Unit) -> str:
    kind = ' segtype="phrase"' if unit.phrase else ""
    variants = "".join(
        f'<tuv xml:lang="{code}"><seg>{escape(text)}</seg></tuv>\n' for code, text in unit.variants
    )
    return f"<tu{kind}>\n{variants}</tu>"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else MEMORY
    target.write_text(document(), encoding="utf-8")
