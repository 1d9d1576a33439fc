"""What the engine is given in place of a text, and the way back."""

import re
import string
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import WeightsError
from pipeline.translate import casing
from pipeline.translate.alphabet import alphabet_of
from pipeline.translate.protect import protect, restore
from pipeline.translate.splitting import MAX_WORDS, split

# What a small English-Portuguese engine covers: no @ # < > { } € £, no dashes, no curly quotes.
ALPHABET = frozenset(string.ascii_letters + string.digits + " !\"$%&'()*+,-./:;=?[]_|°ÁÉáâãçéêíóôõú")


def varint(number: int) -> bytes:
    return bytes([number]) if number < 0x80 else bytes([number & 0x7F | 0x80]) + varint(number >> 7)


def piece(text: str, kind: int = 1) -> bytes:
    """One entry of a SentencePiece vocabulary: its text, a score, its kind."""
    data = text.encode()
    body = b"\x0a" + varint(len(data)) + data + b"\x15\x00\x00\x00\x00" + b"\x18" + varint(kind)
    return b"\x0a" + varint(len(body)) + body


def squeezed(text: str) -> str:
    """The text without what protect may change: spaces, invisible characters, split accents."""
    text = unicodedata.normalize("NFC", text)
    return "".join(c for c in text if not c.isspace() and unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


class TestAlphabet:
    def test_characters_of_normal_pieces(self) -> None:
        """Every character of a piece counts; the space mark is a space; control pieces do not count."""
        spm = (
            piece("</s>", 3)
            + piece("<unk>", 2)
            + piece("\u2581abč")
            + piece("x" * 200, 4)
            + b"\x12\x02zz\x28\x01"
        )

        assert alphabet_of(spm) == frozenset(" abčx")

    def test_fixed_width_fields_are_skipped(self) -> None:
        """Fields of other kinds between the pieces do no harm."""
        assert alphabet_of(b"\x11" + b"\x00" * 8 + piece("a")) == frozenset(" a")

    @pytest.mark.parametrize(
        "spm", [b"", b"\x0a", b"\x0a\xff", b"not a vocabulary", b"\x0a\x05ab", piece("<s>", 3)]
    )
    def test_anything_else_is_an_error(self, spm: bytes) -> None:
        """A truncated or foreign file is named as such."""
        with pytest.raises(WeightsError, match="SentencePiece"):
            alphabet_of(spm)


PARTS = [
    # source, what the engine is given
    ("Plain text.", ("Plain text.",)),
    ("“Good” – it’s…", ('"Good" - it\'s...',)),
    ("Rīga—Vilnius road", ("Riga - Vilnius road",)),
    ("Rīga–Vilnius road", ("Riga-Vilnius road",)),
    ("open 10–12 today", ("open 10-12 today",)),
    ("no\u00a0break and soft\u00adness", ("no break and softness",)),
    ("½ kg and 1½ kg", ("1/2 kg and 1 1/2 kg",)),
    ("The price is €1,200 or £5", ("The price is EUR 1,200 or GBP 5",)),
    ("Dvořák in Šiauliai", ("Dvorák in Siauliai",)),
    ("Kurfürstenstraße", ("Kurfurstenstrasse",)),
    ("Café in Łódź", ("Café in Lódz",)),
    ("Write to info@dome.lv now", ("Write to www.x1.com now",)),
    ("Ask @riga about #budget today", ("Ask [X1X] about [X2X] today",)),
    ("Ask @RigaLive about #CityOfChange today", ("Ask RigaLive about CityOfChange today",)),
    ("Ask #Riga and #Die and @ŠiauliaiNow today", ("Ask [X1X] and [X2X] and [X3X] today",)),
    ("From #COP29 and COP29 again", ("From [X1X] and COP29 again",)),
    ("See https://riga.lv/a_b?c=1. Or not", ("See www.x1.com. Or not",)),
    ("See www.riga.lv/x, please", ("See www.x1.com, please",)),
    ("A 🎉 party", ("A [X1X] party",)),
    ("News #a #b #c from us", ("News [X1X] from us",)),
    ("Now in Київ today", ("Now in [X1X] today",)),
    ("A [X1X] and 🎉 here", ("A [X1X] and [X2X] here",)),
    ("Go " + "x" * 61 + " on", ("Go [X1X] on",)),
    ("• Item one", ("Item one",)),
    ("– Yes, he said", ("Yes, he said",)),
    ("🎉 Party time 🎉", ("Party time",)),
    ("Read more »", ("Read more",)),
    ("Read more →", ("Read more",)),
    ("COUNCIL APPROVES NEW BUDGET", ("Council approves new budget",)),
    ("EU AND NATO MEET IN ŠIAULIAI", ("EU and NATO meet in siauliai",)),
    ("LOUIS XIV AND I WENT HOME", ("Louis XIV and I went home",)),
    ("UNESCO", ("UNESCO",)),
    ("NATO, EU", ("NATO, EU",)),
    ("", ()),
    ("12:30", ()),
    ("info@dome.lv", ()),
    ("🎉", ()),
    ("1,234.5 – 2 %", ()),
]


class TestProtect:
    @pytest.mark.parametrize(("source", "parts"), PARTS)
    def test_what_the_engine_is_given(self, source: str, parts: tuple[str, ...]) -> None:
        """Only covered characters, no addresses, no capitals; and back again to the source."""
        protected = protect(source, language="en", alphabet=ALPHABET)
        restored = restore(protected.parts, protected)

        assert protected.parts == parts
        assert ALPHABET.issuperset("".join(parts))
        assert restored is not None
        assert squeezed(restored) == squeezed(source)

    def test_covered_characters_stay(self) -> None:
        """An engine that knows a character gets it."""
        protected = protect("“Rīga” – jā", language="lv", alphabet=ALPHABET | frozenset("“”–īā"))

        assert protected.parts == ("“Rīga” – jā",)

    @pytest.mark.parametrize("source", ["Ask @riga – “now” 🎉", "COUNCIL APPROVES NEW BUDGET", "word " * 200])
    def test_without_an_alphabet_the_text_stays(self, source: str) -> None:
        """A remote engine covers everything: nothing is hidden, folded, lowered or cut."""
        protected = protect(source, language="en", alphabet=None)

        assert protected.parts == (source.strip(),)
        assert restore(["x"], protected) == "x"

    def test_without_words_there_is_nothing_to_send(self) -> None:
        """A text of signs alone comes back as it is, from any engine."""
        protected = protect("10:30 🎉", language="en", alphabet=None)

        assert protected.parts == ()
        assert restore([], protected) == "10:30 🎉"

    def test_without_masks(self) -> None:
        """The second try: what would be hidden stands between the parts and cannot get lost."""
        protected = protect(
            "Write to info@dome.lv. Or call @riga (today)", language="en", alphabet=ALPHABET, mask=False
        )

        assert protected.parts == ("Write to", "Or call", "(today)")
        assert restore(["Escreva para", "Ou chame", "(hoje)"], protected) == (
            "Escreva para info@dome.lv. Ou chame @riga (hoje)"
        )

    def test_sharp_s_in_capitals_is_left(self) -> None:
        """Capitals that would not come back from lower case are not lowered."""
        assert protect("GROẞE STRAẞE HEUTE", language="de", alphabet=ALPHABET | {"ẞ"}).parts == (
            "GROẞE STRAẞE HEUTE",
        )


class TestRestore:
    @pytest.mark.parametrize(
        "output", ["Para [X1X] [X2X].", "Para [ X1X ] [X 2 X].", "Para [x1x] X2X].", "Para [ X 1 X ][X2X]."]
    )
    def test_tokens_with_spaces_in_them(self, output: str) -> None:
        """Tokens are known again with spaces, in lower case and without a bracket."""
        protected = protect("To a@b.lv and @riga.", language="en", alphabet=ALPHABET)

        assert squeezed(restore([output], protected) or "") == "Paraa@b.lv@riga."

    @pytest.mark.parametrize(
        ("output", "expected"),
        [
            ("Escreva para www.x1.com ou [X2X].", "Escreva para a@b.lv ou @riga."),
            ("Escreva para WWW.X1.COM, ou x2x.", "Escreva para a@b.lv, ou @riga."),
            ("Escreva para www.x1.com.br ou [X2X].", None),
            ("Escreva para www.x1.com e www.x1.com ou [X2X].", None),
            ("Escreva para nós ou [X2X].", None),
        ],
    )
    def test_an_address_stands_behind_an_address(self, output: str, expected: str | None) -> None:
        """Exactly as it was sent, and once: anything else is a lost placeholder."""
        protected = protect("Write to a@b.lv or @riga.", language="en", alphabet=ALPHABET)

        assert protected.parts == ("Write to www.x1.com or [X2X].",)
        assert restore([output], protected) == expected

    @pytest.mark.parametrize("output", ["Para", "[X1X] e [X1X]", "[X2X]", "[X1X] [X2X]", "[X9999999999999X]"])
    def test_lost_and_doubled_tokens(self, output: str) -> None:
        """A token that is missing, doubled or invented asks for another try."""
        protected = protect("To a@b.lv now", language="en", alphabet=ALPHABET)

        assert restore([output], protected) is None

    @pytest.mark.parametrize(
        ("output", "expected"),
        [
            ("Hoje na CityOfChange, com RigaLive.", "Hoje na #CityOfChange, com @RigaLive."),
            ("Hoje na CidadeDeMudança, com RigaLive.", None),
            ("Hoje na CityOfChange, com RigaLive e RigaLive.", None),
            ("Hoje na CityOfChanges, com RigaLive.", None),
        ],
    )
    def test_a_hashtag_like_a_name_comes_back_whole_or_not_at_all(
        self, output: str, expected: str | None
    ) -> None:
        """Shown without its sign; known again only as it was, and once."""
        protected = protect("Today at #CityOfChange, with @RigaLive.", language="en", alphabet=ALPHABET)

        assert restore([output], protected) == expected
        assert protect("At #CityOfChange.", language="en", alphabet=ALPHABET, show=False).parts == (
            "At [X1X].",
        )

    def test_names_with_a_new_ending(self) -> None:
        """A folded name is known again with the ending that the target language gives it."""
        protected = protect("Dvořák in Šiauliai", language="en", alphabet=ALPHABET)

        assert restore(["Dvoráka Siauliaios"], protected) == "Dvořáka Šiauliaios"
        assert restore(["Šiauliai ir Siaurs"], protected) == "Šiauliai ir Siaurs"

    def test_words_that_only_look_like_names(self) -> None:
        """A word of the source that a folded name resembles stays itself."""
        protected = protect("Žabala and zabalas, Zabala", language="en", alphabet=ALPHABET)

        assert restore(["Zabala e zabalas, Zabala"], protected) == "Žabala e zabalas, Zabala"
        assert restore(["Zabala e zabalas"], protected) == "Zabala e zabalas"

    def test_quotes_only_where_none_was_lost(self) -> None:
        """Curly quotes return in order; where their number changed, the plain ones stay for the conventions."""
        protected = protect("“a” or “b”", language="en", alphabet=ALPHABET)

        assert restore(['"a" ou "b"'], protected) == "“a” ou “b”"
        assert restore(['"a" ou b'], protected) == '"a" ou b'

    def test_marks_of_one_kind_return_everywhere(self) -> None:
        """Dashes, ellipses and currencies need no counting."""
        protected = protect("a – b … €5", language="en", alphabet=ALPHABET)

        assert restore(["a - b - c... 5 EUR e EUROPA"], protected) == "a – b – c… 5 € e EUROPA"

    def test_capitals_return(self) -> None:
        """A lowered headline is raised again, accents and addresses as they should be."""
        protected = protect("WRITE TO a@b.lv AND ŠIAULIAI", language="en", alphabet=ALPHABET)
        assert restore(["Escreva para [X1X] e siauliai"], protected) == "ESCREVA PARA a@b.lv E ŠIAULIAI"

        protected = protect("COUNCIL APPROVES A 🎉 BUDGET", language="en", alphabet=ALPHABET)
        assert restore(["Câmara aprova um orçamento [x1x]"], protected) == "CÂMARA APROVA UM ORÇAMENTO 🎉"

    def test_number_of_outputs(self) -> None:
        """An engine that lost a part is a fault of the caller."""
        protected = protect("one", language="en", alphabet=ALPHABET)

        with pytest.raises(ValueError, match="1 parts went out and 0 came back"):
            restore([], protected)

    def test_a_stop_at_a_cut_is_dropped(self) -> None:
        """Engines end what they take for a sentence; in the middle of one the stop goes."""
        text = "word " * 59 + "first, " + "word " * 30 + "end."
        protected = protect(text, language="en", alphabet=ALPHABET)

        assert len(protected.parts) == 2
        assert restore(["Um.", "dois."], protected) == "Um dois."


class TestSplitting:
    @pytest.mark.parametrize("mark", [";", ":", " -", " –", ","])
    def test_cut_at_a_mark(self, mark: str) -> None:
        """A long text is cut where it draws breath, nearest to its middle."""
        text = "one " * 35 + f"here{mark} " + "two " * 45

        first, second = split(text)

        assert first.rstrip().endswith(mark.strip())
        assert second.startswith("two")

    def test_cut_without_a_mark(self) -> None:
        """Without any mark the pieces are even, and none is too long."""
        pieces = split("word " * 150)

        assert [len(each.split()) for each in pieces] == [50, 50, 50]

    @settings(max_examples=50)
    @given(st.lists(st.sampled_from(["word", "end;", "so,", "-", "a"]), max_size=300))
    def test_nothing_is_lost(self, words: list[str]) -> None:
        """The pieces joined are the text, and none is longer than the engine can bear."""
        text = "  " + " ".join(words)
        pieces = split(text)

        assert "".join(pieces) == text
        assert all(len(each.split()) <= MAX_WORDS for each in pieces) or (
            len(pieces) == 1 and len(text.split()) <= 72 and len(text) <= 420
        )

    @pytest.mark.parametrize(
        ("words", "letters", "pieces"), [(72, 4, 1), (73, 4, 2), (61, 5, 1), (72, 6, 2), (60, 9, 1)]
    )
    def test_a_little_above_the_limit(self, words: int, letters: int, pieces: int) -> None:
        """A unit a few words above the limit stays whole where they are short: a cut costs it its context."""
        assert len(split(" ".join(["w" * letters] * words))) == pieces


class TestCasing:
    @pytest.mark.parametrize("text", ["Budget", "NATO", "UN EU USA", "1 234 €", "COVID"])
    def test_not_shouted(self, text: str) -> None:
        """Acronyms and short words are no headline in capitals."""
        assert not casing.is_shouted(text)

    def test_first_letter(self) -> None:
        """Sentence case begins at the first letter, wherever it stands; a text of signs stays."""
        assert casing.lower("«ĀDAŽI UZVAR»", language="lv") == "«Ādaži uzvar»"
        assert casing.lower("12", language="lv") == "12"


WORDS = st.sampled_from(
    [
        "Šiauliai",
        "Siauliai",
        "Dvořák’s",
        "“works”",
        "–",
        "—",
        "…",
        "½",
        "€",
        "£",
        "🎉",
        "👩\u200d👩\u200d👧",
        "1️⃣",
        "info@dome.lv",
        "@riga",
        "#a",
        "https://x.lv/a_b",
        "«labi»",
        "'x'",
        '"y"',
        "word",
        "ß",
        "Łódź",
        "Київ",
        "[X1X]",
        "X1X",
        "10–12",
        "COUNCIL",
        "a;",
        "b,",
        "c:",
        "-",
        "•",
        "→",
        "×",
        "m²",
        "...",
        "EUR",
        ",",
        ".",
    ]
)
TEXTS = st.lists(WORDS, max_size=90).map(" ".join) | st.text(max_size=60)


class TestProperties:
    @settings(max_examples=200)
    @given(source=TEXTS, mask=st.booleans())
    def test_the_identity_engine_changes_nothing(self, source: str, mask: bool) -> None:
        """An engine that gives its text back gives the source back, up to spaces."""
        protected = protect(source, language="en", alphabet=ALPHABET, mask=mask)
        restored = restore(protected.parts, protected)

        assert restored is not None
        assert squeezed(restored) == squeezed(source)

    @settings(max_examples=200)
    @given(source=TEXTS, mask=st.booleans())
    def test_the_engine_sees_covered_characters_only(self, source: str, mask: bool) -> None:
        """Whatever comes in, the parts are short and within the alphabet."""
        parts = protect(source, language="en", alphabet=ALPHABET, mask=mask).parts

        assert ALPHABET.issuperset("".join(parts))
        assert all(len(part.split()) <= 2 * MAX_WORDS and part.strip() for part in parts)

    @settings(max_examples=100)
    @given(source=TEXTS)
    def test_spaces_in_tokens_are_forgiven(self, source: str) -> None:
        """Tokens that the engine spaced out still find their way back."""
        protected = protect(source, language="en", alphabet=ALPHABET)
        spaced = [re.sub(r"\[X(\d+)X\]", r"[ X \1 X ]", part) for part in protected.parts]
        restored = restore(spaced, protected)

        assert restored is not None
        assert squeezed(restored) == squeezed(source)

    @settings(max_examples=50)
    @given(source=st.text(max_size=80))
    def test_a_remote_engine_gets_the_text(self, source: str) -> None:
        """Without an alphabet the identity holds as well."""
        protected = protect(source, language="en", alphabet=None)

        assert squeezed(restore(protected.parts, protected) or "") == squeezed(source)


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("À exceção de dois bairros há água.", "pt", "À exceção"),
        ("Optei por NÃO dizer nada.", "pt", "NÃO"),
        ("O vencedor do Óscar chegou.", "pt", "Oscar"),
        ("Íris Cardoso venceu.", "pt", "Iris"),
        ("A rua SÃO JOÃO fechou.", "pt", "SAO JOAO"),
        ("À exceção de dois bairros há água.", "en", "A exceção"),
    ],
)
def test_capitals_of_the_language_itself_are_left_to_the_model(
    text: str, language: str, expected: str
) -> None:
    """A word of its own that is no name is understood with the gap, and mistaken for another without its accent."""
    protected = protect(text, language=language, alphabet=ALPHABET | {"à"})

    assert expected in protected.parts[0]
    assert restore(protected.parts, protected) == text


def test_a_fraction_stands_close_to_its_number_again() -> None:
    """The engine is given 14 1/2, or it would read 141/2."""
    protected = protect("They won 14½-13½.", language="en", alphabet=ALPHABET)

    assert restore(protected.parts, protected) == "They won 14½-13½."
