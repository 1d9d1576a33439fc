"""Reads and writes translation memories in TMX 1.4b, as a stream: a file may be larger than the memory of the machine.

Several languages a unit. Inline codes hold markup and are left out, the words between them stay; what is
written has none. Entities are not resolved and nothing outside the file is read.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from pipeline.errors import NewswireError

ALL = "*all*"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES = frozenset({"bpt", "ept", "ph", "it", "ut"})  # markup; a `sub` stands within one and goes with it
_BREAK = re.compile(r"<\s*(?:br|p|li|div|tr|td)\b|\\n|\\t|[\t\n]", re.IGNORECASE)
_CODE = re.compile("[a-z]{2,3}")
_SPACE = re.compile(r"[ \t\r\n]+")  # a no-break space is a letter of its language
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DATE = "%Y%m%dT%H%M%SZ"
_PROPERTY = "x-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One sentence of a unit. `properties` are the file's own `prop` elements that begin with x-, without that."""

    language: str
    text: str
    changed: datetime | None = None
    properties: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TmxUnit:
    """`source`: the language that was translated; empty where any may be."""

    variants: tuple[Variant, ...]
    source: str = ""

    def text(self, language: str) -> str:
        return next((each.text for each in self.variants if each.language == language), "")


def read(path: Path) -> Iterator[TmxUnit]:
    """The file's units. Raises NewswireError naming the file and what is wrong with it."""
    header = ""
    try:
        with path.open("rb") as stream:
            elements = etree.iterparse(
                stream,
                tag=("{*}header", "{*}tu"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            )
            for _event, element in elements:
                if etree.QName(element).localname == "header":
                    header = _language(element.get("srclang"))
                else:
                    yield _unit(element, header)
                _forget(element)
            if etree.QName(elements.root).localname != "tmx":
                raise NewswireError("is not a TMX file: its root is not tmx", resource=str(path))
    except etree.XMLSyntaxError as error:
        raise NewswireError(f"is not a well-formed TMX file: {error.msg}", resource=str(path)) from error
    except OSError as error:
        raise NewswireError(f"cannot be read: {error.strerror}", resource=str(path)) from error


def _forget(element: etree._Element) -> None:
    """Give back what was read: the tree would grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _unit(unit: etree._Element, header: str) -> TmxUnit:
    variants: dict[str, Variant] = {}
    for each in unit.iterfind("{*}tuv"):
        language = _language(each.get(_LANG) or each.get("lang"))
        segment = each.find("{*}seg")
        if language and segment is not None:
            text = _SPACE.sub(" ", _words(segment)).strip()
            variant = Variant(
                language=language, text=text, changed=_changed(each), properties=_properties(each)
            )
            variants.setdefault(language, variant)
    return TmxUnit(variants=tuple(variants.values()), source=_language(unit.get("srclang")) or header)


def _language(name: str | None) -> str:
    """pt-BR counts as pt; *all*, and what is no code at all, as no language in particular."""
    code = (name or "").strip().lower().replace("_", "-").split("-")[0]
    return code if _CODE.fullmatch(code) else ""


def _words(element: etree._Element) -> str:
    text = element.text or ""
    for child in element:
        if not isinstance(child.tag, str):  # a comment, an entity
            pass
        elif etree.QName(child).localname not in _CODES:
            text += _words(child)
        elif _BREAK.search("".join(map(str, child.itertext()))):
            text += " "
        text += child.tail or ""
    return text


def _changed(element: etree._Element) -> datetime | None:
    stamp = element.get("changedate") or element.get("creationdate") or ""
    try:
        return datetime.strptime(stamp, _DATE).replace(tzinfo=UTC)
    except ValueError:
        return None


def _properties(element: etree._Element) -> dict[str, str]:
    return {
        kind.removeprefix(_PROPERTY): each.text or ""
        for each in element.iterfind("{*}prop")
        if (kind := each.get("type", "")).startswith(_PROPERTY)
    }


def write(path: Path, units: Iterable[TmxUnit], *, now: datetime) -> int:
    """Write the units beside the file and put it in place when it is whole. How many there were."""
    part = path.with_name(f".{path.name}.part")
    count = 0
    try:
        with part.open("wb") as stream:
            with etree.xmlfile(stream, encoding="UTF-8") as file:
                file.write_declaration()
                with file.element("tmx", version="1.4"):
                    file.write(_header(now))
                    with file.element("body"):
                        for unit in units:
                            file.write("\n", _element(unit))
                            count += 1
                        file.write("\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise NewswireError(f"cannot be written: {error.strerror}", resource=str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return count


def _header(now: datetime) -> etree._Element:
    return etree.Element(
        "header",
        {
            "creationtool": "ccnet-newswire",
            "creationtoolversion": "1",
            "segtype": "sentence",
            "o-tmf": "ccnet-newswire",
            "adminlang": "en",
            "srclang": ALL,
            "datatype": "plaintext",
            "creationdate": now.astimezone(UTC).strftime(_DATE),
        },
    )


def _element(unit: TmxUnit) -> etree._Element:
    element = etree.Element("tu", {"srclang": unit.source} if unit.source else {})
    for each in unit.variants:
        variant = etree.SubElement(element, "tuv", {_LANG: each.language})
        if each.changed:
            variant.set("changedate", each.changed.astimezone(UTC).strftime(_DATE))
        for kind, value in each.properties.items():
            if value:
                etree.SubElement(variant, "prop", type=f"{_PROPERTY}{kind}").text = _legal(value)
        etree.SubElement(variant, "seg").text = _legal(each.text)
    return element


def _legal(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)
