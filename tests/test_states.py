"""The table of states: only legal moves, human text is known as such."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import IllegalMoveError
from pipeline.states import MOVES, TAKEN_BACK, State, move, take_back

states = st.sampled_from(State)


@given(states, states)
def test_a_move_is_legal_or_refused(before: State, after: State) -> None:
    """`move` gives the new state or raises; there is nothing between."""
    if after in MOVES[before]:
        assert move(before, after) is after
    else:
        with pytest.raises(IllegalMoveError, match=str(before)):
            move(before, after, resource="x")


@given(states, states)
def test_a_judgement_is_taken_back_or_stands(before: State, after: State) -> None:
    """Only approvals and refusals can be taken back, and only to the words as they were."""
    if after in TAKEN_BACK.get(before, ()):
        assert take_back(before, after) is after
        assert before in {State.APPROVED, State.REJECTED}
    else:
        with pytest.raises(IllegalMoveError, match=str(before)):
            take_back(before, after, resource="x")


def test_every_state_can_be_withdrawn_and_left() -> None:
    """Nothing is a dead end, and everything that is not withdrawn can be withdrawn at once."""
    assert set(MOVES) == set(State)
    assert all(MOVES.values())
    assert all(State.WITHDRAWN in MOVES[state] for state in State if state is not State.WITHDRAWN)


def test_no_machine_overwrites_a_person() -> None:
    """From edited or approved text no move leads straight to machine text."""
    assert all(State.MACHINE not in MOVES[state] for state in State if state.is_human)


def test_the_order_of_the_road() -> None:
    """The road: waiting < machine < edited < approved, and the states beside the road rank below."""
    road = [State.WAITING, State.MACHINE, State.EDITED, State.APPROVED]

    assert sorted(road, key=lambda state: state.rank) == road
    assert State.STALE.rank < State.WAITING.rank
