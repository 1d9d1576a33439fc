"""Any bytes that were meant as XML → a small, well-formed tree that is safe to walk.

What publishers break is repaired here, so that the feed parser behind never needs its lenient mode, whose time
grows with the square of the input. Document types and with them all entities are removed: no bomb, no file access.
"""

import html
import re
from collections.abc import Callable
from itertools import pairwise

from lxml import etree

from pipeline.collect.readers.charset import decode
from pipeline.collect.texts import without_controls
from pipeline.errors import ReadError

MAX_REPAIRED = 4_000_000  # characters
MAX_SIGNS = 300_000  # ampersands, and angle brackets
MAX_PREFIXES = 50  # undeclared ones; each use of one is an error that the parser writes down
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,31});")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};)")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,6})|(\d{1,7}));")
_DECLARATION = re.compile(r"<\?xml\b[^>]{0,300}>")
_COMMENTS = re.compile(r"\s*+(?><!--.*?-->\s*+)*+", re.DOTALL)  # may speak of document types
_PREFIX = re.compile(r"</?([A-Za-z][\w.-]{0,30}):[A-Za-z]")
_DECLARED_PREFIX = re.compile(r"""\sxmlns:([\w.-]{1,31})\s*=""")
_START = re.compile(r"<(?:\?xml|!DOCTYPE|!--|[A-Za-z])")
# Warnings of PHP and the like are HTML, in front of the document that was meant.
_NOISE = re.compile(r"<(?:br|b|p|div|pre|font|table|span|script|!--)\b", re.IGNORECASE)
_MEANT = re.compile(r"<(?:\?xml\s|rss\b|feed\b|rdf:RDF\b|urlset\b|sitemapindex\b)")
_ENTRY = re.compile(r"<(?:[\w.-]{1,31}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_ENTRY_END = re.compile(r"</(?:[\w.-]{1,31}:)?(?:item|entry)\s*>", re.IGNORECASE)
_BARE_BRACKET = re.compile(r"<(?![A-Za-z_/!?])")
# As numbers: after its first error the parser drops every reference by name, these five included.
# Whoever forgets to escape a text's markup also writes `<br>`, which no XML parser sees an end of.
_TEXT_FIELD = re.compile(r"<(/?)(description|content:encoded|summary|content)\b[^<>]{0,300}(?<!/)>")
_MARKUP = re.compile(r"<(?:br|hr|img|p|a|b|i|em|strong|span|div|ul|ol|li|h[1-6]|table)\b", re.IGNORECASE)
_NO_TEXT = re.compile(r"<!\[CDATA\[|\]\]>|\bxmlns\b|<(?:[\w.-]{1,31}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_XML_NAMES = {"amp": "&#38;", "lt": "&#60;", "gt": "&#62;", "quot": "&#34;", "apos": "&#39;"}
_KNOWN_NAMESPACES = {
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "media": "http://search.yahoo.com/mrss/",
    "atom": "http://www.w3.org/2005/Atom",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "georss": "http://www.georss.org/georss",
}


CUT_SHORT = "the document ends in the middle"  # the warning of one that does


def parse(body: bytes, content_type: str = "") -> tuple[etree._Element, list[str]]:
    """The root element, and what was repaired. Raises ReadError when there is nothing to walk.

    Of a document that was cut short the last element in it may be half there: see CUT_SHORT.
    """
    text, warning = decode(body, content_type)
    warnings = [warning] if warning else []
    text = _without_doctype(_from_first_tag(without_controls(text)))
    try:
        return _tree(text, recover=False), warnings
    except etree.XMLSyntaxError as e:
        if len(text) > MAX_REPAIRED or text.count("&") > MAX_SIGNS or text.count("<") > MAX_SIGNS:
            raise ReadError(f"this is not XML, and too much to repair: {e.msg}") from e
        warnings.append(f"not well-formed XML, repaired ({e.msg})")
    try:
        root = _tree(_repaired(text), recover=True)
    except etree.XMLSyntaxError as e:
        raise ReadError(f"this is not XML: {e.msg}") from e
    if _is_cut_short(text):
        warnings.append(CUT_SHORT)
    return root, warnings


def _is_cut_short(text: str) -> bool:
    """The last entry never ends: the transfer, or the program behind it, broke off in the middle of it."""
    starts = [match.start() for match in _ENTRY.finditer(text)]
    return bool(starts) and _ENTRY_END.search(text, starts[-1]) is None


def _tree(text: str, *, recover: bool) -> etree._Element:
    parser = etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    root = etree.fromstring(text.encode(), parser)
    if root is None:  # with recover=True lxml returns None where nothing could be saved
        raise ReadError("the answer holds no XML element at all")
    return root


def _from_first_tag(text: str) -> str:
    """Without what servers print in front of a feed: blank lines, warnings of PHP, a second byte-order mark."""
    found = _START.search(text)
    text = text[found.start() :] if found else ""
    if _NOISE.match(text) and (meant := _MEANT.search(text)):
        text = text[meant.start() :]
    text = _DECLARATION.sub("", text, count=1)
    comments = _COMMENTS.match(text)
    return text[comments.end() :] if comments else text


def _without_doctype(text: str) -> str:
    start = text.find("<!DOCTYPE", 0, 4096)
    if start < 0:
        start = text.find("<!doctype", 0, 4096)
    first = re.search(r"<[A-Za-z]", text)
    if start < 0 or (first and first.start() < start):
        return text
    end, subset = text.find(">", start), text.find("[", start)
    if 0 <= subset < end:
        closing = re.compile(r"\]\s{0,100}>").search(text, subset)
        end = closing.end() - 1 if closing else end
    return text[:start] + text[end + 1 :] if end >= 0 else text[:start]


def _repaired(text: str) -> str:
    text = _outside_cdata(_outside_cdata(text, _with_texts_packed), _with_plain_references)
    missing = set(_PREFIX.findall(text)) - set(_DECLARED_PREFIX.findall(text)) - {"xml", "xmlns"}
    if not missing:
        return text
    if len(missing) > MAX_PREFIXES:
        raise ReadError("far more prefixes without a namespace than any feed has; it is left alone")
    names = "".join(
        f' xmlns:{prefix}="{_KNOWN_NAMESPACES.get(prefix, "urn:undeclared:" + prefix)}"'
        for prefix in sorted(missing)
    )
    return re.sub(r"<[A-Za-z][\w:.-]{0,60}", lambda tag: tag[0] + names, text, count=1)


def _with_texts_packed(text: str) -> str:
    """Bare markup in the fields that hold texts as CDATA, or its first unclosed tag would swallow the entries behind."""
    parts: list[str] = []
    position = 0
    for start, end in pairwise(_TEXT_FIELD.finditer(text)):
        if start[1] or not end[1] or start[2] != end[2]:
            continue
        inside = text[start.end() : end.start()]
        if _MARKUP.search(inside) and not _NO_TEXT.search(inside):
            parts += (text[position : start.end()], f"<![CDATA[{inside}]]>")
            position = end.start()
    return "".join((*parts, text[position:]))


def _with_plain_references(text: str) -> str:
    """HTML's entity names as characters, stray ampersands and brackets escaped, forbidden characters removed."""
    text = _ENTITY.sub(_named, text)
    text = _REFERENCE.sub(_numbered, text)
    text = text.replace("]]>", "]]&#62;")
    return _BARE_BRACKET.sub("&#60;", _BARE_AMPERSAND.sub("&#38;", text))


def _named(match: re.Match[str]) -> str:
    return _XML_NAMES.get(match[1]) or html.unescape(match[0])


def _numbered(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    return match[0] if code <= 0x10FFFF and without_controls(chr(code)) else ""


def _outside_cdata(text: str, repair: Callable[[str], str]) -> str:
    """`text` with everything but its CDATA sections repaired, in one pass."""
    parts: list[str] = []
    position = 0
    while True:
        start = text.find("<![CDATA[", position)
        end = text.find("]]>", start) if start >= 0 else -1
        if end < 0:
            parts.append(repair(text[position:]))
            return "".join(parts)
        parts += (repair(text[position:start]), text[start : end + 3])
        position = end + 3
