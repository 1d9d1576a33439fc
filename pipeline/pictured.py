"""The addresses of the pictures that a cleaned text shows. Pure."""

import html
import re
from collections.abc import Iterator, Mapping

_IMAGE = re.compile(r"<img(?=[\s>/])([^>]*)>")
_ATTRIBUTE = re.compile(r'\b([a-z]+)="([^"]*)"')


def addresses(image: Mapping[str, str] | None, *texts: str) -> Iterator[str]:
    """The picture of the entry itself first, then those in its texts."""
    if image and image.get("url"):
        yield image["url"]
    for text in texts:
        for found in _IMAGE.finditer(text):
            if source := dict(_ATTRIBUTE.findall(found[1])).get("src"):
                yield html.unescape(source)
