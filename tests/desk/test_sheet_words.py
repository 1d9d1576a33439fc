"""The pure parts of the editor page: messages in the page's language, marked words, differences, safe previews."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.sheet_diff import Span, marked, only_change
from desk.sheet_preview import preview
from desk.sheet_words import CHECKS, LABELS, said
from pipeline.models import Label
from pipeline.translate import checks
from pipeline.translate.checks import CHECKS as ALL_CHECKS

FOLDER = Path(checks.__file__).parent


def spoken() -> set[str]:
    """Every message that a check can say, with `7` for each fact in it."""
    found = set()
    for path in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "found" and len(node.args) > 1:
                text = node.args[1]
                if isinstance(text, ast.Constant):
                    found.add(str(text.value))
                elif isinstance(text, ast.JoinedStr):
                    parts = (
                        str(part.value) if isinstance(part, ast.Constant) else "7" for part in text.values
                    )
                    found.add("".join(parts))
    return found


def test_every_check_has_a_name() -> None:
    """Those of the registry and the one that the translate stage adds."""
    assert {check.id for check in ALL_CHECKS} | {"link-relocated"} == set(CHECKS)


@pytest.mark.parametrize(
    "message",
    sorted(
        spoken()
        | {
            "142 missing",
            "124 new",
            "142, 3 missing; 124 new",
            "ends in full stop, the source in question",
            "the link “Rada miasta” stands behind its sentence",
            "the link “” stands behind its sentence",
        }
    ),
)
def test_every_message_of_a_check_is_known(message: str) -> None:
    """Each sentence is found in the list, so that it can be said in the page's language."""
    assert said(message).is_local, message


def test_there_is_something_to_know() -> None:
    """The walk over the checks finds their sentences."""
    assert len(spoken()) > 15


def test_an_unknown_message_stays_english() -> None:
    """It is shown as it is, and marked as English."""
    assert not said("the moon is missing from the sky tonight, perhaps").is_local
    assert said("something nobody listed").text == "something nobody listed"


def test_the_facts_stand_in_the_message() -> None:
    """The words of the text are taken over as they are, per cent signs too."""
    assert said("100 % is missing").text == "100 % is missing"
    assert said("142 missing; 124 new").text == "142 is missing; 124 is new"


def test_every_label_has_words() -> None:
    """What is public can always be named."""
    assert set(LABELS) == set(Label)


def test_marks_lie_on_the_words_and_the_gravest_wins() -> None:
    """Overlapping findings cut the text; each piece names all that lie over it."""
    pieces = marked(
        "viens divi trīs",
        [Span(id=1, severity="info", start=0, end=10), Span(id=2, severity="block", start=6, end=15)],
    )

    assert [(piece.text, piece.severity, piece.findings) for piece in pieces] == [
        ("viens ", "info", "1"),
        ("divi", "block", "1 2"),
        (" trīs", "block", "2"),
    ]


@given(
    st.text(max_size=30),
    st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40), st.sampled_from(["info", "warn", "block"]))),
)
def test_marking_never_changes_the_text(text: str, spans: list[tuple[int, int, str]]) -> None:
    """Whatever the places, those outside the text too."""
    pieces = marked(
        text,
        [Span(id=n, severity=word, start=start, end=end) for n, (start, end, word) in enumerate(spans)],
    )

    assert "".join(piece.text for piece in pieces) == text


def test_a_fix_is_shown_with_its_surroundings() -> None:
    """A long sentence is cut to what is near the change."""
    before = "Pilsētas dome vakar nolēma, ka tiltu atvērs sestdien, un visi ir aicināti."
    pieces = only_change(before, before.replace("sestdien", "svētdien"))

    assert ("delete", "sestdien") in pieces
    assert ("insert", "svētdien") in pieces
    assert sum(len(text) for _kind, text in pieces) < len(before)


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("", ""),
        ("<p>Vārdi</p>", "<p>Vārdi</p>"),
        ("Tituls &lt;b&gt; &amp; vēl", "Tituls &lt;b&gt; &amp; vēl"),
        (
            '<p><a href="https://a.example/x?y">Saite</a>.</p>',
            '<p><span>Saite<span class="chip chip-link">a.example</span></span>.</p>',
        ),
        (
            '<img src="https://a.example/most.jpg" alt="Tilts"> tālāk',
            '<span class="chip chip-image">Tilts</span> tālāk',
        ),
        ('<img src="https://a.example/most.jpg">', '<span class="chip chip-image">most.jpg</span>'),
        ("<h1>A</h1><h5>B</h5>", "<h3>A</h3><h4>B</h4>"),
        ("<table><tr><td>1</td></tr></table>", "<table><tbody><tr><td>1</td></tr></tbody></table>"),
    ],
)
def test_a_preview_shows_signs_for_links_and_pictures(markup: str, shown: str) -> None:
    """Text and structure as a reader sees them; nothing to click, nothing to load."""
    assert preview(markup) == shown


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert(1)</script>x",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<svg onload="alert(1)"><p>x</svg>',
        '<p style="background:url(//evil.example)" onclick="x()">x</p>',
        '<iframe src="https://evil.example"></iframe>',
        '<math><mtext><table><mglyph><style><img src=x onerror="alert(1)">',
        '<form action="https://evil.example"><button>x</button></form>',
        "<a href='https://a.example'><img src='x' alt='<script>alert(1)</script>'></a>",
    ],
)
def test_a_preview_of_hostile_markup_is_harmless(markup: str) -> None:
    """No script, handler, style, form or address survives."""
    shown = str(preview(markup))

    for forbidden in (
        "<script",
        "onerror=",
        "onload",
        "onclick",
        "style=",
        "href",
        "src=",
        "<iframe",
        "<form",
        "<svg",
    ):
        assert forbidden not in shown
