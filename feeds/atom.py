"""Atom 1.0 by feedgen, mended: RFC 4287, with RFC 6721 for what was withdrawn."""

from datetime import datetime, timedelta
from typing import Any
from zlib import crc32

from lxml import etree

from feeds import addresses, generator, serial, voices
from feeds.labels import original_url, teaser_text
from feeds.plain import web_address
from feeds.records import ChannelForFeed, ItemForFeed, Label, NetworkForFeed, SourceForFeed

_TOMBSTONES = "http://purl.org/atompub/tombstones/1.0"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def render(channel: ChannelForFeed, network: NetworkForFeed) -> bytes:
    """The channel as an Atom document; equal channels give equal bytes."""
    feed = generator.make(channel, network, "atom")
    for item in channel.items:
        _fill(generator.add(feed, item, channel, network), item, channel)
    root, tree = feed._create_atom()  # noqa: SLF001 -- atom_str() leaves no chance to mend the tree
    _mend(root, channel, network)
    return serial.document(tree)


def _fill(entry: Any, item: ItemForFeed, channel: ChannelForFeed) -> None:
    """What only Atom says, or says in its own words."""
    entry.summary(teaser_text(item, channel.language), type="text")
    entry.author({"name": item.author or item.source.name})
    if item.label is Label.REVIEWED and item.editor:
        entry.contributor({"name": item.editor})
    if item.source.licence:
        entry.rights(item.source.licence)
    generator.media(entry, item)


def _mend(root: Any, channel: ChannelForFeed, network: NetworkForFeed) -> None:
    own_link = root.find("link")
    hubs = [{"href": hub, "rel": "hub"} for hub in network.hubs]  # WebSub; feedgen refuses this relation
    for attributes in reversed([*hubs, *generator.history(channel, network, "atom")]):
        own_link.addnext(root.makeelement("link", attributes))
    # Validators want an archive to have a neighbour; the first one has none until the second is full.
    if channel.shelf.number is not None and root.xpath("link[@rel='prev-archive' or @rel='next-archive']"):
        generator.mark_archive(root, own_link)
    stamps = [_stamp(item) for item in channel.items]
    root.find("updated").text = max([*stamps, channel.updated]).isoformat()
    for element, item, stamp in zip(root.iterfind("entry"), channel.items, stamps, strict=True):
        element.find("updated").text = stamp.isoformat()
        if item.language != channel.language:
            element.set(_LANG, item.language)
        _mend_links(element, item, channel)
        generator.describe_media(element, item)
        element.append(_source(item, network))
    first_entry = root.find("entry")
    for gone in channel.withdrawn:
        tombstone = etree.SubElement(
            root,
            f"{{{_TOMBSTONES}}}deleted-entry",
            {"ref": gone.id, "when": _rfc3339(gone.when)},
            nsmap={"at": _TOMBSTONES},
        )
        if first_entry is not None:
            first_entry.addprevious(tombstone)


def _stamp(item: ItemForFeed) -> datetime:
    """The time of its change with a fraction of its own, the same in every rebuild.

    Entries that changed in one second are common, as many cities date by days; validators warn of equal stamps.
    """
    return item.updated.replace(microsecond=0) + timedelta(microseconds=1 + crc32(item.id.encode()) % 999_999)


def _mend_links(entry: Any, item: ItemForFeed, channel: ChannelForFeed) -> None:
    """Feedgen loses rel, type and length of an entry's links; an enclosure then looks like the item's page."""
    page = entry.find("link")
    page.attrib.update({"rel": "alternate", "type": "text/html", "hreflang": channel.language})
    if original_url(item):
        etree.SubElement(
            entry,
            "link",
            href=original_url(item),
            rel="via",
            type="text/html",
            hreflang=item.original_language,
        )
    for attributes in voices.links(item, channel.language):
        etree.SubElement(entry, "link", attributes)
    for enclosure in generator.attachments(item):
        link = etree.SubElement(entry, "link", href=enclosure.url, rel="enclosure")
        link.set("type", generator.media_type(enclosure.url, enclosure.type))
        if enclosure.length is not None:
            link.set("length", str(enclosure.length))


def _source(item: ItemForFeed, network: NetworkForFeed) -> Any:
    """atom:source with the id and the date that feedgen leaves out."""
    source = etree.Element("source")
    source.set(_LANG, item.source.language)
    etree.SubElement(source, "id").text = _source_id(item.source, network)
    etree.SubElement(source, "title").text = item.source.name
    etree.SubElement(source, "updated").text = _rfc3339(item.updated)
    if item.source.site_url:
        etree.SubElement(source, "link", href=item.source.site_url, rel="alternate", type="text/html")
    return source


def _source_id(source: SourceForFeed, network: NetworkForFeed) -> str:
    return web_address(source.site_url) or addresses.absolute(network, f"source/{source.key}")


def _rfc3339(when: datetime) -> str:
    return when.replace(microsecond=0).isoformat()
