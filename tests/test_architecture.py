"""The rooms of the house: imports point down only, and pure rooms stay pure."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("pipeline", "feeds", "desk")

# From the top of the house to its foundations; a module may import from its own level's package and below.
LEVELS = (
    {"run"},
    {"pipeline.cli"},
    {"pipeline.arguments"},
    {"pipeline.demo.command", "pipeline.commands"},
    {
        "pipeline.daemon",
        "pipeline.checkup",
        "pipeline.evaluate",
        "pipeline.weights_commands",
        "pipeline.showing",
        "pipeline.cluster",
    },
    {"pipeline.mounts", "pipeline.keeping", "pipeline.signals"},
    {"pipeline.cycle", "pipeline.alternatives", "pipeline.publishing", "pipeline.reporting"},
    {"pipeline.announcing", "pipeline.bucket"},
    {"desk"},
    {"pipeline.watching", "pipeline.evaluate_plot"},
    {
        "pipeline.collect",
        "pipeline.translate",
        "pipeline.review",
        "pipeline.stories",
        "feeds",
        "pipeline.demo",
    },
    {
        "pipeline.progress",
        "pipeline.lock",
        "pipeline.store",
        "pipeline.clock",
        "pipeline.machine",
        "pipeline.webmetrics",
    },
    {"pipeline.webserver"},
    {"pipeline.webquick", "pipeline.webloop"},
    {"pipeline.web"},
    {"pipeline.webcache", "pipeline.summary", "pipeline.models", "pipeline.settings", "pipeline.loading"},
    {"pipeline.likeness", "pipeline.wakeups", "pipeline.drawing", "pipeline.logs"},
    {"pipeline.config", "pipeline.states", "pipeline.records", "pipeline.languages"},
    {"pipeline.recipes", "pipeline.options"},
    {"pipeline.values"},
    {"pipeline.errors", "pipeline.tables", "pipeline.remedies", "pipeline.mediatypes", "pipeline.pictured"},
    {"pipeline.printable"},
)
STAGES = (
    "pipeline.collect",
    "pipeline.translate",
    "pipeline.review",
    "pipeline.stories",
    "feeds",
    "desk",
    "pipeline.demo",
)
PURE = (
    "pipeline.states",
    "pipeline.records",
    "pipeline.collect.decide",
    "pipeline.collect.identity",
    "pipeline.collect.timing",
    "pipeline.collect.coverage",
    "pipeline.collect.spacing",
    "pipeline.translate.segments",
    "pipeline.translate.sentences",
    "pipeline.translate.markup",
    "pipeline.translate.projection",
    "pipeline.translate.protect",
    "pipeline.translate.conventions",
    "pipeline.translate.checks",
    "pipeline.translate.names",
    "pipeline.translate.stems",
    "pipeline.translate.terms",
    "pipeline.translate.termcsv",
    "pipeline.translate.termfile",
    "pipeline.translate.termtbx",
    "pipeline.likeness",
    "pipeline.translate.risk",
    "pipeline.translate.budget",
    "pipeline.translate.engines.answers",
    "pipeline.translate.engines.facts",
    "pipeline.translate.engines.prompts",
    "pipeline.translate.pieces",
    "pipeline.review.policy",
    "pipeline.review.alignment",
    "pipeline.review.difference",
    "pipeline.review.glossary",
    "pipeline.review.outcomes",
    "pipeline.review.permissions",
    "pipeline.review.proof",
    "pipeline.review.records",
    "pipeline.review.rendering",
    "pipeline.stories.words",
    "pipeline.stories.similarity",
    "pipeline.stories.grouping",
    "pipeline.stories.comparison",
    "feeds.compose",
)
WORLD = (
    "django",
    "requests",
    "urllib3",
    "socket",
    "subprocess",
    "threading",
    "time",
    "pipeline.models",
    "pipeline.config",
)


def modules() -> Iterator[tuple[str, Path]]:
    yield "run", ROOT / "run.py"
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts:
                parts = path.relative_to(ROOT).with_suffix("").parts
                yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports(path: Path) -> set[str]:
    """Everything a module imports, wherever in it: `from a.b import c` counts as a.b and a.b.c."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def lent(name: str, imported: str) -> bool:
    """Review judges a person's words as translate judges a machine's: it may use translate's pure modules."""
    return (
        within(name, "pipeline.review")
        and within(imported, "pipeline.translate")
        and any(within(imported, pure) for pure in PURE)
    )


def place(name: str) -> tuple[int, str] | None:
    """The level and the package a module belongs to: the longest name that fits."""
    fits = [
        (len(package), level, package)
        for level, group in enumerate(LEVELS)
        for package in group
        if within(name, package)
    ]
    return max(fits)[1:] if fits else None


NAMES = {name for name, _path in modules()}
CASES = sorted(modules())


@pytest.mark.parametrize(("name", "path"), CASES, ids=[name for name, _path in CASES])
def test_imports_point_down(name: str, path: Path) -> None:
    """No module imports from a level above its own, nor from another package of its own level."""
    own = place(name)
    if own is None:
        assert name == "pipeline"
        return
    wrong = {
        imported
        for imported in imports(path) & NAMES
        if (other := place(imported))
        and other[1] != own[1]
        and other[0] <= own[0]
        and not lent(name, imported)
    }

    assert wrong == set()


@pytest.mark.parametrize(("name", "path"), CASES, ids=[name for name, _path in CASES])
def test_pure_modules_do_not_touch_the_world(name: str, path: Path) -> None:
    """Pure modules import no Django, no network, no clock, no configuration."""
    if not any(within(name, pure) for pure in PURE):
        return
    allowed = {"pipeline.values.ReviewPolicy"}

    assert {each for each in imports(path) - allowed if any(within(each, world) for world in WORLD)} - {
        "pipeline.config"
    } == set()


def test_stages_never_import_one_another() -> None:
    """Collect, translate, review, publish and desk meet in the store only."""
    wrong = {
        (name, imported)
        for name, path in CASES
        for stage in STAGES
        if within(name, stage) and name != "pipeline.demo.command"
        for imported in imports(path)
        for other in STAGES
        if other != stage and within(imported, other) and not (stage == "desk" and other == "pipeline.review")
        if not lent(name, imported)
    }

    assert wrong == set()


def test_modules_stay_small() -> None:
    """A module is one idea: none passes 300 lines."""
    assert [name for name, path in CASES if len(path.read_text(encoding="utf-8").splitlines()) > 300] == []
