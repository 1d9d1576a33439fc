"""XLIFF 2.1 as text: written and read as a stream. Knows nothing of the store.

https://docs.oasis-open.org/xliff/xliff-core/v2.1/xliff-core-v2.1.html
One document is one direction; a `file` is one entry, a `unit` one sentence. What must come back unchanged for a
safe return (version, revision) stands in attributes of our own namespace, which every tool has to keep.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from pipeline.errors import NewswireError
from pipeline.records import Pair
from pipeline.states import State

NS = "urn:oasis:names:tc:xliff:document:2.0"
OWN = "urn:x-newswire:review:1"
VERSION = "2.1"
INITIAL, TRANSLATED, REVIEWED, FINAL = "initial", "translated", "reviewed", "final"
_NAMES: Any = {None: NS, "nw": OWN}  # the types of lxml forget the namespace without a prefix
STATES = {State.MACHINE: TRANSLATED, State.EDITED: REVIEWED, State.APPROVED: FINAL}
_PRIORITY = {"block": "1", "warn": "3", "info": "7"}  # of a note: 1 is the highest
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]+")  # no XML can hold them
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteOut:
    severity: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOut:
    key: str  # the hash of the source sentence: the same for ever
    field: str
    source: str
    target: str
    state: str  # of the unit
    notes: tuple[NoteOut, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOut:
    public_id: str
    url: str
    version: int
    units: tuple[UnitOut, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitIn:
    key: str
    source: str
    target: str
    state: str  # as XLIFF has it


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryIn:
    language: str
    public_id: str
    version: int | None  # None: the file was not exported here, or a tool lost the attribute
    units: tuple[UnitIn, ...]


def write(path: Path, pair: Pair, entries: Iterable[EntryOut]) -> int:
    """One document of a direction. How many entries are in it. The caller moves the file to its place."""
    count = 0
    with path.open("wb") as stream, etree.xmlfile(stream, encoding="utf-8") as xml:
        xml.write_declaration()
        root = {"version": VERSION, "srcLang": pair.source, "trgLang": pair.target}
        with xml.element(f"{{{NS}}}xliff", root, nsmap=_NAMES):
            for entry in entries:
                xml.write(_file(entry, pair))
                count += 1
    return count


def _file(entry: EntryOut, pair: Pair) -> etree._Element:
    node = etree.Element(f"{{{NS}}}file", nsmap=_NAMES)
    node.set("id", f"e-{entry.public_id}")
    if entry.url:
        node.set("original", entry.url)
    node.set(f"{{{OWN}}}version", str(entry.version))
    if entry.notes:
        _notes(node, [(each, None, None) for each in entry.notes])
    for unit in entry.units:
        node.append(_unit(unit, pair))
    return node


def _unit(unit: UnitOut, pair: Pair) -> etree._Element:
    node = etree.Element(f"{{{NS}}}unit")
    node.set("id", f"u-{unit.key}")
    node.set("name", unit.field)
    if unit.notes:
        _notes(node, [(each.text, _PRIORITY[each.severity], "target") for each in unit.notes])
    segment = etree.SubElement(node, f"{{{NS}}}segment")
    segment.set("state", STATES.get(State(unit.state), TRANSLATED) if unit.target else INITIAL)
    if unit.target:
        segment.set("subState", f"nw:{unit.state}")
    for name, text, language in (("source", unit.source, pair.source), ("target", unit.target, pair.target)):
        if text:
            each = etree.SubElement(segment, f"{{{NS}}}{name}")
            each.set(_XML_LANG, language)
            each.set(_XML_SPACE, "preserve")
            each.text = _CONTROLS.sub(" ", text)
    return node


def _notes(node: etree._Element, notes: Iterable[tuple[str, str | None, str | None]]) -> None:
    place = etree.SubElement(node, f"{{{NS}}}notes")
    for number, (text, priority, applies) in enumerate(notes, 1):
        note = etree.SubElement(place, f"{{{NS}}}note")
        note.set("id", f"n{number}")
        if applies:
            note.set("appliesTo", applies)
        if priority:
            note.set("priority", priority)
        note.text = _CONTROLS.sub(" ", text)


def read(path: Path) -> Iterator[EntryIn]:
    """The entries of a document. Raises NewswireError naming the file and what is wrong with it."""
    try:
        with path.open("rb") as stream:
            languages: dict[str, str] = {}
            for event, node in etree.iterparse(
                stream,
                events=("start", "end"),
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
            ):
                if event == "start":
                    if not languages:
                        languages = _root(node, path)
                    continue
                if node.tag == f"{{{NS}}}file":
                    yield _entry(node, languages["target"])
                    node.clear()
    except etree.XMLSyntaxError as error:
        raise NewswireError(f"is not a well-formed XLIFF file: {error.msg}", resource=str(path)) from error
    except OSError as error:
        raise NewswireError(f"cannot be read: {error.strerror}", resource=str(path)) from error


def _root(node: etree._Element, path: Path) -> dict[str, str]:
    if node.tag != f"{{{NS}}}xliff" or not (node.get("version") or "").startswith("2."):
        raise NewswireError("is not XLIFF 2; export it anew, or save it as XLIFF 2.1", resource=str(path))
    if node.getroottree().docinfo.internalDTD is not None:
        raise NewswireError("has a document type, which XLIFF has not", resource=str(path))
    return {"target": (node.get("trgLang") or "").lower().split("-")[0]}


def _entry(node: etree._Element, language: str) -> EntryIn:
    version = node.get(f"{{{OWN}}}version") or ""
    return EntryIn(
        language=language,
        public_id=(node.get("id") or "").removeprefix("e-"),
        version=int(version) if version.isdecimal() else None,
        units=tuple(_unit_in(each) for each in node.iter(f"{{{NS}}}unit")),
    )


def _unit_in(node: etree._Element) -> UnitIn:
    """A tool may have cut a unit into several segments, with ignorable white space between: they are joined."""
    parts = [each for each in node if each.tag in {f"{{{NS}}}segment", f"{{{NS}}}ignorable"}]
    states = {each.get("state") or INITIAL for each in parts if each.tag == f"{{{NS}}}segment"}
    order = [INITIAL, TRANSLATED, REVIEWED, FINAL]
    return UnitIn(
        key=(node.get("id") or "").removeprefix("u-"),
        source="".join(_words(each, "source") for each in parts),
        target="".join(
            _words(each, "target" if each.find(f"{{{NS}}}target") is not None else "source")
            if each.tag == f"{{{NS}}}ignorable"
            else _words(each, "target")
            for each in sorted(parts, key=_place)
        ),
        state=min(states, key=lambda state: order.index(state) if state in order else 0, default=INITIAL),
    )


def _place(part: etree._Element) -> int:
    """Where a part stands in the target, where a tool moved it."""
    target = part.find(f"{{{NS}}}target")
    order = target.get("order") if target is not None else None
    parent = part.getparent()
    own = parent.index(part) if parent is not None else 0
    return int(order) if order and order.isdecimal() else own


def _words(part: etree._Element, name: str) -> str:
    node = part.find(f"{{{NS}}}{name}")
    return "".join(str(text) for text in node.itertext()) if node is not None else ""
