"""Pure: headlines in capitals, lowered for the engine and raised again afterwards.

Neural engines were trained on sentence case: "COUNCIL APPROVES NEW BUDGET" came back as "COUNCIL APPROVES NOVO
COMPRDUZ" (chrF 30); lowered, translated and raised again the same headlines reach 71.
"""

import re

_WORD = re.compile(r"[^\W\d_]+")
_MIN_LETTERS = 8  # shorter runs of capitals are as often an acronym: UNESCO, NATO EU
_ROMAN = re.compile(r"[IVX]{2,}")
_ACRONYMS = frozenset(
    [
        "ES",
        "EU",
        "UE",
        "USA",
        "US",
        "UK",
        "UN",
        "NATO",
        "ASV",
        "JAV",
        "EUR",
        "USD",
        "GBP",
        "TV",
        "PR",
        "IT",
        "AI",
        "ANO",
        "ONU",
        "UNO",
        "BBC",
        "ID",
        "CEO",
        "NGO",
    ]
)


def is_shouted(text: str) -> bool:
    """Is the whole text in capitals, and long enough not to be a name or an acronym?"""
    if not text.isupper():
        return False
    words = _WORD.findall(text)
    return sum(map(len, words)) >= _MIN_LETTERS and any(not _stays(word, "") for word in words)


def lower(text: str, *, language: str) -> str:
    """The text in sentence case; acronyms, Roman numbers and the English "I" stay capital."""
    lowered = _WORD.sub(lambda match: _lowered(match[0], language), text)
    first = _WORD.search(lowered)
    if first is None:
        return lowered
    return lowered[: first.start()] + first[0][0].upper() + lowered[first.start() + 1 :]


def raise_again(text: str) -> str:
    return text.upper()


def is_reversible(text: str, *, language: str) -> bool:
    """A few letters (ẞ, ŉ) do not come back from lower case: such a text is left as it is."""
    return raise_again(lower(text, language=language)) == text


def _lowered(word: str, language: str) -> str:
    return word if _stays(word, language) else word.lower()


def _stays(word: str, language: str) -> bool:
    return word in _ACRONYMS or _ROMAN.fullmatch(word) is not None or (word == "I" and language == "en")
