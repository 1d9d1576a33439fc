"""Pure: a long unit cut where a reader would draw breath.

The engine drops the end of what is too long without a word: 142 words went in and 72 came out. Measured on 440 joined
news sentences in English and Portuguese: nothing was dropped below 75 words and 450 characters. A cut costs context,
so a unit only a little above the limit stays whole where its words are short.
"""

import math
import re

MAX_WORDS = 60
_SLACK_WORDS, _SLACK_CHARACTERS = 72, 420  # both at most: then it is not cut
_WORD = re.compile(r"\S+\s*")
_STRONG = re.compile(r"[;:][\"'”“»)]?\s*$")
_DASH = re.compile(r"[-–—]\s*$")
_WEAK = re.compile(r",[\"'”“»)]?\s*$")
# How many words away from the even cut a better place may be.
_COST_WEAK, _COST_NONE = 8, 40


def split(text: str) -> list[str]:
    """The text in pieces of at most MAX_WORDS words; joined they are the text."""
    words = _WORD.findall(text)
    if len(words) <= MAX_WORDS or (len(words) <= _SLACK_WORDS and len(text) <= _SLACK_CHARACTERS):
        return [text]
    lead = text[: len(text) - sum(map(len, words))]
    pieces = []
    while len(words) > MAX_WORDS:
        even = len(words) / math.ceil(len(words) / MAX_WORDS)
        cut = min(range(1, MAX_WORDS + 1), key=lambda i: _cost(words, i) + abs(i - even))
        pieces.append("".join(words[:cut]))
        words = words[cut:]
    return [lead + pieces[0], *pieces[1:], "".join(words)]


def _cost(words: list[str], cut: int) -> int:
    last = words[cut - 1]
    if _STRONG.search(last) or _DASH.fullmatch(last):
        return 0
    return _COST_WEAK if _WEAK.search(last) else _COST_NONE
