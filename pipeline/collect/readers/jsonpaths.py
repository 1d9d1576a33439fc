"""Dotted paths into JSON: `page.entities`, `path.alias`, `data.0.title`, `tags.*.name`. Pure."""

from typing import Any


def values(document: Any, path: str) -> list[Any]:
    """Everything at the path; `*` is every member of a list or a table, a number one member of a list."""
    found = [document]
    for part in filter(None, path.split(".")):
        found = [inner for each in found for inner in _step(each, part)]
    return [each for each in found if each is not None]


def _step(value: Any, part: str) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values()) if part == "*" else [value[part]] if part in value else []
    if isinstance(value, list):
        if part == "*":
            return value
        if part.isdigit():
            return value[int(part) : int(part) + 1]
        # JSON:API gives one thing or a list of them, as there are: a name reaches into either.
        return [inner for each in value if isinstance(each, dict) for inner in _step(each, part)]
    return []


def text(value: Any) -> str:
    """A leaf as text; tables, lists and truth values are none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
