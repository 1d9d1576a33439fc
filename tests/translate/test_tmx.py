"""TMX out and in: several languages, inline codes, encodings, hostile files, in bounded memory."""

import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from pipeline.errors import NewswireError
from pipeline.models import HUMAN, IMPORTED, MACHINE, MemoryIntent, MemoryUnit, StoreFact, text_hash
from pipeline.records import Pair
from pipeline.translate.exporting import export_file
from pipeline.translate.importing import import_file, import_memories
from pipeline.translate.tmx import TmxUnit, Variant, read, write

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
HEAD = '<?xml version="1.0" encoding="{encoding}"?>\n<tmx version="1.4"><header srclang="{srclang}"/><body>'
TAIL = "</body></tmx>"


def written(path: Path, body: str, *, encoding: str = "UTF-8", srclang: str = "*all*") -> Path:
    text = HEAD.format(encoding=encoding, srclang=srclang) + body + TAIL
    path.write_bytes(text.encode(encoding))
    return path


def segments(path: Path, language: str = "en") -> list[str]:
    return [unit.text(language) for unit in read(path)]


def tu(**texts: str) -> str:
    variants = "".join(f'<tuv xml:lang="{code}"><seg>{text}</seg></tuv>' for code, text in texts.items())
    return f"<tu>{variants}</tu>"


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ('Press <bpt i="1">&lt;b&gt;</bpt>Enter<ept i="1">&lt;/b&gt;</ept> now.', "Press Enter now."),
        ('See <ph x="1">{0}</ph>page two.', "See page two."),
        ('One<ph>&lt;br/&gt;</ph>two<it pos="begin">\\n</it>three', "One two three"),
        ("A <hi>very <hi>old</hi></hi> bridge", "A very old bridge"),
        (
            'Look <bpt i="1">&lt;a title="<sub>not me</sub>"&gt;</bpt>here<ept i="1">&lt;/a&gt;</ept>',
            "Look here",
        ),
        ("Salt <!-- not this -->and <?nor this?>pepper", "Salt and pepper"),
        ("<ut>{\\f1}</ut>Old codes", "Old codes"),
        ("  Two\n   lines ", "Two lines"),
        ("10&#160;000 homes", "10\u00a0000 homes"),
        ("a &lt; b &amp; c", "a < b & c"),
    ],
)
def test_inline_codes_go_and_words_stay(tmp_path: Path, segment: str, text: str) -> None:
    """What stands in a code is markup; what stands between is the sentence."""
    assert segments(written(tmp_path / "a.tmx", tu(en=segment))) == [text]


@pytest.mark.parametrize("encoding", ["UTF-8", "UTF-8-sig", "UTF-16", "ISO-8859-2", "windows-1250"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """As its declaration or its byte order mark says."""
    path = tmp_path / "a.tmx"
    declared = encoding.removesuffix("-sig")
    text = HEAD.format(encoding=declared, srclang="en") + tu(pl="Śląsk") + TAIL
    path.write_bytes(text.encode(encoding))

    assert segments(path, "pl") == ["Śląsk"]


def test_languages_and_their_source(tmp_path: Path) -> None:
    """A region or script behind the code does not count; a unit's own source language comes before the header's."""
    body = (
        '<tu srclang="pl-PL"><tuv xml:lang="pl_PL"><seg>Most.</seg></tuv>'
        '<tuv lang="EN-gb"><seg>Bridge.</seg></tuv><tuv xml:lang="en-US"><seg>Span.</seg></tuv></tu>'
        + tu(en="Road.", lv="Ceļš.")
    )

    first, second = read(written(tmp_path / "a.tmx", body, srclang="EN"))

    assert (first.source, first.text("pl"), first.text("en")) == ("pl", "Most.", "Bridge.")
    assert second.source == "en"


def test_properties_and_dates(tmp_path: Path) -> None:
    """Who said it and when stays known; a date that is none is none."""
    body = (
        '<tu><tuv xml:lang="en" changedate="20261124T083000Z"><prop type="x-origin">human</prop>'
        '<prop type="tool">x</prop><seg>Road.</seg></tuv>'
        '<tuv xml:lang="lv" changedate="yesterday"><seg>Ceļš.</seg></tuv></tu>'
    )

    (unit,) = read(written(tmp_path / "a.tmx", body))

    assert [(each.changed, dict(each.properties)) for each in unit.variants] == [
        (NOW, {"origin": "human"}),
        (None, {}),
    ]


BOMB = '<!DOCTYPE tmx [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("doctype", [BOMB, '<!DOCTYPE tmx [<!ENTITY c SYSTEM "file:///etc/passwd">]>'])
def test_entities_are_not_resolved(tmp_path: Path, doctype: str) -> None:
    """Neither a bomb nor another file gets into a sentence."""
    path = tmp_path / "a.tmx"
    path.write_text(
        f'<?xml version="1.0"?>{doctype}<tmx version="1.4"><body>{tu(en="Hello &c;world")}</body></tmx>'
    )

    assert segments(path) == ["Hello world"]


def test_a_document_type_elsewhere_is_not_fetched(tmp_path: Path) -> None:
    """The usual first line of a TMX names a file that nobody has."""
    path = tmp_path / "a.tmx"
    path.write_text(
        f'<!DOCTYPE tmx SYSTEM "http://127.0.0.1:9/tmx14.dtd"><tmx><body>{tu(en="Hello")}</body></tmx>'
    )

    assert segments(path) == ["Hello"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not a well-formed"),
        (b"<tmx><body><tu>", "not a well-formed"),
        (b"<html><body/></html>", "root is not tmx"),
        (b"<tmx>\xff\xfe</tmx>", "not a well-formed"),
    ],
)
def test_what_is_no_tmx_is_named(tmp_path: Path, data: bytes, said: str) -> None:
    """The message has the file and what is wrong with it."""
    path = tmp_path / "broken.tmx"
    path.write_bytes(data)

    with pytest.raises(NewswireError, match=rf"broken\.tmx: .*{said}"):
        list(read(path))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """So that the operator sees which."""
    with pytest.raises(NewswireError, match=r"none\.tmx: cannot be read"):
        list(read(tmp_path / "none.tmx"))


# ── Writing ──────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.text(max_size=40).map(lambda text: " ".join(text.split()))


@given(st.lists(st.dictionaries(st.sampled_from(["lv", "pl", "de"]), TEXTS, min_size=1), max_size=5))
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]]
) -> None:
    """All but the control characters that XML cannot hold."""
    path = tmp_path_factory.mktemp("tmx") / "a.tmx"
    units = [
        TmxUnit(source="lv", variants=tuple(Variant(language=code, text=text) for code, text in row.items()))
        for row in rows
    ]

    count = write(path, units, now=NOW)

    legal = {c: None for c in range(32) if chr(c) not in "\t\n\r"} | dict.fromkeys(
        [*range(0xD800, 0xE000), 0xFFFE, 0xFFFF]
    )
    expected = [
        {code: " ".join(text.translate(legal).split(" ")).strip() for code, text in row.items()}
        for row in rows
    ]
    found = [{each.language: each.text for each in unit.variants} for unit in read(path)]
    assert count == len(rows)
    assert [{k: " ".join(v.split()) for k, v in row.items()} for row in found] == [
        {k: " ".join(v.split()) for k, v in row.items()} for row in expected
    ]


def test_the_header_says_what_the_standard_asks_for(tmp_path: Path) -> None:
    """Every attribute that TMX 1.4 requires is there."""
    write(tmp_path / "a.tmx", [], now=NOW)

    header = etree.parse(str(tmp_path / "a.tmx")).find("header")

    assert header is not None
    assert {
        "creationtool",
        "creationtoolversion",
        "segtype",
        "o-tmf",
        "adminlang",
        "srclang",
        "datatype",
    } <= set(map(str, header.attrib))
    assert header.get("creationdate") == "20261124T083000Z"


def test_a_broken_export_leaves_the_former_file(tmp_path: Path) -> None:
    """Nothing half written, and no scrap beside it."""
    path = tmp_path / "a.tmx"
    path.write_text("former")

    def failing() -> Iterator[TmxUnit]:
        yield TmxUnit(variants=(Variant(language="lv", text="Viens."),))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write(path, failing(), now=NOW)

    assert path.read_text() == "former"
    assert list(tmp_path.iterdir()) == [path]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    """Some megabytes of units pass, out and in, through a fraction of one."""

    def units(count: int) -> Iterator[TmxUnit]:
        for n in range(count):
            yield TmxUnit(
                variants=tuple(Variant(language=code, text=f"Teikums {n}. " * 5) for code in ("lv", "en"))
            )

    def peak(count: int) -> int:
        tracemalloc.start()
        write(tmp_path / "a.tmx", units(count), now=NOW)
        assert sum(1 for _ in read(tmp_path / "a.tmx")) == count
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(100)  # what is loaded at first need

    assert peak(10_000) < 400_000
    assert (tmp_path / "a.tmx").stat().st_size > 2_000_000


# ── The memory, out and in ───────────────────────────────────────────────────────────────────────────


def unit(pair: str, source: str, target: str, **more: object) -> MemoryIntent:
    facts: dict[str, object] = {"origin": "human", "rank": HUMAN, "at": NOW} | more
    return MemoryIntent(pair=Pair(*pair.split("-")), source=source, target=target, **facts)  # type: ignore[arg-type]


UNITS = [
    unit("en-lv", "Free.", "Brīvs.", context_hash=text_hash("Is this seat taken?")),
    unit("en-lv", "Free.", "Bez maksas."),
    unit("en-pl", "Free.", "Bezpłatnie.", origin="import", rank=IMPORTED),
    unit("lv-en", "Tilts <b> & ”.", "Bridge <b> & \u00a0“."),
    unit("en-lv", "Road.", "Ceļš.", origin="firefox", rank=MACHINE, version="abc", pivot="en", at=None),
]
COLUMNS = (
    "source_language",
    "target_language",
    "source",
    "target",
    "origin",
    "rank",
    "version",
    "pivot",
    "context_hash",
    "changed_at",
)


@pytest.mark.usefixtures("store")
class TestStore:
    def rows(self) -> set[tuple[object, ...]]:
        return set(MemoryUnit.objects.values_list(*COLUMNS))

    def test_what_goes_out_comes_in_again(self, tmp_path: Path) -> None:
        """Every unit, with its origin, place and date, in as few units of the file as can be."""
        MemoryUnit.objects.remember(UNITS)
        before = self.rows()
        written_units = export_file(tmp_path / "a.tmx", origins=["all"], now=NOW)
        MemoryUnit.objects.all().delete()

        imported = import_file(tmp_path / "a.tmx", frozenset(), origin="keep")

        assert self.rows() == before
        assert (written_units, imported.units) == (4, 5)

    def test_an_export_holds_what_was_asked_for(self, tmp_path: Path) -> None:
        """People's and files' units unless machines are named; only between the languages named."""
        MemoryUnit.objects.remember(UNITS)

        def exported(**options: list[str]) -> set[str]:
            export_file(tmp_path / "a.tmx", now=NOW, **options)  # type: ignore[arg-type]
            return {each.text for one in read(tmp_path / "a.tmx") for each in one.variants[1:]}

        assert exported() == {"Brīvs.", "Bez maksas.", "Bezpłatnie.", "Bridge <b> & \u00a0“."}
        assert exported(languages=["en", "pl"]) == {"Bezpłatnie."}
        assert exported(origins=["import"]) == {"Bezpłatnie."}
        assert exported(origins=["firefox"]) == {"Ceļš."}

    def test_an_import_goes_both_ways_from_its_source_language(self, tmp_path: Path) -> None:
        """A bilingual memory serves both directions; two translations of one text are not each other's."""
        body = tu(en="Bridge.", lv="Tilts.", pl="Most.")
        import_file(written(tmp_path / "a.tmx", body, srclang="en"), frozenset())

        pairs = {
            f"{source}-{target}"
            for source, target in MemoryUnit.objects.values_list("source_language", "target_language")
        }
        assert pairs == {"en-lv", "lv-en", "en-pl", "pl-en"}

    def test_the_operator_says_whose_words_they_are(self, tmp_path: Path) -> None:
        """A file that says of itself that people wrote it is not believed unless asked to."""
        prop = '<prop type="x-origin">human</prop>'
        body = f'<tu><tuv xml:lang="en"><seg>Bridge.</seg></tuv><tuv xml:lang="lv">{prop}<seg>Tilts.</seg></tuv></tu>'
        path = written(tmp_path / "a.tmx", body)
        origins = []
        for origin in ("import", "human", "keep"):
            MemoryUnit.objects.all().delete()
            import_file(path, frozenset(), origin=origin)
            origins.append(MemoryUnit.objects.get(target_language="lv").origin)

        assert origins == ["import", "human", "human"]

    def test_a_configured_file_is_read_once_for_each_state(self, tmp_path: Path) -> None:
        """Its digest is kept; new bytes are read again."""
        path = written(tmp_path / "a.tmx", tu(en="Bridge.", lv="Tilts."))
        counts = [import_memories([path], frozenset({"en", "lv"})) for _ in range(2)]
        written(path, tu(en="Bridge.", lv="Tiltiņš."))

        counts.append(import_memories([path], frozenset({"en", "lv"})))

        assert counts == [2, 0, 2]
        assert MemoryUnit.objects.get(source="Bridge.").target == "Tiltiņš."
        assert StoreFact.objects.read("memory:a.tmx") is not None

    def test_languages_that_nobody_needs_stay_out(self, tmp_path: Path) -> None:
        """A memory of forty languages brings only the network's."""
        path = written(tmp_path / "a.tmx", tu(en="Bridge.", lv="Tilts.", mt="Pont."))

        import_file(path, frozenset({"en", "lv"}))

        assert set(MemoryUnit.objects.values_list("source_language", flat=True)) == {"en", "lv"}

    def test_what_is_no_code_of_a_language_stays_out(self, tmp_path: Path) -> None:
        """Names written out, or anything else: the store has room for codes, and nobody would ask for more."""
        body = tu(en="Bridge.", lv="Tilts.") + '<tu><tuv xml:lang="en"><seg>Road.</seg></tuv>'
        body += '<tuv xml:lang="Latviešu"><seg>Ceļš.</seg></tuv></tu>'

        assert import_file(written(tmp_path / "a.tmx", body), frozenset()).units == 2
