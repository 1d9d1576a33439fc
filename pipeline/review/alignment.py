"""Which sentence of a former text became which of the present one. Pure."""

from collections.abc import Sequence
from difflib import SequenceMatcher

_LIKE = 0.45  # below, two sentences in the same place are not one that was corrected


def align(former: Sequence[str], present: Sequence[str]) -> tuple[int | None, ...]:
    """For each present sentence the index of the former one it was made of; None where it is new."""
    found: list[int | None] = [None] * len(present)
    matcher = SequenceMatcher(None, former, present, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            found[new_start:new_end] = range(start, end)
        elif tag == "replace":
            _pair(former, present, (start, end), (new_start, new_end), found)
    return tuple(found)


def _pair(
    former: Sequence[str],
    present: Sequence[str],
    old: tuple[int, int],
    new: tuple[int, int],
    found: list[int | None],
) -> None:
    """Within what was replaced, in order: each present sentence takes the likest former one not passed yet."""
    at = old[0]
    for index in range(*new):
        ratios = [(_ratio(former[each], present[index]), -each) for each in range(at, old[1])]
        best, place = max(ratios, default=(0.0, 0))
        if best >= _LIKE:
            found[index] = -place
            at = -place + 1


def _ratio(one: str, other: str) -> float:
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _LIKE and matcher.quick_ratio() >= _LIKE else 0.0
