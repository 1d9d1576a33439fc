"""What of a text tells one event from another: its names, its numbers and its rarer words. Pure.

Words are cut to their first letters, as their forms differ at the end in most of the languages; a stemmer for each of
them would cost more than it tells. Function words are left out by short lists of our own.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from babel import Locale

from pipeline.stories.function_words import FUNCTION_WORDS

STEM = 6  # letters; "tramvajs", "tramvaja" and "tramvajiem" are one word
LEAST = 3  # letters of a word that may tell something
LOOKED_AT = 1_500  # characters of the text: what happened stands at its beginning
NAME, NUMBER, PLACE = "@", "#", "%"  # the first character of such a term; a place is a city of the network
_PLACE = 6  # letters of a city's name at most, and its last one never: Renna, Rennas, Rennā
_SHORTEST = 4  # letters of a word of a city's name that counts: not "Den" nor "The"
_TAG = re.compile(r"<[^>]*>")
_ADDRESS = re.compile(r"\S*(?:://|www\.|@)\S*")
_TOKEN = re.compile(r"\d+(?:[.,:\s]\d+)*|[^\W\d_]+(?:[’'-][^\W\d_]+)*|[.!?:]+")
_GROUPED = re.compile(r"(?<=\d)[.,\s](?=\d{3}(?!\d))")
_PARTS = re.compile(r"[^\W\d_]+")
_CAPITAL_NOUNS = frozenset({"de"})  # every noun has a capital there, so a capital tells no name


Places = Mapping[str, str]  # how the name of a city begins: the city's key


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """The terms of one text, with how often each stands in it: stems, names, numbers and places, marked as such."""

    language: str
    terms: Counter[str]


def sketch(title: str, markup: str, language: str, places: Places = MappingProxyType({})) -> Sketch:
    """The terms of a title and its text. A title's words count twice: it names the event."""
    head, body = [*_terms(title, language, places)], [*_terms(plain(markup), language, places)]
    names = {term[1:] for term in (*head, *body) if term[0] == NAME}
    terms: Counter[str] = Counter()
    for term in (*head, *head, *body):  # a name at the start of a sentence is the same name
        terms[NAME + term if term in names else term] += 1
    return Sketch(language=language, terms=terms)


def plain(markup: str) -> str:
    """The beginning of a text, without tags and addresses."""
    words = html.unescape(_TAG.sub(" ", markup[: 4 * LOOKED_AT]))
    return " ".join(_ADDRESS.sub(" ", words).split())[:LOOKED_AT]


def places_of(names: Mapping[str, Iterable[str]]) -> Places:
    """The network's own cities by key, each with its names in some languages: most texts have one of them."""
    return {
        word.casefold()[: max(_SHORTEST, min(len(word) - 1, _PLACE))]: key
        for key, every in names.items()
        for name in every
        for word in _PARTS.findall(name)
        if len(word) >= _SHORTEST and word[0].isupper()
    }


def _terms(text: str, language: str, places: Places) -> Iterator[str]:
    common = _common(language)
    begins = True
    for match in _TOKEN.finditer(text):
        token = match[0]
        if not token[0].isalnum():
            begins = True
            continue
        if token[0].isdigit():
            yield from (NUMBER + number.lstrip("0") for number in _numbers(token))
        elif token[0].isupper() and (place := _place(token.casefold(), places)):
            yield PLACE + place
        elif len(token) >= LEAST and (stem := token.casefold()[:STEM]) not in common:
            named = token[0].isupper() and not begins and language not in _CAPITAL_NOUNS
            yield NAME + stem if named else stem
        begins = False


def _place(word: str, places: Places) -> str:
    """The key of the city that a word names, in whatever case it stands."""
    starts = (word[:length] for length in range(_PLACE, _SHORTEST - 1, -1))
    return next((places[start] for start in starts if start in places), "")


def _numbers(token: str) -> list[str]:
    """1 200, 1.200 and 1,200 are one number; 8:30 is two, and no number is nothing but noughts."""
    return [each for each in re.findall(r"\d+", _GROUPED.sub("", token)) if each.strip("0")]


@cache
def _common(language: str) -> frozenset[str]:
    """Stems of what stands in any text: function words, and months and days, as a date is told by its number."""
    words = {*FUNCTION_WORDS.get(language, "").split(), *_calendar(language)}
    return frozenset(word.casefold()[:STEM] for word in words)


def _calendar(language: str) -> Iterator[str]:
    locale = Locale.parse(language)
    for forms in (*locale.months.values(), *locale.days.values()):
        for name in forms.get("wide", {}).values():
            yield from _PARTS.findall(name)
