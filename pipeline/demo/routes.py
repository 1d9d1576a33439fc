"""Which address of the sample network gives what: a request in, a reply out. Knows no sockets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qsl, unquote, urlsplit

from pipeline.demo import pages, services
from pipeline.demo.addresses import Addresses
from pipeline.demo.atom import atom, json_feed
from pipeline.demo.content import Item, Site
from pipeline.demo.pdf import newsletter
from pipeline.demo.pictures import draw
from pipeline.demo.rss import STYLES, rdf, rss

_HTML = "text/html; charset=utf-8"
_JSON = "application/json"
_XML = "application/xml; charset=utf-8"
_ROBOTS = b"User-agent: *\nDisallow:\n"
_CEDILLAS = {"ș": "ş", "ț": "ţ", "Ș": "Ş", "Ț": "Ţ"}

_FEEDS: dict[str, tuple[str, Callable[[Site, Addresses], bytes]]] = {
    "ccnet": ("application/feed+json", json_feed),
    "hengelo": ("application/atom+xml", atom),
    "murcia": ("application/rdf+xml", rdf),
    "wolverhampton": ("application/atom+xml; charset=utf-8", atom),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    method: str  # GET or POST; HEAD is a GET whose body is not sent
    target: str  # path and query
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    status: int = 200
    type: str = _HTML
    body: bytes = b""
    changed: datetime | None = None  # for Last-Modified


NOT_FOUND = Reply(status=404, body=b"<!doctype html><title>404</title><p>Not found</p>")
GONE = Reply(status=410, body=b"<!doctype html><title>410</title><p>Withdrawn</p>")
_BAD_REQUEST = Reply(status=400, type=_JSON, body=b'{"error": "bad request"}')
_NOT_ALLOWED = Reply(status=405, type=_JSON, body=b'{"error": "method not allowed"}')


def respond(request: Request, at: Addresses) -> Reply:
    """What the network as it is now says to the request."""
    parts = urlsplit(request.target)
    path = unquote(parts.path)
    if path == "/":
        return Reply(body=pages.index(at))
    if path == "/robots.txt":
        return Reply(type="text/plain", body=_ROBOTS)
    key, _, rest = path.removeprefix("/").partition("/")
    site = at.sites.get(key)
    if site is None:
        return NOT_FOUND
    query = dict(parse_qsl(parts.query))
    return _service(site, f"/{rest}", query, request, at) or _page(site, f"/{rest}", request, at)


def _service(
    site: Site, path: str, query: Mapping[str, str], request: Request, at: Addresses
) -> Reply | None:
    """The site's own service, where the path is one."""
    if (site.key, path) == ("padova", "/api/entity"):
        found = services.entity(site, at, query)
        return NOT_FOUND if found is None else Reply(type=_JSON, body=found, changed=site.changed)
    if site.paths.get("endpoint", "").partition("?")[0] != path:
        return None
    if site.key == "bologna":
        return _search(site, query, request, at)
    if site.key == "poznan" and query.get("co") == "getCurrentDayNews":
        return Reply(type=_XML, body=services.day_news(site, at), changed=site.changed)
    if site.key == "padova":
        body = services.json_api(site, at, query)
        return Reply(type="application/vnd.api+json", body=body, changed=site.changed)
    return None


def _search(site: Site, query: Mapping[str, str], request: Request, at: Addresses) -> Reply:
    if request.method != "POST":
        return _NOT_ALLOWED
    found = services.search(site, at, query, request.body)
    return _BAD_REQUEST if found is None else Reply(type=_JSON, body=found)


def _page(site: Site, path: str, request: Request, at: Addresses) -> Reply:
    if request.method != "GET":
        return _NOT_ALLOWED
    if path == site.paths.get("feed"):
        return _feed(site, at)
    if path == site.paths.get("newsletter"):
        return Reply(type="application/pdf", body=newsletter(site), changed=site.changed)
    if path in {"/", site.paths["listing"]}:
        return Reply(body=_as_printed(site, pages.listing(site, at)), changed=site.changed)
    return next((reply for item in site.items if (reply := _of_item(site, item, path, at))), NOT_FOUND)


def _of_item(site: Site, item: Item, path: str, at: Addresses) -> Reply | None:
    address = f"{at.base}/{site.key}{path}"
    if address == at.item(site, item):
        return Reply(body=_as_printed(site, pages.article(site, item, at)), changed=item.updated)
    if item.picture and address == at.picture(site, item):
        return Reply(type="image/png", body=draw(item.picture, item.id), changed=item.published)
    return None


def _feed(site: Site, at: Addresses) -> Reply:
    if site.key in _FEEDS:
        kind, render = _FEEDS[site.key]
        return Reply(type=kind, body=render(site, at), changed=site.changed)
    kind = f"application/rss+xml; charset={STYLES[site.key].encoding}"
    return Reply(type=kind, body=_as_printed(site, rss(site, at)), changed=site.changed)


def _as_printed(site: Site, body: bytes) -> bytes:
    """Bucharest's pages mix the letters with comma and with cedilla: here every second one has the cedilla."""
    if site.key != "bucuresti":
        return body
    out, seen = [], 0
    for letter in body.decode():
        seen += letter in _CEDILLAS
        out.append(_CEDILLAS[letter] if letter in _CEDILLAS and seen % 2 else letter)
    return "".join(out).encode()
