"""The documents keep step with the code: keys, commands, options, exit codes, checks, links."""

import argparse
import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from pipeline import arguments, cli, summary
from pipeline.config import Config
from pipeline.models import Label
from pipeline.records import FindingData
from pipeline.states import State
from pipeline.tables import Table
from pipeline.translate.checks import CHECKS
from pipeline.translate.risk import risk_of

ROOT = Path(__file__).resolve().parent.parent
OPERATING = ROOT / "docs/operating.md"
EDITING = ROOT / "docs/editing.md"
HIDDEN_FOLDERS = {"var", "node_modules"}


def documents() -> list[Path]:
    """Every Markdown file of the project, not those of its environments."""
    inside = (path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return sorted(
        path for path in inside if not any(part[0] == "." or part in HIDDEN_FOLDERS for part in path.parts)
    )


DOCUMENTS = documents()
NAMES = [str(path) for path in DOCUMENTS]


def section(path: Path, heading: str) -> str:
    """What stands under a heading, up to the next one of its level or above."""
    level = heading.partition(" ")[0]
    text = path.read_text(encoding="utf-8")
    found = re.search(
        rf"^{re.escape(heading)}$(.*?)(?=^#{{2,{len(level)}}} |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"{path.name} has no heading {heading!r}"
    return found[1]


def first_cells(text: str) -> set[str]:
    """The words in back quotes of the first column of every table."""
    rows = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


# ── Configuration ────────────────────────────────────────────────────────────────────────────────────


def keys(table: type[Table], place: str = "") -> Iterator[tuple[str, str]]:
    """(table, key) of everything that may stand in config.toml, the tables as their headers name them."""
    for name, field in table.model_fields.items():
        inner = [field.annotation, *getattr(field.annotation, "__args__", ())]
        tables = [each for each in inner if isinstance(each, type) and issubclass(each, Table)]
        if not tables:
            yield place, name
        for each in tables:
            yield from keys(each, f"{place}.{name}".strip("."))


def tables_of_the_file() -> dict[str, str]:
    """The text under each header of config.toml, headers in comments too."""
    text = (ROOT / "config.toml").read_text(encoding="utf-8")
    parts = re.split(r"^(?:# )?\[\[?([a-z_.]+)\]\]?", text, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for name, body in zip(parts[1::2], parts[2::2], strict=True):
        found[name] = found.get(name, "") + body
    # The keys of a source are explained once, in the comment above the first one.
    found["source"] += parts[parts.index("languages") + 1]
    return found


# The loader gathers [review.lv] and [engines.services.deepl] into tables that the file spells by example.
SPELLED = {
    "review.languages": "review.lv",
    "engines.services": "engines.services.deepl",
    "engines.llm": "engines.llm.eurollm",
}


@pytest.mark.parametrize(("table", "key"), sorted(keys(Config)))
def test_every_key_stands_in_its_table_of_the_configuration(table: str, key: str) -> None:
    """config.toml is the reference: every key of the loader is in it, in use or in a comment."""
    if (table, key) == ("engines", "pairs"):
        assert "engines.pairs" in tables_of_the_file()
        return
    text = tables_of_the_file()[SPELLED.get(table, table)]

    assert re.search(rf"^(?:# )?{key}(?: *=|  )", text, re.MULTILINE)


# ── Commands ─────────────────────────────────────────────────────────────────────────────────────────


@cache
def commands() -> dict[str, argparse.ArgumentParser]:
    parser = arguments._parser()
    groups = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(groups[0].choices)


def options(parser: argparse.ArgumentParser) -> set[str]:
    """What a command takes and shows in its help."""
    shown = [action for action in parser._actions if action.help != argparse.SUPPRESS]
    return {name for action in shown for name in action.option_strings}


def shared() -> set[str]:
    """Options of all commands; the demo, which brings its own configuration, takes no --config."""
    return set.intersection(*(options(parser) for name, parser in commands().items() if name != "demo"))


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_and_option_is_explained(name: str) -> None:
    """A command has its section in docs/operating.md, with each of its own options in it."""
    explained = section(OPERATING, f"### `{name}`")

    assert {
        option for option in options(commands()[name]) - shared() if f"`{option}" not in explained
    } == set()


def test_the_options_of_all_commands_are_explained() -> None:
    """They stand once, above the commands."""
    text = section(OPERATING, "## Commands").partition("### ")[0]

    assert {option for option in shared() if f"`{option}" not in text} == set()


def test_no_command_is_explained_that_is_not_there() -> None:
    """The sections under Commands are the parser's commands, no more."""
    headings = re.findall(r"^### `([^`]+)`$", section(OPERATING, "## Commands"), re.MULTILINE)

    assert sorted(headings) == sorted(commands())


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_commands_in_examples_exist(path: Path) -> None:
    """Whatever a document tells a reader to type after ./run.py is a command."""
    text = (ROOT / path).read_text(encoding="utf-8")

    assert set(re.findall(r"run\.py ([a-z][a-z-]*)", text)) - set(commands()) == set()


def test_every_exit_code_is_explained() -> None:
    """The codes that scripts rely on stand in the table."""
    text = section(OPERATING, "## Exit codes")
    codes = {cli.DONE, arguments.WRONG_USE, cli.FAILED, cli.LOCKED}

    assert codes <= {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}


@pytest.mark.parametrize(
    "record", [summary.Summary, summary.SourceLine, summary.LanguageLine, summary.EngineLine]
)
def test_every_field_of_the_summary_is_explained(record: type) -> None:
    """Scripts read the JSON: each field of it stands in a table."""
    explained = first_cells(section(OPERATING, "## The summary as JSON"))

    assert {field.name for field in fields(record)} - explained == set()


def test_every_line_of_check_is_explained() -> None:
    """The ids of `check` stand in its table, and no others."""
    tree = ast.parse((ROOT / "pipeline/checkup.py").read_text(encoding="utf-8"))
    found = {
        keyword.value.value
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Line"
        for keyword in call.keywords
        if keyword.arg == "id" and isinstance(keyword.value, ast.Constant)
    }

    assert first_cells(section(OPERATING, "## What check says")) == found


# ── Review ───────────────────────────────────────────────────────────────────────────────────────────


def test_every_check_is_explained_with_its_weight() -> None:
    """The table of checks is the registry: ids, and what a finding of each weighs."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (block|warn|info) \|", section(EDITING, "## Checks"), re.MULTILINE)

    assert dict(rows) == {check.id: check.severity for check in CHECKS}


def test_the_warnings_that_hold_an_entry_alone_are_named() -> None:
    """Which single warning keeps a text back under the default policy is said, and it is so."""
    alone = re.search(r"one finding of (.*?) keeps the text back", section(EDITING, "## Checks"))
    warnings = [check for check in CHECKS if check.severity == "warn"]
    heavy = {
        check.id
        for check in warnings
        if risk_of([FindingData(check=check.id, severity="warn", message="")]) >= 0.5
    }

    assert alone is not None
    assert set(re.findall(r"`([a-z-]+)`", alone[1])) == heavy


def test_every_state_and_label_is_explained() -> None:
    """The states stand in the architecture, the labels beside the policy."""
    labels = re.findall(r"^\| ([a-z, ]+) \|", section(EDITING, "## Labels"), re.MULTILINE)

    assert {state.value for state in State} <= first_cells(
        section(ROOT / "docs/architecture.md", "## Translate")
    )
    assert len(labels) - 1 == len(Label)


# ── Documents ────────────────────────────────────────────────────────────────────────────────────────


def anchors(path: Path) -> set[str]:
    """The names that headings have as the end of a link."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_relative_links_lead_somewhere(path: Path) -> None:
    """A file that is linked exists, and so does the heading in it."""
    text = (ROOT / path).read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r"\b(?:src|href)=\"([^\"]+)\"", text)
    broken = []
    for target in targets:
        name, _, anchor = target.partition("#")
        if "://" in target or target.startswith("mailto:"):
            continue
        file = (ROOT / path).parent / name if name else ROOT / path
        if not file.exists() or (anchor and anchor not in anchors(file)):
            broken.append(target)

    assert broken == []


def test_every_decision_is_listed() -> None:
    """The list of decisions leads to each of them."""
    folder = ROOT / "docs/adr"
    listed = re.findall(r"\((\d{4}-[a-z-]+\.md)\)", (folder / "README.md").read_text(encoding="utf-8"))

    assert listed == sorted(path.name for path in folder.glob("0*.md"))


def test_pictures_are_small() -> None:
    """Each picture of the documents is below 300 kB, so that a clone stays light."""
    assert [path.name for path in (ROOT / "docs").rglob("*.png") if path.stat().st_size >= 300_000] == []


# Written in halves, so that this file keeps its own rule.
HALVES = (
    ("/wo", r"rk\b"),  # a folder of one machine
    (r"\bpy", r"pi\b"),  # registries of packages
    ("python", "hosted"),
    ("npm", "js"),
    (r"(?<!user )(?<!user-)\bagen", r"ts?\b"),  # how it was written is nobody's concern
    (r"\bTO", r"DO\b"),  # what is said to be there is there
    (r"\bTB", r"D\b"),
)
UNFIT = re.compile("|".join(map("".join, HALVES)), re.IGNORECASE)


@pytest.mark.parametrize("path", DOCUMENTS, ids=NAMES)
def test_documents_name_no_machine_and_no_registry(path: Path) -> None:
    """No folder of one machine, no registry's host, nothing left open."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if UNFIT.search(line)] == []
