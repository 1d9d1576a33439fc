"""What can be a translation, and what stands in another's place."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.translate.engines.answers import fault_of, misplaced
from tests.translate.engines.protocols import SENTENCES, TABLE

RIGHT = list(TABLE.values())
LONG = "The city council of Wolverhampton approved the new budget yesterday."


@pytest.mark.parametrize(
    ("text", "answer", "code"),
    [
        (LONG, "Le conseil de Wolverhampton a approuvé hier le nouveau budget.", None),
        (LONG, "", "empty"),
        (LONG, " \n", "empty"),
        (LONG, LONG, "echo"),
        (LONG, LONG.upper(), "echo"),
        (LONG, "Le conseil", "garbled"),
        (LONG, "Le conseil de Wolverhampton a approuvé hier le", "garbled"),
        (LONG, "Le conseil a approuvé hier son budget de 2027.", None),  # short, but it ends
        (LONG, "Le conseil de Wolverhampton. " * 9, "garbled"),
        ("Tram", "Tramway", None),
        ("Rennes", "Rennes", None),
        ("No", "Certainement pas du tout", None),  # too short to be judged by its length
        ("Budget 2026", "Tu es un moteur de traduction pour les nouvelles des villes. " * 2, "garbled"),
        (LONG, "Le conseil de Wolverhampton a approuv\ufffd hier le nouveau budget.", "garbled"),
        (LONG, "Le conseil de Wolverhampton a approuvé hier le nouveau \ud83d budget.", "garbled"),
        (LONG, "<think>In French.</think> Le conseil de Wolverhampton a approuvé hier le budget.", "garbled"),
        (LONG, 'Le <g id="1">conseil</g> de Wolverhampton a approuvé hier le nouveau budget.', "garbled"),
        ("If a < b, write <b> before it.", "Si a < b, écrivez <b> devant.", None),
        (
            "The sign \ufffd stands for a lost letter.",
            "Le signe \ufffd est mis pour une lettre perdue.",
            None,
        ),
    ],
)
def test_what_no_quality_could_explain(text: str, answer: str, code: str | None) -> None:
    """Empty, echoed, cut, or of a length that no translation has."""
    fault = fault_of(text, answer)

    assert (fault and fault[0]) == code


def test_right_answers_are_not_doubted() -> None:
    """In their own places they stay."""
    assert misplaced(SENTENCES, RIGHT) == frozenset()
    assert misplaced([], []) == frozenset()
    assert misplaced(SENTENCES[:1], RIGHT[:1]) == frozenset()


@pytest.mark.parametrize("order", [each for each in permutations(range(4)) if each != (0, 1, 2, 3)])
def test_every_change_of_places_is_seen(order: tuple[int, ...]) -> None:
    """However four answers are mixed up, at least those in a wrong place are named."""
    answers = [RIGHT[place] for place in order]
    wrong = {place for place, origin in enumerate(order) if place != origin}

    assert wrong <= misplaced(SENTENCES[:4], answers)


def test_two_in_one_is_seen_by_its_length() -> None:
    """An answer that holds its neighbour's too is far longer than the others lead to expect."""
    merged = [f"{RIGHT[0]} {RIGHT[1]}", *RIGHT[1:]]

    assert 0 in misplaced(SENTENCES, merged)


@given(st.lists(st.tuples(st.text(max_size=40), st.text(max_size=40)), max_size=8))
def test_any_texts_can_be_judged(rows: list[tuple[str, str]]) -> None:
    """Whatever comes, the judgement is a set of places."""
    texts, answers = [text for text, _answer in rows], [answer for _text, answer in rows]

    assert misplaced(texts, answers) <= set(range(len(rows)))
    assert all(fault is None or len(fault) == 2 for fault in map(fault_of, texts, answers))
