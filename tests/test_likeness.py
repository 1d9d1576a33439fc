"""How alike two sentences are, and by which words one is found again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.likeness import index_words, length_window, likeness, most_alike
from pipeline.records import Pair

EN_LV = Pair("en", "lv")
TRAM = "The new tram line to the harbour opens in the spring."


def test_only_the_very_text_reaches_one() -> None:
    """Case and punctuation count a little, other words much."""
    assert likeness(TRAM, TRAM) == 1.0
    assert 0.95 < likeness(TRAM, TRAM.lower()) < 1.0
    assert 0.8 < likeness(TRAM, TRAM.replace("spring", "autumn")) < 0.95
    assert likeness(TRAM, "Bring your own lunch and sturdy shoes.") < 0.5


def test_an_ending_costs_less_than_another_word() -> None:
    """In inflected languages the same word seldom looks the same."""
    source = "Pilsētas dome apstiprina budžetu."

    assert likeness(source, "Pilsētas domes apstiprina budžetu.") > likeness(
        source, "Pilsētas skola apstiprina budžetu."
    )


@given(st.text(max_size=60), st.text(max_size=60))
def test_likeness_is_symmetric_and_bounded(one: str, other: str) -> None:
    """Either way round the same, between nothing and one."""
    assert likeness(one, other) == pytest.approx(likeness(other, one))
    assert 0 <= likeness(one, other) <= 1


@given(st.text(alphabet="abcdefgh ", min_size=1, max_size=40), st.text(alphabet="abcdefgh ", max_size=40))
def test_the_length_window_leaves_nobody_out(one: str, other: str) -> None:
    """Whoever is alike enough by letters has a length within the window."""
    low, high = length_window(one, 0.5)

    assert low <= len(other) <= high or likeness(one, other) < 0.75


def test_the_keys_of_words_part_directions_and_forgive_endings() -> None:
    """The same word is another key in another direction; its inflected form is the same."""
    here = set(index_words(EN_LV, "tramwajowa ulica"))

    assert set(index_words(EN_LV, "tramwajowa")) == set(index_words(EN_LV, "tramwajowej"))
    assert here.isdisjoint(index_words(Pair("en", "de"), "tramwajowa ulica"))


def test_keys_are_safe_in_any_query() -> None:
    """Nothing of a text reaches the database's query language."""
    keys = index_words(EN_LV, "NEAR(\"a* OR b') AND -c; DROP TABLE ^{x}: Ünïcödé 中文")

    assert all(key.isalnum() and key.isascii() for key in keys)


def test_most_alike_is_sorted_and_limited() -> None:
    """The best first, none below the floor."""
    others = {1: "Something else altogether.", 2: TRAM.replace("harbour", "hospital"), 3: TRAM}

    found = most_alike(TRAM, others, limit=5, floor=0.7)

    assert [key for key, _ in found] == [3, 2]
    assert most_alike(TRAM, others, limit=1, floor=0.7) == found[:1]
