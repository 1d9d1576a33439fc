"""What a benchmark claims: one ratio of one run, beside its limit; printed, and noted for the table of all.

`./do bench` runs the benchmarks with NOTES in their environment and gathers what they noted.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NOTES = "NEWSWIRE_BENCH_CLAIMS"  # names a file; each claim is a line of JSON in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    what: str
    peer: str  # what it is measured against, in the same run
    value: float  # the ratio
    limit: float
    more: bool = False  # the limit is the least, else the most

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.more else self.value <= self.limit

    @property
    def bound(self) -> str:
        return f"{'at least' if self.more else 'at most'} {self.limit:g}"


def claim(what: str, value: float, limit: float, *, peer: str, more: bool = False) -> None:
    """Called by a benchmark with each of its results that is promised somewhere."""
    found = Claim(what=what, peer=peer, value=round(float(value), 4), limit=limit, more=more)
    print(f"{'holds' if found.holds else 'DOES NOT HOLD'}: {what}: {found.value:g}, {found.bound} ({peer})")
    if notes := os.environ.get(NOTES):
        with Path(notes).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")
