"""What of an entry is translated, and as which sentences."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.translate.segments import SegmentData, parse


def texts(html: str, language: str = "en") -> list[str]:
    return [segment.text for segment in parse({"content": html}, language).segments]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("", []),
        ("<p>One.</p><p>Two.</p>", ["One.", "Two."]),
        ("One. Two.", ["One.", "Two."]),
        ("One<br>Two", ["One", "Two"]),
        ("<ul><li>One<li>Two</ul>", ["One", "Two"]),
        ("<table><tr><th>One</th><td>Two</td></tr></table>", ["One", "Two"]),
        ("<div>One<p>Two</p>Three</div>", ["One", "Two", "Three"]),
        ("<p>A <b>bold</b>\n <a href='x'>link</a>,&nbsp; then</p>", ["A bold link, then"]),
        ("<p>5 &lt; 7 &amp; more</p>", ["5 < 7 & more"]),
        ("<a href='x'><h3>One</h3><p>Two</p></a>", ["One", "Two"]),
        ("<p>so<wbr>called<source> thing</p>", ["socalled thing"]),
        ("<p>un<b>believ</b>able</p>", ["unbelievable"]),
    ],
)
def test_blocks_and_breaks_end_a_sentence_and_inline_markup_does_not(html: str, expected: list[str]) -> None:
    """Segments are the plain sentences between hard breaks, white space collapsed and entities decoded."""
    assert texts(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<p>12.3 %</p>",
        "<p>&nbsp;</p>",
        "<p>https://example.org/page</p>",
        "<p>info@example.org, www.example.org</p>",
        "<p>#riga @riga</p>",
        "<pre>def f(): pass</pre>",
        "<p><code>pip install it</code></p>",
        "<p lang='fr'>Bonjour</p>",
        "<p><span lang='fr'>Bonjour !</span></p>",
        "<p translate='no'>Bonjour</p>",
        "<script>var x</script><style>p {}</style><!-- word -->",
        "<p><img src='a.jpg' alt='IMG_12.jpg'></p>",
        "<video><p>No video</p></video><iframe>none</iframe>",
    ],
)
def test_what_has_no_words_of_the_language_is_no_segment(html: str) -> None:
    """Numbers, addresses, code, foreign passages and what nobody sees are not translated."""
    assert texts(html) == []


def test_attributes_that_are_read_out_are_segments() -> None:
    """`alt` and `title` texts are translated too, after the text of their paragraph."""
    html = '<p>See <a href="x" title="The plan">this</a> <img src="a" alt="A bus. A tram."> now.</p>'
    assert texts(html) == ["See this now.", "The plan", "A bus.", "A tram."]


def test_fields_come_in_order_each_with_its_own_count() -> None:
    """Segments name their field; ordinals count within it; a title is plain text, not HTML."""
    document = parse({"title": "Bread & <b> butter. Free!", "summary": "<p>One.</p>"}, "en")
    assert document.segments == (
        SegmentData("title", 0, "Bread & <b> butter."),
        SegmentData("title", 1, "Free!"),
        SegmentData("summary", 0, "One."),
    )


def test_which_fields_are_plain_is_the_callers_choice() -> None:
    """A field outside `plain` is HTML, whatever its name."""
    document = parse({"title": "<b>One</b>", "note": "<b>"}, "en", plain=frozenset({"note"}))
    assert [segment.text for segment in document.segments] == ["One", "<b>"]


def test_anchors_are_the_inline_texts() -> None:
    """Links and emphasis may be asked for alone; addresses and pictures never."""
    html = '<p>The <b>mayor</b> read <a href="x">the plan,</a> <a href="y">12</a> <a href="z"><img src="i"></a>.</p>'
    assert parse({"content": html}, "en").anchors == {"mayor", "the plan"}


def test_the_sources_own_language_is_not_foreign() -> None:
    """A `lang` that says what is known anyway does not keep text from being translated."""
    assert texts('<p lang="en-GB">One</p>', "en") == ["One"]


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.text(st.sampled_from("ab. <>/&;=\"'!-?[]\n\0\x0b\u00a0\ud800pigamr0"), max_size=60))
def test_no_input_is_too_odd(html: str) -> None:
    """Whatever the bytes are, there are sentences without markup or doubled spaces."""
    for segment in parse({"title": html, "content": html}, "lv").segments:
        assert segment.text == " ".join(segment.text.split())
        assert any(map(str.isalpha, segment.text))
