"""The answers of the web server that were asked for lately, ready to be sent again. Bounded by their bytes.

Files of the tree are replaced, never written into, and a file comes after its twins. So one look at the file's
(and its twin's) inode, size and time tells whether the whole answer still stands; nothing has to be opened or read.
"""

import os
from dataclasses import dataclass, field
from typing import Final

Identity = tuple[int, int, int]
Headers = list[tuple[str, str]]
_ROOM: Final = 64 * 1024 * 1024  # bytes of bodies
_LARGEST: Final = 1024 * 1024  # a body that is kept
_ANSWERS: Final = 20_000  # some kilobyte each, without the body


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one form of a file is answered with."""

    files: tuple[tuple[str, Identity], ...]  # it was made of, by their paths before links are followed
    etag: str
    modified: int
    common: Headers  # of a 304 as well
    own: Headers  # of the body
    body: bytes
    heads: dict[str, bytes] = field(
        default_factory=dict, compare=False
    )  # by status, as they are sent, once made


def identity_of(facts: os.stat_result) -> Identity:
    """Tells one file from another under the same name."""
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


class Answers:
    """Known answers by (path, encodings wanted). Threads may share it: each step is one of the dictionary's own."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._known: dict[tuple[str, tuple[str, ...]], Answer] = {}
        self._bytes = 0

    def of(self, path: str, wanted: tuple[str, ...]) -> Answer | None:
        """The answer, if its file is still the same."""
        found = self._known.get((path, wanted))
        if found is None:
            return None
        try:
            same = all(identity_of(os.stat(place)) == known for place, known in found.files)  # noqa: PTH116 - half the time
        except OSError:  # taken out of the tree
            return None
        return found if same else None

    def keep(self, path: str, wanted: tuple[str, ...], answer: Answer) -> None:
        """Remember it. When all is full, all is forgotten: what is asked for often is back at once."""
        if len(answer.body) > min(_LARGEST, self._room):
            return
        if self._bytes + len(answer.body) > self._room or len(self._known) >= _ANSWERS:
            self._known, self._bytes = {}, 0
        former = self._known.get((path, wanted))
        self._known[path, wanted] = answer
        self._bytes += len(answer.body) - (len(former.body) if former else 0)
