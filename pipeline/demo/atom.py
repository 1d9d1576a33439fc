"""The sample sites' Atom and JSON Feed."""

import json
from xml.sax.saxutils import escape, quoteattr

from pipeline.demo import markup
from pipeline.demo.addresses import Addresses
from pipeline.demo.content import Item, Site

_XHTML = frozenset({"hengelo"})  # content as XHTML and no summary; the others: escaped HTML and a summary
_REGION = {"wolverhampton": "en-GB"}


def atom(site: Site, at: Addresses) -> bytes:
    """The site's Atom 1.0 document."""
    entries = "\n".join(_entry(site, item, at) for item in site.items)
    return f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{_REGION.get(site.key, site.language)}">
<title>{escape(site.title)}</title>
<id>{at.home(site)}</id>
<link rel="self" href="{at.path(site, "feed")}"/>
<link rel="alternate" type="text/html" href="{at.home(site)}"/>
<updated>{site.changed.isoformat()}</updated>
<author><name>{escape(site.name)}</name></author>
{entries}
</feed>
""".encode()


def _entry(site: Site, item: Item, at: Addresses) -> str:
    link = at.item(site, item)
    categories = "".join(f"<category term={quoteattr(name)}/>" for name in item.categories)
    return f"""<entry>
<title>{escape(item.title.text)}</title>
<id>{link}</id>
<link rel="alternate" type="text/html" href={quoteattr(link)}/>
<published>{item.published.isoformat()}</published>
<updated>{item.updated.isoformat()}</updated>
{categories}
{_content(site, item, at)}
</entry>"""


def _content(site: Site, item: Item, at: Addresses) -> str:
    text = markup.content(site, item, at)
    if site.key in _XHTML:
        inner = markup.xml_text(text)
        return f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{inner}</div></content>'
    summary = escape(markup.lead(item))
    return f'<summary type="text">{summary}</summary>\n<content type="html">{escape(text)}</content>'


def json_feed(site: Site, at: Addresses) -> bytes:
    """The site's JSON Feed 1.1."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "home_page_url": at.home(site),
        "feed_url": at.path(site, "feed"),
        "language": site.language,
        "authors": [{"name": site.name}],
        "items": [_json_item(site, item, at) for item in site.items],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def _json_item(site: Site, item: Item, at: Addresses) -> dict[str, object]:
    link = at.item(site, item)
    row: dict[str, object] = {
        "id": link,
        "url": link,
        "title": item.title.text,
        "summary": markup.lead(item),
        "content_html": markup.content(site, item, at),
        "date_published": item.published.isoformat(),
        "date_modified": item.updated.isoformat(),
        "tags": list(item.categories),
    }
    return row | ({"image": at.picture(site, item)} if item.picture else {})
