"""Cuts a feed's tree down to what a newsroom publishes, before the feed parser walks it.

The parser's time grows with the square of some counts (categories of an entry, namespaces) and with the length of
xml:base times the number of elements. Every limit is far beyond any honest feed.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from lxml import etree

from pipeline.collect.dates import parse_date
from pipeline.errors import ReadError

MAX_ELEMENTS = 60_000
MAX_NAMESPACES = 60
MAX_ALIKE = 60  # elements of one name in one entry, outside its content
MAX_ATTRIBUTES = 100  # of one element; Python's SAX reader searches them one by one
MAX_SHORT = 20_000  # characters of a field that is not content
MAX_DATE = 100
MAX_BASE = 2_000
_BASES = ("{http://www.w3.org/XML/1998/namespace}base", "base")
_ENTRIES = frozenset({"item", "entry"})
DATES = frozenset(
    {"pubdate", "lastbuilddate", "published", "updated", "date", "issued", "modified", "created"}
)
_CONTENT = frozenset({"description", "encoded", "content", "summary", "body", "fullitem", "text"})
_CONTENT_SPACES = frozenset(
    {
        "",
        "http://purl.org/rss/1.0/",
        "http://www.w3.org/2005/Atom",
        "http://purl.org/atom/ns#",
        "http://purl.org/rss/1.0/modules/content/",
        "http://www.w3.org/1999/xhtml",
    }
)


def prune(root: etree._Element, max_entries: int) -> list[str]:
    """Remove in place what is too much; what was left out, in plain words."""
    containers = [root, *(child for child in root if _name(child) == "channel")]
    entries = [child for container in containers for child in container if _name(child) in _ENTRIES]
    surplus = _surplus(entries, max_entries)
    _remove(surplus)
    etree.cleanup_namespaces(root)
    _refuse_bulk(root)
    kept = set(entries).difference(surplus)
    for entry in kept:
        _prune_fields(_fields(entry))
    apart = kept.union(containers)
    for container in containers:
        _prune_fields(
            field for child in container if child not in apart for field in (child, *_fields(child))
        )
    _pack(root)
    return [f"{len(surplus)} of {len(entries)} entries left out: more than {max_entries}"] if surplus else []


def _surplus(entries: list[etree._Element], limit: int) -> list[etree._Element]:
    """The entries over the limit: the last ones, or the first ones in a feed that begins with its oldest."""
    if len(entries) <= limit:
        return []
    first, last = _date(entries[0]), _date(entries[-1])
    return entries[: len(entries) - limit] if first and last and first < last else entries[limit:]


def _date(entry: etree._Element) -> str:
    stamps = (parse_date((child.text or "")[:MAX_DATE]) for child in entry if _name(child) in DATES)
    return next((stamp.isoformat() for stamp in stamps if stamp), "")


def _refuse_bulk(root: etree._Element) -> None:
    spaces: set[str] = set()
    for count, element in enumerate(root.iter(etree.Element)):
        spaces.add(_space(element))
        if len(element.attrib) > MAX_ATTRIBUTES:
            element.attrib.clear()
        for name in element.attrib:
            if name in _BASES and len(element.attrib[name]) > MAX_BASE:
                del element.attrib[name]
            elif str(name).startswith("{"):
                spaces.add(str(name)[1:].partition("}")[0])
        if count >= MAX_ELEMENTS or len(spaces) > MAX_NAMESPACES:
            raise ReadError("far more elements or namespaces than any feed has; it is left alone")


def _pack(root: etree._Element) -> None:
    """Escaped markup as CDATA, which the feed parser takes in one piece instead of one for each `&lt;`."""
    for element in root.iter(etree.Element):
        text = element.text
        if text and len(element) == 0 and ("<" in text or "&" in text) and "]]>" not in text:
            element.text = etree.CDATA(text)


def _fields(element: etree._Element) -> Iterator[etree._Element]:
    """Everything below `element` but the insides of its content."""
    for child in element:
        yield child
        if not (_name(child) in _CONTENT and _space(child) in _CONTENT_SPACES):
            yield from _fields(child)


def _prune_fields(fields: Iterable[etree._Element]) -> None:
    seen: Counter[str] = Counter()
    surplus: list[etree._Element] = []
    for field in fields:
        name = _name(field)
        seen[name] += 1
        if seen[name] > MAX_ALIKE:
            surplus.append(field)
        elif name in DATES and len(field.text or "") > MAX_DATE:
            field.text = ""
        elif name not in _CONTENT and len(field.text or "") > MAX_SHORT:
            field.text = (field.text or "")[:MAX_SHORT]
    _remove(surplus)


def _remove(elements: Iterable[etree._Element]) -> None:
    for element in elements:
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def _space(element: etree._Element) -> str:
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""
