"""The termbase as CSV and TBX: out, in, and what is wrong with a file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import UsageError
from pipeline.records import TermData
from pipeline.translate.termcsv import COLUMNS, read_csv, write_csv
from pipeline.translate.termfile import TermRow, checked
from pipeline.translate.termtbx import read_tbx, write_tbx

ROWS = [
    TermRow(
        source_language="pl",
        target_language="lv",
        term=TermData(
            source="rada miasta",
            source_forms=("rady miasta", "radzie miasta"),
            target="pilsētas dome",
            forms=("pilsētas domes",),
            note="nie: padome",
        ),
    ),
    TermRow(
        source_language="pl",
        target_language="lv",
        term=TermData(
            source="rada miasta",
            source_forms=("rady miasta", "radzie miasta"),
            target="padome",
            forbidden=True,
            note="nie: padome",
        ),
    ),
    TermRow(source_language="", target_language="", term=TermData(source="CityLab", keep=True)),
]


def plain(rows: list[TermRow]) -> set[tuple[str, str, TermData]]:
    return {(row.source_language, row.target_language, row.term) for row in rows}


def test_csv_goes_out_and_comes_in() -> None:
    """Every column, with quotes, separators and line ends in the cells."""
    rows = [
        *ROWS,
        TermRow(
            source_language="en",
            target_language="lv",
            term=TermData(source='a "b"; c', target="d,\ne", note="x|y"),
        ),
    ]

    assert plain(list(read_csv(write_csv(rows), resource="a.csv"))) == plain(rows)


WORDS = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="|"), max_size=20).map(
    str.strip
)


@given(WORDS.filter(bool), WORDS, st.lists(WORDS.filter(bool), max_size=3), st.booleans())
def test_any_words_survive_csv(source: str, target: str, forms: list[str], forbidden: bool) -> None:
    """Whatever letters a term is made of."""
    term = TermData(source=source, target=target, forms=tuple(forms), forbidden=forbidden)
    row = TermRow(source_language="en", target_language="lv", term=term)

    assert plain(list(read_csv(write_csv([row]), resource="a.csv"))) == plain([row])


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_spreadsheets_separators(separator: str) -> None:
    """A Latvian spreadsheet writes semicolons; empty rows are passed over, columns may be left out or in any order."""
    data = f"Target{separator}SOURCE{separator}source_language\n\n{separator}{separator}\ndome{separator}council{separator}EN\n"

    (row,) = read_csv(data.encode(), resource="a.csv")

    assert (row.source_language, row.target_language, row.term) == (
        "en",
        "",
        TermData(source="council", target="dome"),
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\xff\xfe", "is not UTF-8"),
        (b"target\nx\n", "lacks the column 'source'"),
        (b"source,colour\nx,y\n", "does not know the column 'colour'"),
        (b"source,forbidden\nx,maybe\n", "line 2: 'maybe' is neither yes nor no"),
        (b"source,target\nx,y,z\n", "line 2: has more cells"),
        (b"", "lacks the column 'source'"),
    ],
)
def test_a_wrong_csv_says_where(data: bytes, said: str) -> None:
    """File, line and remedy."""
    with pytest.raises(UsageError, match=rf"a\.csv: .*{said}"):
        list(read_csv(data, resource="a.csv"))


def test_all_faults_are_named_and_nothing_is_taken() -> None:
    """A row without a target, one in a single language, one that contradicts itself: each with its line."""
    data = f"{','.join(COLUMNS)}\nen,lv,council,,,,,,\nen,en,a,,b,,,,\nen,lv,c,,d,,yes,yes,\nen,lv,,,x,,,,\nen,lv,ok,,labi,,,,\n"

    with pytest.raises(UsageError) as error:
        checked(read_csv(data.encode(), resource="a.csv"), resource="a.csv")

    assert [line.strip().split(":")[0] for line in str(error.value).splitlines()[1:]] == [
        f"line {n}" for n in (2, 3, 4, 5)
    ]


def test_tbx_goes_out_and_comes_in() -> None:
    """Forms as variants, forbidden words as deprecated, kept ones for all languages; and back the other way."""
    found = plain(list(read_tbx(write_tbx(ROWS), resource="a.tbx")))

    assert plain(ROWS) <= found
    assert {(source, target) for source, target, _term in found - plain(ROWS)} == {("lv", "pl")}


def test_what_is_written_is_tbx_basic() -> None:
    """Root, style and elements as the standard names them."""
    root = etree.fromstring(write_tbx(ROWS))

    assert etree.QName(root).namespace == "urn:iso:std:iso:30042:ed-2"
    assert (root.get("type"), root.get("style")) == ("TBX-Basic", "dca")
    names = {etree.QName(element).localname for element in root.iter() if isinstance(element.tag, str)}
    assert {
        "tbxHeader",
        "fileDesc",
        "sourceDesc",
        "text",
        "body",
        "conceptEntry",
        "langSec",
        "termSec",
        "term",
    } <= names


OLD = """<?xml version="1.0"?><martif type="TBX-Basic" xml:lang="en"><text><body>
<termEntry id="c5"><descrip type="subjectField">city</descrip>
<langSet xml:lang="en-GB"><tig><term>city council</term></tig></langSet>
<langSet xml:lang="lv"><ntig><termGrp><term>pilsētas dome</term>
<termNote type="administrativeStatus">preferredTerm-admn-sts</termNote></termGrp></ntig>
<tig><term>rātsnams</term><termNote type="administrativeStatus">supersededTerm-admn-sts</termNote></tig></langSet>
<langSet xml:lang="pl"><tig><term>rada miasta</term></tig></langSet></termEntry></body></text></martif>"""


def test_the_older_edition_is_read() -> None:
    """Three languages make six directions, and the superseded word is forbidden in two of them."""
    rows = list(read_tbx(OLD.encode(), resource="a.tbx"))

    said = {(row.source_language, row.target_language, row.term.target, row.term.forbidden) for row in rows}
    assert len(said) == 8
    assert ("en", "lv", "pilsētas dome", False) in said
    assert ("pl", "lv", "rātsnams", True) in said
    assert {row.term.note for row in rows} == {"city"}


@pytest.mark.parametrize("data", [b"<tbx", b"<html/>", b""])
def test_what_is_no_tbx_is_named(data: bytes) -> None:
    """The message has the file."""
    with pytest.raises(UsageError, match=r"a\.tbx: is not a"):
        list(read_tbx(data, resource="a.tbx"))


def test_tbx_entities_are_not_resolved() -> None:
    """A hostile file gets no other file into a term."""
    data = b"""<!DOCTYPE tbx [<!ENTITY c SYSTEM "file:///etc/passwd">]><tbx><text><body><conceptEntry id="1">
    <langSec xml:lang="en"><termSec><term>a&c;b</term></termSec></langSec>
    <langSec xml:lang="lv"><termSec><term>c</term></termSec></langSec></conceptEntry></body></text></tbx>"""

    assert {row.term.source for row in read_tbx(data, resource="a.tbx")} == {"ab", "c"}
