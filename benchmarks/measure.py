"""What every benchmark measures with: CPU of this process and its ended children, peak memory, a table."""

import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(slots=True)
class Measured:
    cpu: float = 0.0  # seconds, user and system, children included once they have ended
    wall: float = 0.0  # seconds
    own: float = 0.0  # of `cpu`, what this process used: steadier than what its children did


@contextmanager
def measured() -> Iterator[Measured]:
    result = Measured()
    wall, cpu, own = time.perf_counter(), cpu_seconds(), time.process_time()
    yield result
    result.wall, result.cpu = time.perf_counter() - wall, cpu_seconds() - cpu
    result.own = time.process_time() - own


def cpu_seconds() -> float:
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def peak_mb() -> tuple[float, float]:
    """The largest resident size of this process, and of any one child that has ended."""
    sizes = [resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sizes[0] / 1024, sizes[1] / 1024


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())
