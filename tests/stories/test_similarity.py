"""What tells one event from another: true pairs join, near misses do not."""

import pytest

from pipeline.stories.similarity import (
    ALIKE,
    CLOSE,
    CLOSE_ACROSS,
    SHARED,
    STILL_ALIKE,
    Likeness,
    anchors,
    closeness,
    likeness,
    one_story,
    weigh,
)
from pipeline.stories.words import Sketch, places_of, plain, sketch
from tests.stories.samples import ENGLISH, LATVIAN, Report, pairs


def sketched(reports: tuple[Report, ...]) -> dict[Report, Sketch]:
    return {each: sketch(each.title, each.text, each.language) for each in reports}


@pytest.mark.parametrize("reports", [ENGLISH, LATVIAN], ids=["english", "latvian"])
def test_no_near_miss_is_one_story(reports: tuple[Report, ...]) -> None:
    """Of all pairs that tell two events, most of them of one topic, none is taken for one."""
    sketches = sketched(reports)
    weights = weigh(sketches.values())
    wrong = [
        (one.title, other.title)
        for one, other, same in pairs(reports)
        if not same and one_story(likeness(sketches[one], sketches[other], weights), None, one_language=True)
    ]

    assert wrong == []


def test_near_misses_stay_well_below() -> None:
    """The nearest of them leaves room, and does not stay in a story it once came into but for the very nearest."""
    sketches = sketched(ENGLISH)
    weights = weigh(sketches.values())
    scores = sorted(
        likeness(sketches[one], sketches[other], weights).score
        for one, other, same in pairs(ENGLISH)
        if not same
    )

    assert scores[-1] < ALIKE - 0.04
    assert scores[-3] < STILL_ALIKE


def test_most_true_pairs_are_found() -> None:
    """Of two reports of one event in words of their own at least three in four are seen as such."""
    sketches = sketched(ENGLISH)
    weights = weigh(sketches.values())
    true = [(one, other) for one, other, same in pairs(ENGLISH) if same]
    found = [
        (one, other)
        for one, other in true
        if one_story(likeness(sketches[one], sketches[other], weights), None, one_language=True)
    ]

    assert len(found) / len(true) >= 0.75


def test_the_weights_of_a_quiet_week_decide_the_same() -> None:
    """With two texts alone in the store no near miss becomes a story, and true pairs are found as well."""
    sketches = sketched(ENGLISH)
    found = {True: 0, False: 0}
    for one, other, same in pairs(ENGLISH):
        mine, theirs = sketches[one], sketches[other]
        found[same] += likeness(mine, theirs, weigh([mine, theirs])).score >= ALIKE

    assert found[False] == 0
    assert found[True] >= 12


def test_one_place_in_common_is_chance() -> None:
    """Two texts that share one name and a round number tell no story, however few their words."""
    one = sketch("Market in Rennes", "It opens at 10 in Rennes.", "en")
    other = sketch("Library in Rennes", "It opens at 10 in Rennes.", "en")

    found = likeness(one, other, weigh([one, other]))

    assert found.shared < SHARED
    assert one_story(found, 1.0, one_language=True) == 0.0


@pytest.mark.parametrize(
    ("language", "text", "terms"),
    [
        ("en", "In Poznań 1,200 trams.", {"@poznań", "#1200", "trams"}),
        ("fr", "À Rennes 1\u202f200 arbres, 8:30", {"@rennes", "#1200", "arbres", "#8", "#30"}),
        ("de", "Die Stadt kauft 1.200 Bäume", {"kauft", "#1200", "bäume"}),
        ("lv", "No 13. decembra tramvajiem 00", {"#13", "tramva"}),
        ("en", "On Friday 4 December at https://a.example/trams", {"#4"}),
        ("en", "The 7-year plan", {"#7", "plan"}),
    ],
)
def test_terms(language: str, text: str, terms: set[str]) -> None:
    """Stems, names, and numbers however they are grouped; no function words, dates' words nor addresses."""
    assert set(sketch("", text, language).terms) == terms


def test_a_name_is_a_name_at_the_start_of_a_sentence_too() -> None:
    """What is a name anywhere in a text is one everywhere in it."""
    terms = sketch("Padua plants trees", "In Padua trees grow.", "en").terms

    assert terms["@padua"] == 3
    assert "padua" not in terms


def test_only_the_beginning_counts() -> None:
    """What happened stands at the beginning; entities and tags are no words."""
    text = plain("<p>R&amp;D &lt;b&gt;</p>" + "<p>word </p>" * 4000)

    assert text.startswith("R&D")
    assert len(text) <= 1500


def test_two_languages_share_names_and_numbers() -> None:
    """Accents and endings do not count in what two languages may have in common."""
    places = places_of({"hannover": ["Hanower", "Hannovere"]})
    polish = sketch("Pociąg", "W Poznaniu i w Hanowerze 280 miejsc.", "pl", places)
    latvian = sketch("Vilciens", "Uz Poznaņu un Hannoveri 280 vietu.", "lv", places)

    found = likeness(polish, latvian, weigh([polish, latvian]))

    assert set(anchors(polish)) & set(anchors(latvian)) == {"@pozn", "#280", "%hannover"}
    assert found.shared > SHARED
    assert one_story(found, CLOSE_ACROSS, one_language=False) >= ALIKE
    assert one_story(found, CLOSE_ACROSS - 0.01, one_language=False) == 0.0
    assert one_story(found, None, one_language=False) == 0.0


def test_vectors_lower_what_words_must_show_but_not_names() -> None:
    """Close vectors decide for a pair whose names agree; where the names differ they decide nothing."""
    weak = Likeness(words=0.3, anchors=0.5, shared=2.0)
    other = Likeness(words=0.5, anchors=0.3, shared=2.0)

    assert one_story(weak, None, one_language=True) == 0.0
    assert one_story(weak, CLOSE, one_language=True) == ALIKE
    assert one_story(other, 0.99, one_language=True) == 0.0


def test_a_pair_that_stands_together_stays_so_a_little_longer() -> None:
    """What surrounds two texts changes their likeness a little; a story does not fall apart over that."""
    found = Likeness(words=0.42, anchors=0.46, shared=3.0)

    assert one_story(found, None, one_language=True) == 0.0
    assert one_story(found, None, one_language=True, together=True) == pytest.approx(found.score)


def test_the_networks_own_cities_count_half() -> None:
    """Every text of a network has one of its cities, in any case and language; two of them make no story."""
    places = places_of({"rennes": ["Rennes", "Renna"], "denhaag": ["Den Haag", "The Hague"]})
    one = sketch("", "Rennes visits The Hague for a day", "en", places)
    other = sketch("", "A letter from Rennes to The Hague", "en", places)

    assert {"%rennes", "%denhaag"} <= set(one.terms)
    assert "%rennes" in sketch("", "Ceļš uz Rennu", "lv", places).terms
    assert "%denhaag" not in sketch("", "den haag", "nl", places).terms
    assert likeness(one, other, weigh([one, other])).score == 0.0


def test_closeness_of_vectors() -> None:
    """The cosine of two vectors of signed bytes."""
    assert closeness(bytes([100, 0]), bytes([0, 100])) == pytest.approx(0.0)
    assert closeness(bytes([100, 156]), bytes([50, 206])) == pytest.approx(1.0)  # 156 is -100
