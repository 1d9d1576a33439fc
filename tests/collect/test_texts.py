"""Repairs of plain text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.collect.clean import clean_html
from pipeline.collect.texts import paragraphs, plain, repair, shorten


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("electâ€™s", "elect’s"), ("Ashley â€” and", "Ashley — and"), ("cafÃ©", "café"), ("Ã\x81gnes", "Ágnes"), ("PoznaÅ„", "PoznaÅ„"),
        ("château «â»", "château «â»"), ("„lângă”", "„lângă”"), ("câ€", "câ€"), ("HÂTE", "HÂTE"),
    ],
)  # fmt: skip
def test_mojibake(text: str, expected: str) -> None:
    """Letters read in the wrong charset are put right; real letters that look alike are left."""
    assert repair(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nowy \u202etramwaj", "Nowy tramwaj"), ("\u2067אבג\u2069 in Rīga", "אבג in Rīga"), ("\u202d12\u202c3", "123"),
        ("R\u200fRiga", "R\u200fRiga"), ("&#x202e;Nowy", "Nowy"),
    ],
)  # fmt: skip
def test_directions(text: str, expected: str) -> None:
    """An override that nobody ends would turn the rest of a page round; marks between letters are harmless."""
    assert plain(text) == expected
    assert clean_html(f"<p>{text}</p>", base="https://x.org/") == f"<p>{expected}</p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("&amp;amp;amp;", "&"), ("<i>a</i>b", "ab"), ("a<br/>b", "a b"), ("3 < 4 > 2", "3 < 4 > 2"), ("<Ville>", "<Ville>"),
        ("&#8211;&nbsp;x", "– x"), ("R&D;", "R&D;"), ("", ""),
    ],
)  # fmt: skip
def test_plain(text: str, expected: str) -> None:
    """Markup goes, entities become letters, and what only looks like markup stays."""
    assert plain(text) == expected


def test_shorten() -> None:
    """Texts are cut between words, or within one where there is no space."""
    assert shorten("one two three", 9) == "one two…"
    assert shorten("onetwothree", 6) == "onetw…"
    assert shorten("a onetwothree", 10) == "a onetwot…"
    assert shorten("one", 0) == "one"


def test_paragraphs() -> None:
    """Plain text keeps its lines and loses no sign."""
    assert paragraphs("a < b\r\nc\n\n\n  d & e ") == "<p>a &lt; b<br>c</p><p>d &amp; e</p>"


@given(st.text())
def test_any_text_can_be_stored(text: str) -> None:
    """No control character and no lone surrogate is left, and repairing again changes nothing."""
    repaired = repair(text)

    repaired.encode()
    assert "\x00" not in repaired
    assert repair(repaired) == repaired
