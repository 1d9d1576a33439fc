"""feedgen filled from a channel: what RSS and Atom have in common. What it leaves wrong, rss.py and atom.py mend."""

import mimetypes
import re
from email.utils import format_datetime
from typing import Any

import feedgen.entry
import feedgen.feed
from feedgen.feed import FeedGenerator
from lxml import etree

from feeds import addresses
from feeds.labels import body_html, digital_source, label_name
from feeds.records import ChannelForFeed, ItemForFeed, NetworkForFeed, Scope, TopicForFeed
from pipeline.records import Enclosure

GENERATOR = "CCnet Newswire"
_TYPE = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]{0,126}/[A-Za-z0-9][\w!#$&^.+-]{0,126}", re.ASCII)
MEDIA = "{http://search.yahoo.com/mrss/}"
HISTORY = "http://purl.org/syndication/history/1.0"
UNKNOWN_TYPE = "application/octet-stream"

# feedgen formats a date by switching the locale of the whole process, which other threads see, and two such
# switches at once may leave it switched. The standard library's formatter needs no locale.
feedgen.feed.formatRFC2822 = format_datetime
feedgen.entry.formatRFC2822 = format_datetime


def media_type(url: str, declared: str = "", default: str = UNKNOWN_TYPE) -> str:
    """The type its source declared, where that is one, or what its name suggests."""
    return (
        (declared if _TYPE.fullmatch(declared) else "")
        or mimetypes.guess_type(url.partition("?")[0])[0]
        or default
    )


def attachments(item: ItemForFeed) -> tuple[Enclosure, ...]:
    """The item's enclosures, its image first: some readers show pictures from enclosures only."""
    given = item.enclosures
    if item.image is None or any(one.url == item.image.url for one in given):
        return given
    return (Enclosure(url=item.image.url, type=media_type(item.image.url, default="image/jpeg")), *given)


def make(channel: ChannelForFeed, network: NetworkForFeed, extension: str) -> Any:
    """A FeedGenerator that holds the channel without its items."""
    url = addresses.feed_url(network, channel.path, extension)
    feed = FeedGenerator()
    feed.load_extension("dc")
    feed.load_extension("media")
    feed.id(url)
    feed.title(channel.title)
    feed.description(channel.description)
    feed.language(channel.language)
    feed.updated(channel.updated)
    feed.lastBuildDate(channel.updated)
    feed.ttl(network.ttl_minutes)
    feed.generator(GENERATOR)
    feed.author({"name": network.title, "uri": addresses.absolute(network, "")})
    feed.link(href=url, rel="self", type=addresses.FORMATS[extension])
    # The last link becomes the RSS channel's <link>.
    feed.link(href=channel.home_url, rel="alternate", type="text/html", hreflang=channel.language)
    return feed


def add(feed: Any, item: ItemForFeed, channel: ChannelForFeed, network: NetworkForFeed) -> Any:
    """The item as a feedgen entry at the feed's end."""
    entry = feed.add_entry(order="append")
    entry.id(item.id)
    entry.title(item.title)
    entry.published(item.published)
    entry.updated(item.updated)
    entry.content(body_html(item, channel.language, bilingual=channel.bilingual), type="html")
    page = addresses.item_page(channel.language, item.public_id)
    entry.link(href=addresses.absolute(network, page), rel="alternate")
    entry.category(
        {
            "term": item.label.value,
            "scheme": addresses.label_scheme(network),
            "label": label_name(item.label, channel.language),
        }
    )
    for topic in topics(item, network):
        scheme = addresses.absolute(network, addresses.channel_page(channel.language, Scope.TOPIC, topic.key))
        entry.category({"term": topic.key, "scheme": scheme, "label": topic.name_in(channel.language)})
    for category in item.categories:
        entry.category(term=category)
    if digital_source(item.label):
        entry.dc.dc_type(digital_source(item.label))
    return entry


def topics(item: ItemForFeed, network: NetworkForFeed) -> list[TopicForFeed]:
    """The item's topics as the network names them."""
    return [topic for topic in network.topics if topic.key in item.topics]


def media(entry: Any, item: ItemForFeed) -> None:
    """The item's image as Media RSS: readers differ in where they look for it."""
    if item.image is None:
        return
    kind = media_type(item.image.url, default="image/jpeg")
    entry.media.content(url=item.image.url, type=kind, medium="image", group=None)
    entry.media.thumbnail(url=item.image.url, group=None)


def describe_media(element: Any, item: ItemForFeed) -> None:
    """The image's words, for which feedgen has no place."""
    if item.image is not None and item.image.alt:
        content = element.find(f"{MEDIA}content")
        etree.SubElement(content, f"{MEDIA}description", type="plain").text = item.image.alt


def history(channel: ChannelForFeed, network: NetworkForFeed, extension: str) -> list[dict[str, str]]:
    """The links of RFC 5005, as attributes: the documents before and after, and from an archive back to the feed."""
    links = []
    kind = addresses.FORMATS[extension]
    shelf = channel.shelf
    if shelf.number is not None:
        url = addresses.feed_url(network, channel.stem, extension)
        links.append({"href": url, "rel": "current", "type": kind})
    # Only the oldest names its successor: it would have no neighbour else, and all others stay as they are.
    relation, number = (
        ("next-archive", shelf.following) if shelf.previous is None else ("prev-archive", shelf.previous)
    )
    if number is not None and not channel.bilingual:
        path = addresses.archive_path(channel.language, channel.scope, channel.key, number)
        links.append({"href": addresses.feed_url(network, path, extension), "rel": relation, "type": kind})
    return links


def mark_archive(parent: Any, before: Any) -> None:
    """<fh:archive/>: a reader may keep this document, as it will not change."""
    before.addprevious(parent.makeelement(f"{{{HISTORY}}}archive", nsmap={"fh": HISTORY}))
