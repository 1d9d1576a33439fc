"""Plain text out of anything: legal characters, safe addresses, words without markup."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.plain import allowed, excerpt, one_line, summary_text, text_of, tidy, web_address
from tests.feeds.samples import POZNAN, item


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("https://www.example.org/a?b=1&c=2#d", "https://www.example.org/a?b=1&c=2#d"),
        ("https://www.example.org/%C4%85", "https://www.example.org/%C4%85"),
        ("https://www.example.org/ą b", "https://www.example.org/%C4%85%20b"),
        (" https://www.example.org/\n", "https://www.example.org/"),
        ("https://žinios.example/x", "https://xn--inios-tib.example/x"),
        ("HTTPS://WWW.Example.org:443", "https://www.example.org/"),
        ("http://www.example.org:443?a[0]=1", "http://www.example.org:443/?a%5B0%5D=1"),
        ("https://www.example.org/100%#a#b", "https://www.example.org/100%25#a%23b"),
        ("javascript:alert(1)", ""),
        ("java\tscript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//www.example.org/x", ""),
        ("/relative", ""),
        ("https://", ""),
        ("https://[broken/", ""),
        ('https://a"b.example/', ""),
        ("https://a b.example/", ""),
        ("", ""),
    ],
)
def test_only_web_addresses_pass(given_url: str, expected: str) -> None:
    """Addresses come out as RFC 3986 writes them; what is no web address comes out as nothing."""
    assert web_address(given_url) == expected


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text())
def test_web_address_never_fails_and_is_stable(text: str) -> None:
    """Any string gives an address or nothing, and an address is not changed again."""
    once = web_address(f"https://www.example.org/{text}")

    assert web_address(once) == once
    assert once.isascii()


def test_words_of_neighbouring_blocks_stay_apart() -> None:
    """The end of one paragraph does not run into the beginning of the next; entities become letters."""
    assert (
        text_of("<p>Viens.</p><p>Divi&nbsp;&amp; <b>trīs</b></p><ul><li>a</li><li>b</li></ul>")
        == "Viens. Divi\u00a0& trīs a b"
    )
    assert text_of("a<script>alert(1)</script>b") == "ab"


@pytest.mark.parametrize(
    ("text", "length", "expected"),
    [
        ("short", 80, "short"),
        ("word " * 30, 80, ("word " * 15).strip() + " word…"),
        ("a" * 100, 80, "a" * 80 + "…"),
    ],
)
def test_excerpts_end_between_words(text: str, length: int, expected: str) -> None:
    """A cut falls between words where there is a gap, and is shown."""
    cut = excerpt(text, length)

    assert cut.rstrip("…") in expected
    assert len(cut) <= length + 1


def test_summary_falls_back_on_the_content() -> None:
    """An item without a summary is summed up by its beginning."""
    assert summary_text(item(summary_html="", content_html="<p>Saturs</p>")) == "Saturs"
    assert summary_text(item(summary_html="<p>Īsi</p>")) == "Īsi"


def test_an_item_without_title_gets_one() -> None:
    """RSS and Atom readers show nothing else in their lists."""
    assert tidy(item(title="")).title == "Tramvaji kursē no pirmdienas."
    assert tidy(item(title="", summary_html="", content_html="")).title == POZNAN.name


def test_forbidden_characters_go_and_all_others_stay() -> None:
    """Tabs, new lines, emoji and private letters are legal; controls, lone surrogates and noncharacters are not."""
    assert allowed("a\t\n\r🌉\ue000") == "a\t\n\r🌉\ue000"
    assert allowed("a\x00\x08\x0b\x1f\x7f\x80\x9f\ud800\udfff\ufffe\uffffb") == "ab"


def test_a_lost_letter_is_a_question_mark() -> None:
    """The replacement character says that a letter was lost; validators warn of it, a question mark says it too."""
    assert allowed("K\ufffdln") == "K?ln"


def test_no_break_spaces_stay_in_titles_and_excerpts() -> None:
    """1 234 is not torn apart at the end of a line."""
    assert one_line(" 1\u00a0234  dzīvokļi ") == "1\u00a0234 dzīvokļi"
    assert text_of("<p>60\u00a0000 cilvēku</p>") == "60\u00a0000 cilvēku"


def test_an_excerpt_that_ends_with_a_sentence_keeps_its_stop_apart() -> None:
    """A full stop and an ellipsis do not run together."""
    assert excerpt("Viens teikums. " * 30, 75).endswith("teikums. …")
