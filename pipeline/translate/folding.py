"""Pure: characters the engine does not know, written with those it knows.

Measured: of 120 names with uncovered letters none survived raw, all survived folding; sentences with typographic
quotes and dashes gain 1 chrF when the engine is given plain ones.
"""

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from functools import partial

Alphabet = frozenset[str]

DASHES = "‐‑‒–—―−"
_FRACTIONS = "½⅓⅔¼¾⅛⅜⅝⅞"
_MARKS = {
    **dict.fromkeys("“”„‟«»〝〞″＂", '"'),
    **dict.fromkeys("‘’‚‛‹›′´`ʼ", "'"),
    **dict.fromkeys(DASHES, "-"),
    **{mark: unicodedata.normalize("NFKD", mark).replace("⁄", "/") for mark in _FRACTIONS},
    "…": "...",
    "€": "EUR",
    "£": "GBP",
}
_SPACED = _FRACTIONS + "€£"  # what would run into the digits beside it
_LETTERS = {
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ħ": "h", "ŧ": "t", "ı": "i", "ß": "ss", "ẞ": "SS",
    "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "⁄": "/",
}  # fmt: skip
LETTER = rf"(?:[^\W{_FRACTIONS}]|[\u0300-\u036f])"
_LETTER = re.compile(LETTER)
_WORD = re.compile(rf"{LETTER}+(?:[-‐‑‒–−]{LETTER}+)*")
_LOOSE_DASH = re.compile(r"\s*[–—―]\s*")
_DASH = re.compile(rf"(?<!{LETTER})[-{DASHES}]|[-{DASHES}](?!{LETTER})")  # any but those inside a word
# Letters that a language's own words have. A capital of these that the vocabulary lacks is one the model has met
# in its training all the same, as a gap: "À exceção" and "NÃO" are understood so, "A exceção" and "NAO" are not.
OWN_LETTERS = {
    "de": "äöü",
    "es": "áéíñóú",
    "fr": "àâæçèéêëîïôœùû",
    "ga": "áéíóú",
    "it": "àèéìòù",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "nl": "éëï",
    "pl": "ąćęłńóśźż",
    "pt": "àáâãçéêíóôõú",
    "ro": "ăâîșț",
}
_MIN_STEM = 4  # letters; a shorter name is only restored where it stands unchanged
_MAX_ENDING = 3  # letters that the target language may add to a name


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """What stands in the engine's text as `token`; `originals` in the order of the source."""

    token: str
    originals: tuple[str, ...]
    is_word: bool


def fold_character(character: str, alphabet: Alphabet) -> str | None:
    """The same character in covered ones, or None where there is no such thing."""
    if character in alphabet or character.isspace():
        return character
    plain = _MARKS.get(character) or _plain_letter(character)
    return plain if plain and all(c in alphabet for c in plain) else None


def _plain_letter(character: str) -> str:
    if not re.fullmatch(LETTER, character):
        return ""
    letters = "".join(_LETTERS.get(c, c) for c in unicodedata.normalize("NFKD", character))
    return "".join(c for c in letters if not unicodedata.combining(c))


def fold(text: str, alphabet: Alphabet, *, language: str = "") -> tuple[str, tuple[Fold, ...]]:
    """The text in covered characters, and what brings the originals back."""
    if alphabet.issuperset(text):
        return text, ()
    text, words = _fold_words(_space_dashes(text, alphabet), alphabet, _understood(language, alphabet))
    text, marks = _fold_marks(text, alphabet)
    return text, words + marks


def unfold(text: str, folds: tuple[Fold, ...], *, known: str) -> str:
    """The originals put back into a translation; `known` is the folded source."""
    words = {fold.token: fold for fold in folds if fold.is_word}
    if words:
        text = _unfold_words(text, words, set(_WORD.findall(known)))
    for fold_ in folds:
        if not fold_.is_word:
            text = _unfold_mark(text, fold_)
    return text


def _space_dashes(text: str, alphabet: Alphabet) -> str:
    """A dash that parts clauses gets its spaces, or its plain form would look like a hyphen."""

    def spaced(match: re.Match[str]) -> str:
        dash = match[0].strip()
        is_clause = dash == "—" or dash != match[0]
        return f" {dash} " if dash not in alphabet and is_clause else match[0]

    return _LOOSE_DASH.sub(spaced, text)


def _understood(language: str, alphabet: Alphabet) -> Alphabet:
    """The alphabet with the capitals of the language's own letters."""
    own = OWN_LETTERS.get(language.partition("-")[0], "")
    return alphabet | {letter.upper() for letter in own if letter in alphabet}


def _is_common(match: re.Match[str]) -> bool:
    """A word that its capitals do not make a name: at the start, or shouted; not in a row of such words."""
    text, word = match.string, match[0]
    after = _WORD.match(text, match.end() + 1)
    if after and after[0][0].isupper():
        return False
    before = text[: match.start()]
    if len(word) > 1 and word.isupper():
        last = _WORD.findall(before[-30:])[-1:]
        return not last or not last[0].isupper()
    return not _LETTER.search(before)


def _fold_words(text: str, alphabet: Alphabet, understood: Alphabet) -> tuple[str, tuple[Fold, ...]]:
    originals: defaultdict[str, list[str]] = defaultdict(list)

    def plain(match: re.Match[str]) -> str:
        word = match[0]
        if alphabet.issuperset(word) or (understood.issuperset(word) and _is_common(match)):
            folded = word
        else:
            folded = "".join(fold_character(c, alphabet) or c for c in word)
        originals[folded].append(word)
        return folded

    text = _WORD.sub(plain, text)
    return text, tuple(
        Fold(token=token, originals=tuple(words), is_word=True)
        for token, words in originals.items()
        if any(word != token for word in words)
    )


def _fold_marks(text: str, alphabet: Alphabet) -> tuple[str, tuple[Fold, ...]]:
    tokens: defaultdict[str, str] = defaultdict(str)
    for mark, token in _MARKS.items():
        if mark in text and mark not in alphabet and alphabet.issuperset(token):
            tokens[token] += mark
    folds = []
    for token, marks in tokens.items():
        found = [match[0] for match in re.finditer(f"{_pattern(token)}|[{marks}]", text)]
        folds.append(Fold(token=token, originals=tuple(found), is_word=False))
        text = re.sub(f"[{marks}]", partial(_plain_mark, token), text)
    return text, tuple(folds)


def _plain_mark(token: str, match: re.Match[str]) -> str:
    if match[0] not in _SPACED:
        return token
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return (" " if before.isalnum() else "") + token + (" " if after.isalnum() else "")


def _pattern(token: str) -> str:
    """A plain mark where it stands for itself: EUR but not EUROPA, a dash but not a hyphen."""
    if token[0] == "-":
        return _DASH.pattern
    if "/" in token:  # with the space that was put before it: 14½ was written 14 1/2
        return rf"(?:(?<=\d) )?(?<!\d){re.escape(token)}(?!\d)"
    return rf"(?<!{LETTER}){re.escape(token)}(?!{LETTER})" if token[0].isalnum() else re.escape(token)


def _unfold_words(text: str, folds: dict[str, Fold], known: set[str]) -> str:
    counts: defaultdict[str, int] = defaultdict(int)
    for word in _WORD.findall(text):
        counts[word] += 1
    queues = {token: list(fold.originals) for token, fold in folds.items()}

    def original(match: re.Match[str]) -> str:
        word = match[0]
        fold_ = folds.get(word)
        if fold_ is None:
            return word if word in known else _with_ending(word, folds)
        if len(set(fold_.originals)) == 1:
            return fold_.originals[0]
        return queues[word].pop(0) if counts[word] == len(fold_.originals) else word

    return _WORD.sub(original, text)


def _with_ending(word: str, folds: dict[str, Fold]) -> str:
    for size in range(1, _MAX_ENDING + 1):
        stem, ending = word[:-size], word[-size:]
        fold_ = folds.get(stem)
        if fold_ and len(stem) >= _MIN_STEM and ending.isalpha() and len(set(fold_.originals)) == 1:
            return fold_.originals[0] + ending
    return word


def _unfold_mark(text: str, fold_: Fold) -> str:
    pattern = re.compile(_pattern(fold_.token))
    # Marks of one kind come back everywhere; mixed ones (“ and ”) only where none was lost or added.
    # An apostrophe may be another word's own, so it counts as mixed.
    if len(set(fold_.originals)) == 1 and "'" not in fold_.token:
        return pattern.sub(lambda _: fold_.originals[0], text)
    if len(pattern.findall(text)) != len(fold_.originals):
        return text
    queue = iter(fold_.originals)
    return pattern.sub(lambda _: next(queue), text)
