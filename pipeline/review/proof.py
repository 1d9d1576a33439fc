"""What the audit log proves about a text: who changed it, who approved it. Pure; the labels stand on it."""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.states import State

# A person's moves that leave the words and the judgement on them as they were, or take a judgement back.
NO_PROOF = frozenset(
    {"hold", "let go", "dismiss", "ask again", "send back", "undo", "withdraw", "lift", "report"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A row of the audit log, as far as a proof needs it."""

    by_person: bool
    actor: str
    action: str
    before: str  # states
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    edited_by: str = ""  # the last person who changed words of the present draft
    approved_by: str = ""  # who stands behind the present words


def proof(lines: Iterable[LogLine]) -> Proof:
    """Read the log of one text from its beginning; what comes later may take away what came before."""
    edited = approved = ""
    for line in lines:
        if not line.by_person:
            if line.after != line.before or line.action == "translate":
                edited = approved = ""  # a machine's move makes a machine's text
            continue
        if line.action in NO_PROOF:
            approved = approved if line.after == State.APPROVED else ""
        elif line.after == State.EDITED:
            edited, approved = line.actor, ""
        elif line.after == State.APPROVED:
            approved = line.actor
        elif line.after != line.before:
            approved = ""
    return Proof(edited_by=edited, approved_by=approved)
