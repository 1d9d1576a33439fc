"""The rules of each published format, as checks that name every rule a document breaks.

RSS 2.0 with the RSS Advisory Board's profile, RFC 4287 with RFC 6721, JSON Feed 1.1, OPML 2.0, and what HTML and
WCAG let a program see. Each function gives the list of faults; an empty list is a valid document.
"""

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
MEDIA = "{http://search.yahoo.com/mrss/}"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}"
HISTORY = "{http://purl.org/syndication/history/1.0}"
# The W3C's validator warns of every namespace that it does not know; these of ours it knows. Tombstones it does not:
# a feed that names withdrawn entries gets that one warning, and only while it does.
KNOWN_NAMESPACES = {
    "http://www.w3.org/2005/Atom",
    "http://purl.org/dc/elements/1.1/",
    "http://purl.org/rss/1.0/modules/content/",
    "http://search.yahoo.com/mrss/",
    "http://purl.org/syndication/history/1.0",
    "http://www.w3.org/XML/1998/namespace",
}
IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_MEDIA_TYPE = re.compile(r"[\w!#$&^.+-]+/[\w!#$&^.+-]+")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RFC822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d (GMT|[+-]\d{4})"
)
Element = Any


def parse(document: bytes) -> Element:
    """The tree of an XML document, by a parser that forgives nothing."""
    return etree.fromstring(
        document, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    )


def _is_url(value: str | None) -> bool:
    parts = urlsplit(value or "")
    return bool(
        parts.scheme in {"http", "https"}
        and parts.netloc
        and (value or "").isascii()
        and " " not in (value or "")
    )


def _is_uri(value: str | None) -> bool:
    return bool(re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s<>\"{}|\\^`]+", value or ""))


def _is_rfc822(value: str | None) -> bool:
    return bool(_RFC822.fullmatch(value or "")) and parsedate_to_datetime(value or "").tzinfo is not None


def _is_rfc3339(value: object) -> bool:
    return isinstance(value, str) and bool(_RFC3339.fullmatch(value)) and bool(datetime.fromisoformat(value))


def _repeated(parent: Element, names: set[str]) -> Iterator[str]:
    for name, times in Counter(child.tag for child in parent if child.tag in names).items():
        if times > 1:
            yield f"{name} stands {times} times in {parent.tag}"


def _common_xml(document: bytes, root: Element) -> Iterator[str]:
    if not document.startswith(b"<?xml version='1.0' encoding='UTF-8'?>"):
        yield "no XML declaration"
    if b"<?xml-stylesheet" in document:
        yield "an XSL instruction"
    if b"xmlns:ns" in document:
        yield "a made-up namespace prefix"
    for element in root.iter():
        empty = not (len(element) or (element.text or "").strip() or element.attrib)
        if empty and element.tag != f"{HISTORY}archive":
            yield f"empty element {element.tag}"
        namespace = etree.QName(element).namespace
        if namespace and namespace not in KNOWN_NAMESPACES and f"{{{namespace}}}" != TOMBSTONE:
            yield f"the W3C's validator warns of the unknown namespace {namespace}"


def _history(head: Element, kind: str) -> Iterator[str]:
    """RFC 5005: an archive says where the feed is, names its predecessor once, and no item comes before that."""
    links = {link.get("rel"): link for link in head.iterfind(f"{ATOM}link")}
    relations = [link.get("rel") for link in head.iterfind(f"{ATOM}link")]
    yield from (
        f"{relations.count(name)} links {name}"
        for name in ("current", "prev-archive", "next-archive")
        if relations.count(name) > 1
    )
    archives = head.findall(f"{HISTORY}archive")
    if len(archives) > 1 or (archives and "current" not in links):
        yield "an archive says so once, and where its feed is"
    # The first archive has no neighbour yet; the W3C's validator would call it incomplete.
    if not archives and "current" in links and {"prev-archive", "next-archive"} & links.keys():
        yield "only an archive needs a link to its feed"
    for name in ("current", "prev-archive", "next-archive"):
        if name in links and links[name].get("type") != kind:
            yield f"{name} is of type {links[name].get('type')}"
    if "prev-archive" in links and links["prev-archive"].get("href") == links["self"].get("href"):
        yield "an archive before itself"


def _digital_source(parent: Element, label: str) -> Iterator[str]:
    """Machine text carries IPTC's term, and nothing else does."""
    terms = [one.text or "" for one in parent.iterfind(f"{DC}type")]
    wanted = 0 if label == "original" else 1
    if len(terms) != wanted or not all(term.startswith(IPTC) for term in terms):
        yield f"digital source types of {label}: {terms}"


# --- RSS 2.0 -------------------------------------------------------------------------------------------------


def rss_faults(document: bytes) -> list[str]:
    """Which rules of RSS 2.0 and of the board's profile the document breaks."""
    root = parse(document)
    channels = root.findall("channel")
    if root.tag != "rss" or root.get("version") != "2.0" or len(channels) != 1:
        return ["no <rss version=2.0> with one channel"]
    return [*_common_xml(document, root), *_rss_channel(channels[0]), *_rss_items(channels[0])]


def _rss_channel(channel: Element) -> Iterator[str]:
    once = {
        "title",
        "link",
        "description",
        "language",
        "lastBuildDate",
        "pubDate",
        "ttl",
        "generator",
        "docs",
    }
    yield from _repeated(channel, once)
    yield from (
        f"channel has no {name}" for name in ("title", "link", "description") if not channel.findtext(name)
    )
    if not _is_url(channel.findtext("link")):
        yield "channel link is no address"
    if not _LANGUAGE.fullmatch(channel.findtext("language") or ""):
        yield "channel language"
    if not _is_rfc822(channel.findtext("lastBuildDate")):
        yield "lastBuildDate is not of RFC 822"
    if not (channel.findtext("ttl") or "").isdigit():
        yield "ttl is no number"
    links = channel.findall(f"{ATOM}link")
    own = [link for link in links if link.get("rel") == "self"]
    if len(own) != 1 or not _is_url(own[0].get("href")) or own[0].get("type") != "application/rss+xml":
        yield "profile: one atom:link rel=self with an address and a type"
    yield from (f"atom:link {link.attrib}" for link in links if not _is_url(link.get("href")))
    yield from _history(channel, "application/rss+xml")
    tags = [child.tag for child in channel]
    if "item" in tags and set(tags[tags.index("item") :]) != {"item"}:
        yield "profile: the channel's own elements stand before its items"


def _rss_items(channel: Element) -> Iterator[str]:
    once = {"title", "link", "description", "author", "comments", "enclosure", "guid", "pubDate", "source"}
    guids = [item.findtext("guid") for item in channel.iterfind("item")]
    if len(set(guids)) != len(guids):
        yield "a guid stands twice"
    for item in channel.iterfind("item"):
        yield from _repeated(item, once | {f"{CONTENT}encoded", f"{DC}creator", f"{DC}language"})
        if not (item.findtext("title") or item.findtext("description")):
            yield "item has neither title nor description"
        if not _is_url(item.findtext("link")):
            yield "item link is no address"
        guid = item.find("guid")
        if guid is None or guid.get("isPermaLink") != "false" or not _is_uri(guid.text):
            yield "guid is no URI marked as no permalink"
        if not _is_rfc822(item.findtext("pubDate")):
            yield "pubDate is not of RFC 822"
        if item.find("author") is not None:
            yield "author would have to be an e-mail address"
        if item.find("source") is not None and item.find(f"{DC}source") is not None:
            yield "W3C: dc:source repeats source"
        order = [child.tag for child in item]
        if f"{CONTENT}encoded" in order and order.index("description") > order.index(f"{CONTENT}encoded"):
            yield "profile: description before content:encoded"
        yield from _rss_item_parts(item)


def _rss_item_parts(item: Element) -> Iterator[str]:
    for enclosure in item.iterfind("enclosure"):
        good = _is_url(enclosure.get("url")) and _MEDIA_TYPE.fullmatch(enclosure.get("type") or "")
        if not good or not (enclosure.get("length") or "").isdigit():
            yield f"enclosure needs url, type and length: {enclosure.attrib}"
    for source in item.iterfind("source"):
        if not (_is_url(source.get("url")) and source.text):
            yield "source needs url and title"
    for media in (*item.iterfind(f"{MEDIA}content"), *item.iterfind(f"{MEDIA}thumbnail")):
        if not _is_url(media.get("url")):
            yield "media needs url"
    labels = [
        one.text for one in item.iterfind("category") if (one.get("domain") or "").endswith("/terms/label/")
    ]
    if len(labels) != 1:
        yield f"label categories: {labels}"
    yield from _digital_source(item, labels[0] or "")
    text = item.findtext(f"{CONTENT}encoded") or item.findtext("description") or ""
    yield from _relative_addresses(text)


def _relative_addresses(markup: str) -> Iterator[str]:
    for value in re.findall(r"<[^>]*?\s(?:href|src)=\"([^\"]*)\"", markup):
        if not urlsplit(value).scheme:
            yield f"relative address {value}"


# --- Atom 1.0 ------------------------------------------------------------------------------------------------


def atom_faults(document: bytes) -> list[str]:
    """Which rules of RFC 4287 and RFC 6721 the document breaks."""
    root = parse(document)
    if root.tag != f"{ATOM}feed":
        return ["no atom:feed"]
    faults = [*_common_xml(document, root), *_atom_container(root), *_atom_links(root)]
    if not _LANGUAGE.fullmatch(root.get(XML_LANG) or ""):
        faults.append("feed has no xml:lang")
    if len([link for link in root.iterfind(f"{ATOM}link") if link.get("rel") == "self"]) != 1:
        faults.append("feed SHOULD have one link rel=self")
    faults += _history(root, "application/atom+xml")
    entries = root.findall(f"{ATOM}entry")
    order = [child.tag for child in root]
    if entries and f"{ATOM}link" in order[order.index(f"{ATOM}entry") :]:
        faults.append("W3C: the feed's own elements stand before its entries")
    for entry in entries:
        faults += _atom_entry(entry, has_feed_author=root.find(f"{ATOM}author") is not None)
    stamps = Counter((entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) for entry in entries)
    faults += [f"{stamp} stands twice" for stamp, times in stamps.items() if times > 1]
    return [*faults, *_tombstones(root)]


def _atom_container(parent: Element) -> Iterator[str]:
    for name in ("id", "title", "updated"):
        found = parent.findall(f"{ATOM}{name}")
        if len(found) != 1 or not (found[0].text or "").strip():
            yield f"{parent.tag} MUST have one {name}"
    if not _is_uri(parent.findtext(f"{ATOM}id")):
        yield f"id is no IRI: {parent.findtext(f'{ATOM}id')}"
    for name in ("updated", "published"):
        if (parent.find(f"{ATOM}{name}") is not None) and not _is_rfc3339(parent.findtext(f"{ATOM}{name}")):
            yield f"{name} is not of RFC 3339"
    single = {
        f"{ATOM}{name}"
        for name in ("subtitle", "generator", "rights", "logo", "icon", "summary", "content", "source")
    }
    yield from _repeated(parent, single)
    for person in (*parent.iterfind(f"{ATOM}author"), *parent.iterfind(f"{ATOM}contributor")):
        if len(person.findall(f"{ATOM}name")) != 1 or not person.findtext(f"{ATOM}name"):
            yield "a person MUST have one name"


def _atom_links(parent: Element) -> Iterator[str]:
    alternates: Counter[tuple[str | None, str | None]] = Counter()
    for link in parent.iterfind(f"{ATOM}link"):
        if not _is_url(link.get("href")):
            yield f"link href: {link.attrib}"
        if link.get("type") and not _MEDIA_TYPE.fullmatch(link.get("type")):
            yield f"link type: {link.attrib}"
        if link.get("length") and not link.get("length").isdigit():
            yield f"link length: {link.attrib}"
        if not link.get("rel"):
            yield "link without rel means alternate; say so"
        if link.get("rel") == "alternate":
            alternates[link.get("type"), link.get("hreflang")] += 1
    yield from (f"two alternates alike: {key}" for key, times in alternates.items() if times > 1)


def _atom_entry(entry: Element, *, has_feed_author: bool) -> Iterator[str]:
    yield from _atom_container(entry)
    yield from _atom_links(entry)
    if not has_feed_author and entry.find(f"{ATOM}author") is None:
        yield "entry without author"
    content = entry.find(f"{ATOM}content")
    if content is None or content.get("type") not in {"text", "html", "xhtml"}:
        yield "entry has no content of a known type"
    elif len(content):
        yield "html content MUST NOT have child elements"
    else:
        yield from _relative_addresses(content.text or "")
    source = entry.find(f"{ATOM}source")
    if source is None:
        yield "entry has no source"
    else:
        yield from _atom_container(source)
        yield from _atom_links(source)
    labels = [
        one
        for one in entry.iterfind(f"{ATOM}category")
        if (one.get("scheme") or "").endswith("/terms/label/")
    ]
    if len(labels) != 1 or not labels[0].get("label"):
        yield "one label category with words"
    else:
        yield from _digital_source(entry, labels[0].get("term"))
    if any(not one.get("term") for one in entry.iterfind(f"{ATOM}category")):
        yield "category MUST have a term"


def _tombstones(root: Element) -> Iterator[str]:
    living = {entry.findtext(f"{ATOM}id") for entry in root.iterfind(f"{ATOM}entry")}
    for gone in root.iterfind(f"{TOMBSTONE}deleted-entry"):
        if not _is_uri(gone.get("ref")) or not _is_rfc3339(gone.get("when")):
            yield "deleted-entry MUST have ref and when"
        if gone.get("ref") in living:
            yield "deleted-entry for an entry that stands in the feed"


# --- JSON Feed 1.1 -------------------------------------------------------------------------------------------


def json_faults(document: bytes) -> list[str]:
    """Which rules of JSON Feed 1.1 the document breaks."""
    feed = json.loads(document.decode("utf-8"))
    faults = [*_json_feed(feed)]
    for item in feed.get("items", []):
        faults += _json_item(item)
    ids = [item.get("id") for item in feed.get("items", [])]
    return faults + (["an id stands twice"] if len(set(ids)) != len(ids) else [])


def _json_feed(feed: dict[str, Any]) -> Iterator[str]:
    if feed.get("version") != "https://jsonfeed.org/version/1.1":
        yield "version"
    if not isinstance(feed.get("title"), str) or not isinstance(feed.get("items"), list):
        yield "title and items are required"
    yield from (f"{key} is no address" for key in ("home_page_url", "feed_url") if not _is_url(feed.get(key)))
    if not _LANGUAGE.fullmatch(feed.get("language", "")):
        yield "language"
    if "next_url" in feed and (not _is_url(feed["next_url"]) or feed["next_url"] == feed.get("feed_url")):
        yield "next_url leads elsewhere"
    known = {
        "version",
        "title",
        "home_page_url",
        "feed_url",
        "description",
        "user_comment",
        "next_url",
        "icon",
        "favicon",
    }
    known |= {"authors", "language", "expired", "hubs", "items"}
    yield from (f"unknown key {key}" for key in feed if key not in known and not key.startswith("_"))
    yield from ("a hub needs type and url" for hub in feed.get("hubs", []) if not {"type", "url"} <= set(hub))


def _json_item(item: dict[str, Any]) -> Iterator[str]:
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "id is a required string"
    if not item.get("content_html"):
        yield "content_html: some readers show nothing else"
    yield from (
        f"{key} is no address"
        for key in ("url", "external_url", "image")
        if key in item and not _is_url(item[key])
    )
    for key in ("date_published", "date_modified"):
        if not _is_rfc3339(item.get(key)):
            yield f"{key} is not of RFC 3339"
    yield from (f"empty {key}" for key, value in item.items() if value in ("", [], {}, None))
    if not all(isinstance(tag, str) for tag in item.get("tags", [])):
        yield "tags are strings"
    yield from _json_attachments(item)
    if "author" in item or not all(one.get("name") for one in item.get("authors", [])):
        yield "authors is a list of objects with something in them"
    if not {"about", "label", "label_text"} <= set(item.get("_ccnet", {})):
        yield "the extension says what it is about and the label"
    yield from _relative_addresses(item.get("content_html", ""))


def _json_attachments(item: dict[str, Any]) -> Iterator[str]:
    for one in item.get("attachments", []):
        if not (_is_url(one.get("url")) and _MEDIA_TYPE.fullmatch(one.get("mime_type", ""))):
            yield "an attachment needs url and mime_type"
        if not isinstance(one.get("size_in_bytes", 0), int):
            yield "size_in_bytes is a number"


# --- OPML 2.0 ------------------------------------------------------------------------------------------------


def opml_faults(document: bytes) -> list[str]:
    """Which rules of OPML 2.0 the document breaks."""
    root = parse(document)
    faults = [*_common_xml(document, root)]
    if (
        root.tag != "opml"
        or root.get("version") != "2.0"
        or [child.tag for child in root] != ["head", "body"]
    ):
        faults.append("no <opml version=2.0> with head and body")
    outlines = root.findall("body//outline")
    faults += ["an outline without text" for outline in outlines if not outline.get("text")]
    for outline in outlines:
        if outline.get("type") == "rss" and not (
            _is_url(outline.get("xmlUrl")) and _is_url(outline.get("htmlUrl"))
        ):
            faults.append("an rss outline needs xmlUrl")
    return faults if outlines else [*faults, "a body needs an outline"]


# --- Pages ---------------------------------------------------------------------------------------------------

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """The elements of a page in order, and what is wrong with how they nest."""

    def __init__(self, document: bytes) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.nesting: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(document.decode("utf-8"))
        self.nesting += [f"<{tag}> is never closed" for tag in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if len({name for name, _ in attrs}) != len(attrs):
            self.nesting.append(f"<{tag}> has an attribute twice")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.nesting.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        if not (self._open and self._open[-1] == "script"):
            self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page_faults(document: bytes) -> list[str]:
    """Which rules of HTML, of accessibility and of our own (no script, nothing from elsewhere) a page breaks."""
    page = Page(document)
    faults = [*page.nesting, *_page_structure(page), *_page_safety(page)]
    if not document.startswith(b"<!doctype html>"):
        faults.append("no doctype")
    return faults


def _page_structure(page: Page) -> Iterator[str]:
    root = page.all("html")[0]
    if not _LANGUAGE.fullmatch(root.get("lang", "")) or root.get("dir") not in {"ltr", "rtl"}:
        yield "html needs lang and dir"
    for tag in ("title", "h1", "main"):
        if len(page.all(tag)) != 1:
            yield f"{len(page.all(tag))} <{tag}>"
    yield from ("img without alt" for image in page.all("img") if "alt" not in image)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    yield from (f"id {name} stands twice" for name, times in Counter(ids).items() if times > 1)
    for _, attributes in page.elements:
        if attributes.get("aria-labelledby", "") not in {"", *ids}:
            yield f"aria-labelledby {attributes['aria-labelledby']} leads nowhere"
        href = attributes.get("href", "")
        if href.startswith("#") and href[1:] not in ids:
            yield f"{href} leads nowhere"
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    yield from (f"h{a} is followed by h{b}" for a, b in itertools.pairwise(levels) if b > a + 1)
    if page.elements[[tag for tag, _ in page.elements].index("body") + 1][1].get("class") != "skip":
        yield "the body does not begin with the skip link"


def _page_safety(page: Page) -> Iterator[str]:
    yield from ("a script" for one in page.all("script") if not _is_own_script(one))
    yield from _forms(page)
    for tag, attributes in page.elements:
        if any(name.startswith("on") for name in attributes) or "style" in attributes:
            yield f"<{tag}> has an inline handler or style"
        if attributes.get("href", "").lower().lstrip().startswith(("javascript:", "data:", "vbscript:")):
            yield f"<{tag}> has a scripted address"
    if any(
        urlsplit(one["href"]).netloc for one in page.all("link") if one.get("rel") in {"stylesheet", "icon"}
    ):
        yield "a style sheet or icon from another host"
    if page.all("iframe") or page.all("object"):
        yield "an iframe or object"


def _is_own_script(one: dict[str, str]) -> bool:
    """Data for search engines, or a file of this tree."""
    if "src" in one:
        return bool(re.fullmatch(r"(\.\./)+static/[a-z]+\.js\?v=[0-9a-f]+", one["src"]))
    return one.get("type") == "application/ld+json"


def _forms(page: Page) -> Iterator[str]:
    labelled = {one.get("for") for one in page.all("label")}
    for tag in ("input", "textarea", "select"):
        for one in page.all(tag):
            if one.get("type") != "hidden" and one.get("id") not in labelled:
                yield f"<{tag}> without a label"
    for form in page.all("form"):
        if urlsplit(form.get("action", "")).netloc:
            yield "a form that is sent elsewhere"
