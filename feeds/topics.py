"""What an entry is about: by its source's categories, else by words of its text. Pure.

A source's own category is taken at its word. Only an entry without a known one is looked through: a keyword is the
beginning of a word, in the title it counts twice, and a topic needs two points, so that no single word in passing
makes a topic.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MOST = 2  # topics of one entry found by words; a source may name more
_NEEDED = 2  # points
_TITLE_POINTS = 2
_LOOKED_AT = 1_500  # characters of the text: what a news item is about it says at its beginning
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRules:
    """How one topic is recognised."""

    key: str
    categories: frozenset[str] = frozenset()  # folded
    keywords: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # folded, by language


def rules(key: str, categories: Iterable[str], keywords: Mapping[str, Iterable[str]]) -> TopicRules:
    """The rules of a topic, in the form in which texts are compared."""
    return TopicRules(
        key=key,
        categories=frozenset(map(_folded, categories)),
        keywords={language: tuple(map(_folded, words)) for language, words in keywords.items()},
    )


def topics_of(
    topics: Sequence[TopicRules], categories: Iterable[str], title: str, text: str, language: str
) -> tuple[str, ...]:
    """The keys of the topics of an entry, in the order in which the topics are configured."""
    named = set(map(_folded, categories))
    if found := tuple(topic.key for topic in topics if topic.categories & named):
        return found
    in_title, in_text = _words(title), _words(text[:_LOOKED_AT])
    points = {topic.key: _points(topic.keywords.get(language, ()), in_title, in_text) for topic in topics}
    best = sorted((key for key in points if points[key] >= _NEEDED), key=lambda key: -points[key])[:MOST]
    return tuple(topic.key for topic in topics if topic.key in best)


def _points(keywords: Iterable[str], title: frozenset[str], text: frozenset[str]) -> int:
    return sum(
        _TITLE_POINTS * any(word.startswith(keyword) for word in title)
        or any(word.startswith(keyword) for word in text)
        for keyword in keywords
    )


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(_folded(text)))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()
