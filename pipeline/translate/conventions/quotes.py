"""Quotation marks, pair by pair, in the target's house style. Apostrophes are never touched."""

import re

from pipeline.translate.conventions.languages import SPACES, Convention

MARKS = '"“”„‟«»〝〞＂'
SINGLE = "'‘’‚‛"
_OPENERS, _CLOSERS = "„«〝", "»〞"  # the others open in one language and close in another
_BEFORE_OPENING = re.compile(rf"(?:^|[\s(\[{{/–—-]|[{MARKS}{SINGLE}])$")
_AFTER_CLOSING = re.compile(rf"^(?:$|[\s)\]}}/.,;:!?…–—-]|[{MARKS}{SINGLE}])")
# Inches, seconds and minutes: 5'10", 12"
_MEASURE = re.compile(r"(?<=\d)[\"”]")
_SINGLE_PAIR = re.compile(
    rf"(?<!\w)[{SINGLE}](?!\d0s)(?=\w\w)((?:[^{SINGLE}{MARKS}]|(?<=\w)['’](?=[^\W\d_]))*[\w.,!?…%])[{SINGLE}](?!\w)"
)

Pairs = list[tuple[int, int, int]]


def localise_quotes(source: str, target: str, style: Convention) -> str:
    """The target with its pairs in the house style; untouched where a mark has no partner."""
    if style.raises_single:
        target = _raise_single(source, target)
    pairs = pairs_of(target)
    if pairs is None:
        return target
    pieces = list(target)
    for opening, closing, depth in pairs:
        marks = style.quotes if depth == 0 else style.inner
        space = style.quote_space if depth == 0 else ""
        _drop_spaces(pieces, range(opening + 1, closing))
        _drop_spaces(pieces, range(closing - 1, opening, -1))
        pieces[opening], pieces[closing] = marks[0] + space, space + marks[1]
    return "".join(pieces)


def single_pairs_of(text: str) -> list[str]:
    """What stands between single marks, where they cannot be apostrophes."""
    return [match[1] for match in _SINGLE_PAIR.finditer(text)]


def _raise_single(source: str, target: str) -> str:
    """British 'words' become a pair of double marks, where the target uses no double marks of its own."""
    if re.search(f"[{MARKS}]", target) or not 0 < len(single_pairs_of(source)) == len(
        single_pairs_of(target)
    ):
        return target
    return _SINGLE_PAIR.sub(r'"\1"', target)


def _drop_spaces(pieces: list[str], positions: range) -> None:
    for position in positions:
        if pieces[position] not in SPACES or not pieces[position]:
            break
        pieces[position] = ""


def pairs_of(text: str) -> Pairs | None:
    """(opening, closing, depth) of every pair of double marks; None where they do not pair."""
    stack: list[int] = []
    pairs: Pairs = []
    for position in _positions(text):
        if _opens(text, position, depth=len(stack)):
            stack.append(position)
        elif stack:
            opening = stack.pop()
            pairs.append((opening, position, len(stack)))
        else:
            return None
    return None if stack or any(depth > 1 for *_, depth in pairs) else pairs


def _positions(text: str) -> list[int]:
    measures = {match.start() for match in _MEASURE.finditer(text)}
    found = [match.start() for match in re.finditer(f"[{MARKS}]", text)]
    # A mark after a digit is an inch only where it would otherwise lack a partner.
    return found if len(found) % 2 == 0 else [at for at in found if at not in measures]


def _opens(text: str, position: int, *, depth: int) -> bool:
    before = bool(_BEFORE_OPENING.search(text[max(0, position - 1) : position]))
    after = bool(_AFTER_CLOSING.match(text[position + 1 : position + 2]))
    if before != after:
        return before
    if text[position] in _OPENERS:
        return True
    return text[position] not in _CLOSERS and depth == 0
