"""Quotation marks, pair by pair, in the target's house style. Apostrophes are never touched."""

import re
from dataclasses import dataclass

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
Lone = tuple[int, bool]  # a mark without its partner, and whether it opens


@dataclass(frozen=True, slots=True, kw_only=True)
class LoneMark:
    position: int
    opens: bool
    inner: int | None  # where the last quotation after it closes


def localise_quotes(source: str, target: str, style: Convention) -> str:
    """The target with its marks in the house style; untouched where it cannot be told which belong together."""
    if style.raises_single:
        target = _raise_single(source, target)
    spoken, found = _marks(source), _marks(target)
    if found is None:
        return target
    pairs, lone = found
    # What is said in several sentences opens in the first and closes in the last one: the source's mark tells so.
    goes_on = spoken[1] if spoken else None
    if goes_on and not pairs and not lone:
        return _add_lone(source, target, goes_on, style)
    if lone and not (goes_on and goes_on[1] == lone[1]):
        return target
    return _styled(target, pairs, lone, style)


def _styled(target: str, pairs: Pairs, lone: Lone | None, style: Convention) -> str:
    pieces = list(target)
    for opening, closing, depth in pairs:
        marks = style.quotes if depth == 0 else style.inner
        space = style.quote_space if depth == 0 else ""
        _drop_spaces(pieces, range(opening + 1, closing))
        _drop_spaces(pieces, range(closing - 1, opening, -1))
        pieces[opening], pieces[closing] = marks[0] + space, space + marks[1]
    if lone and lone[1]:
        _drop_spaces(pieces, range(lone[0] + 1, len(pieces)))
        pieces[lone[0]] = style.quotes[0] + style.quote_space
    elif lone:
        _drop_spaces(pieces, range(lone[0] - 1, -1, -1))
        pieces[lone[0]] = style.quote_space + style.quotes[1]
    return "".join(pieces)


def _add_lone(source: str, target: str, goes_on: Lone, style: Convention) -> str:
    """Small models drop a mark without a partner; at an end of the source its place is certain."""
    at, opens = goes_on
    added = target
    if opens and not source[:at].strip():
        added = style.quotes[0] + style.quote_space + target.lstrip()
    elif not opens and not source[at + 1 :].strip():
        added = target.rstrip() + style.quote_space + style.quotes[1]
    marks = _marks(added)
    return added if marks and marks[1] and marks[1][1] == opens else target  # 12" would be inches


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
    found = _marks(text)
    return None if found is None or found[1] else found[0]


def lone_mark(text: str) -> LoneMark | None:
    """The one double mark that has no partner; None where there is none, or more of them."""
    found = _marks(text)
    if found is None or found[1] is None:
        return None
    pairs, (position, opens) = found[0], found[1]
    inner = max((closing for opening, closing, _ in pairs if opening > position), default=None)
    return LoneMark(position=position, opens=opens, inner=inner)


def _marks(text: str) -> tuple[Pairs, Lone | None] | None:
    """The pairs, and the one mark that has no partner; None where there are more of those."""
    stack: list[int] = []
    pairs: Pairs = []
    lone: Lone | None = None
    for position in _positions(text):
        if _opens(text, position, depth=len(stack)):
            stack.append(position)
        elif stack:
            opening = stack.pop()
            pairs.append((opening, position, len(stack)))
        elif lone is None:
            lone = position, False
            pairs = [(opening, closing, depth + 1) for opening, closing, depth in pairs]
        else:
            return None
    if stack and (lone or len(stack) > 1):
        return None
    if stack:
        lone = stack[0], True
    return None if any(depth > 1 for *_, depth in pairs) else (pairs, lone)


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
