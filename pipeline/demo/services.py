"""The sample sites' own services: Poznań's XML, Padua's Drupal JSON:API, Bologna's search by POST.

They imitate the shape of the real ones (names of fields, quirks), not their whole behaviour.
"""

import json
from collections.abc import Mapping
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from pipeline.demo import markup
from pipeline.demo.addresses import Addresses
from pipeline.demo.content import Item, Site

_NEWS_TYPE = "2"  # Padua's number for news; 1 are press releases, 3 notices: there are none here


def day_news(site: Site, at: Addresses) -> bytes:
    """Poznań: local time without a zone, lead and body in CDATA."""
    rows = "\n".join(_day_item(site, item, at) for item in site.items)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<root>\n{rows}\n</root>\n'.encode()


def _day_item(site: Site, item: Item, at: Addresses) -> str:
    return f"""<news>
<id>{item.id}</id>
<title>{escape(item.title.text)}</title>
<date>{item.published:%Y-%m-%d %H:%M:%S}</date>
<lead>{markup.cdata(markup.lead(item))}</lead>
<body>{markup.cdata(markup.content(site, item, at))}</body>
<url>{escape(at.item(site, item))}</url>
</news>"""


def json_api(site: Site, at: Addresses, query: Mapping[str, str]) -> bytes:
    """Padua: a page of news; flat with `jsonapi_include=1`, otherwise the fields stand under `attributes`."""
    wanted = query.get("filter[news_type.meta.drupal_internal__target_id]", _NEWS_TYPE)
    items = sorted(site.items, key=lambda item: item.updated, reverse=query.get("sort") == "-changed")
    items = items if wanted == _NEWS_TYPE else []
    offset, limit = int(query.get("page[offset]", 0)), int(query.get("page[limit]", 50))
    flat = query.get("jsonapi_include") == "1"
    document: dict[str, object] = {
        "jsonapi": {"version": "1.0"},
        "data": [_resource(site, item, at, flat=flat) for item in items[offset : offset + limit]],
    }
    if offset + limit < len(items):
        following = dict(query) | {"page[offset]": str(offset + limit)}
        document["links"] = {"next": {"href": f"{at.base}/{site.key}/api/news?{urlencode(following)}"}}
    return json.dumps(document, ensure_ascii=False).encode()


def _resource(site: Site, item: Item, at: Addresses, *, flat: bool) -> dict[str, object]:
    attributes: dict[str, object] = {
        "title": item.title.text,
        "created": item.published.isoformat(),
        "changed": item.updated.isoformat(),
        "news_publication_date": f"{item.published:%Y-%m-%d}",
        "path": {
            "alias": site.paths["article"].format(slug=item.slug, id=item.id),
            "langcode": site.language,
        },
        "news_description": markup.lead(item),
        "news_body": {"processed": '<?xml encoding="utf-8" ?>' + markup.content(site, item, at)},
    }
    head: dict[str, object] = {"type": "node--news", "id": item.id}
    return head | (attributes if flat else {"attributes": attributes})


def entity(site: Site, at: Addresses, query: Mapping[str, str]) -> bytes | None:
    """Padua: one page's data by its path, for the site's own script; None where there is no such page."""
    for item in site.items:
        if query.get("path") == site.paths["article"].format(slug=item.slug, id=item.id):
            return json.dumps({"data": _resource(site, item, at, flat=True)}, ensure_ascii=False).encode()
    return None


def search(site: Site, at: Addresses, query: Mapping[str, str], body: bytes) -> bytes | None:
    """Bologna: the news of the type asked for; None when the request is not understood."""
    try:
        wanted = json.loads(body)["preconditions"]["type"]
        page, size = int(query.get("page", 0)), int(query.get("pageSize", 50))
    except (ValueError, KeyError, TypeError):
        return None
    items = site.items if wanted == "rer_news" else ()
    if query.get("desc") != "true":
        items = items[::-1]
    rows = [_found(site, item, at) for item in items[page * size : (page + 1) * size]]
    return json.dumps({"page": {"entities": rows, "total": len(items)}}, ensure_ascii=False).encode()


def _found(site: Site, item: Item, at: Addresses) -> dict[str, object]:
    return {
        "name": item.title.text,
        "slug": item.slug,
        "firstPublishedAt": item.published.isoformat(),
        "modifiedAt": item.updated.isoformat(),
        "attributes": {
            "sys_canonical_url": at.item(site, item),
            "description": markup.lead(item),
            "body": markup.content(site, item, at),
        },
    }
