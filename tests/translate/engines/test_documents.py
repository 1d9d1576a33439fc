"""docs/engines.md keeps step: the table of engines is what they declare, the table of faults is what was tried."""

import re
from pathlib import Path

from pipeline.options.engines import ENGINES
from pipeline.translate.engines import build_engines
from pipeline.translate.engines.facts import Facts
from pipeline.translate.engines.prompts import SEVERAL
from tests.builders import config
from tests.translate.engines.test_faults import FAULTS, MENDED

DOCUMENT = (Path(__file__).parents[3] / "docs/engines.md").read_text(encoding="utf-8")
OWN_SERVER = {"libre", "apertium", "a model of `[engines.llm]`"}  # out or not, by where it stands


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading."""
    section = DOCUMENT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def described(name: str, facts: Facts) -> list[str]:
    """A row as the facts have it."""
    size = (
        f"{facts.utf8} bytes"
        if facts.utf8 and not facts.characters
        else str(facts.characters or "any number")
    )
    answers = [facts.uses_terms, facts.uses_examples, facts.asynchronous]
    return [
        name if name in OWN_SERVER and "`" in name else f"`{name}`",
        "to its server" if name in OWN_SERVER else "yes" if facts.sends_data_out else "no",
        str(facts.batch or "any number"),
        "by its memory" if facts.uses_examples else re.sub(r"(\d)(\d{3})\b", r"\1 \2", size),
        *("yes" if each else "no" for each in answers),
    ]


def test_the_table_of_engines_is_what_they_declare() -> None:
    """Every engine that a chain may name stands there, with its facts."""
    model = {"url": "http://127.0.0.1:9/v1", "model": "m"}
    own = config(
        engines={"chain": [*ENGINES, "mine"], "llm": {"mine": model}, "firefox": {"download": False}}
    )
    built = build_engines(own, {})
    for engine in built.values():
        engine.close()
    names = {"mine": "a model of `[engines.llm]`"}
    expected = [described(names.get(name, name), engine.facts) for name, engine in built.items()]

    assert sorted(rows("The engines")) == sorted(expected)


def test_the_table_of_faults_is_what_was_tried() -> None:
    """Each fault with the codes that may come of it."""
    expected = [
        [fault, "mended" if fault in MENDED else ", ".join(f"`{code}`" for code in sorted(codes))]
        for fault, (_server, codes) in FAULTS.items()
    ]

    assert rows("When an engine fails")[: len(expected)] == expected


def test_the_profiles_say_which_take_several_texts() -> None:
    """As the prompts have it."""
    table = {cells[0].strip("`"): cells[2:] for cells in rows("Language models")}

    assert {name for name, (several, _terms) in table.items() if several == "yes"} == SEVERAL
    assert all(several == terms for several, terms in table.values())
