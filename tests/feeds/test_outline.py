"""Headings of a text under the heading of its page."""

import pytest

from feeds.outline import under_page


@pytest.mark.parametrize(
    ("levels", "wanted"),
    [("24", "23"), ("3", "2"), ("2343", "2343"), ("424", "223"), ("161", "232"), ("223", "223")],
)
def test_no_level_is_left_out(levels: str, wanted: str) -> None:
    """Whatever levels the source uses, the first is 2 and none is more than one below the former."""
    before, after = ("".join(f'<h{n} lang="lv">A</h{n}><p>B</p>' for n in each) for each in (levels, wanted))

    assert under_page(before) == after


def test_other_elements_stay() -> None:
    """A rule or a header is no heading."""
    assert under_page("<hr><header>h4</header>") == "<hr><header>h4</header>"
