"""Recipes in config.toml: what does not fit the reader is said when the file is loaded."""

from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.config import Source


def source(**changes: Any) -> Source:
    return Source.model_validate(
        {"key": "x", "name": "X", "language": "it", "url": "https://x.example/", **changes}
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reader": "listing"}, "items or match"),
        ({"reader": "xml"}, "needs [source.list] items"),
        ({"reader": "listing", "list": {"items": "li["}}, "items must be a CSS selector"),
        ({"reader": "feed", "list": {"post": "{}"}}, "post is for reader api"),
        ({"list": {"match": "("}}, "a regular expression"),
        ({"list": {"post": "{"}}, "JSON"),
        ({"article": {"content": "p >"}}, "a CSS selector"),
        ({"article": {"remove": ["p", ")"]}}, "a CSS selector"),
        ({"list": {"pages": 0}}, "greater than or equal to 1"),
        ({"list": {"colour": "red"}}, "Extra inputs"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(changes: dict[str, Any], expected: str) -> None:
    """With the key, and what would be right."""
    with pytest.raises(ValidationError) as caught:
        source(**changes)

    assert expected in str(caught.value)


def test_a_source_that_is_off_may_wait_for_its_recipe() -> None:
    """Its note says what is missing."""
    assert not source(reader="listing", enabled=False).enabled


@pytest.mark.parametrize(
    "recipe",
    [
        {"items": ".a > li:not(.b)", "link": "a[href^='/n']@href", "title": "h3", "next": "?page={page}"},
        {"match": r"/n/\d+$"},
    ],
)
def test_recipes_that_work(recipe: dict[str, Any]) -> None:
    """Attributes behind selectors, addresses of further pages, lists by address alone."""
    assert source(reader="listing", list=recipe).list.faults("listing") == []
