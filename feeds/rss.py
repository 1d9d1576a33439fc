"""RSS 2.0 by feedgen, mended: https://www.rssboard.org/rss-specification and the board's profile."""

from typing import Any

from lxml import etree
from markupsafe import escape

from feeds import generator
from feeds.labels import original_url, teaser_text
from feeds.records import ChannelForFeed, ItemForFeed, Label, NetworkForFeed

_ATOM = "{http://www.w3.org/2005/Atom}"
_MEDIA = "{http://search.yahoo.com/mrss/}"


def render(channel: ChannelForFeed, network: NetworkForFeed) -> bytes:
    """The channel as an RSS 2.0 document; equal channels give equal bytes."""
    feed = generator.make(channel, network, "rss")
    for item in channel.items:
        _fill(generator.add(feed, item, channel, network), item, channel)
    root, document = feed._create_rss()  # noqa: SLF001 -- rss_str() leaves no chance to mend the tree
    _mend(root, channel, network)
    return etree.tostring(document, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def _fill(entry: Any, item: ItemForFeed, channel: ChannelForFeed) -> None:
    """What only RSS says, or says in its own words."""
    # Readers take a description for HTML, so its text is escaped once more than XML would.
    entry.description(str(escape(teaser_text(item, channel.language))), isSummary=True)
    # <author> would be an e-mail address; dc:creator is a name.
    entry.dc.dc_creator(item.author or item.source.name)
    entry.dc.dc_language(item.language)
    if original_url(item):
        entry.dc.dc_source(original_url(item))
    if item.source.licence:
        entry.dc.dc_rights(item.source.licence)
    if item.label is Label.REVIEWED and item.editor:
        entry.dc.dc_contributor(item.editor)
    if item.source.site_url:
        entry.source(url=item.source.site_url, title=item.source.name)
    if item.image is not None:
        entry.media.content(
            url=item.image.url,
            type=generator.media_type(item.image.url, default="image/jpeg"),
            medium="image",
            group=None,
        )
        entry.media.thumbnail(url=item.image.url, group=None)
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
    for hub in reversed(network.hubs):  # WebSub; feedgen writes rel=self only
        own_link.addnext(own_link.makeelement(f"{_ATOM}link", {"href": hub, "rel": "hub"}))
    for element, item in zip(head.iterfind("item"), channel.items, strict=True):
        # feedgen writes the label's words, which differ by language; machines need the term.
        element.find("category").text = item.label.value
        if item.image is not None and item.image.alt:
            alt = etree.SubElement(element.find(f"{_MEDIA}content"), f"{_MEDIA}description", type="plain")
            alt.text = item.image.alt
