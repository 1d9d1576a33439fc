"""The sample sites' RSS: 2.0 in the variations that real sites print, and 1.0 (RDF)."""

import html
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html.entities import codepoint2name
from xml.sax.saxutils import escape, quoteattr

from pipeline.demo import markup
from pipeline.demo.addresses import Addresses
from pipeline.demo.content import Item, Site
from pipeline.demo.pictures import draw

_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RssStyle:
    """How one site's RSS 2.0 differs from the others'."""

    guid: str = "link"  # link; id: a number, not a link; wordpress: ?p=ID; drupal: "ID at HOME"; empty: none
    date: str = "rfc822"  # rfc822; naive: the same without a zone; iso: naive too; empty: none
    encoded: bool = False  # the text stands in content:encoded, the description is the first paragraph
    cdata: bool = False  # titles and descriptions stand in CDATA
    entities: bool = False  # letters outside ASCII are written as entities
    enclosure: bool = False
    relative: bool = False  # links and images without scheme and host
    footer: bool = False  # WordPress's closing line about where the item came from
    encoding: str = "utf-8"


STYLES = {
    "bologna": RssStyle(guid="id", entities=True),
    "bucuresti": RssStyle(date="", guid="link"),
    "daugavpils": RssStyle(date="naive", encoded=True),
    "dublin": RssStyle(guid="drupal", encoded=True, enclosure=True),
    "firenze": RssStyle(cdata=True),
    "klaipeda": RssStyle(date="iso", encoding="windows-1257"),
    "metropolregion": RssStyle(guid="wordpress", encoded=True, cdata=True, relative=True, footer=True),
    "poznan": RssStyle(guid="id", encoded=True),
    "rennes": RssStyle(guid=""),
}


def rss(site: Site, at: Addresses) -> bytes:
    """The site's RSS 2.0 document, in its own encoding."""
    style = STYLES[site.key]
    items = "\n".join(_item(site, item, at, style) for item in site.items)
    document = f"""<?xml version="1.0" encoding="{style.encoding.upper()}"?>
<rss version="2.0" {_NAMESPACES}>
<channel>
<title>{escape(site.title)}</title>
<link>{at.home(site)}</link>
<description>{escape(site.title)}</description>
<language>{site.language}</language>
<lastBuildDate>{format_datetime(site.changed)}</lastBuildDate>
{items}
</channel>
</rss>
"""
    return document.encode(style.encoding)


def _item(site: Site, item: Item, at: Addresses, style: RssStyle) -> str:
    link = at.item(site, item)
    lines = [
        f"<title>{_text(item.title.text, style)}</title>",
        f"<link>{escape(link)}</link>",
        _guid(site, item, at, style),
        f"<pubDate>{_date(item.published, style)}</pubDate>" if style.date else "",
        *(f"<category>{_text(name, style)}</category>" for name in item.categories),
        *_description(site, item, at, style),
        _enclosure(site, item, at) if style.enclosure and item.picture else "",
    ]
    return "<item>\n" + "\n".join(filter(None, lines)) + "\n</item>"


def _guid(site: Site, item: Item, at: Addresses, style: RssStyle) -> str:
    forms = {
        "id": f"{site.key}-{item.id}",
        "wordpress": f"{at.home(site)}?p={item.id}",
        "drupal": f"{item.id} at {at.home(site)}",
    }
    if style.guid == "link":
        return f"<guid>{escape(at.item(site, item))}</guid>"
    return f'<guid isPermaLink="false">{forms[style.guid]}</guid>' if style.guid else ""


def _date(moment: datetime, style: RssStyle) -> str:
    if style.date == "iso":
        return f"{moment:%Y-%m-%d %H:%M:%S}"
    full = format_datetime(moment)
    return full.rsplit(" ", 1)[0] if style.date == "naive" else full


def _description(site: Site, item: Item, at: Addresses, style: RssStyle) -> list[str]:
    text, summary = markup.content(site, item, at), f"<p>{html.escape(markup.lead(item), quote=False)}</p>"
    if style.footer:
        link = f'<a href="{at.item(site, item)}">{item.title.html}</a>'
        line = f'<p>Der Beitrag {link} erschien zuerst auf <a href="{at.home(site)}">Metropolregion</a>.</p>'
        text, summary = text + line, summary + line
    if style.relative:
        text = text.replace(f'="{at.base}/', '="/')
    if style.encoded:
        return [
            f"<description>{_text(summary, style)}</description>",
            f"<content:encoded>{markup.cdata(text)}</content:encoded>",
        ]
    return [f"<description>{_text(_named(text) if style.entities else text, style)}</description>"]


def _named(text: str) -> str:
    """HTML with its letters outside ASCII as named entities."""
    return "".join(f"&{codepoint2name[ord(c)]};" if ord(c) in codepoint2name and c > "~" else c for c in text)


def _text(text: str, style: RssStyle) -> str:
    if style.cdata:
        return markup.cdata(text)
    safe = escape(text)
    return "".join(f"&#{ord(c)};" if c > "~" else c for c in safe) if style.entities else safe


def _enclosure(site: Site, item: Item, at: Addresses) -> str:
    size = len(draw(item.picture, item.id))
    return f'<enclosure url="{at.picture(site, item)}" length="{size}" type="image/png"/>'


def rdf(site: Site, at: Addresses) -> bytes:
    """RSS 1.0 with Dublin Core dates."""
    links = [at.item(site, item) for item in site.items]
    rows = "".join(f"<rdf:li rdf:resource={quoteattr(link)}/>" for link in links)
    items = "\n".join(_rdf_item(site, item, at) for item in site.items)
    feed = at.path(site, "feed")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" {_NAMESPACES}>
<channel rdf:about="{feed}">
<title>{escape(site.title)}</title>
<link>{at.home(site)}</link>
<description>{escape(site.title)}</description>
<dc:language>{site.language}</dc:language>
<dc:date>{site.changed.isoformat()}</dc:date>
<items><rdf:Seq>{rows}</rdf:Seq></items>
</channel>
{items}
</rdf:RDF>
""".encode()


def _rdf_item(site: Site, item: Item, at: Addresses) -> str:
    link = at.item(site, item)
    subjects = "".join(f"<dc:subject>{escape(name)}</dc:subject>" for name in item.categories)
    return f"""<item rdf:about={quoteattr(link)}>
<title>{escape(item.title.text)}</title>
<link>{escape(link)}</link>
<description>{escape(markup.lead(item))}</description>
<content:encoded>{markup.cdata(markup.content(site, item, at))}</content:encoded>
<dc:date>{item.published.isoformat()}</dc:date>
{subjects}
</item>"""
