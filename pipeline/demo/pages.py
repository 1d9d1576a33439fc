"""The sample sites' HTML: a listing and an article page, each with the quirks of the real site."""

from datetime import datetime
from html import escape

from babel.dates import format_date

from pipeline.demo import markup
from pipeline.demo.addresses import Addresses
from pipeline.demo.content import Item, Site

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:0 auto;padding:1rem;color:#222}"
    "img{max-width:100%;height:auto}.sample{background:#fff3c4;padding:.3rem .6rem}time,.date{color:#555}"
)
_SCRIPT_ONLY = frozenset({"padova"})  # the article page is empty without JavaScript
_FEED_TYPES = {
    "ccnet": "application/feed+json",
    "hengelo": "application/atom+xml",
    "wolverhampton": "application/atom+xml",
}
_NOTICE = "Sample site of the CCnet Newswire demonstration – invented news"


def index(at: Addresses) -> bytes:
    """The network's own first page: all sites."""
    rows = "".join(
        f'<li><a href="{at.home(site)}">{escape(site.name)}</a> ({site.language})</li>'
        for site in at.sites.values()
    )
    return _document("en", "Sample network", f"<h1>Sample network</h1><ul>{rows}</ul>").encode()


def listing(site: Site, at: Addresses) -> bytes:
    """The news of the site, newest first; also its home page."""
    rows = "\n".join(_row(site, item, at) for item in site.items)
    extra = ""
    if "newsletter" in site.paths:
        extra = f'<p><a href="{at.path(site, "newsletter")}">{escape(site.page.newsletter)}</a></p>'
    main = f'<h1>{escape(site.title)}</h1>\n<div class="view-content">\n{rows}\n</div>\n{extra}'
    return _document(site.language, site.title, _cookie(site) + main, _alternate(site, at)).encode()


def article(site: Site, item: Item, at: Addresses) -> bytes:
    """The item's own page."""
    title = item.title.text
    if site.key in _SCRIPT_ONLY:
        return _document(site.language, title, "<app-root></app-root>").encode()
    text = markup.content(site, item, at)
    intro = f'<p class="intro">{escape(markup.lead(item), quote=False)}</p>\n' if site.page.lead else ""
    main = (
        f'<main id="content"><article>\n<h1>{escape(title, quote=False)}</h1>\n{_dates(site, item)}\n'
        f"{intro}{text}\n</article>\n{_related(site, item, at)}</main>"
    )
    return _document(site.language, title, _cookie(site) + main, _alternate(site, at)).encode()


def _row(site: Site, item: Item, at: Addresses) -> str:
    """The label is glued to the date, as on some real sites."""
    date = f'<span class="label">{escape(site.page.label.strip())}</span>{_time(site, item.published)}'
    return (
        f'<div class="views-row"><h3><a href="{escape(at.item(site, item))}">'
        f'{escape(item.title.text, quote=False)}</a></h3><p class="date">{date}</p>'
        f"<p>{escape(markup.lead(item), quote=False)}</p></div>"
    )


def _dates(site: Site, item: Item) -> str:
    page = site.page
    if page.date_in == "listing":
        return f'<p class="date">{escape(page.label)}</p>' if page.label else ""
    changed = f" {escape(page.changed)}{_time(site, item.updated)}" if page.changed else ""
    return f'<p class="date">{escape(page.label)}{_time(site, item.published)}{changed}</p>'


def _time(site: Site, moment: datetime) -> str:
    shown = format_date(moment, site.page.date, locale=site.language)
    shown = shown.title() if site.page.capital else shown
    return f'<time class="datetime" datetime="{moment.isoformat()}">{shown}</time>'


def _related(site: Site, item: Item, at: Addresses) -> str:
    if not site.page.related:
        return ""
    others = (other for other in site.items if other.id != item.id)
    rows = "".join(
        f'<li><a href="{at.item(site, other)}">{escape(other.title.text)}</a> {_time(site, other.published)}</li>'
        for other in others
    )
    return f'<section class="related"><h2>{escape(site.page.related)}</h2><ul>{rows}</ul></section>\n'


def _cookie(site: Site) -> str:
    return f'<div class="cookies">{escape(site.page.cookie)}</div>\n' if site.page.cookie else ""


def _alternate(site: Site, at: Addresses) -> str:
    if "feed" not in site.paths:
        return ""
    kind = _FEED_TYPES.get(site.key, "application/rss+xml")
    return f'<link rel="alternate" type="{kind}" title="{escape(site.title)}" href="{at.path(site, "feed")}">'


def _document(language: str, title: str, main: str, head: str = "") -> str:
    return f"""<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title, quote=False)}</title>
{head}<style>{_STYLE}</style></head>
<body><p class="sample" lang="en">{_NOTICE}</p>
{main}
</body>
</html>
"""
