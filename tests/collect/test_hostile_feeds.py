"""Feeds made to hurt: every one ends within bounded time, as entries or as a ReadError, and opens nothing."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.collect.clean import clean_entry
from pipeline.collect.readers import READERS
from pipeline.errors import ReadError

MEGABYTE = 1_000_000
LIMIT = 3.0  # seconds of processor time


def rss(inside: str, head: str = "", attributes: str = "") -> bytes:
    return f'<?xml version="1.0"?>{head}<rss version="2.0"{attributes}><channel>{inside}</channel></rss>'.encode()


def item(inside: str) -> str:
    return f"<item><title>t</title>{inside}</item>"


ATTACKS: dict[str, Callable[[], bytes]] = {
    "entity bomb": lambda: rss(
        item("<description>&z;</description>"),
        "<!DOCTYPE r [<!ENTITY a 'aaaaaaaaaa'>"
        + "".join(
            f"<!ENTITY {new} '{('&' + old + ';') * 10}'>"
            for old, new in zip("abcdefghy", "bcdefghyz", strict=True)
        )
        + "]>",
    ),
    "quadratic entity": lambda: rss(item("&a;" * 50_000), f"<!DOCTYPE r [<!ENTITY a '{'a' * 100_000}'>]>"),
    "deep nesting": lambda: rss("<a>" * 100_000),
    "deep content": lambda: rss(item("<description><![CDATA[" + "<div>" * 100_000 + "]]></description>")),
    "many attributes": lambda: rss(item("<x " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>")),
    "many categories": lambda: rss(item("".join(f"<category>{n}</category>" for n in range(100_000)))),
    "hidden categories": lambda: rss(
        item("".join(f"<w><category>{n}</category></w>" for n in range(50_000)))
    ),
    "many namespaces": lambda: rss(
        item("<p:x/>" * 50_000),
        attributes="".join(f' xmlns:p{n}="urn:{n}"' for n in range(20_000)) + ' xmlns:p="urn:p"',
    ),
    "used namespaces": lambda: rss(item("".join(f'<x xmlns="urn:{n}"/>' for n in range(30_000)))),
    "undeclared prefixes": lambda: rss(item("".join(f"<p{n}:x/>" for n in range(50_000)))),
    "long base": lambda: rss(item("<x/>" * 50_000), attributes=f' xml:base="http://x.org/{"a/" * 300_000}"'),
    "open angle brackets": lambda: rss(item("<" * 3 * MEGABYTE)),
    "open cdata": lambda: rss(item("<![CDATA[" * 300_000)),
    "open comments": lambda: rss(item("<!--" * 500_000)),
    "ampersands": lambda: rss(item("&" * 3 * MEGABYTE)),
    "doctypes": lambda: b"<!DOCTYPE " * 300_000,
    "comments ahead": lambda: b"<!---->" * 300_000 + b"<!--" * 100_000 + rss(item("")),
    "open declaration": lambda: b"<?xml " + b"encoding='" * 300_000,
    "processing instructions": lambda: rss(item("<description>" + " <?a?>" * 300_000 + "</description>")),
    "blank pieces": lambda: rss(item("<description>" + " <!---->" * 300_000 + "</description>")),
    "many entries": lambda: rss(item("<link>http://x.org/</link>") * 60_000),
    "long date": lambda: rss(item("<pubDate>" + "1 " * MEGABYTE + "</pubDate>") * 3),
    "long title": lambda: rss("<item><title>" + "&amp;lt;" * 400_000 + "</title></item>"),
    "title of tags": lambda: rss("<item><title>" + "&lt;a " * 400_000 + "</title></item>"),
    "unclosed tags": lambda: rss(
        item("<description><![CDATA[" + "<a href='" * 300_000 + "]]></description>")
    ),
    "formatting": lambda: rss(item("<description><![CDATA[" + "<b><i><p>" * 100_000 + "]]></description>")),
    "odd tables": lambda: rss(
        item("<description><![CDATA[" + "<table><td><a>" * 60_000 + "]]></description>")
    ),
    "empty paragraphs": lambda: rss(
        item("<description><![CDATA[" + "<p></p>" * 200_000 + "]]></description>")
    ),
    "srcset": lambda: rss(
        item("<description><![CDATA[<img srcset='" + "a 1w, " * 300_000 + "'>]]></description>")
    ),
    "open descriptions": lambda: rss(item("<description>" * 250_000 + "<br></description>")),
    "one id for all": lambda: rss(
        "".join(
            f"<item><guid>x</guid><link>http://x.org/{n}</link><title>{n}</title></item>"
            for n in range(5_000)
        )
    ),
    "no charset at all": lambda: rss(item("<description>x</description>")).replace(
        b"x<", b"\xe4\xe5" * MEGABYTE + b"<"
    ),
    "another charset": lambda: (
        b'<?xml version="1.0" encoding="latin1"?><rss>' + b"a\xb3" * MEGABYTE + b"</rss>"
    ),
    "noise in front": lambda: b"<br>" + b"<?xml " * 500_000,
    "controls": lambda: b"\x00\x01\x02" * MEGABYTE,
    "json depth": lambda: b'{"items": ' + b"[" * MEGABYTE,
    "json number": lambda: b'{"items": [{"id": ' + b"9" * MEGABYTE + b"}]}",
    "json items": lambda: b'{"items": [' + b"{}," * 300_000 + b"{}]}",
}


@pytest.mark.parametrize("name", ATTACKS)
def test_attacks_end_in_time(name: str) -> None:
    """Reading and cleaning a hostile document takes less processor time than the limit, and never fails oddly."""
    body = ATTACKS[name]()
    started = time.process_time()
    try:
        feed = READERS["feed"](body, url="https://x.org/feed")
    except ReadError:
        feed = None
    for entry in (feed.entries if feed else ())[:5]:
        clean_entry(entry, base_url="https://x.org/")

    assert time.process_time() - started < LIMIT


def test_external_entities_open_no_file(tmp_path: Path) -> None:
    """A document type that points at a file is thrown away with its entities."""
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    head = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY % y SYSTEM "{secret.as_uri()}">%y;]>'
    feed = READERS["feed"](
        rss(item("<description>before &x; after</description>"), head), url="https://x.org/"
    )

    assert "secret" not in repr(feed)
    assert feed.entries[0].title == "t"
