"""One event told by several sources: how an item names the other voices of its story. Pure.

A channel of all cities holds a story once; each voice keeps its own id, its page and its place in its city's channel.
"""

from typing import Any

from markupsafe import Markup, escape

from feeds.messages import text
from feeds.records import ItemForFeed


def names(item: ItemForFeed, reader: str) -> str:
    """Who else reports it, in a line for lists; empty where nobody does."""
    if not item.voices:
        return ""
    message = text(reader, "Also reported by: {voices}")
    return message.format(voices=", ".join(voice.name for voice in item.voices))


def line_html(item: ItemForFeed, reader: str) -> Markup:
    """The same for an item in a feed, each name a link to that voice's page in the reader's language."""
    if not item.voices:
        return Markup("")
    links = Markup(", ").join(
        Markup('<a href="{}">{}</a>').format(voice.page, voice.name) for voice in item.voices
    )
    line = escape(text(reader, "Also reported by: {voices}")).format(voices=links)
    return Markup('<p lang="{}">{}</p>').format(reader, line)


def links(item: ItemForFeed, reader: str) -> list[dict[str, str]]:
    """The attributes of atom:link elements: RFC 4287 calls such a resource related."""
    return [
        {"href": voice.page, "rel": "related", "type": "text/html", "hreflang": reader, "title": voice.title}
        for voice in item.voices
    ]


def extension(item: ItemForFeed) -> list[dict[str, Any]]:
    """The other voices for programs, in JSON Feed."""
    return [
        {
            "id": voice.id,
            "url": voice.page,
            "external_url": voice.url,
            "title": voice.title,
            "source": {"key": voice.key, "name": voice.name},
            "original_language": voice.original_language,
        }
        for voice in item.voices
    ]
