"""Which hub an answer names, and under which name its feed goes there."""

import pytest

from pipeline.collect.call import FetchResult
from pipeline.collect.hubs import Offer, offered

FEED = "https://riga.example/feed"
ATOM = 'xmlns="http://www.w3.org/2005/Atom"'


def said(body: str = "", link: str = "") -> Offer | None:
    return offered(FetchResult(status=200, url=FEED, body=body.encode(), link=link))


@pytest.mark.parametrize(
    ("body", "link", "expected"),
    [
        (
            f'<feed {ATOM}><link rel="self" href="https://riga.example/a"/><link rel="hub" href="https://h.example/"/></feed>',
            "",
            Offer("https://h.example/", "https://riga.example/a"),
        ),
        (
            '<rss xmlns:atom="http://www.w3.org/2005/Atom"><channel><atom:link rel="HUB" href="/hub"/></channel></rss>',
            "",
            Offer("https://riga.example/hub", FEED),
        ),
        (
            '{"feed_url": "/feed.json", "hubs": [{"type": "x", "url": "https://no.example/"}, {"type": "WebSub", "url": "https://h.example/"}]}',
            "",
            Offer("https://h.example/", "https://riga.example/feed.json"),
        ),
        (
            f'\ufeff<feed {ATOM}><link rel="hub" href="https://h.example/"/></feed>',
            "",
            Offer("https://h.example/", FEED),
        ),
        (
            '\ufeff{"hubs": [{"type": "WebSub", "url": "https://h.example/"}]}',
            "",
            Offer("https://h.example/", FEED),
        ),
        (
            "<rss/>",
            '<https://h.example/>; rel="hub", <https://h2.example/>; rel=hub, </self>; rel="self alternate"',
            Offer("https://h.example/", "https://riga.example/self"),
        ),
        (f'<feed {ATOM}><entry><link rel="hub" href="https://h.example/"/></entry></feed>', "", None),
        (f'<feed {ATOM}><link rel="hub" href="javascript:alert(1)"/></feed>', "", None),
        (f'<feed {ATOM}><link rel="hub"/><title>hub</title></feed>', "", None),
        ("a hub, but nothing that can be read <", "", None),
        ('{"hubs": "hub"}', "", None),
        ('{"hubs": [[]', "", None),
        (f'<feed {ATOM}><link rel="hub" href="https://h.example/{"x" * 3000}"/></feed>', "", None),
        ("<rss/>", "<mailto:a@b.example>; rel=hub", None),
        ("<rss/>", "", None),
    ],
)
def test_offers(body: str, link: str, expected: Offer | None) -> None:
    """In each form that a hub may be named in, and in none where it is not one."""
    assert said(body, link) == expected


def test_the_header_speaks_for_the_feed() -> None:
    """Where both name one."""
    body = f'<feed {ATOM}><link rel="hub" href="https://body.example/"/></feed>'

    assert said(body, "<https://header.example/>; rel=hub") == Offer("https://header.example/", FEED)
