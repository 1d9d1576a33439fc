"""The states of a translation and of its units, and the legal moves between them. One table, pure."""

from enum import StrEnum

from pipeline.errors import IllegalMoveError


class State(StrEnum):
    """Ordered where order means something: waiting < machine < edited < approved."""

    WAITING = "waiting"  # no text yet
    MACHINE = "machine"  # a machine's text, seen by nobody
    EDITED = "edited"  # a person changed it
    APPROVED = "approved"  # a person stands behind it
    FAILED = "failed"  # every engine failed; tried again later
    REJECTED = "rejected"  # an editor refused it; never goes out
    STALE = "stale"  # its source changed; what is published stays until the new text is ready
    WITHDRAWN = "withdrawn"  # gone at the source, or taken back by an editor

    @property
    def rank(self) -> int:
        """How far along the road the text is; the states beside the road rank lowest."""
        return _RANKS.get(self, 0)

    @property
    def is_human(self) -> bool:
        """A person's words: no machine may overwrite them."""
        return self in {State.EDITED, State.APPROVED}


_RANKS = {State.WAITING: 10, State.MACHINE: 20, State.EDITED: 30, State.APPROVED: 40}

MOVES: dict[State, frozenset[State]] = {
    State.WAITING: frozenset({State.MACHINE, State.EDITED, State.FAILED, State.WITHDRAWN}),
    State.MACHINE: frozenset(
        {State.MACHINE, State.EDITED, State.APPROVED, State.REJECTED, State.STALE, State.WITHDRAWN}
    ),
    State.EDITED: frozenset({State.EDITED, State.APPROVED, State.REJECTED, State.STALE, State.WITHDRAWN}),
    State.APPROVED: frozenset({State.EDITED, State.REJECTED, State.STALE, State.WITHDRAWN}),
    State.FAILED: frozenset({State.WAITING, State.MACHINE, State.EDITED, State.FAILED, State.WITHDRAWN}),
    State.REJECTED: frozenset({State.WAITING, State.EDITED, State.STALE, State.WITHDRAWN}),
    State.STALE: frozenset(
        {State.STALE, State.MACHINE, State.EDITED, State.APPROVED, State.FAILED, State.WITHDRAWN}
    ),
    State.WITHDRAWN: frozenset({State.WAITING}),
}

# A person takes a judgement back; the words stay. Kept out of the moves above, so that none of those leads a
# machine over a person's text. "Edited" would claim an edit where nobody changed a word: hence back to machine.
TAKEN_BACK: dict[State, frozenset[State]] = {
    State.APPROVED: frozenset({State.MACHINE, State.EDITED}),
    State.REJECTED: frozenset({State.MACHINE, State.EDITED}),
}


def move(before: State, after: State, *, resource: str = "") -> State:
    """`after`, when the table allows it; otherwise raises IllegalMoveError."""
    if after not in MOVES[before]:
        raise IllegalMoveError(f"a translation cannot go from {before} to {after}", resource=resource)
    return after


def take_back(before: State, after: State, *, resource: str = "") -> State:
    """`after`, when a person's judgement can be taken back to it; otherwise raises IllegalMoveError."""
    if after not in TAKEN_BACK.get(before, frozenset()):
        raise IllegalMoveError(
            f"a judgement cannot be taken back from {before} to {after}", resource=resource
        )
    return after
