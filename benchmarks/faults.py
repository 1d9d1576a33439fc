"""Faults put into good translations, one kind at a time, as engines make them. Pure, and the same for one seed."""

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.translate.checks.negation import denials_of

_NUMBER = re.compile(r"\d+")
_ALONE = re.compile(r"(?<![\d.,])\d+(?![\d.,]*\d)")
_PLAIN = 12  # up to here a number may be spelled out, and a changed one is not told from that
_PAIRED = {"„": "”“", "«": "»", "“": "”", '"': '"'}
_PREFIXED = {"lv": {"nav": "ir", "nebija": "bija"}, "lt": {"nėra": "yra", "nebuvo": "buvo"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """A sentence, its good translation, and the same in a language nobody asked for."""

    source: str
    target: str
    other: str
    language: str  # of the target


Fault = Callable[[Pairing, random.Random], str | None]


def number(pairing: Pairing, chance: random.Random) -> str | None:
    """One digit of a number that both sides hold becomes another one."""
    shared = [
        match
        for match in _NUMBER.finditer(pairing.target)
        if int(match[0]) > _PLAIN and match[0] in _NUMBER.findall(pairing.source)
    ]
    if not shared:
        return None
    match = chance.choice(shared)
    at = match.start() + chance.randrange(len(match[0]))
    digit = chance.choice([each for each in "123456789" if each != pairing.target[at]])
    return pairing.target[:at] + digit + pairing.target[at + 1 :]


def number_lost(pairing: Pairing, chance: random.Random) -> str | None:
    """A number that both sides hold is left out."""
    shared = [
        match
        for match in _ALONE.finditer(pairing.target)
        if int(match[0]) > _PLAIN and match[0] in _NUMBER.findall(pairing.source)
    ]
    if not shared:
        return None
    match = chance.choice(shared)
    return pairing.target[: match.start()] + pairing.target[match.end() :]


def cut(pairing: Pairing, _chance: random.Random) -> str | None:
    """Only the first two fifths are there."""
    words = pairing.target.split(" ")
    return " ".join(words[: len(words) * 2 // 5]) if len(words) >= 8 else None


def loop(pairing: Pairing, chance: random.Random) -> str | None:
    """Two or three words, over and over."""
    words = pairing.target.split(" ")
    at, size = chance.randrange(max(1, len(words) - 3)), chance.choice((2, 3))
    return " ".join(words[: at + size] + words[at : at + size] * 5) if len(words) > 5 else None


def untranslated(pairing: Pairing, _chance: random.Random) -> str | None:
    return pairing.source if len(pairing.source.split()) >= 5 else None


def half(pairing: Pairing, _chance: random.Random) -> str | None:
    """It begins in the target's language and ends in the source's words."""
    ours, theirs = pairing.source.split(" "), pairing.target.split(" ")
    if min(len(ours), len(theirs)) < 10:
        return None
    return " ".join(theirs[: len(theirs) // 2] + ours[len(ours) // 2 :])


def quote(pairing: Pairing, chance: random.Random) -> str | None:
    """One of the quotation marks of a pair is lost."""
    pairs = [
        (start.start(), pairing.target.find(closing, start.end()))
        for opening, closings in _PAIRED.items()
        for closing in closings
        for start in re.finditer(re.escape(opening), pairing.target)
    ]
    found = [pair for pair in pairs if pair[1] >= 0]
    is_paired = sum(pairing.source.count(mark) for mark in '"„“”«»') % 2 == 0
    if not found or not is_paired or sum(pairing.target.count(mark) for mark in '"„“”«»') != 2:
        return None
    at = chance.choice(found[0])
    return (pairing.target[:at] + pairing.target[at + 1 :]).strip()


def end_mark(pairing: Pairing, _chance: random.Random) -> str | None:
    bare = re.sub(r"\s*[.?!]$", "", pairing.target)
    whole = bare != pairing.target and pairing.source.endswith(pairing.target[-1])
    return bare if whole and len(pairing.source.split()) >= 5 and bare[-1:].isalpha() else None


def wrong_language(pairing: Pairing, _chance: random.Random) -> str | None:
    return pairing.other if len(pairing.other.split()) >= 5 else None


def negation(pairing: Pairing, _chance: random.Random) -> str | None:
    """The words that deny are gone. None where they stand on one side only."""
    ours, theirs = denials_of("en"), denials_of(pairing.language)
    if not ours or not theirs or not (ours.surely(pairing.source) and theirs.surely(pairing.target)):
        return None
    asserting = asserted(pairing.language, pairing.target)
    return asserting if asserting != pairing.target else None


FAULTS: Mapping[str, Fault] = {
    "number changed": number,
    "cut to 40 %": cut,
    "loop": loop,
    "untranslated": untranslated,
    "second half untranslated": half,
    "quotation mark lost": quote,
    "end mark lost": end_mark,
    "wrong language": wrong_language,
    "negation removed": negation,
}


def asserted(language: str, text: str) -> str:
    """The text without its denials, roughly as a language would put it."""
    denials = denials_of(language)
    if denials is None:
        return text
    if language in _PREFIXED:
        return re.sub(r"\w+", lambda match: _without_prefix(language, match[0]), text)
    text = re.sub(r"n['’]t\b", "", text).replace("cannot", "can") if language == "en" else text
    text = re.sub(denials.sure.pattern, "", text, flags=re.IGNORECASE)
    return re.sub(r"\s+", " ", re.sub(r"\b(?:ne |n['’])", "", text) if language == "fr" else text)


def _without_prefix(language: str, word: str) -> str:
    small = word.lower()
    denials = denials_of(language)
    if small in _PREFIXED[language]:
        return _PREFIXED[language][small]
    denies = small.startswith("ne") and denials is not None and denials.perhaps(small)
    return word[2:] if denies and len(word) > 4 else word
