"""OPML 2.0: every feed of the network in one file that readers import. http://opml.org/spec2.opml"""

from lxml import etree

from feeds import addresses
from feeds.compose import compose
from feeds.messages import own_name
from feeds.records import ChannelForFeed, NetworkForFeed, Scope


def render(network: NetworkForFeed, language: str = "") -> bytes:
    """The feeds of one language, or of all, grouped by language."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = network.title
    body = etree.SubElement(root, "body")
    for code in [language] if language else network.languages:
        group = body if language else etree.SubElement(body, "outline", text=own_name(code))
        _outlines(group, code, network)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def channels(network: NetworkForFeed) -> list[tuple[Scope, str]]:
    """Every channel that each language has."""
    cities = [(Scope.CITY, source.key) for source in network.sources]
    return [(Scope.ALL, ""), *cities, *((Scope.TOPIC, topic.key) for topic in network.topics)]


def _outlines(group: etree._Element, language: str, network: NetworkForFeed) -> None:
    for scope, key in channels(network):
        _outline(group, compose((), language=language, network=network, scope=scope, key=key), network)
    if network.bilingual:
        _outline(group, compose((), language=language, network=network, bilingual=True), network)


def _outline(group: etree._Element, channel: ChannelForFeed, network: NetworkForFeed) -> None:
    etree.SubElement(
        group,
        "outline",
        type="rss",
        text=channel.title,
        title=channel.title,
        description=channel.description,
        language=channel.language,
        xmlUrl=addresses.feed_url(network, channel.path, "rss"),
        htmlUrl=channel.home_url,
    )
