"""memory and terms as an operator types them: files out and in, exit codes, JSON, words that say what is wrong."""

import json
import threading
from pathlib import Path

import pytest

from pipeline.arguments import parse
from pipeline.commands.memory import COMMANDS
from pipeline.config import Config
from pipeline.errors import NewswireError, UsageError
from pipeline.lock import the_lock
from pipeline.models import MemoryUnit, Term
from tests.builders import config as built
from tests.running import run, written_config

TMX = """<?xml version="1.0"?><tmx version="1.4"><header srclang="en"/><body>
<tu><tuv xml:lang="en"><seg>Entry is free.</seg></tuv><tuv xml:lang="lv"><seg>Ieeja ir bez maksas.</seg></tuv></tu>
</body></tmx>"""
CSV = "source_language,target_language,source,target,do_not_translate\nen,lv,council,dome,\n,,CityLab,,yes\n"


@pytest.fixture
def settings(tmp_path: Path, sqlite_store: str) -> Config:
    (tmp_path / "in.tmx").write_text(TMX, encoding="utf-8")
    (tmp_path / "in.csv").write_text(CSV, encoding="utf-8")
    return built(store={"url": f"sqlite:///{tmp_path / 'lock.db'}"})


def command(settings: Config, *arguments: object) -> object:
    """What the command gives for --json; its files stand in the store's folder."""
    options = parse([*map(str, arguments), "--json"])
    options.file = lock_folder(settings) / options.file
    return COMMANDS[options.command](options, settings, threading.Event()).data


def lock_folder(settings: Config) -> Path:
    return Path(settings.store.url.removeprefix("sqlite:///")).parent


def test_both_commands_from_the_door(tmp_path: Path) -> None:
    """In a fresh store, with exit codes and one JSON object."""
    config = written_config(tmp_path, "http://127.0.0.1:9/feed")
    (tmp_path / "in.tmx").write_text(TMX, encoding="utf-8")

    taken = run("memory", "import", tmp_path / "in.tmx", "--config", config, "--json")
    wrong = run("terms", "import", tmp_path / "in.xlsx", "--config", config)

    assert (taken.code, json.loads(taken.out)) == (0, {"units": 2, "redrafted": 0})
    assert (wrong.code, wrong.out) == (1, "")
    assert "must end in .csv or .tbx" in " ".join(wrong.err.split())


def test_a_memory_comes_in_and_goes_out(settings: Config) -> None:
    """Both directions of a bilingual file are taken in; an export holds them."""
    taken = command(settings, "memory", "import", "in.tmx", "--origin", "human")
    given = command(settings, "memory", "export", "out.tmx")

    assert (taken, given) == ({"units": 2, "redrafted": 0}, {"units": 2})
    assert set(MemoryUnit.objects.values_list("origin", flat=True)) == {"human"}
    assert "Ieeja ir bez maksas." in (lock_folder(settings) / "out.tmx").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "kind", "said"),
    [
        (["memory", "import", "none.tmx"], NewswireError, "none.tmx: cannot be read"),
        (["memory", "import", "in.tmx", "--origin", "firefox"], UsageError, "allowed: import, human, keep"),
        (["memory", "import", "in.tmx", "--origin", "human", "import"], UsageError, "one origin at a time"),
        (["memory", "export", "none/out.tmx"], NewswireError, "out.tmx: cannot be written"),
        (["terms", "import", "in.xlsx"], UsageError, "must end in .csv or .tbx"),
        (["terms", "import", "none.csv"], NewswireError, "none.csv: cannot be read"),
        (["terms", "export", "none/out.csv"], NewswireError, "out.csv: cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(
    settings: Config, arguments: list[str], kind: type[NewswireError], said: str
) -> None:
    """The file or the option, and what would be right."""
    with pytest.raises(kind, match=said):
        command(settings, *arguments)


def test_an_import_waits_for_its_turn(settings: Config) -> None:
    """A run at work is not disturbed; the file is not taken in by halves."""
    with the_lock(settings), pytest.raises(NewswireError, match="another run is at work"):
        command(settings, "memory", "import", "in.tmx")

    assert not MemoryUnit.objects.exists()


@pytest.mark.parametrize("suffix", ["csv", "tbx"])
def test_a_termbase_goes_round(settings: Config, suffix: str) -> None:
    """In as CSV, out and in again in either form, nothing lost."""
    command(settings, "terms", "import", "in.csv")
    before = set(Term.objects.values_list("source", "target", "do_not_translate"))
    given = command(settings, "terms", "export", f"out.{suffix}")
    Term.objects.all().delete()
    command(settings, "terms", "import", f"out.{suffix}")

    assert given == {"terms": 2}
    assert set(Term.objects.values_list("source", "target", "do_not_translate")) >= before


def test_a_faulty_termbase_changes_nothing(settings: Config) -> None:
    """Every fault with its line; none of the good rows is taken."""
    (lock_folder(settings) / "bad.csv").write_text(CSV + "en,lv,harbour,,\n,lv,,osta,\n", encoding="utf-8")

    with pytest.raises(UsageError) as error:
        command(settings, "terms", "import", "bad.csv")

    assert "line 4: harbour: has no target" in str(error.value)
    assert "line 5: has no source term" in str(error.value)
    assert not Term.objects.exists()
