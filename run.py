#!/usr/bin/env python3
"""Every command of CCnet Newswire: ./run.py --help"""

import os
import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_VENV_PYTHON = _HERE / ".venv" / "bin" / "python"


def _enter_venv() -> None:
    """Run under the project's own environment, whichever python started this."""
    try:
        if _VENV_PYTHON.exists() and Path(sys.prefix).resolve() != (_HERE / ".venv").resolve():
            os.execv(_VENV_PYTHON, [str(_VENV_PYTHON), *sys.argv])  # noqa: S606 - our own interpreter
    except PermissionError:
        # Made by root with a python of root's own: then .venv leads into a folder that is closed to others.
        sys.exit(
            f"run.py: this account may not run the python that {_VENV_PYTHON} leads to; "
            "remove .venv and run ./do setup with a python3 that every account may run"
        )


def main() -> int:
    _enter_venv()
    try:
        from pipeline.cli import main as cli_main  # noqa: PLC0415 - only once the environment is right
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] in {"pipeline", "feeds", "desk"}:
            raise
        sys.stderr.write(f"run.py: the library {error.name} is not installed; run ./do setup first\n")
        return 1
    return cli_main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
