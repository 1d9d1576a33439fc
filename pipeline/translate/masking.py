"""Pure: what an engine must not touch, found and hidden behind numbered tokens.

`[X1X]` is the form engines copy best: 99.6 % come back exactly once in real sentences, `{1}`, `<x1/>`, `#1` never.
For an address it is `www.x1.com`: all of 60 sentences of our own with an e-mail address kept it, as they did `[X1X]`,
and the words around it were 1 to 2 points of chrF nearer to a person's. E-mail addresses, handles, hashtags and emoji
never survive raw, nor does anything in the form of an e-mail address.

A hashtag or handle that looks like a name (#CityOfChange, @RigaLive) is shown to the engine as that name, without its
sign: 99 % of 463 came back as they were, and the words around them were 0.7 to 0.9 points of chrF nearer to a
person's. One that does not come back is hidden like the others.
"""

import re
from collections.abc import Iterable, Mapping

from pipeline.translate.folding import LETTER, Alphabet, fold_character

MAX_TOKEN = 60  # characters; one token of 5,000 kept the engine busy for half a minute
_FIRST = 0xF0000  # hidden texts stand as private-use characters until the engine's text is written
_MOST = 0x20000
HIDDEN = "[\U000f0000-\U0010ffff]"

_ADDRESS = r"""
      (?:https?://|www\.)[^\s<>"“”„«»]*[^\s<>"“”„«».,;:!?)\]'’…]    # without the sentence's own marks
    | (?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+
"""
_FIXED = rf"""
      \[[Xx]\d+[Xx]\] | (?<!\w)[Xx]\d+[Xx](?!\w)                    # our own token, in the source by chance
    | {_ADDRESS}
    | (?<![\w])[@\#]\w[\w.-]*\w | (?<![\w])[@\#]\w
    | [0-9\#*]\ufe0f?\u20e3
    | \S{{{MAX_TOKEN + 1},}}
"""
_NEIGHBOURS = re.compile(rf"{HIDDEN}(?:\s*{HIDDEN})*")
_IS_ADDRESS = re.compile(_ADDRESS, re.VERBOSE)
# A capital or a digit within: no engine has a translation for it, and no word of the target is written so.
_NAME = re.compile(r"[@#]([^\W\d_](?=\w*[A-Z0-9])[^\W_]{2,39})")
_TOKEN = re.compile(
    r"(?:\[\s*)?(?<!\w)X\s*(\d[\d\s]{0,12})X(?!\w)(?:\s*\])?"
    r"|(?<![\w.])www\.x(\d{1,12})\.com(?!\w|[.-]\w)",
    re.IGNORECASE,
)


def hide(text: str, alphabet: Alphabet, keep: Iterable[str] = ()) -> tuple[str, tuple[str, ...]]:
    """The text with private-use characters for what is hidden, and the hidden texts in their order.

    `keep`: words of this text that are to stay as they are.
    """
    hidden: list[str] = []

    def replace(match: re.Match[str]) -> str:
        hidden.append(match[0])
        return chr(_FIRST + len(hidden) - 1)

    # One pass for all rules: what one rule hides, another must not see.
    words = (rf"(?<!\w){re.escape(word)}(?!\w)" for word in keep)
    rules = "|".join((_FIXED, *words, *_uncovered(text, alphabet)))
    text = re.sub(rules, replace, text, flags=re.VERBOSE)
    return _merge_neighbours(text, tuple(hidden))


def reveal(text: str, hidden: tuple[str, ...]) -> str:
    """The hidden texts in place of their private-use characters."""
    return re.sub(HIDDEN, lambda match: hidden[ord(match[0]) - _FIRST], text) if hidden else text


def names(text: str, hidden: tuple[str, ...], alphabet: Alphabet) -> dict[int, str]:
    """By their places in `hidden`: those that may be shown as a name, and stand once in the text."""
    whole = reveal(text, hidden)
    found = {}
    for at, each in enumerate(hidden):
        name = match[1] if (match := _NAME.fullmatch(each)) else ""
        if name and whole.count(name) == 1 and all(fold_character(c, alphabet) == c for c in name):
            found[at] = name
    return found


def tokens(text: str, hidden: tuple[str, ...], shown: Mapping[int, str]) -> str:
    """The text as the engine sees it: numbered tokens, or the names that are `shown`, in place of private-use characters."""

    def token(match: re.Match[str]) -> str:
        at = ord(match[0]) - _FIRST
        if at in shown:
            return shown[at]
        return f"www.x{at + 1}.com" if _IS_ADDRESS.fullmatch(hidden[at]) else f"[X{at + 1}X]"

    return re.sub(HIDDEN, token, text) if hidden else text


def untoken(text: str, shown: Mapping[int, str]) -> str:
    """Numbered tokens and names back to private-use characters, forgiving of tokens spaces, case and a lost bracket."""
    for at, name in shown.items():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", chr(_FIRST + at), text)
    return _TOKEN.sub(_hidden_character, text)


def same_tokens(text: str, expected: str) -> bool:
    """Does everything hidden in `expected` stand in `text`, exactly as often?"""
    return sorted(re.findall(HIDDEN, text)) == sorted(re.findall(HIDDEN, expected))


def _hidden_character(match: re.Match[str]) -> str:
    number = int("".join((match[1] or match[2]).split()))
    return chr(_FIRST + number - 1) if 0 < number <= _MOST else match[0]


def _uncovered(text: str, alphabet: Alphabet) -> tuple[str, ...]:
    """Patterns for whole words and runs of symbols that cannot be written in the alphabet."""
    strange = [c for c in dict.fromkeys(text) if fold_character(c, alphabet) is None]
    letters = "".join(re.escape(c) for c in strange if re.fullmatch(LETTER, c))
    symbols = "".join(re.escape(c) for c in strange if not re.fullmatch(LETTER, c))
    words = (rf"{LETTER}*[{letters}]{LETTER}*",) if letters else ()
    return words + ((rf"[{symbols}]+",) if symbols else ())


def _merge_neighbours(text: str, hidden: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """A row of hashtags or emoji is one token: the fewer there are, the fewer get lost."""
    merged: list[str] = []

    def merge(match: re.Match[str]) -> str:
        merged.append(reveal(match[0], hidden))
        return chr(_FIRST + len(merged) - 1)

    return _NEIGHBOURS.sub(merge, text), tuple(merged)
