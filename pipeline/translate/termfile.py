"""The rows of a termbase file, whatever its form, and what is wrong with them."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.errors import UsageError
from pipeline.records import TermData

_LONGEST = 200  # characters of a term
_SHOWN = 20  # faults that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class TermRow:
    """One row; an empty language means any. `place` says where it stands in the file."""

    source_language: str
    target_language: str
    term: TermData
    place: str = ""

    def fault(self) -> str:
        """Why the row cannot be taken; empty where it can."""
        term = self.term
        if not term.source:
            return "has no source term"
        if not term.keep and not term.target:
            return f"{term.source}: has no target, and is not marked as one to be kept"
        if term.keep and term.forbidden:
            return f"{term.source}: cannot be kept and forbidden at once"
        if self.source_language and self.source_language == self.target_language:
            return f"{term.source}: both languages are {self.source_language}"
        if max(len(term.source), len(term.target)) > _LONGEST:
            return f"{term.source[:40]}…: longer than {_LONGEST} characters"
        return ""


def checked(rows: Iterable[TermRow], *, resource: str) -> list[TermRow]:
    """All of the rows, or a UsageError with every fault: nothing is taken in by halves."""
    found = list(rows)
    faults = [f"{row.place} {fault}" for row in found if (fault := row.fault())]
    if faults:
        more = f"\n  and {len(faults) - _SHOWN} more" if len(faults) > _SHOWN else ""
        raise UsageError("\n  ".join(["cannot be taken in:", *faults[:_SHOWN]]) + more, resource=resource)
    return found
