"""JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/ with our own extension `_ccnet`."""

import json
from typing import Any

from feeds import addresses, generator, makers, voices
from feeds.labels import body_html, digital_source, label_line, label_name, original_url, teaser_text
from feeds.records import ChannelForFeed, ItemForFeed, NetworkForFeed
from pipeline.records import Enclosure

VERSION = "https://jsonfeed.org/version/1.1"


def render(channel: ChannelForFeed, network: NetworkForFeed) -> bytes:
    """The channel as a JSON Feed; equal channels give equal bytes."""
    feed = {
        "version": VERSION,
        "title": channel.title,
        "home_page_url": channel.home_url,
        "feed_url": addresses.feed_url(network, channel.path, "json"),
        "description": channel.description,
        "next_url": _next_url(channel, network),
        "language": channel.language,
        "authors": [{"name": network.title, "url": addresses.absolute(network, "")}],
        "hubs": [{"type": "WebSub", "url": hub} for hub in network.hubs],
        "items": [_item(item, channel, network) for item in channel.items],
    }
    return json.dumps(_filled(feed), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _next_url(channel: ChannelForFeed, network: NetworkForFeed) -> str:
    """JSON Feed's own word for the next older document."""
    links = generator.history(channel, network, "json")
    return next((link["href"] for link in links if link["rel"] == "prev-archive"), "")


def _item(item: ItemForFeed, channel: ChannelForFeed, network: NetworkForFeed) -> dict[str, Any]:
    page = addresses.item_page(channel.language, item.public_id)
    fields = {
        "id": item.id,
        "url": addresses.absolute(network, page),
        "external_url": original_url(item),
        "title": item.title,
        "content_html": body_html(item, channel.language, bilingual=channel.bilingual),
        "summary": teaser_text(item, channel.language),
        "image": item.image.url if item.image else "",
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "authors": [{"name": item.author or item.source.name}],
        "tags": [
            *_topics(item, channel, network),
            *item.categories,
            label_name(item.label, channel.language),
        ],
        "language": item.language,
        "attachments": [_attachment(one) for one in generator.attachments(item)],
        "_ccnet": _extension(item, channel, network),
    }
    return _filled(fields)


def _topics(item: ItemForFeed, channel: ChannelForFeed, network: NetworkForFeed) -> list[str]:
    names = [topic.name_in(channel.language) for topic in generator.topics(item, network)]
    return [name for name in names if name not in item.categories]


def _attachment(enclosure: Enclosure) -> dict[str, Any]:
    mime_type = generator.media_type(enclosure.url, enclosure.type)
    size = {"size_in_bytes": enclosure.length} if enclosure.length is not None else {}
    return {"url": enclosure.url, "mime_type": mime_type, **size}


def _extension(item: ItemForFeed, channel: ChannelForFeed, network: NetworkForFeed) -> dict[str, Any]:
    """The label and the origin for programs; `about` tells what the words mean, as the specification asks."""
    source = {"key": item.source.key, "name": item.source.name, "url": item.source.site_url}
    return _filled(
        {
            "about": addresses.label_scheme(network),
            "label": item.label.value,
            "label_text": label_line(item, channel.language),
            "digital_source_type": digital_source(item.label),
            "engine": ", ".join(map(makers.public_name, item.engines)),
            "editor": item.editor,
            "original_language": item.original_language,
            "image_alt": item.image.alt if item.image else "",
            "source": _filled(source | {"licence": item.source.licence}),
            "voices": [_filled(voice) for voice in voices.extension(item)],
        }
    )


def _filled(fields: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty: the specification wants absent keys, not empty ones. A feed's items stay."""
    return {key: value for key, value in fields.items() if value not in ("", [], {}) or key == "items"}
