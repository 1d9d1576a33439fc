"""The items' pictures on the pages: copies from our own tree, links that load nothing, or the cities' own files. Pure.

A picture that a page loads from its city tells that city the reader's internet address. So pages show copies, and in
the place of a picture that has none stands a link ([publish] pictures).
"""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from feeds import addresses
from feeds.messages import text
from feeds.records import CopyForFeed, ItemForFeed, NetworkForFeed, Pictures
from pipeline.records import Image

_TAG = re.compile(r"<(/?)(a|img)(?=[\s>/])([^>]*)>")
_ATTRIBUTE = re.compile(r'\b(src|alt)="([^"]*)"')
_ELSEWHERE = Markup(' decoding="async" referrerpolicy="no-referrer"')
_LAZY = Markup(' loading="lazy"')


@dataclass(frozen=True, slots=True)
class Showing:
    """How one page shows pictures. `root`: from the page up to the tree's root."""

    pictures: Pictures
    copies: Mapping[str, CopyForFeed]
    root: str

    def picture(self, image: Image, language: str, attributes: Markup | None = None) -> Markup:
        """The picture, what stands in for it, or nothing. `language`: of its description; `attributes`: of the tag."""
        more = attributes or Markup("")
        if self.pictures == "show":
            return Markup('<img src="{}" alt="{}"{}{}>').format(image.url, image.alt, more, _ELSEWHERE)
        copy = self.copies.get(image.url)
        if copy is None:
            return picture_link(image.url, image.alt, language)
        if not copy.path:
            return Markup("")
        return Markup('<img src="{}{}" alt="{}" width="{}" height="{}"{} decoding="async">').format(
            self.root, copy.path, image.alt, copy.width, copy.height, more
        )

    def text(self, markup: str, language: str) -> str:
        """A cleaned text with its pictures as this page shows them; in a link of the text, which leads elsewhere, words for a link."""
        if self.pictures == "show" or "<img" not in markup:
            return markup
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
            image = Image(url=facts.get("src", ""), alt=facts.get("alt", ""))
            if image.url in self.copies or (image.url and depth <= 0):
                return str(self.picture(image, language, _LAZY))
            return str(Markup("{}").format(picture_words(image.alt, language)))

        return _TAG.sub(replaced, markup)


def showing(network: NetworkForFeed, item: ItemForFeed, root: str) -> Showing:
    return Showing(network.pictures, item.copies, root)


def attributes(language: str, *, lazy: bool) -> Markup:
    """Of a picture's tag in a list; `language` where its description is in another one than the page."""
    return Markup(' lang="{}"').format(language) * bool(language) + (_LAZY if lazy else Markup(""))


def public_address(network: NetworkForFeed, item: ItemForFeed) -> str:
    """Of the item's own picture, for those who show a preview of its page."""
    copy = item.copies.get(item.image.url) if item.image else None
    if copy is not None and copy.path:
        return addresses.absolute(network, copy.path)
    return item.image.url if item.image else ""


def is_shown(network: NetworkForFeed, item: ItemForFeed) -> bool:
    """Whether a list shows the item's own picture: there a link would lead away from the item."""
    if item.image is None or network.pictures == "link":
        return False
    if network.pictures == "show":
        return True
    copy = item.copies.get(item.image.url)
    return copy is not None and bool(copy.path)


def picture_link(url: str, alt: str, language: str) -> Markup:
    """What stands in a picture's place, in the page's language; the description is the item's own."""
    return Markup('<a href="{}" rel="noreferrer">{}</a>').format(url, picture_words(alt, language))


def picture_words(alt: str, language: str) -> str:
    return (
        text(language, "Picture: {description}").format(description=alt) if alt else text(language, "Picture")
    )
