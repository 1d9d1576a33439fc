"""The headings of a text under the heading of its page: no level is left out, as readers by ear go by them. Pure."""

import re

_HEADING = re.compile(r"<(/?)h([1-6])(?=[\s>])", re.IGNORECASE)
_FIRST, _LAST = 2, 6  # the page's own is the first


def under_page(markup: str) -> str:
    """The same markup, its highest headings of level 2 and each deeper one only a level below the one above it."""
    above: list[int] = []  # levels at the source of the headings in which the text stands

    def renamed(found: re.Match[str]) -> str:
        closing, level = found[1], int(found[2])
        if not closing:
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
        return f"<{closing}h{min(_FIRST + max(len(above), 1) - 1, _LAST)}"

    return _HEADING.sub(renamed, markup)
