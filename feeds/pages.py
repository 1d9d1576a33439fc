"""The pages that items change: news, cities, topics, archives, and each item's own."""

import json
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from feeds import addresses, labels, messages, pictures, standing
from feeds.outline import under_page
from feeds.plain import summary_text, tidy
from feeds.records import ChannelForFeed, ItemForFeed, Label, NetworkForFeed
from feeds.rendering import STATIC, by_day, render

__all__ = ["STATIC", "fixed", "gone", "item", "listing"]

fixed = standing.fixed

# https://schema.org/digitalSourceType, after IPTC's vocabulary: the mark of machine text for search engines.
_DIGITAL_SOURCES = {
    Label.MACHINE: "https://schema.org/TrainedAlgorithmicMediaDigitalSource",
    Label.EDITED: "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource",
    Label.REVIEWED: "https://schema.org/CompositeWithTrainedAlgorithmicMediaDigitalSource",
}


def listing(channel: ChannelForFeed, network: NetworkForFeed) -> bytes:
    """The page beside a channel: its items by day, its feeds, the way to the other channels and to older news."""
    shelf = channel.shelf
    twins: dict[str, str] = {}
    if shelf.number is None:  # blocks of an archive hold other items in each language
        page = addresses.channel_page(channel.language, channel.scope, channel.key)
        twins = {code: addresses.channel_page(code, channel.scope, channel.key) for code in network.languages}
    else:
        page = addresses.archive_page(channel.language, channel.scope, channel.key, shelf.number)
    return render(
        "listing.html",
        channel.language,
        page,
        network,
        twins=twins,
        channel=channel,
        days=by_day(channel),
        older=_neighbour(channel, shelf.previous),
        newer="" if shelf.number is None else _newer(channel),
    )


def _neighbour(channel: ChannelForFeed, number: int | None) -> str:
    if number is None:
        return ""
    return addresses.archive_page(channel.language, channel.scope, channel.key, number)


def _newer(channel: ChannelForFeed) -> str:
    following = _neighbour(channel, channel.shelf.following)
    return following or addresses.channel_page(channel.language, channel.scope, channel.key)


def item(entry: ItemForFeed, language: str, network: NetworkForFeed) -> bytes:
    """The page of one item. `language` is the reader's; an untranslated text may be in another."""
    entry = tidy(entry)
    page = addresses.item_page(language, entry.public_id)
    spoken = {language, *entry.alternates}
    twins = {code: addresses.item_page(code, entry.public_id) for code in network.languages if code in spoken}
    day = messages.local_day(entry.published, entry.source.timezone)
    changed = messages.local_day(entry.updated, entry.source.timezone)
    return render(
        "item.html",
        language,
        page,
        network,
        twins=twins,
        item=replace(
            entry,
            content_html=under_page(entry.content_html),
            original_html=under_page(entry.original_html),
        ),
        day=day,
        changed=changed if changed > day else None,
        attachments=[one for one in entry.enclosures if entry.image is None or one.url != entry.image.url],
        topics=[topic for topic in network.topics if topic.key in entry.topics],
        json_ld=_json_ld(entry, addresses.absolute(network, page), network),
    )


def gone(page: str, language: str, network: NetworkForFeed, entry: ItemForFeed | None = None) -> bytes:
    """What stands where an item's page was. `entry`: it is only too old, so its original may be named."""
    shown = tidy(entry) if entry else None
    return render("gone.html", language, page, network, twins={}, item=shown)


def _json_ld(entry: ItemForFeed, url: str, network: NetworkForFeed) -> Markup:
    """https://schema.org/NewsArticle, with the original it translates."""
    publisher = {"@type": "Organization", "name": entry.source.name, "url": entry.source.site_url}
    article: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "@id": entry.id,
        "url": url,
        "mainEntityOfPage": url,
        "headline": entry.title,
        "description": summary_text(entry),
        "inLanguage": entry.language,
        "datePublished": entry.published.isoformat(),
        "dateModified": entry.updated.isoformat(),
        "author": {"@type": "Person", "name": entry.author} if entry.author else publisher,
        "publisher": publisher,
        "isPartOf": {"@type": "WebSite", "name": network.title, "url": addresses.absolute(network, "")},
    }
    if entry.image:
        article["image"] = {
            "@type": "ImageObject",
            "url": pictures.public_address(network, entry),
            "caption": entry.image.alt,
        }
    if entry.source.licence:
        article["license"] = entry.source.licence
    if entry.label in _DIGITAL_SOURCES:
        article["digitalSourceType"] = _DIGITAL_SOURCES[entry.label]
        article["translationOfWork"] = {
            "@type": "NewsArticle",
            "url": labels.original_url(entry),
            "inLanguage": entry.original_language,
        }
    if entry.label is Label.REVIEWED and entry.editor:
        article["editor"] = {"@type": "Person", "name": entry.editor}
    data = json.dumps(article, ensure_ascii=False, separators=(",", ":"))
    # Inside <script> only "<" could end the block or open a comment; JSON may write it as an escape.
    return Markup(data.replace("<", "\\u003c").replace(">", "\\u003e"))  # noqa: S704 -- inert by the line above
