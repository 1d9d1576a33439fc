"""The items' pictures on the pages: shown from the cities' own sites, or named by links that load nothing. Pure.

A picture that a page shows tells its city the reader's internet address. Where a network does not want that before
the reader asks for it ([publish] pictures = "link"), a link stands in the picture's place.
"""

import html
import re

from markupsafe import Markup

from feeds.messages import text

_TAG = re.compile(r"<(/?)(a|img)(?=[\s>/])([^>]*)>")
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')


def picture_link(url: str, alt: str, language: str) -> Markup:
    """What stands in a picture's place, in the page's language; the description is the item's own."""
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, picture_words(alt, language))


def picture_words(alt: str, language: str) -> str:
    return (
        text(language, "Picture: {description}").format(description=alt) if alt else text(language, "Picture")
    )


def as_links(markup: str, language: str) -> str:
    """A cleaned text with links for its pictures; in a link of the text, which leads elsewhere, with words for them."""
    depth = 0

    def replaced(found: re.Match[str]) -> str:
        nonlocal depth
        closing, name, rest = found.groups()
        if name == "a":
            depth += -1 if closing else 1
            return found[0]
        if closing:
            return ""
        facts = {key: html.unescape(value) for key, value in _ATTRIBUTE.findall(rest)}
        url, alt = facts.get("src", ""), facts.get("alt", "")
        if depth > 0 or not url:
            return str(Markup("{}").format(picture_words(alt, language)))
        return str(picture_link(url, alt, language))

    return _TAG.sub(replaced, markup)
