"""A fault of this program in reading one site's answer is that source's fault of the day: the others' news goes on.

The only place that takes errors nobody expected. They are logged whole, and stand on the source until it reads again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from pipeline.errors import ReadError

_log = structlog.get_logger("collect")


@contextmanager
def contained(what: str) -> Iterator[None]:
    """`what` is read within."""
    try:
        yield
    except (
        AssertionError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        _log.exception("a fault of this program", at=what)
        raise ReadError(
            f"{what} is more than this program can read ({type(error).__name__}: {str(error)[:200]}). "
            f"It is a fault of the program: please report it with the log."
        ) from error
