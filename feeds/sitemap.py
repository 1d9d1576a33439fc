"""Site maps: https://www.sitemaps.org/protocol.html

/sitemap.xml lists the parts; a language has one part for the pages that no item changes, and one for every
five hundred items in order of arrival, so that an item changes one small part. The other languages of an item
stand in its page's own head (`hreflang`), which search engines take as equal; here only the standing pages list
theirs.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import cast

from lxml import etree

from feeds import addresses
from feeds.records import NetworkForFeed, Scope

_MAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
_SPACES = cast("dict[str, str]", {None: _MAP})  # the stubs of lxml know no default namespace


def items(rows: Iterable[tuple[str, datetime]], language: str, network: NetworkForFeed) -> bytes:
    """One part: the pages of these items, with the date of their last change."""
    root = etree.Element("urlset", nsmap=_SPACES)
    for public_id, updated in rows:
        url = etree.SubElement(root, "url")
        page = addresses.item_page(language, public_id)
        etree.SubElement(url, "loc").text = addresses.absolute(network, page)
        etree.SubElement(url, "lastmod").text = updated.replace(microsecond=0).isoformat()
    return _bytes(root)


def standing(language: str, network: NetworkForFeed) -> bytes:
    """The part of the pages that every language has, each with its twins in the other languages."""
    root = etree.Element("urlset", nsmap=_SPACES | {"xhtml": _XHTML})
    own = pages(language, network)
    others = {code: pages(code, network) for code in network.languages}
    for place, page in enumerate(own):
        url = etree.SubElement(root, "url")
        etree.SubElement(url, "loc").text = addresses.absolute(network, page)
        for code, twins in others.items():
            etree.SubElement(
                url,
                f"{{{_XHTML}}}link",
                rel="alternate",
                hreflang=code,
                href=addresses.absolute(network, twins[place]),
            )
    return _bytes(root)


def pages(language: str, network: NetworkForFeed) -> list[str]:
    """The pages that every language has, in one order."""
    found = [
        addresses.channel_page(language, Scope.ALL),
        addresses.subscribe_page(language),
        addresses.about_page(language),
        addresses.accessibility_page(language),
        addresses.privacy_page(language),
    ]
    if network.searchable:
        found.append(addresses.search_page(language))
    found += [addresses.channel_page(language, Scope.CITY, source.key) for source in network.sources]
    return found + [addresses.channel_page(language, Scope.TOPIC, topic.key) for topic in network.topics]


def index(parts: Mapping[str, int], network: NetworkForFeed) -> bytes:
    """The list of all parts: of each language the standing pages, and so many parts of items."""
    root = etree.Element("sitemapindex", nsmap=_SPACES)
    for language, count in parts.items():
        for number in (None, *range(count)):
            place = etree.SubElement(root, "sitemap")
            path = addresses.site_map(language, number)
            etree.SubElement(place, "loc").text = addresses.absolute(network, path)
    return _bytes(root)


def robots(network: NetworkForFeed) -> bytes:
    """All may read; forms are no reading matter, and there is no page in an index of searches."""
    lines = ["User-agent: *", "Allow: /"]
    if network.reports.startswith("/"):
        lines.append(f"Disallow: {network.reports}")
    lines.append(f"Sitemap: {addresses.absolute(network, addresses.SITE_INDEX)}")
    return ("\n".join(lines) + "\n").encode()


def _bytes(root: etree._Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
