"""Writes `memory.tmx` from the translations that stand beside the sample items.

python -m pipeline.demo.memory     writes the file anew; a test fails while it is out of date
"""

from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

from pipeline.demo.content import load_sites

MEMORY = Path(__file__).parent / "memory.tmx"


def units() -> Iterator[dict[str, str]]:
    """Each translated sentence of the network once, in all its languages, its own language first."""
    seen = set()
    for site in load_sites().values():
        for item in site.items:
            for sentence in item.sentences:
                unit = {site.language: sentence.text, **sentence.translations}
                mark = tuple(unit.items())
                if sentence.translations and mark not in seen:
                    seen.add(mark)
                    yield unit


def document() -> str:
    """The memory as TMX 1.4."""
    rows = "\n".join(_row(unit) for unit in units())
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4">
<header creationtool="ccnet-newswire" creationtoolversion="1" segtype="sentence" o-tmf="ccnet-newswire" adminlang="en" srclang="*all*" datatype="plaintext"/>
<body>
{rows}
</body>
</tmx>
"""


def _row(unit: dict[str, str]) -> str:
    variants = "".join(
        f'<tuv xml:lang="{code}"><seg>{escape(text)}</seg></tuv>\n' for code, text in unit.items()
    )
    return f"<tu>\n{variants}</tu>"


if __name__ == "__main__":
    MEMORY.write_text(document(), encoding="utf-8")
