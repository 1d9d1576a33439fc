"""Reads translation memories in TMX 1.4, as a stream: several languages a unit, inline codes dropped."""

from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from pipeline.errors import NewswireError

_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut"})  # they hold markup, not words; hi and sub hold words


def read_units(path: Path) -> Iterator[dict[str, str]]:
    """One dict {language: sentence} for each `tu`. Raises NewswireError naming the file and the line."""
    try:
        with path.open("rb") as stream:
            for _event, element in etree.iterparse(
                stream, tag="tu", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
            ):
                yield _variants(element)
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as error:
        raise NewswireError(f"is not a well-formed TMX file: {error.msg}", resource=str(path)) from error
    except OSError as error:
        raise NewswireError(f"cannot be read: {error.strerror}", resource=str(path)) from error


def _variants(unit: etree._Element) -> dict[str, str]:
    found = {}
    for variant in unit.iterfind("tuv"):
        language = (variant.get(_LANG) or variant.get("lang") or "").lower().split("-")[0]
        segment = variant.find("seg")
        if language and segment is not None:
            found[language] = " ".join(_words(segment).split(" "))
    return found


def _words(element: etree._Element) -> str:
    text = element.text or ""
    for child in element:
        if child.tag not in _CODES:
            text += _words(child)
        text += child.tail or ""
    return text
