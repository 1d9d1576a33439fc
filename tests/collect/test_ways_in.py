"""Every way in which a site can hand us an address: none of them leads to a server that may not be reached."""

import itertools
import json
from collections.abc import Iterator

import pytest

from pipeline import announcing
from pipeline.collect import stage
from pipeline.config import Config
from pipeline.models import Entry, HubPing, Source, Subscription
from tests.builders import NOW, config
from tests.collect.servers import Behaviour, LoopbackServer, answer, redirect, serve

ARTICLE = {"limit": 20}
MISSING = answer(status="404 Not Found")


def item(number: int, link: str) -> str:
    return (
        f"<item><guid>{number}</guid><title>T{number}</title><link>{link}</link>"
        f"<pubDate>{number:02} Nov 2026 08:00:00 GMT</pubDate><description>Teksts.</description>"
        f'<enclosure url="{link}" type="image/jpeg"/><media:content url="{link}" medium="image"/></item>'
    )


def feed(secret: str, *numbers: int) -> bytes:
    """Links, base, pictures, a hub, a stylesheet, a document type and an inclusion that all lead to the secret."""
    return (
        f'<?xml version="1.0"?><?xml-stylesheet href="{secret}x.xsl"?><!DOCTYPE rss SYSTEM "{secret}x.dtd" ['
        f'<!ENTITY % more SYSTEM "{secret}more"> %more;]><rss version="2.0" xml:base="{secret}" '
        f'xmlns:a="http://www.w3.org/2005/Atom" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>x</title>'
        f'<a:link rel="hub" href="{secret}hub"/><a:link rel="self" href="{secret}self"/><image><url>{secret}i</url></image>'
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret}inc"/>'
        f"{''.join(item(number, f'{secret}{number}') for number in numbers)}</channel></rss>"
    ).encode()


def page(secret: str) -> bytes:
    return (
        f"<html><head><base href='{secret}'><meta http-equiv='refresh' content='0;url={secret}'>"
        f"<link rel='alternate' type='application/rss+xml' href='{secret}feed'><link rel='canonical' href='{secret}c'>"
        f"</head><body><div class='item'><a href='{secret}1'>Titulis</a><img src='{secret}i.jpg'></div>"
        f"<a class='next' href='{secret}2'>next</a><a href='{secret}a.pdf'>Avīze</a></body></html>"
    ).encode()


def site(secret: str) -> dict[str, Behaviour]:
    links = json.dumps({"items": [{"id": "1", "title": "T", "link": f"{secret}1"}]}).encode()
    posts = json.dumps([{"id": 1, "link": f"{secret}1", "title": {"rendered": "T"}}]).encode()
    index = f"<sitemapindex><sitemap><loc>{secret}s.xml</loc></sitemap></sitemapindex>".encode()
    urls = f"<urlset><url><loc>{secret}1</loc></url></urlset>".encode()
    html = answer(page(secret), headers={"Content-Type": "text/html", "Refresh": f"0;url={secret}"})
    numbers = itertools.chain(
        [(1, 2, 3)], itertools.repeat((1, 3))
    )  # the second is withdrawn, or so it seems

    def changing(sock: object, request: str) -> None:
        headers = {"Link": f'<{secret}hub2>; rel="hub"', "Alt-Svc": f'h2="{secret[7:-1]}"'}
        answer(feed(secret, *next(numbers)), headers=headers)(sock, request)  # type: ignore[arg-type]

    return {
        "/robots.txt": redirect(f"{secret}robots.txt"), "/feed": changing, "/moved": redirect(f"{secret}feed", "301 Moved"),
        "/kept": redirect(f"{secret}hub", "307 Temporary"), "/page": html, "/api": answer(links), "/index": answer(index), "/urls": answer(urls),
        "/wp-json/wp/v2/posts": answer(posts),
    }  # fmt: skip


@pytest.fixture
def servers() -> Iterator[tuple[LoopbackServer, LoopbackServer]]:
    """A site that may be reached, and a server beside it that may not."""
    routes: dict[str, Behaviour] = {}
    with serve({}, host="127.0.0.2") as secret, serve(routes) as open_site:
        routes |= site(secret.url())
        yield open_site, secret


def network(base: str, secret: str) -> Config:
    """Sources for every reader; the operator even named the secret's host as one of the sources' own."""
    lists = {"hosts": ["127.0.0.2"]}
    rows: dict[str, dict[str, object]] = {
        "feed": {"url": f"{base}feed", "article": ARTICLE, "list": lists},
        "moved": {"url": f"{base}moved"},
        "auto": {"url": f"{base}page", "reader": "auto"},
        "listing": {"url": f"{base}page", "reader": "listing", "article": ARTICLE, "list": lists | {"items": ".item", "next": ".next", "pages": 3}},
        "pdf": {"url": f"{base}page", "reader": "pdf", "list": lists},
        "api": {"url": f"{base}api", "reader": "api", "article": ARTICLE, "list": lists | {"items": "items", "title": "title", "link": "link"}},
        "wordpress": {"url": f"{base}wp-json/wp/v2/posts", "reader": "wordpress", "article": ARTICLE, "list": lists},
        "index": {"url": f"{base}index", "reader": "sitemap", "list": lists},
        "urls": {"url": f"{base}urls", "reader": "sitemap", "article": ARTICLE, "list": lists},
    }  # fmt: skip
    return config(
        source=[{"key": key, "name": key, "language": "lv", **row} for key, row in rows.items()],
        fetch={"allow": ["127.0.0.1"], "gap": 0, "timeout": 5},
        websub={"callback": "https://news.example.org/websub"},
        publish={"hubs": [f"{secret}hub", f"{base}kept"]},
    )


@pytest.mark.usefixtures("sqlite_store")
def test_no_way_leads_in(
    servers: tuple[LoopbackServer, LoopbackServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Links, pictures, feeds that pages name, further pages, sitemaps, redirects, hubs, robots.txt, proxies: not one connection."""
    open_site, secret = servers
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, secret.url())
    settings = network(open_site.url(), secret.url())
    HubPing.objects.expect(
        [(hub, "https://news.example.org/lv/all.rss") for hub in settings.publish.hubs], NOW
    )

    first = {line.key: line for line in stage.run(settings)}
    Source.objects.update(etag="", last_modified="", body_hash="")
    stage.run(settings)
    announcing.announce(settings)

    assert secret.connections == 0
    assert first["feed"].new == 3  # they were read, their pages asked for and refused
    assert "not a public address" in (first["moved"].error or "")
    assert all("not a public address" in row.reason for row in Subscription.objects.all())
    assert Subscription.objects.exists()
    assert Entry.objects.filter(source="feed", withdrawn_at=None).count() == 3
    assert any(request.startswith("POST /kept") for request in open_site.requests)
