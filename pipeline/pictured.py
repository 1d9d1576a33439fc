"""The addresses of the pictures that a cleaned text shows. Pure."""

import html
import re
from collections.abc import Iterator, Mapping

_IMAGE = re.compile(r"<img(?=[\s>/])([^>]*)>")
_SOURCE = re.compile(r'\bsrc="([^"]*)"')


def addresses(image: Mapping[str, str] | None, *texts: str) -> Iterator[str]:
    """The picture of the entry itself first, then those in its texts."""
    if image and image.get("url"):
        yield image["url"]
    for text in texts:
        for found in _IMAGE.finditer(text):
            if (source := _SOURCE.search(found[1])) and source[1]:
                yield html.unescape(source[1])
