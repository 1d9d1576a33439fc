"""Text that is safe to stand in any format: no character XML forbids, no markup where plain text is due. Pure."""

import html
import re
from dataclasses import replace
from urllib.parse import quote, urlsplit, urlunsplit

import nh3

from feeds.records import ItemForFeed

# XML 1.0 forbids these even escaped, or (from \x7f on) discourages them; lone surrogates are no UTF-8 at all.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_BLOCK_END = re.compile(
    r"</(?:p|div|li|h[1-6]|tr|td|th|blockquote|figcaption|dd|dt)>|<br\s*/?>", re.IGNORECASE
)
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])")
_URL_SAFE = "%/:=&?~+!$,;'@()*"  # RFC 3986: what may stand, and what is encoded already
_LONE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_USUAL_PORT = {"http": ":80", "https": ":443"}
_UNSAFE_HOST = re.compile(r"[\s<>\"\\^`{|}]")
EXCERPT_LENGTH = 280  # characters: what a list shows of an item without a summary
TITLE_LENGTH = 200  # the same of a headline; its own page shows the whole
_LEAST_EXCERPT = 60  # a word longer than what is left may be cut, or nothing would remain


def allowed(text: str) -> str:
    """The text without the characters no XML document may hold; "?" for a letter that was lost on its way."""
    return _FORBIDDEN.sub("", text).replace("\ufffd", "?")


def one_line(text: str) -> str:
    """The text with single spaces; no-break spaces stay, they hold numbers and French marks together."""
    return _SPACES.sub(" ", allowed(text)).strip()


def inert(text: str) -> str:
    """A line of plain text in which nothing spells markup: readers that take a title for HTML find none.

    An invisible sign (U+2060) parts "<" from what follows; to the eye and the ear the text is the same.
    """
    return _MARKUP.sub("<\u2060", one_line(text))


def web_address(url: str) -> str:
    """An http(s) address that every format may hold, or nothing: a feed or a page is no place for javascript:."""
    try:
        parts = urlsplit(one_line(url))
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:  # broken brackets, or a host that no name system knows
        return ""
    if parts.scheme not in {"http", "https"} or not host or _UNSAFE_HOST.search(host):
        return ""
    host = host.lower().removesuffix(_USUAL_PORT[parts.scheme])
    path, query, fragment = (
        quote(_LONE_PERCENT.sub("%25", part), safe=_URL_SAFE) for part in (parts.path or "/", *parts[3:])
    )
    return urlunsplit((parts.scheme, host, path, query, fragment))


def text_of(markup: str) -> str:
    """The words of an HTML fragment, blocks parted by a space."""
    return _SPACES.sub(" ", html.unescape(nh3.clean(_BLOCK_END.sub(" ", markup), tags=set()))).strip()


def excerpt(text: str, length: int = EXCERPT_LENGTH) -> str:
    """The beginning of a text, cut between words."""
    if len(text) <= length:
        return text
    cut = text.rfind(" ", _LEAST_EXCERPT, length)
    start = text[: cut if cut > 0 else length].rstrip(" ,;:–-")
    return f"{start} …" if start.endswith((".", "!", "?")) else f"{start}…"


def summary_text(item: ItemForFeed) -> str:
    """The summary as plain text; the beginning of the content where there is none."""
    return excerpt(text_of(item.summary_html or item.content_html))


def tidy(item: ItemForFeed) -> ItemForFeed:
    """The item as every format can carry it: legal characters, and a title, as no format does without."""
    title = inert(item.title) or inert(excerpt(summary_text(item), 80)) or item.source.name
    enclosures = (replace(one, url=web_address(one.url), type=one_line(one.type)) for one in item.enclosures)
    image = item.image and replace(item.image, url=web_address(item.image.url), alt=one_line(item.image.alt))
    return replace(
        item,
        title=title,
        summary_html=allowed(item.summary_html).strip(),
        content_html=allowed(item.content_html).strip(),
        url=web_address(item.url),
        author=inert(item.author),
        categories=tuple(dict.fromkeys(filter(None, map(inert, item.categories)))),
        original_title=inert(item.original_title),
        original_html=allowed(item.original_html).strip(),
        editor=one_line(item.editor),
        image=image if image and image.url else None,
        enclosures=tuple(one for one in enclosures if one.url),
        voices=tuple(replace(one, title=inert(one.title), url=web_address(one.url)) for one in item.voices),
        published=item.published.replace(microsecond=0),
        updated=item.updated.replace(microsecond=0),
    )
