"""Which entries of an answer are, to the byte, what they were in the answer before. Pure.

Such an entry is neither read nor cleaned nor compared with the store again: in a feed that changed nine of ten are
the same. A digest stands for all that its result depends on: its own bytes, what the answer says of all entries,
the recipe, and this program's code.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path

_ROOM = Path(__file__).parent
_LIBRARIES = ("feedparser", "lxml", "nh3")


@dataclass(frozen=True, slots=True)
class Same:
    """An entry that stood in the last answer, and stands there still as it was."""

    guid: str  # a short digest of its guid
    entry: int  # its id in the store
    stamp: int | None  # seconds of the epoch: the date that the answer gives it

    @property
    def published(self) -> datetime | None:
        return None if self.stamp is None else datetime.fromtimestamp(self.stamp, UTC)


@dataclass(slots=True)
class Sieve:
    """Holds back what is known. `context` stands for all that is the same for a whole answer."""

    context: str = ""
    known: Mapping[str, Same] = field(default_factory=dict)
    same: dict[str, Same] = field(default_factory=dict)  # what was held back, by digest
    digests: dict[str, str] = field(default_factory=dict)  # of what went through, by guid
    _fresh: list[str] = field(default_factory=list)  # the same in order

    def begin(self, common: bytes) -> None:
        """`common` is what the answer says of all its entries."""
        self.context = _digest(self.context.encode(), common)

    def lets_through(self, raw: bytes) -> bool:
        """Whether the entry with these bytes must be read."""
        digest = _digest(self.context.encode(), raw)
        if (same := self.known.get(digest)) is not None:
            self.same[digest] = same
            return False
        self._fresh.append(digest)
        return True

    def name(self, guids: Sequence[str]) -> None:
        """Whose digests they were: the guids of what went through, in the same order.

        Of several entries with one guid only one is kept, or they were told apart: these are looked at again in every
        answer, together with what else may have that guid then.
        """
        if len(guids) == len(self._fresh):
            counts = Counter(guids)
            pairs = zip(guids, self._fresh, strict=True)
            self.digests = {guid: digest for guid, digest in pairs if counts[guid] == 1 and "\n" not in guid}

    def clashes(self, guids: Iterable[str]) -> bool:
        """Whether one of these entries may be another form of what was held back: then all must be read together."""
        held = {same.guid for same in self.same.values()}
        return bool(held) and any(short(guid) in held for guid in guids)


def short(guid: str) -> str:
    return hashlib.blake2b(guid.encode(), digest_size=6).hexdigest()


def _digest(context: bytes, raw: bytes) -> str:
    return hashlib.blake2b(raw, digest_size=12, key=context).hexdigest()


def packed(entries: Mapping[str, Same]) -> str:
    """As the store keeps it."""
    rows = {digest: [same.guid, same.entry, same.stamp] for digest, same in entries.items()}
    return json.dumps(rows, separators=(",", ":"))


def unpacked(text: str) -> dict[str, Same]:
    return {digest: Same(*row) for digest, row in json.loads(text).items()} if text else {}


@cache
def code() -> str:
    """Changes with this room and with the libraries that read for it: then every entry is read anew."""
    digest = hashlib.blake2b(digest_size=16)
    for name in _LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    for path in sorted(_ROOM.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
