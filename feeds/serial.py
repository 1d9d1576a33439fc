"""Trees → the bytes of a feed. `&` and `<` of plain texts go out as the RSS board's profile wants them.

A title "R&D &lt;draft&gt;" may be text or markup: readers differ, and validators warn. Written with `&#x26;` and
`&#x3C;` it is text to all of them. https://www.rssboard.org/rss-profile#data-types-characterdata
"""

import re
from typing import Any

from lxml import etree

_TEXTS = re.compile(
    rb"<(title|subtitle|summary|description|rights|name|category|source|media:description)\b[^>]*>[^<&]*&[^<]*</"
)
_WORDS = re.compile(rb"(?<=\s)(?:label|title)=\"[^\"&]*&[^\"]*\"")
_HEXADECIMAL = {b"&amp;": b"&#x26;", b"&lt;": b"&#x3C;"}
_REFERENCE = re.compile(rb"&(?:amp|lt);")


def document(tree: Any) -> bytes:
    """The document with its declaration, one element a line."""
    written = etree.tostring(tree, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return _WORDS.sub(_plain, _TEXTS.sub(_plain, written))


def _plain(found: re.Match[bytes]) -> bytes:
    return _REFERENCE.sub(lambda reference: _HEXADECIMAL[reference[0]], found[0])
