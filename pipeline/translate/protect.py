"""Pure: what the engine is given in place of a text, and the way back.

    clean | hide | cut | lower | fold | engine | unfold | raise | reveal | join

Does not call an engine and does not judge its answer: checks do that.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from pipeline.translate import casing
from pipeline.translate.folding import DASHES, Alphabet, Fold, fold, unfold
from pipeline.translate.masking import HIDDEN, hide, names, reveal, same_tokens, tokens, untoken
from pipeline.translate.splitting import split

_BETWEEN = "\0"  # parts are folded and unfolded as one text, parted by what no text holds
_REMOVED = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff"  # controls, broken surrogates
    "\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]"  # soft hyphens, zero-width and direction marks
)
_LINE_END = re.compile("[\t-\r\x1c-\x1f\x85\u2028\u2029]+")
_LETTER = re.compile(r"[^\W\d_]")
_BULLET = rf"[•▪►▶●○◦■□✓→·*>»\-{DASHES}]\s+"
_ARROW = r"\s*[→›►▶>]|\s»"
_HEAD = re.compile(r"[\s.,;:!?)\]]*")
_TAIL = re.compile(rf"(?:\s+[-{DASHES}])?[\s(\[]*$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Protected:
    """`parts` go to the engine, in order; none where the text has no words. The rest brings the text back."""

    source: str
    parts: tuple[str, ...]
    glue: tuple[str, ...]  # what stands before, between and after the parts; one more than there are parts
    hidden: tuple[str, ...] = ()
    shown: Mapping[int, str] = field(default_factory=dict)  # of the hidden, what the engine sees as a name
    folds: tuple[Fold, ...] = ()
    folded: str = ""  # the parts as one text, before tokens were written
    shouted: bool = False


def protect(
    text: str,
    *,
    language: str,
    alphabet: Alphabet | None,
    mask: bool = True,
    show: bool = True,
    keep: Collection[str] = (),
) -> Protected:
    """The text in a form that the engine can bear.

    Without an alphabet the engine covers every character and length, and gets the text as it is.
    Without masks, what would be hidden stands between the parts: less context for the engine, nothing to lose.
    `show`: hashtags and handles that look like names are shown as such. `keep`: words of the text that are hidden as well.
    """
    clean = _clean(text)
    if alphabet is None:
        return _whole(text, clean)
    hidden_text, hidden = hide(clean, alphabet, keep)
    parts, glue = _cut(hidden_text, hidden, mask=mask)
    if not parts:
        return Protected(source=text, parts=(), glue=(text,))
    joined = _BETWEEN.join(parts)
    shouted = casing.is_shouted(joined) and casing.is_reversible(joined, language=language)
    spoken = casing.lower(joined, language=language) if shouted else joined
    folded, folds = fold(spoken, alphabet, language=language)
    shown = names(joined, hidden, alphabet) if mask and show and not shouted else {}
    return Protected(
        source=text,
        parts=tuple(tokens(part, hidden, shown) for part in folded.split(_BETWEEN)),
        glue=tuple(reveal(piece, hidden) for piece in glue),
        hidden=hidden if mask else (),
        shown=shown,
        folds=folds,
        folded=folded,
        shouted=shouted,
    )


def restore(outputs: Sequence[str], protected: Protected) -> str | None:
    """The translation with everything back in its place; None where a placeholder is missing or doubled."""
    if len(outputs) != len(protected.parts):
        raise ValueError(f"{len(protected.parts)} parts went out and {len(outputs)} came back")
    joined = _BETWEEN.join(output.replace(_BETWEEN, "").strip() for output in outputs)
    if protected.hidden:
        joined = untoken(joined, protected.shown)
        if not same_tokens(joined, protected.folded):
            return None
    joined = unfold(joined, protected.folds, known=protected.folded)
    if protected.shouted:
        joined = casing.raise_again(joined)
    pieces = joined.split(_BETWEEN) if protected.parts else []
    whole = [
        _without_stop(piece, part) for piece, part in zip(pieces[:-1], protected.parts[:-1], strict=True)
    ]
    return _join([reveal(piece, protected.hidden) for piece in whole + pieces[-1:]], protected.glue)


def legible(answer: str) -> str:
    """An engine's answer as one line, without the characters that we send to none: no store and no reader bears them."""
    return _REMOVED.sub("", _LINE_END.sub(" ", answer))


def _clean(text: str) -> str:
    """One kind of space and one form of each letter; the target's own spaces are set afterwards."""
    return re.sub(r"\s+", " ", _REMOVED.sub("", unicodedata.normalize("NFC", text)))


def _whole(text: str, clean: str) -> Protected:
    has_words = _LETTER.search(clean) is not None
    return Protected(
        source=text, parts=(clean.strip(),) if has_words else (), glue=("", "") if has_words else (text,)
    )


def _cut(text: str, hidden: tuple[str, ...], *, mask: bool) -> tuple[list[str], list[str]]:
    """The parts with words, and what stands between them."""
    start, end = _edges(text, hidden)
    inner = text[start:end]
    segments = [inner] if mask else re.split(rf"(\s*{HIDDEN}\s*)", inner)
    parts: list[str] = []
    glue = [text[:start]]
    for segment in chain.from_iterable(map(split, segments)):
        if not _LETTER.search(segment):
            glue[-1] += segment
            continue
        head, tail = _ends(segment, is_first=not parts)
        glue[-1] += segment[:head]
        parts.append(segment[head:tail])
        glue.append(segment[tail:])
    glue[-1] += text[end:]
    return parts, glue


def _ends(segment: str, *, is_first: bool) -> tuple[int, int]:
    """Where the words begin and end: what a cut left hanging belongs to the glue."""
    head = re.match(r"\s*" if is_first else _HEAD, segment)
    tail = _TAIL.search(segment)
    return head.end() if head else 0, tail.start() if tail else len(segment)


def _edges(text: str, hidden: tuple[str, ...]) -> tuple[int, int]:
    """Bullets, arrows and emoji at the ends of the text are no business of the engine."""
    symbols = [chr(0xF0000 + i) for i, each in enumerate(hidden) if not re.search(r"\w", each)]
    symbol = f"|[{''.join(symbols)}]" if symbols else ""
    head = re.match(rf"(?:\s|{_BULLET}{symbol})*", text)
    start = head.end() if head else 0
    arrow = "" if "«" in text else f"|{_ARROW}"
    tail = re.search(rf"(?:\s{arrow}{symbol})*$", text[start:])
    return start, start + (tail.start() if tail else len(text))


def _without_stop(output: str, source: str) -> str:
    """A full stop that the engine put at the end of a part that is no sentence."""
    return output[:-1] if output.endswith(".") and not source.endswith((".", "…")) else output


def _join(outputs: Sequence[str], glue: Sequence[str]) -> str:
    return glue[0] + "".join(output + after for output, after in zip(outputs, glue[1:], strict=True))
