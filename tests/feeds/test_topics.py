"""What an entry is about: its source's category first, the words of its text else."""

import tomllib
from pathlib import Path

import pytest

from feeds.topics import rules, topics_of
from pipeline.options.topics import Topic

ROOT = Path(__file__).resolve().parents[2]
CULTURE = rules("culture", ["Kultūra", "Heritage"], {"lv": ["koncert", "muzej"], "en": ["museum"]})
MOBILITY = rules("mobility", ["Transport"], {"lv": ["tramvaj", "velo"], "en": ["tram"]})
HEALTH = rules("health", [], {"lv": ["slimnīc"]})
TOPICS = (CULTURE, MOBILITY, HEALTH)


@pytest.mark.parametrize(
    ("categories", "title", "text", "expected"),
    [
        pytest.param(["kultūra"], "", "", ("culture",), id="category in another case"),
        pytest.param(["Kultu\u0304ra"], "", "", ("culture",), id="category in another normal form"),
        pytest.param(["Transport", "Heritage"], "", "", ("culture", "mobility"), id="two categories"),
        pytest.param(["Transport"], "Muzeju nakts", "koncerts", ("mobility",), id="a category settles it"),
        pytest.param(["Citi"], "Muzeju nakts", "", ("culture",), id="unknown category: the title"),
        pytest.param([], "Jaunumi", "Tramvaji un velosipēdi.", ("mobility",), id="two words of the text"),
        pytest.param([], "Jaunumi", "Brauciet ar tramvaju.", (), id="one word in passing"),
        pytest.param([], "Satramvajs", "", (), id="not the beginning of a word"),
        pytest.param(
            [], "Koncerts tramvajā pie slimnīcas", "koncerti", ("culture", "mobility"), id="two at most"
        ),
        pytest.param([], "", "", (), id="nothing"),
    ],
)
def test_topics_of_an_entry(categories: list[str], title: str, text: str, expected: tuple[str, ...]) -> None:
    """Categories decide alone; words need two points, of which one in the title gives both."""
    assert topics_of(TOPICS, categories, title, text, "lv") == expected


def test_keywords_are_of_the_sources_language() -> None:
    """An English word in a Latvian text is none of its keywords."""
    assert topics_of(TOPICS, [], "museum", "", "lv") == ()
    assert topics_of(TOPICS, [], "museum", "", "en") == ("culture",)


def test_the_configuration_and_the_demo_begin_with_the_same_topics() -> None:
    """One set of topics, named in all languages, with keywords for every language of a source."""
    shipped = tomllib.loads((ROOT / "config.toml").read_text(encoding="utf-8"))
    demo = tomllib.loads((ROOT / "pipeline/demo/topics.toml").read_text(encoding="utf-8"))
    languages = set(shipped["languages"]["targets"])

    assert shipped["topic"] == demo["topic"]
    for table in demo["topic"]:
        topic = Topic.model_validate(table)
        assert languages | {"pt"} == set(topic.names)
        assert languages == set(topic.keywords)
        assert not [word for words in topic.keywords.values() for word in words if " " in word]
