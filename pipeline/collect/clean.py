"""The last step before the store: HTML on an allow-list, links that lead somewhere, texts repaired.

Pure; running it twice changes nothing.
"""

import re
from dataclasses import replace
from itertools import islice

import nh3
from lxml import etree, html

from pipeline.collect import markup
from pipeline.collect.texts import plain, repair, shorten, without_controls, without_directions
from pipeline.collect.urls import absolute, without_tracking
from pipeline.records import EntryData, Image

MAX_TITLE = 1_000
MAX_CONTENT = 500_000  # characters of cleaned HTML
MAX_RAW = 1_500_000  # characters looked at; beyond it nothing is parsed
MAX_ELEMENTS = 20_000  # of one text; a long law has two thousand
MAX_CATEGORIES = 50
MAX_ENCLOSURES = 20

_TAGS = frozenset(
    [
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
        "td",
        "tfoot",
        "th",
        "thead",
        "time",
        "tr",
        "u",
        "ul",
        "var",
    ]
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title", "hreflang"},
    "blockquote": {"cite"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "q": {"cite"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "time": {"datetime"},
}
# Dropped with all that is in them; every other unknown element leaves its words behind.
_DROPPED = ("script", "style", "template", "svg", "math", "object", "embed", "select", "textarea", "button", "input", "canvas", "head", "link", "meta", "title")  # fmt: skip
# Their words are blocks: taken away without a trace they would run into each other.
_BLOCKS = ("section", "article", "main", "header", "footer", "aside", "nav", "center", "address", "fieldset", "form", "details", "summary", "hgroup", "dialog")  # fmt: skip
_EMPTY_IS_NOTHING = ("p", "div", "span", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "figure", "strong", "b", "em", "i", "a")  # fmt: skip
_PLAYERS = frozenset({"iframe", "video", "audio", "source"})
_HOLLOW = re.compile(r"<(p|div|span)>\s*</\1>")
_STRAY = re.compile(r"<\?xml\b[^<>]{0,200}\?>|<!\[CDATA\[|\]\]>", re.IGNORECASE)
# What WordPress puts under every entry of a feed: "The post … appeared first on …".
_FOOTER = re.compile(
    r"^\s*(?:The post\b.*\bappeared first on|Der Beitrag\b.*\berschien zuerst auf|L[’'´]article\b.*\best apparu en premier sur"
    r"|L[’'´]articolo\b.*\b(?:proviene da|sembra essere il primo su)|La entrada\b.*\b(?:se publicó primero en|aparece primero en)"
    r"|Het bericht\b.*\bverscheen eerst op|Artykuł\b.*\bpochodzi z serwisu|Articolul\b.*\bapare prima dată în"
    r"|Raksts\b.*\bvispirms parādījās|Įrašas\b.*\bpirmiausia pasirodė)\b.{0,200}$",
    re.IGNORECASE | re.DOTALL,
)


def clean_entry(entry: EntryData, *, base_url: str, language: str = "") -> EntryData:
    """`entry` fit for the store. `base_url` is where the feed came from; `language` is the source's own."""
    language = entry.language or language
    url = without_tracking(absolute(entry.url, base_url))
    base = url or base_url
    return replace(
        entry,
        guid=without_controls(entry.guid).strip()[:MAX_TITLE],
        url=url,
        title=plain(entry.title, language, MAX_TITLE),
        summary=clean_html(entry.summary, base=base, language=language),
        content=clean_html(entry.content, base=base, language=language),
        author=plain(entry.author, language, 200),
        categories=_categories(entry.categories, language),
        image=_image(entry.image, base, language),
        enclosures=tuple(
            replace(enclosure, url=target)
            for enclosure in entry.enclosures[:MAX_ENCLOSURES]
            if (target := absolute(enclosure.url, base))
        ),
    )


def clean_html(text: str, *, base: str, language: str = "") -> str:
    """HTML on the allow-list, at most MAX_CONTENT long and whole; "" when no words and no image are left."""
    if not text.strip():
        return ""
    body = markup.parse(repair(text[:MAX_RAW], language))
    _drop_surplus(body)
    _drop_active(body)
    markup.make_absolute(body, base)
    _link_media(body)
    _drop_blind_images(body)
    _tidy_texts(body)
    _drop_footer(body)
    _drop_empty(body)
    _fit(body, len(markup.serialize(body)) - MAX_CONTENT)
    return _sanitized(markup.serialize(body))


def _sanitized(text: str) -> str:
    """The allow-list, last of all: whatever the steps before it did, nothing else gets out."""
    cleaned = nh3.clean(
        text,
        tags=set(_TAGS),
        clean_content_tags={"script", "style"},
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
    )
    # It reads markup as browsers do and so parts `<p><figure>` into an empty paragraph and a figure.
    while (fuller := _HOLLOW.sub("", cleaned)) != cleaned:
        cleaned = fuller
    return cleaned.strip()


def _categories(names: tuple[str, ...], language: str) -> tuple[str, ...]:
    cleaned = (plain(name, language, 200) for name in names)
    return tuple(dict.fromkeys(name for name in cleaned if name))[:MAX_CATEGORIES]


def _image(image: Image | None, base: str, language: str) -> Image | None:
    if image is None or not (target := absolute(image.url, base)):
        return None
    return Image(url=target, alt=plain(image.alt, language, MAX_TITLE))


def _drop_surplus(body: html.HtmlElement) -> None:
    """What comes after more elements than any article has; it is there to keep us busy."""
    for element in list(islice(body.iterdescendants(), MAX_ELEMENTS, None)):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _drop_active(body: html.HtmlElement) -> None:
    for element in list(body.iter(*_DROPPED)):
        element.drop_tree()
    for element in list(body.iter("noscript")):
        before = element.getprevious()
        # Beside a lazy image it holds the same image once more.
        if before is not None and before.tag == "img" and element.find(".//img") is not None:
            element.drop_tree()
        else:
            element.drop_tag()
    for element in body.iter(*_BLOCKS):
        element.tag = "div"
    for element in body.iter("h1"):  # the entry's own title is the first heading wherever it is shown
        element.tag = "h2"
    for element in list(body.iterdescendants(etree.Element)):
        if element.tag not in _TAGS and element.tag not in _PLAYERS:
            element.drop_tag()


def _link_media(body: html.HtmlElement) -> None:
    """Players cannot be syndicated; a link to what they would play can."""
    for element in list(body.iter("iframe", "video", "audio")):
        source = element.get("src") or next((child.get("src", "") for child in element.iter("source")), "")
        link = html.Element("a", href=source) if source else html.Element("span")
        link.text = _host(source)
        link.tail = element.tail
        parent = element.getparent()
        if parent is not None:
            parent.replace(element, link)


def _host(url: str) -> str:
    return url.partition("://")[2].partition("/")[0]


def _drop_blind_images(body: html.HtmlElement) -> None:
    """Images without an address, and the one-pixel ones that only count readers."""
    for image in list(body.iter("img")):
        if not image.get("src") or image.get("width") in {"0", "1"} or image.get("height") in {"0", "1"}:
            image.drop_tree()
        elif image.get("alt") is None:  # without it a screen reader spells the address out
            image.set("alt", "")


def _tidy_texts(body: html.HtmlElement) -> None:
    for element, slot in markup.texts(body):
        setattr(element, slot, without_directions(_STRAY.sub("", getattr(element, slot))))
    for span in list(body.iter("span", "font")):
        if not span.get("lang"):
            span.drop_tag()


def _drop_footer(body: html.HtmlElement) -> None:
    last = next(
        (element for element in reversed(list(body.iter("p", "div", "small"))) if _has_words(element)), None
    )
    if last is not None and len(words := last.text_content()) < 600 and _FOOTER.match(words):
        last.drop_tree()


def _has_words(element: html.HtmlElement) -> bool:
    return any(not text.isspace() for text in element.itertext() if text)


def _drop_empty(body: html.HtmlElement) -> None:
    """Paragraphs and wrappers with nothing in them, the innermost first so that their parents empty too."""
    for element in reversed(list(body.iter(*_EMPTY_IS_NOTHING))):
        filled = len(element) > 0 and any(child.tag != "br" for child in element)
        if not filled and not _has_words(element):
            element.drop_tree()


def _fit(element: html.HtmlElement, surplus: int) -> int:
    """Take `surplus` characters away from the end: whole elements, or words of a text, never half a tag.

    Returns what is still too much.
    """
    for child in reversed(list(element)):
        if surplus <= 0:
            return surplus
        size = len(etree.tostring(child, encoding="unicode", method="html"))
        if size > surplus and (len(child) or child.text):
            tail = len(child.tail or "")
            child.tail = shorten(child.tail or "", max(1, tail - surplus)) if tail > surplus else ""
            surplus = _fit(child, surplus - tail)
        else:
            element.remove(child)
            surplus -= size
    if surplus > 0 and element.text:
        before = len(element.text)
        element.text = shorten(element.text, max(1, before - surplus))
        surplus -= before - len(element.text)
    return surplus
