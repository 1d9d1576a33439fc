"""What the W3C's feed validator says of a document beyond the rules of its format: its errors and its warnings.

Written after reading what its checks do (https://github.com/w3c/feedvalidator), for a suite that asks no service.
Each function gives the list of messages; an empty list is a document without any. The one warning that stays, of
the namespace of tombstones, is in rules.py.
"""

import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html.entities import name2codepoint
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import nh3

from tests.feeds.rules import ATOM, CONTENT, HISTORY, MEDIA, parse

Element = Any

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_TAGS = frozenset(
    [
        *(
            "a",
            "abbr",
            "b",
            "blockquote",
            "br",
            "caption",
            "cite",
            "code",
            "dd",
            "del",
            "dfn",
            "div",
            "dl",
            "dt",
        ),
        *(
            "em",
            "figcaption",
            "figure",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "img",
            "ins",
            "kbd",
            "li",
        ),
        *(
            "mark",
            "ol",
            "p",
            "pre",
            "q",
            "s",
            "samp",
            "small",
            "span",
            "strong",
            "sub",
            "sup",
            "table",
            "tbody",
        ),
        *("td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var"),
    ]
)  # those of its list that the collector lets through
_ATTRIBUTES = frozenset(
    [
        *("href", "title", "hreflang", "rel", "cite", "src", "alt", "width", "height", "start", "colspan"),
        *("rowspan", "scope", "datetime", "lang", "dir"),
    ]
)
_MARKUP_TAGS = _TAGS | {
    "script",
    "style",
    "iframe",
    "form",
    "title",
    "body",
    "html",
    "head",
    "object",
    "center",
    "font",
}
_ADDRESS = re.compile(r"[a-zA-Z][0-9a-zA-Z+.-]*:(//)?[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]+")
_HOST = re.compile(r"https?://((\d{1,3}\.){3}|([a-z0-9-]+\.)+)[a-z0-9][-a-z0-9]*(:\d+)?(/|$)", re.IGNORECASE)
_TAG_URI = re.compile(
    r"tag:([a-z0-9._-]+@)?[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]*"
)
_END_TAG = re.compile(r"</(\w+)>")
_REFERENCE = re.compile(r"&(#?\w+)")
_LIKE_MARKUP = re.compile(r"&#[x0-9]|<[/a-zA-Z]")
_BAD = re.compile("[\x80-\x9f�]")


def messages(document: bytes, latest: datetime | None = None) -> list[str]:
    """Of an RSS or Atom document; no date may be later than `latest`."""
    root = parse(document)
    lines = document.split(b"\n")
    found = [*_characters(root), *_plain_texts(root, lines), *_addresses(root), *_html(root)]
    return [*found, *_dates(root, latest), *_atom(root)]


def _characters(root: Element) -> Iterator[str]:
    for element in root.iter():
        for text in (element.text or "", *element.attrib.values()):
            if _BAD.search(text):
                yield f"BadCharacters in {element.tag}: {text[:60]!r}"


# --- texts that may hold no markup ---------------------------------------------------------------------------


def _plain_texts(root: Element, lines: list[bytes]) -> Iterator[str]:
    rss = root.tag == "rss"
    names = (
        ("channel/title", "channel/description", "channel/item/title", "channel/item/category")
        if rss
        else tuple(f"{{*}}{name}" for name in ("title", "subtitle"))
        + tuple(f"{{*}}entry/{{*}}{name}" for name in ("title", "summary", "rights", "author/{*}name"))
    )
    paths = (
        *names,
        "channel/item/source" if rss else "{*}entry/{*}source/{*}title",
        f".//{MEDIA}description",
    )
    texts = [(element, element.text or "") for path in paths for element in root.iterfind(path)]
    texts += [(one, one.get("label", "")) for one in root.iterfind(f".//{ATOM}category")]
    texts += [(one, one.get("title", "")) for one in root.iterfind(f".//{ATOM}link")]
    for element, text in texts:
        hexadecimal = b"&#x" in lines[element.sourceline - 1]
        if message := _like_markup(text, rss=rss, hexadecimal=hexadecimal):
            yield f"{message} in {element.tag}: {text[:80]!r}"


def _like_markup(text: str, *, rss: bool, hexadecimal: bool) -> str:
    """The board's profile wants `&` and `<` of a plain text as `&#x26;` and `&#x3C;`: then no one doubts."""
    if any(tag.lower() in _MARKUP_TAGS for tag in _END_TAG.findall(text)):
        return "ContainsHTML"
    if hexadecimal:
        return ""
    references = _REFERENCE.findall(text)
    if any(name in name2codepoint or name == "apos" or not name.isalpha() for name in references):
        return "ContainsHTML"
    return "CharacterData" if rss and not references and _LIKE_MARKUP.search(text) else ""


# --- addresses -----------------------------------------------------------------------------------------------


def _addresses(root: Element) -> Iterator[str]:
    for element in root.iter():
        for name in ("href", "url", "domain", "scheme"):
            if name in element.attrib and not _ADDRESS.fullmatch(element.get(name)):
                yield f"InvalidUriChar in {element.tag}: {element.get(name)}"
        if element.tag == "enclosure" and not _HOST.match(element.get("url", "")):
            yield f"InvalidURLAttribute of an enclosure: {element.get('url')}"
    for element in (*root.iterfind(".//{*}id"), *root.iterfind(".//guid")):
        text = element.text or ""
        if text.startswith("tag:") and not _TAG_URI.fullmatch(text):
            yield f"InvalidTAG: {text}"
        if not text.startswith("tag:") and not is_canonical(text):
            yield f"NonCanonicalURI: {text}"


def is_canonical(url: str) -> bool:
    """As RFC 3986 (6.2) writes it: small letters in the host, no default port, a path."""
    parts = urlsplit(url)
    host = parts.netloc
    usual = {"http": ":80", "https": ":443"}.get(parts.scheme, ":")
    return bool(
        host == host.lower() and not host.endswith((usual, ":")) and parts.path and "/." not in parts.path
    )


# --- HTML ----------------------------------------------------------------------------------------------------


class _Tags(HTMLParser):
    """The tags of a fragment in order, with their attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(attrs))))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", ()))


def _html(root: Element) -> Iterator[str]:
    for element in (*root.iterfind(f".//{CONTENT}encoded"), *root.iterfind(f".//{ATOM}content")):
        yield from html_messages(element.text or "")


def html_messages(markup: str) -> Iterator[str]:
    """Of an item's HTML: what is unsafe or unknown, and where a strict parser would stumble."""
    tags = _Tags(markup).found
    for tag, attributes in tags:
        if tag.removeprefix("/") not in _TAGS:
            yield f"SecurityRisk or NotHtml: <{tag}>"
        yield from (f"SecurityRiskAttr: {name}" for name, _ in attributes if name not in _ATTRIBUTES)
    # What an HTML5 parser makes of it has the same tags: none was moved, closed or left out.
    again = nh3.clean(
        markup,
        tags=set(_TAGS),
        attributes={"*": set(_ATTRIBUTES)},
        link_rel=None,
        url_schemes={urlsplit(value or "").scheme for _, each in tags for _, value in each},
    )
    if _Tags(again).found != tags:
        yield f"NotHtml: {html.unescape(markup)[:200]!r}"


# --- dates, and what only Atom is asked ----------------------------------------------------------------------


def _dates(root: Element, latest: datetime | None) -> Iterator[str]:
    for element in root.iter():
        name = etree_name(element)
        if name in {"updated", "published"}:
            when = datetime.fromisoformat(element.text)
        elif name in {"pubDate", "lastBuildDate"}:
            when = parsedate_to_datetime(element.text)
        else:
            continue
        if when < _EARLIEST or (latest and when > latest):
            yield f"ImplausibleDate in {name}: {element.text}"


def etree_name(element: Element) -> str:
    """The name without its namespace; empty of a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _atom(root: Element) -> Iterator[str]:
    if root.tag != f"{ATOM}feed":
        return
    stamps = Counter(entry.findtext(f"{ATOM}updated") for entry in root.iterfind(f"{ATOM}entry"))
    yield from (
        f"DuplicateUpdated: {stamp} stands {times} times" for stamp, times in stamps.items() if times > 1
    )
    relations = {link.get("rel") for link in root.iterfind(f"{ATOM}link")}
    if root.find(f"{HISTORY}archive") is not None and not relations & {"prev-archive", "next-archive"}:
        yield "ArchiveIncomplete: neither an older nor a newer one"


# --- OPML ----------------------------------------------------------------------------------------------------

_HEAD = {"title", "dateCreated", "dateModified", "ownerName", "ownerEmail", "ownerId"}


def opml_messages(document: bytes) -> list[str]:
    """Of an OPML document."""
    root = parse(document)
    found = [f"UndefinedElement: {each.tag} in head" for each in root.find("head") if each.tag not in _HEAD]
    for outline in root.iterfind(".//outline"):
        if len(outline.attrib) > 1 and "type" not in outline.attrib:
            found.append("MissingOutlineType")
        if outline.get("type") == "rss" and not outline.get("title"):
            found.append("MissingTitleAttr")
    return [*found, *_characters(root)]
