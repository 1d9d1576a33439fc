"""A termbase as TBX-Basic (ISO 30042), its edition of 2019 in the DCA style; that of 2008 is read as well. Pure.

A concept holds its terms in several languages; each pair of languages becomes a row. What the standard calls
deprecated or superseded becomes forbidden, variants become forms. A word that is to stay as it is has one term
for all languages, under the language code `mul`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, permutations
from typing import cast

from lxml import etree

from pipeline.errors import UsageError
from pipeline.records import TermData
from pipeline.translate.termfile import TermRow

_NAMESPACE = "urn:iso:std:iso:30042:ed-2"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ANY = "mul"  # ISO 639-2: several languages
_CONCEPTS = ("{*}conceptEntry", "{*}termEntry")
_SECTIONS = {"langSec", "langSet"}
_TERMS = {"termSec", "tig", "ntig"}
_STATUS = {"administrativeStatus", "normativeAuthorization"}
_REJECTED = ("deprecated", "superseded")
_VARIANT = "variant"


@dataclass(slots=True)
class _Words:
    """What a concept says in one language."""

    preferred: list[str] = field(default_factory=list)
    variants: list[str] = field(default_factory=list)
    rejected: list[str] = field(default_factory=list)


def read_tbx(data: bytes, *, resource: str) -> Iterator[TermRow]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UsageError(f"is not a well-formed TBX file: {error.msg}", resource=resource) from error
    if etree.QName(root).localname not in {"tbx", "martif"}:
        raise UsageError("is not a TBX file: its root is neither tbx nor martif", resource=resource)
    for number, concept in enumerate(root.iter(*_CONCEPTS), start=1):
        yield from _rows(concept, f"concept {concept.get('id') or number}:")


def _rows(concept: etree._Element, place: str) -> Iterator[TermRow]:
    note = next((_text(each) for each in concept if _name(each) in {"note", "descrip"}), "")
    words = {_language(each): _words(each) for each in concept if _name(each) in _SECTIONS}
    kept = words.pop("", _Words())
    for term in kept.preferred:
        yield TermRow(
            source_language="",
            target_language="",
            term=TermData(source=term, keep=True, note=note),
            place=place,
        )
    for source, target in permutations(words, 2):
        for term in words[source].preferred[:1]:
            forms = tuple(dict.fromkeys((*words[source].preferred[1:], *words[source].variants)))
            yield from _pairs(
                term,
                forms,
                words[target],
                TermRow(
                    source_language=source,
                    target_language=target,
                    term=TermData(source=term, note=note),
                    place=place,
                ),
            )


def _pairs(term: str, source_forms: tuple[str, ...], target: _Words, row: TermRow) -> Iterator[TermRow]:
    def made(word: str, forms: tuple[str, ...], *, forbidden: bool) -> TermRow:
        return TermRow(
            source_language=row.source_language,
            target_language=row.target_language,
            place=row.place,
            term=TermData(
                source=term,
                source_forms=source_forms,
                target=word,
                forms=forms,
                forbidden=forbidden,
                note=row.term.note,
            ),
        )

    if target.preferred:
        yield made(target.preferred[0], (*target.preferred[1:], *target.variants), forbidden=False)
    for word in target.rejected:
        yield made(word, (), forbidden=True)


def _words(section: etree._Element) -> _Words:
    words = _Words()
    for each in section.iter():
        if _name(each) not in _TERMS:
            continue
        term = next((_text(child) for child in each.iter() if _name(child) == "term"), "")
        notes = {child.get("type", ""): _text(child) for child in each.iter() if _name(child) == "termNote"}
        status = next((value for kind, value in notes.items() if kind in _STATUS), "")
        if status.startswith(_REJECTED):
            words.rejected.append(term)
        elif notes.get("termType") == _VARIANT:
            words.variants.append(term)
        elif term:
            words.preferred.append(term)
    return words


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _text(element: etree._Element) -> str:
    return " ".join(_spoken(element).split())


def _spoken(element: etree._Element) -> str:
    """All text within, but what comments and entities hold."""
    children = (
        (_spoken(child) if isinstance(child.tag, str) else "") + (child.tail or "") for child in element
    )
    return (element.text or "") + "".join(children)


def _language(element: etree._Element) -> str:
    code = (element.get(_XML_LANG) or "").lower().split("-")[0]
    return "" if code == _ANY else code


def write_tbx(rows: Iterable[TermRow]) -> bytes:
    """One concept a source term and direction, so that nothing of the rows is lost."""
    names = cast("dict[str, str]", {None: _NAMESPACE})  # the stubs know no default namespace
    root = etree.Element(
        f"{{{_NAMESPACE}}}tbx", {"type": "TBX-Basic", "style": "dca", _XML_LANG: "en"}, nsmap=names
    )
    header = _add(_add(root, "tbxHeader"), "fileDesc")
    _add(_add(header, "sourceDesc"), "p").text = "Termbase of a CCnet Newswire"
    body = _add(_add(root, "text"), "body")

    def key(row: TermRow) -> tuple[str, str, str, bool]:
        return row.source_language, row.target_language, row.term.source, row.term.keep

    for number, (_key, group) in enumerate(groupby(sorted(rows, key=key), key=key), start=1):
        _concept(body, number, list(group))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _concept(body: etree._Element, number: int, rows: Sequence[TermRow]) -> None:
    first = rows[0]
    concept = _add(body, "conceptEntry")
    concept.set("id", f"c{number}")
    if first.term.note:
        _add(concept, "note").text = first.term.note
    if first.term.keep:
        _term(_section(concept, _ANY), first.term.source)
        return
    source = _section(concept, first.source_language or _ANY)
    _term(source, first.term.source)
    for form in first.term.source_forms:
        _term(source, form, termType=_VARIANT)
    target = _section(concept, first.target_language or _ANY)
    for row in rows:
        if row.term.forbidden:
            for word in (row.term.target, *row.term.forms):
                _term(target, word, administrativeStatus="deprecatedTerm-admn-sts")
            continue
        _term(target, row.term.target, administrativeStatus="preferredTerm-admn-sts")
        for form in row.term.forms:
            _term(target, form, termType=_VARIANT)


def _section(concept: etree._Element, language: str) -> etree._Element:
    section = _add(concept, "langSec")
    section.set(_XML_LANG, language)
    return section


def _term(section: etree._Element, text: str, **notes: str) -> None:
    element = _add(section, "termSec")
    _add(element, "term").text = text
    for kind, value in notes.items():
        note = _add(element, "termNote")
        note.set("type", kind)
        note.text = value


def _add(parent: etree._Element, name: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_NAMESPACE}}}{name}")
