"""The whole road for tests: a configuration over loopback sites, and `./run.py` as a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from pipeline.demo.command import source_tables
from pipeline.demo.network import SampleNetwork

ROOT = Path(__file__).resolve().parent.parent
RUN = ROOT / "run.py"
MEMORY = ROOT / "pipeline/demo/memory.tmx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def summary(self) -> Any:
        return json.loads(self.out)


def write_config(
    folder: Path, network: SampleNetwork, *, targets: Sequence[str] = ("lv", "en", "pt"), extra: str = ""
) -> Path:
    """A configuration of the sample network, with its store and tree under `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.toml"
    path.write_text(
        f"""
[network]
title = "Samples"
base_url = "http://127.0.0.1:8000"
contact = "mailto:newswire@example.org"
[languages]
targets = {json.dumps(list(targets))}
[engines]
models = "models"
memories = [{json.dumps(str(MEMORY))}]
[engines.firefox]
download = false
[publish]
directory = "public"
[fetch]
allow = ["127.0.0.1"]
per_host = 16
{extra if "[store]" in extra else "[store]" + chr(10) + 'url = "sqlite:///newswire.db"' + chr(10) + extra}
{source_tables(network)}""",
        encoding="utf-8",
    )
    return path


def command(*arguments: str) -> list[str]:
    return [sys.executable, str(RUN), *arguments]


def environment() -> dict[str, str]:
    """As a user's shell, with warnings as errors in the child too."""
    return {**os.environ, "VIRTUAL_ENV": sys.prefix, "PYTHONWARNINGS": "error::RuntimeWarning"}


def run(*arguments: str, timeout: float = 600) -> Done:
    """Run a command to its end."""
    done = subprocess.run(
        command(*arguments), capture_output=True, text=True, timeout=timeout, env=environment(), check=False
    )
    return Done(code=done.returncode, out=done.stdout, err=done.stderr)


def once(config: Path, *more: str) -> Any:
    """One cycle that must succeed; its summary."""
    done = run("once", "--json", "--config", str(config), *more)
    assert done.code == 0, done.err
    return done.summary


def tree(config: Path) -> dict[str, str]:
    """Every published file with a digest of its bytes."""
    root = config.parent / "public"
    return {
        path.relative_to(root).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
