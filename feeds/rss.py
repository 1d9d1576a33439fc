"""RSS 2.0 by feedgen, mended: https://www.rssboard.org/rss-specification and the board's profile."""

from typing import Any

from lxml import etree
from markupsafe import escape

from feeds import generator, serial, voices
from feeds.labels import original_url, teaser_text
from feeds.records import ChannelForFeed, ItemForFeed, Label, NetworkForFeed

_ATOM = "{http://www.w3.org/2005/Atom}"


def render(channel: ChannelForFeed, network: NetworkForFeed) -> bytes:
    """The channel as an RSS 2.0 document; equal channels give equal bytes."""
    feed = generator.make(channel, network, "rss")
    for item in channel.items:
        _fill(generator.add(feed, item, channel, network), item, channel)
    root, tree = feed._create_rss()  # noqa: SLF001 -- rss_str() leaves no chance to mend the tree
    _mend(root, channel, network)
    return serial.document(tree)


def _fill(entry: Any, item: ItemForFeed, channel: ChannelForFeed) -> None:
    """What only RSS says, or says in its own words."""
    # Readers take a description for HTML, so its text is escaped once more than XML would.
    entry.description(str(escape(teaser_text(item, channel.language))), isSummary=True)
    # <author> would be an e-mail address; dc:creator is a name.
    entry.dc.dc_creator(item.author or item.source.name)
    entry.dc.dc_language(item.language)
    if item.source.licence:
        entry.dc.dc_rights(item.source.licence)
    if item.label is Label.REVIEWED and item.editor:
        entry.dc.dc_contributor(item.editor)
    if item.source.site_url:
        entry.source(url=item.source.site_url, title=item.source.name)
    generator.media(entry, item)
    # RSS has room for one enclosure; the board's profile warns of more.
    for enclosure in generator.attachments(item)[:1]:
        entry.enclosure(
            url=enclosure.url,
            length=enclosure.length or 0,  # the board's profile: 0 where the size is unknown
            type=generator.media_type(enclosure.url, enclosure.type),
        )


def _mend(root: Any, channel: ChannelForFeed, network: NetworkForFeed) -> None:
    head = root.find("channel")
    own_link = head.find(f"{_ATOM}link")
    hubs = [{"href": hub, "rel": "hub"} for hub in network.hubs]  # WebSub; feedgen writes rel=self only
    for attributes in reversed([*hubs, *generator.history(channel, network, "rss")]):
        own_link.addnext(own_link.makeelement(f"{_ATOM}link", attributes))
    if channel.shelf.number is not None:
        generator.mark_archive(head, own_link)
    for element, item in zip(head.iterfind("item"), channel.items, strict=True):
        # feedgen writes the label's words, which differ by language; machines need the term.
        element.find("category").text = item.label.value
        generator.describe_media(element, item)
        if original_url(item):  # dc:source would repeat <source>, as the W3C's validator says
            via = {"href": original_url(item), "rel": "via", "hreflang": item.original_language}
            etree.SubElement(element, f"{_ATOM}link", via)
        for attributes in voices.links(item, channel.language):
            etree.SubElement(element, f"{_ATOM}link", attributes)
